export { Campaigns, type PublishedRelease } from './campaigns.js';
export { DistrictModel, type Place } from './district-model.js';
