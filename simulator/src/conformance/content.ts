import {
  type Cue,
  type Item,
  type Output,
  type Profile,
  profiles,
  type Release,
  type Rendition,
  type Timing,
} from '@xiaolaba/protocol';

/** Milliseconds of what is played. */
export const soundMs = 2000;
/** Seconds between two plays; the shortest that a release may ask for. */
export const rhythmSeconds = 10;
export const hourMs = 3_600_000;

/** Bytes of one frame of MPEG-1 Layer III at 32 kbit/s and 44.1 kHz, and its head: mono, no check sum. */
const frameBytes = 104;
const frameHead = [0xff, 0xfb, 0x10, 0xc4];
const framesIn = (milliseconds: number): number => Math.ceil((milliseconds * 44_100) / 1_152_000);

/**
 * Silence as an MP3 that any decoder takes, made unlike any other by its title; so that a run disturbs nobody.
 * @param padding bytes that are in the file and in no sound
 */
export function silentMp3(title: string, padding = 0): Uint8Array {
  const text = Buffer.from(title);
  const frame = Buffer.concat([Buffer.from('TIT2'), Buffer.alloc(6), Buffer.from([3]), text]);
  frame.writeUInt32BE(text.length + 1, 4);
  const tag = Buffer.concat([Buffer.from('ID3'), Buffer.from([3, 0, 0, 0, 0, 0, 0]), frame, Buffer.alloc(padding)]);
  // Seven bits in each byte (ID3v2.3, section 3.1).
  const length = tag.length - 10;
  for (let at = 0; at < 4; at++) tag[6 + at] = (length >> (7 * (3 - at))) & 0x7f;
  const sound = Buffer.alloc(frameBytes * framesIn(soundMs));
  for (let at = 0; at < sound.length; at += frameBytes) sound.set(frameHead, at);
  return Buffer.concat([tag, sound]);
}

/** An item that each profile which speaks can play. */
export const spoken = (id: string, ref: { readonly sha256: string; readonly bytes: number }): Item => ({
  id,
  title: id,
  audio: [
    {
      dialect: 'cmn',
      voice: 'synthesis',
      renditions: profiles.map(
        (profile): Rendition => ({
          profile,
          ...ref,
          durationMs: soundMs,
          format: 'mp3',
          leadInMs: 0,
        }),
      ),
    },
  ],
});

export const written = (id: string, text: string): Item => ({ id, title: id, audio: [], text });

const allDay = [{ days: 'every-day' as const, from: '00:00', to: '24:00' }];

/** Every ten seconds, all day. */
export const rhythm: Timing = { kind: 'every', windows: allDay, seconds: rhythmSeconds };
/** At midnight only: to be held, not to be played. */
export const atMidnight: Timing = { kind: 'once', windows: [{ days: 'every-day', from: '00:00', to: '00:01' }] };

export const triggered = (on: 'unlock' | 'stop-arrival'): Timing => ({
  kind: 'triggered',
  on,
  windows: allDay,
  cooldownSeconds: 0,
});

export const cueOf = (output: Output, item: string, over: Partial<Cue> = {}): Cue => ({
  id: 'cue',
  output,
  items: [item],
  timing: rhythm,
  priority: 50,
  volumeCap: 70,
  dialects: 'first',
  breaksQuietHours: false,
  ...over,
});

export interface ReleaseHead {
  readonly campaign: string;
  readonly profile: Profile;
  readonly place: string;
  readonly now: number;
}

export const releaseOf = (head: ReleaseHead, items: Item[], cues: Cue[], over: Partial<Release> = {}): Release => ({
  v: 1,
  campaign: head.campaign,
  revision: 1,
  title: head.campaign,
  frozenAt: head.now,
  // Nothing that was due before is made up for: what plays is what is due now.
  validFrom: head.now,
  validUntil: head.now + 24 * hourMs,
  audience: { profiles: [head.profile], places: [head.place] },
  items,
  cues,
  ...over,
});
