export { startBroker } from './broker.js';
export type { Broker, BrokerDependencies, BrokerSettings, ConnectionEvent, DeviceGate, UpHandler } from './types.js';
