export { daysAhead, Predictions } from './predictions.js';
