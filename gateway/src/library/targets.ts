import type { Profile } from '@xiaolaba/protocol';

export type AudioFormat = 'opus' | 'mp3' | 'adpcm';

/** What one profile of device needs a file to be. */
export interface AudioTarget {
  readonly profile: Profile;
  readonly format: AudioFormat;
  /** Integrated loudness of the spoken part, LUFS (EBU R128). */
  readonly lufs: number;
  /** Highest true peak allowed, dBTP. */
  readonly truePeakDb: number;
  /** Hz. */
  readonly sampleRate: number;
  readonly channels: 1 | 2;
  /** bit/s; ADPCM has its own fixed rate. */
  readonly bitrate: number;
  /** What goes before the speech while an amplifier wakes. */
  readonly leadIn: { readonly kind: 'silence' | 'tone' | 'none'; readonly milliseconds: number };
  /** Longest file, lead-in included. */
  readonly maxSeconds: number;
  readonly maxBytes: number;
}

/** What an editor listens to while writing: the words alone, in a format that every browser plays. */
export const draftTarget: AudioTarget = {
  profile: 'loudspeaker',
  format: 'mp3',
  lufs: -16,
  truePeakDb: -1,
  sampleRate: 44_100,
  channels: 1,
  bitrate: 96_000,
  leadIn: { kind: 'none', milliseconds: 0 },
  maxSeconds: 600,
  maxBytes: 8 * 1024 * 1024,
};

/**
 * One choice for each profile that has a loudspeaker; a booth sign shows text only. −16 LUFS suits short speech; how
 * loud it becomes at a place is the site's calibration and volume cap. Constant bit rate mono throughout: no
 * endpoint has two channels, and MP3 modules tell time from the bit rate.
 */
export const audioTargets: Readonly<Partial<Record<Profile, AudioTarget>>> = {
  // 44.1 kHz MP3 is what boards and MP3 modules of every make decode. Horn amplifiers swallow the first one to two
  // seconds while they wake, so a soft tone opens them and a breath of silence parts it from the first word.
  loudspeaker: {
    profile: 'loudspeaker',
    format: 'mp3',
    lufs: -16,
    truePeakDb: -1,
    sampleRate: 44_100,
    channels: 1,
    bitrate: 96_000,
    leadIn: { kind: 'tone', milliseconds: 1500 },
    maxSeconds: 600,
    maxBytes: 8 * 1024 * 1024,
  },
  // Screens are small computers on metered links: Opus gives the same speech at two thirds of the bytes. Not under
  // 64 kbit/s: there libopus changes its coding mode inside a sentence, and clicks 5 dB above full scale were measured.
  // Their amplifiers stay on, and an announcement between two stops has no second to lose.
  'bus-screen': {
    profile: 'bus-screen',
    format: 'opus',
    lufs: -16,
    truePeakDb: -1,
    sampleRate: 48_000,
    channels: 1,
    bitrate: 64_000,
    leadIn: { kind: 'silence', milliseconds: 200 },
    maxSeconds: 180,
    maxBytes: 2 * 1024 * 1024,
  },
  // 64 KB of flash: ADPCM at 16 kHz would end after 8 s, MP3 at 24 kbit/s holds 20 s. The prompt answers a hand on the
  // lock, so it starts almost at once.
  'bike-lock': {
    profile: 'bike-lock',
    format: 'mp3',
    lufs: -16,
    truePeakDb: -1,
    sampleRate: 16_000,
    channels: 1,
    bitrate: 24_000,
    leadIn: { kind: 'silence', milliseconds: 100 },
    maxSeconds: 20,
    maxBytes: 64 * 1024,
  },
};
