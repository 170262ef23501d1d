import type { RecordingView } from '@xiaolaba/gateway/contract';
import { Refusal, type Trouble } from '../api/client.js';
import type { Sending } from './items-api.js';
import type { ReadSound } from './sound.js';
import { type Trim, wholeOf } from './trim.js';

export type ClipState = 'reading' | 'ready' | 'sending' | 'kept';

/** A sound that was recorded or chosen and is on its way to the library. */
export interface Clip {
  readonly id: number;
  readonly file: Blob;
  /** What people call it. */
  title: string;
  state: ClipState;
  /** Absent where this browser can't read it; then all of it is sent. */
  sound?: ReadSound;
  trim?: Trim;
  share: number;
  trouble?: Trouble;
  kept?: RecordingView;
}

/** The longest title that the gateway takes. */
export const longestTitle = 60;

/** `刷单-客家话.wav` without its ending, as a title. */
export const titleOf = (fileName: string): string =>
  fileName
    .replace(/\.[a-z0-9]{1,5}$/i, '')
    .trim()
    .slice(0, longestTitle);

/** Whether any of the sound is cut off by the trim. */
export const cutOf = ({ sound, trim }: Pick<Clip, 'sound' | 'trim'>): Trim | undefined => {
  if (!sound || !trim) return undefined;
  const whole = wholeOf(sound.seconds);
  return trim.from === whole.from && trim.to >= whole.to ? undefined : trim;
};

export interface ClipSteps {
  readonly read: (file: Blob) => Promise<ReadSound | undefined>;
  readonly record: (file: Blob, title: string, trim: Trim | undefined, sending: Sending) => Promise<RecordingView>;
}

/** Reads a clip for its trimmer; the silence at its ends is left out from the start. */
export const readClip = async (clip: Clip, { read }: Pick<ClipSteps, 'read'>): Promise<void> => {
  const sound = await read(clip.file);
  if (sound) {
    clip.sound = sound;
    clip.trim = sound.suggested;
  }
  clip.state = 'ready';
};

/** Sends a clip. Where the gateway refuses it, nothing of it is lost. @returns what is in the library now */
export const keepClip = async (
  clip: Clip,
  { record }: Pick<ClipSteps, 'record'>,
  sending: Omit<Sending, 'progress'>,
): Promise<RecordingView | undefined> => {
  if (clip.state !== 'ready') return undefined;
  clip.state = 'sending';
  clip.share = 0;
  delete clip.trouble;
  const progress = (share: number) => {
    clip.share = share;
  };
  try {
    clip.kept = await record(clip.file, clip.title.trim(), cutOf(clip), { ...sending, progress });
    clip.state = 'kept';
    return clip.kept;
  } catch (error) {
    clip.state = 'ready';
    if (error instanceof Refusal) clip.trouble = error.trouble;
    else if (!sending.signal.aborted) throw error;
    return undefined;
  }
};
