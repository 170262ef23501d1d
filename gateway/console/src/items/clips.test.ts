import type { RecordingView } from '@xiaolaba/gateway/contract';
import { describe, expect, it } from 'vitest';
import { Refusal } from '../api/client.js';
import { microphoneTroubleOf } from './capture.js';
import { type Clip, cutOf, keepClip, readClip, titleOf } from './clips.js';
import { inTurn } from './in-turn.js';
import { wavOf } from './wav.js';

const sound = { seconds: 4, suggested: { from: 0.5, to: 3.5 }, playable: new Blob([]) };
const clip = (): Clip => ({ id: 1, file: new Blob(['x']), title: ' 刷单 ', state: 'reading', share: 0 });
const sending = { csrf: 'c', signal: new AbortController().signal };
const kept = { name: 'a.webm', title: '刷单' } as RecordingView;

describe('a sound on its way to the library', () => {
  it('is cut at its silence from the start, and sent with what is cut', async () => {
    const own = clip();
    await readClip(own, { read: () => Promise.resolve(sound) });
    expect([own.state, own.trim]).toEqual(['ready', sound.suggested]);
    const calls: unknown[] = [];
    const record = (_: Blob, title: string, trim: unknown) => {
      calls.push([title, trim]);
      return Promise.resolve(kept);
    };
    expect(await keepClip(own, { record }, sending)).toBe(kept);
    expect([own.state, calls]).toEqual(['kept', [['刷单', { from: 0.5, to: 3.5 }]]]);
    // What is kept is not sent again.
    expect(await keepClip(own, { record }, sending)).toBeUndefined();
    expect(calls).toHaveLength(1);
  });

  it('is sent whole where nothing is cut or the browser can’t read it', async () => {
    expect(cutOf({ sound, trim: { from: 0, to: 4 } })).toBeUndefined();
    const own = clip();
    await readClip(own, { read: () => Promise.resolve(undefined) });
    expect([own.state, own.trim, cutOf(own)]).toEqual(['ready', undefined, undefined]);
  });

  it('survives a refusal with its cuts, and says why', async () => {
    const own = clip();
    await readClip(own, { read: () => Promise.resolve(sound) });
    own.trim = { from: 1, to: 2 };
    const trouble = {
      kind: 'answer' as const,
      problem: { code: 'audio-silent', message: { zh: '没有声音', en: 'silent' }, details: {} },
    };
    await keepClip(own, { record: () => Promise.reject(new Refusal(trouble)) }, sending);
    expect([own.state, own.trim, own.trouble]).toEqual(['ready', { from: 1, to: 2 }, trouble]);
  });

  it('is called as its file', () => {
    expect(titleOf('刷单 客家话.WAV')).toBe('刷单 客家话');
    expect(titleOf('a.b.mp3')).toBe('a.b');
    expect(titleOf('x'.repeat(80))).toHaveLength(60);
  });

  it('is written as a WAV of its length', async () => {
    const bytes = new DataView(await wavOf(Float32Array.from([0, 1, -2]), 48_000).arrayBuffer());
    expect(bytes.byteLength).toBe(50);
    expect([bytes.getUint32(24, true), bytes.getUint32(40, true)]).toEqual([48_000, 6]);
    expect([44, 46, 48].map((at) => bytes.getInt16(at, true))).toEqual([0, 32_767, -32_767]);
  });
});

describe('a microphone that does not open', () => {
  it('is refused, absent or busy', () => {
    expect(
      ['NotAllowedError', 'SecurityError', 'NotFoundError', 'OverconstrainedError', 'NotReadableError', ''].map(
        microphoneTroubleOf,
      ),
    ).toEqual(['refused', 'refused', 'none', 'none', 'busy', 'busy']);
  });
});

describe('doing things in turn', () => {
  it('keeps the order and never does more at once than it may', async () => {
    let now = 0;
    let most = 0;
    const squares = await inTurn([3, 1, 2, 5, 4], 2, async (one) => {
      now += 1;
      most = Math.max(most, now);
      for (let turn = 0; turn < one; turn++) await Promise.resolve();
      now -= 1;
      return one * one;
    });
    expect([squares, most]).toEqual([[9, 1, 4, 25, 16], 2]);
  });
});
