export { Campaigns } from './campaigns.js';
export { DistrictModel, type Place } from './district-model.js';
export type { PublishedRelease } from './published-release.js';
