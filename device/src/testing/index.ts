export { every, releaseOf, spoken } from './test-content.js';
export { emptyCalendar, TestGateway } from './test-gateway.js';
export { TestStorage } from './test-storage.js';
