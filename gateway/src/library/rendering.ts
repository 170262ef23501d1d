import type { Profile, Video, XiaolabaError } from '@xiaolaba/protocol';
import type { Part } from './decode.js';
import type { KeptRecording, RecordingFigures } from './recording-master.js';
import type { DialectVoice, VoiceReport } from './speech.js';
import type { AudioFormat } from './targets.js';
import type { Waveform } from './waveform.js';

/** One dialect's wording of an item, with every field filled in, and its recording where there is one. */
export interface VersionToRender {
  readonly dialect: string;
  readonly text?: string;
  /** A recording is always preferred to a voice. */
  readonly recordingPath?: string;
}

/** A file that devices of one profile can play. */
export interface Rendition {
  readonly profile: Profile;
  readonly sha256: string;
  readonly bytes: number;
  /** Lead-in included. */
  readonly durationMs: number;
  readonly format: AudioFormat;
  /** Of the spoken part, LUFS and dBTP, measured on the encoded file. */
  readonly lufs: number;
  readonly truePeakDb: number;
}

/** Why a profile got no rendition: `no-audio-target`, `rendition-too-long`, `rendition-too-large`. */
export interface Refusal {
  readonly profile: Profile;
  readonly code: string;
  readonly details: XiaolabaError['details'];
}

export interface RenderedVersion {
  readonly kind: 'rendered';
  readonly dialect: string;
  readonly voice: 'recording' | 'synthesis';
  readonly renditions: readonly Rendition[];
  readonly refusals: readonly Refusal[];
}

/**
 * Nobody can say this here, so another dialect has to: `no-text` neither recording nor text, `no-voice` no voice for
 * the dialect, `voice-unreadable` the voice cannot say `parts` of the text.
 */
export interface Unavailable {
  readonly kind: 'unavailable';
  readonly dialect: string;
  readonly code: 'no-text' | 'no-voice' | 'voice-unreadable';
  readonly parts: readonly string[];
}

export interface RenderJob {
  readonly id: string;
  readonly version: VersionToRender;
  readonly profiles: readonly Profile[];
}

export interface RenderOutcome {
  readonly id: string;
  readonly result?: RenderedVersion | Unavailable;
  /** One bad file must not keep the others from being rendered. */
  readonly error?: XiaolabaError;
}

export interface RenderProgress {
  readonly done: number;
  readonly of: number;
  readonly outcome: RenderOutcome;
}

/** A text as a voice says it, brought to the loudness of a loudspeaker without its lead-in. */
export interface SpokenDraft extends Rendition {
  readonly kind: 'spoken';
  readonly voice: DialectVoice;
  /** What was really said: numbers and signs as words. */
  readonly spoken: string;
}

export interface Library {
  /**
   * Throws for a recording that is no use: `recording-missing`, `audio-unreadable`, `audio-too-short`,
   * `audio-too-long`, `audio-silent`; and for a missing program: `ffmpeg-missing`, `espeak-missing`.
   */
  render(version: VersionToRender, profiles: readonly Profile[]): Promise<RenderedVersion | Unavailable>;
  /** All jobs, in the order given; what the caller can mend is an outcome, anything else is thrown. */
  renderMany(jobs: readonly RenderJob[], onProgress?: (progress: RenderProgress) => void): Promise<RenderOutcome[]>;
  /**
   * A film made fit for screens, without sound. Throws `video-missing`, `video-unreadable`, `video-too-long`,
   * `video-too-large`, `ffmpeg-missing`.
   */
  renderVideo(path: string): Promise<Video>;
  /** Outline of a stored sound. Throws `blob-missing`, `blob-corrupt`, `audio-unreadable`. */
  waveform(sha256: string, buckets?: number): Promise<Waveform>;
  /**
   * Checks a recording as it came and keeps it, or a part of it, as a lossless master that everything later is made of.
   * Throws as `render` does for a recording.
   */
  keep(path: string, part?: Part): Promise<KeptRecording>;
  /** What a recording is like. Throws as `render` does for a recording. */
  measure(path: string): Promise<RecordingFigures>;
  /** A draft to listen to. Throws what `render` throws for a text. */
  speak(text: string, dialect: string): Promise<SpokenDraft | Unavailable>;
  /** Dialects that can be synthesised on this machine, the voice to be taken first. */
  voices(): Promise<readonly DialectVoice[]>;
  /** How the engines are that speak, and what is wrong with the operator's voices. */
  voiceReport(): Promise<VoiceReport>;
}
