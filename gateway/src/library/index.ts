export * from './audio-tool.js';
export * from './blob-store.js';
export { createJobGate } from './job-gate.js';
export * from './library.js';
export * from './rendering.js';
export { createSpeechTool } from './speech.js';
export { type AudioTarget, audioTargets } from './targets.js';
