export { startBroker } from './broker.js';
export { type BrokerLimits, defaultLimits } from './limits.js';
export type { BrokerPersistence } from './persistence.js';
export type {
  Broker,
  BrokerDependencies,
  BrokerLog,
  BrokerSettings,
  BrokerStats,
  ConnectionEvent,
  DeviceGate,
  UpHandler,
} from './types.js';
