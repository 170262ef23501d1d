export * from './audio-tool.js';
export * from './blob-store.js';
export { type Charset, encodeCharacter } from './character-sets.js';
export * from './library.js';
export {
  defaultSourceLimits,
  type EncodedFile,
  type Master,
  normalisePipeline,
  pipelineVersion,
  prepareMaster,
  renderTarget,
  type SourceLimits,
} from './normalise.js';
export * from './rendering.js';
export { createSpeechTool, type DialectVoice, type SpeechTool } from './speech.js';
export { prepareSpeechText } from './speech-text.js';
export { type AudioFormat, type AudioTarget, audioTargets } from './targets.js';
export { type FittedText, fitText, readableSpeed, type SignShape } from './text-fit.js';
export type { Waveform } from './waveform.js';
