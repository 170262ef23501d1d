export { type DialectGap, dialectGaps } from './dialect-gaps.js';
export { jsonSchemas } from './json-schemas.js';
export { type LoadedContent, loadContent } from './load.js';
export { formatProblem } from './messages.js';
export type * from './model.js';
export { type ReferenceSystem, referenceSystems, toWgs84 } from './positions.js';
export { importSites, writeSites } from './site-table.js';
export { callsAt, type Departure, departures, minutesTo, tripMinutes } from './timetable.js';
