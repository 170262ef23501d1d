export { Coverage } from './coverage.js';
export type { DayLedger } from './day-ledger.js';
export type { Slot } from './slot.js';
export { DayTallies, dayView, placeDays, silentPlaces, type ViewContext } from './views.js';
