export { arrivalsAsIf, slotsAsIf } from './as-if.js';
export { dayKindOf } from './day-kind.js';
export { localDay, previewDay, quietOn } from './preview.js';
export { releasesWith } from './releases-with.js';
