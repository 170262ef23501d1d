import { suggestTrim, type Trim, wholeOf } from './trim.js';
import { wavOf } from './wav.js';

/** A sound that this browser could read. */
export interface ReadSound {
  readonly seconds: number;
  /** Without the silence at both ends. */
  readonly suggested: Trim;
  /** To be drawn and played. */
  readonly playable: Blob;
}

const rate = 48_000;

/** All channels as one. */
const mixed = (buffer: AudioBuffer): Float32Array => {
  const samples = new Float32Array(buffer.length);
  for (let channel = 0; channel < buffer.numberOfChannels; channel++) {
    const own = buffer.getChannelData(channel);
    for (let index = 0; index < samples.length; index++)
      samples[index] = (samples[index] ?? 0) + (own[index] ?? 0) / buffer.numberOfChannels;
  }
  return samples;
};

/** Decodes a file; nothing where the browser does not know its form, which the gateway still may. */
export const readSound = async (file: Blob): Promise<ReadSound | undefined> => {
  try {
    const context = new OfflineAudioContext(1, 1, rate);
    const buffer = await context.decodeAudioData(await file.arrayBuffer());
    const samples = mixed(buffer);
    return {
      seconds: buffer.duration,
      suggested: samples.length > 0 ? suggestTrim(samples, rate) : wholeOf(0),
      playable: wavOf(samples, rate),
    };
  } catch {
    return undefined;
  }
};
