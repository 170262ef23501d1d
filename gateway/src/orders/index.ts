export type { PendingStop } from './pending-stops.js';
export { orderScopeSchema } from './scope.js';
export { StopOrders } from './stop-orders.js';
export { stopOrderViews } from './stop-view.js';
