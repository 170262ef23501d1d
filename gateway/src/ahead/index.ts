export { arrivalsAsIf, expectAsIf } from './as-if.js';
export { checkSchedule } from './check-schedule.js';
export { dayKindOf } from './day-kind.js';
export { draftRelease } from './draft-release.js';
export { localDay, previewDay, quietOn } from './preview.js';
export { releasesWith } from './releases-with.js';
