import { rm } from 'node:fs/promises';
import { callerError, errorCode } from '@xiaolaba/protocol';
import { type AudioFacts, type AudioTool, untrustedInput } from './audio-tool.js';
import { downmix, type NativeSound, readNativeSound } from './native-sound.js';
import { type Envelope, masterRate, readEnvelope } from './pcm.js';

/** What a recording must be, in seconds, LUFS and shares of 1. */
export interface SourceLimits {
  readonly minSeconds: number;
  readonly maxSeconds: number;
  readonly silentBelowLufs: number;
  /** Share of samples cut off at full scale from which on words can't be told any more. */
  readonly clippedAbove: number;
}

export const defaultSourceLimits: SourceLimits = {
  minSeconds: 0.3,
  maxSeconds: 600,
  silentBelowLufs: -60,
  clippedAbove: 0.1,
};

/** The part of a recording that is kept, milliseconds from its beginning. */
export interface Part {
  readonly fromMs: number;
  readonly toMs: number;
}

export interface DecodedSound {
  /** Of the file as it came. */
  readonly facts: AudioFacts;
  readonly native: NativeSound;
  /** Of the mono master that was made of it. */
  readonly envelope: Envelope;
}

/** Under this lies no speech, but the offset of a cheap converter and the rumble of a table, Hz. */
const lowestFrequency = 20;

/**
 * Decodes any accepted file to mono 48 kHz floats without offset. Throws `audio-unreadable`, `audio-no-stream`,
 * `audio-damaged`, `audio-too-short`, `audio-too-long`.
 */
export async function decode(
  tool: AudioTool,
  input: string,
  output: string,
  limits: SourceLimits,
  part?: Part,
): Promise<DecodedSound> {
  const facts = await tool.probe(input);
  if (!part) checkLength(facts.seconds ?? limits.minSeconds, limits);
  const channels = Math.min(2, facts.channels);
  const rate = Math.min(masterRate, facts.sampleRate);
  const native = `${output}.native`;
  const cut = part ? `atrim=start=${part.fromMs / 1000}:end=${part.toMs / 1000},asetpts=N/SR/TB,` : '';
  const layout = channels === 1 ? 'mono' : 'stereo';
  try {
    await tool.run({
      input,
      inputOptions: untrustedInput,
      graph: `[0:a:0]${cut}aresample=${rate},aformat=sample_fmts=flt:channel_layouts=${layout}[out]`,
      // One second over the limit is enough to know that a file lied about its length.
      outputOptions: ['-t', String(limits.maxSeconds + 1), '-f', 'f32le', '-c:a', 'pcm_f32le'],
      output: native,
    });
    const sound = await readNativeSound(native, channels);
    checkLength(sound.samples / rate, limits);
    await tool.run({
      input: native,
      inputOptions: ['-f', 'f32le', '-ar', String(rate), '-ac', String(channels)],
      graph: `[0:a:0]${downmix(sound)},highpass=f=${lowestFrequency},aresample=${masterRate},aformat=sample_fmts=flt[out]`,
      outputOptions: ['-f', 'f32le', '-c:a', 'pcm_f32le'],
      output,
    });
    return { facts, native: sound, envelope: await readEnvelope(output) };
  } catch (error) {
    if (errorCode(error) !== 'ffmpeg-failed') throw error;
    throw callerError('audio-damaged', 'the sound in this file cannot be decoded', { format: facts.format }, error);
  } finally {
    await rm(native, { force: true });
  }
}

function checkLength(seconds: number, limits: SourceLimits): void {
  if (seconds < limits.minSeconds) {
    throw callerError('audio-too-short', 'too short to say anything', { seconds, minSeconds: limits.minSeconds });
  }
  if (seconds > limits.maxSeconds) {
    throw callerError('audio-too-long', 'longer than allowed', { seconds, maxSeconds: limits.maxSeconds });
  }
}
