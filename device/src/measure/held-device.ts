import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { defaultPolicy, encodeMessage, worldError } from '@xiaolaba/protocol';
import { stringify } from 'yaml';
import { writeIdentity } from '../enrolment/identity-file.js';
import { emptyCalendar, type TestGateway } from '../testing/test-gateway.js';
import { Child } from './child.js';

/** Back to back, so that something is due whenever a device starts. */
const clipSeconds = 55;
const everySeconds = 60;
/** Of one sound, from when it has begun, seconds. */
export const mostSeconds = 45;
/** Real time for a device to fetch what it is assigned, milliseconds. */
const fetchMs = 60_000;

/** A device with an assignment in its folder, and the file that it plays. */
export interface HeldDevice {
  readonly clip: string;
  /** A configuration for a fresh copy of what is held; `idle` has no sound to make. */
  configure(name: string, sound: 'idle' | 'null' | { readonly file: string }): Promise<string>;
}

/** @throws XiaolabaError `ffmpeg-missing`, `measure-stalled` */
export async function holdAssignment(gateway: TestGateway, folder: string): Promise<HeldDevice> {
  const clip = join(folder, 'clip.mp3');
  await promisify(execFile)('ffmpeg', [
    ...['-hide_banner', '-loglevel', 'error', '-nostdin', '-f', 'lavfi'],
    ...['-i', `sine=frequency=440:duration=${clipSeconds}:sample_rate=44100`, '-b:a', '64k', clip],
  ]).catch((cause: unknown) => {
    throw worldError('ffmpeg-missing', 'ffmpeg can not make a clip', {}, cause);
  });
  const identity = gateway.identity();
  gateway.deviceKeys = identity.keys;
  await writeIdentity(join(folder, 'identity.json'), identity);
  const configure: HeldDevice['configure'] = async (name, sound) => {
    const data = join(folder, name);
    if (name !== 'held') await cp(join(folder, 'held'), data, { recursive: true });
    const path = `${data}.yaml`;
    const wired =
      sound === 'idle' ? {} : { sound: sound === 'null' ? { kind: 'null' } : { kind: 'file', path: sound.file } };
    await writeFile(
      path,
      stringify({ gateway: gateway.addresses, identity: join(folder, 'identity.json'), data, ...wired }),
    );
    return path;
  };
  await mkdir(join(folder, 'held'));
  await assign(gateway, identity, await readFile(clip));
  // Without a card what is due is refused, and is still to be played by whoever has one.
  const device = Child.start('device-process', [await configure('held', 'idle')]);
  try {
    const begun = performance.now();
    while (gateway.progress.at(-1)?.stage !== 'active') {
      if (performance.now() - begun > fetchMs) throw worldError('measure-stalled', 'the assignment is not fetched');
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  } finally {
    await device.end();
  }
  return { clip, configure };
}

async function assign(gateway: TestGateway, identity: ReturnType<TestGateway['identity']>, bytes: Uint8Array) {
  const now = Date.now();
  const day = 86_400_000;
  const year = new Date(now).getUTCFullYear();
  const rendition = { ...gateway.addBlob(bytes), durationMs: clipSeconds * 1000, format: 'mp3' as const, leadInMs: 0 };
  const release = await gateway.addRelease({
    v: 1,
    campaign: 'measure',
    revision: 1,
    title: 'measure',
    frozenAt: now,
    validFrom: now - day,
    validUntil: now + 7 * day,
    audience: { profiles: ['loudspeaker'], places: [identity.place] },
    items: [
      {
        id: 'clip',
        title: 'clip',
        audio: [{ dialect: 'cmn', voice: 'recording', renditions: [{ profile: 'loudspeaker', ...rendition }] }],
      },
    ],
    cues: [
      {
        id: 'always',
        output: 'audio',
        items: ['clip'],
        timing: {
          kind: 'every',
          windows: [{ days: 'every-day', from: '00:00', to: '24:00' }],
          seconds: everySeconds,
        },
        priority: 50,
        volumeCap: 70,
        dialects: 'first',
        breaksQuietHours: false,
      },
    ],
  });
  const calendar = gateway.addBlob(
    encodeMessage({ ...emptyCalendar, from: `${year - 1}-01-01`, to: `${year + 1}-12-31` }),
  );
  const policy = { ...defaultPolicy, quietHours: null };
  await gateway.assign(gateway.assignment(identity, now, { releases: [release], calendar, policy }));
}
