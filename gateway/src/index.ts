export * from './content/index.js';
export { startGateway } from './gateway.js';
export type * from './gateway-types.js';
export { checkSettings, type GatewaySettings, readSettings } from './settings.js';
