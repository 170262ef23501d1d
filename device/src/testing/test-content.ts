import type { Cue, Item, Release } from '@xiaolaba/protocol';
import type { TestGateway } from './test-gateway.js';

/** Friday, 2026-11-20 06:55 in Shanghai. */
export const morning = Date.parse('2026-11-20T06:55:00+08:00');
export const at = (clock: string): number => Date.parse(`2026-11-20T${clock}+08:00`);

/** A spoken item of so many seconds, for every profile that speaks. */
export function spoken(gateway: TestGateway, id: string, seconds: number, size = 2_000): Item {
  const bytes = new Uint8Array(size).fill(id.charCodeAt(0));
  bytes.set(Buffer.from(id));
  const ref = gateway.addBlob(bytes);
  const rendition = { ...ref, durationMs: seconds * 1000, format: 'mp3' as const, leadInMs: 0 };
  return {
    id,
    title: id,
    audio: [
      {
        dialect: 'cmn',
        voice: 'recording',
        renditions: (['loudspeaker', 'bus-screen', 'bike-lock'] as const).map((profile) => ({ profile, ...rendition })),
      },
    ],
  };
}

export function every(id: string, item: string, seconds: number, over: Partial<Cue> = {}): Cue {
  return {
    id,
    output: 'audio',
    items: [item],
    timing: { kind: 'every', windows: [{ days: 'every-day', from: '07:00', to: '09:00' }], seconds },
    priority: 50,
    volumeCap: 70,
    dialects: 'first',
    breaksQuietHours: false,
    ...over,
  };
}

export function releaseOf(items: Item[], cues: Cue[], over: Partial<Release> = {}): Release {
  return {
    v: 1,
    campaign: 'weekly',
    revision: 1,
    title: 'weekly',
    frozenAt: morning,
    validFrom: morning - 86_400_000,
    validUntil: morning + 30 * 86_400_000,
    audience: { profiles: ['loudspeaker', 'bus-screen', 'bike-lock', 'booth-sign'], places: ['site/estate-01'] },
    items,
    cues,
    ...over,
  };
}
