export * from './audio-tool.js';
export * from './blob-store.js';
export type { Part } from './decode.js';
export { createJobGate } from './job-gate.js';
export * from './library.js';
export type { KeptRecording, RecordingFigures } from './recording-master.js';
export * from './rendering.js';
export { createSpeechTool, type DialectVoice, type SpeechTool, type VoiceEngine } from './speech.js';
export { type AudioTarget, audioTargets } from './targets.js';
