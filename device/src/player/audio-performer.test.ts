import type { Rendition } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { AudioPerformer, type AudioPorts } from './audio-performer.js';
import { evidenceOf, type Session } from './session.js';

const heardAt = 50;
const durationMs = 8_500;

/** A jingle of eight and a half seconds that was broken off after some. */
const jingle = (playedMs: number, readings: number[]): Session => ({
  release: 'a'.repeat(64),
  campaign: 'bus-jingles',
  cue: 'jingles',
  item: 'jingle',
  output: 'audio',
  priority: 10,
  dueAt: 0,
  latestStart: 120_000,
  endAt: durationMs,
  expectedMs: durationMs,
  breaksQuietHours: true,
  volume: 60,
  spoken: {
    dialect: 'cmn',
    voice: 'recording',
    rendition: { sha256: 'b'.repeat(64), format: 'mp3', bytes: 1, durationMs } as Rendition,
  },
  playedMs,
  pauses: 0,
  waitedMs: 0,
  readings,
});

/** Plays to the end in a world whose timers fire late, beside a sensor that hears nothing once the sound is over. */
async function play(session: Session, lateMs: number): Promise<void> {
  let mono = 100_000;
  const timers: { readonly due: number; readonly call: () => void }[] = [];
  const ends = mono + durationMs - session.playedMs;
  const ports = {
    life: {
      after: (wait: number, _name: string, call: () => void) => {
        timers.push({ due: mono + wait, call });
        return () => {};
      },
      assertAlive() {},
    },
    time: { check: () => true, now: () => mono, monotonic: () => mono },
    cache: { read: async () => new Uint8Array(1) },
    sound: {
      play: async () => {
        for (const { due, call } of timers) {
          mono = due + lateMs;
          call();
        }
        return { playedMs: durationMs - session.playedMs, ended: 'finished' };
      },
    },
    level: { heardAt, read: () => (mono < ends ? 70 : 10) },
    amplifier: { acquire: async () => {}, release() {} },
    permission: () => ({ volume: (wanted: number) => wanted, quiet: () => false }),
    stopped: () => false,
    badFile() {},
    working() {},
    changed() {},
  } as unknown as AudioPorts;
  await new AudioPerformer(ports).perform(session, new AbortController().signal);
}

describe('the level of what sounds', () => {
  it('is read three times over the whole, and over what is left after a break', async () => {
    const whole = jingle(0, []);
    await play(whole, 0);
    expect(whole.readings).toEqual([70, 70, 70]);
    const rest = jingle(5_800, [70]);
    await play(rest, 0);
    expect(rest.readings).toEqual([70, 70]);
  });

  it('is not read from the silence after the sound, however late the timer fires', async () => {
    const rest = jingle(5_800, [70]);
    await play(rest, 1_000);
    expect(rest.readings).toEqual([70]);
    expect(evidenceOf(rest.readings, heardAt)).toBe('heard');
  });
});
