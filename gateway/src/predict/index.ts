export { daysAhead, type Hours, Predictions } from './predictions.js';
export { placesAndUncovered, summaryOf } from './present.js';
