import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { toBase64 } from '@xiaolaba/protocol';
import { generateKeyPair } from '@xiaolaba/protocol/node';
import type { Content } from '../content/model.js';
import { gatewayKeys, prepareDataDirectory } from '../data-directory.js';
import { Registry } from '../registry/index.js';
import { openSqlite } from '../store/index.js';
import type { BenchDevice } from './bench-device.js';

const devicesPerSite = 20;
const name = (text: string) => ({ zh: `${text}（测量）`, en: `${text} (bench)` });

/** A district of loudspeakers, so that the ledger has a time zone and looks for a slot at every record. */
function benchContent(devices: readonly BenchDevice[]): Content {
  const sites = Math.ceil(devices.length / devicesPerSite);
  return {
    district: {
      id: 'bench',
      name: name('bench'),
      zone: 'Asia/Shanghai',
      demo: true,
      townships: [{ id: 'bench-town', name: name('town') }],
      policeStations: [{ id: 'bench-police', name: name('police'), township: 'bench-town' }],
    },
    sites: Array.from({ length: sites }, (_, index) => ({
      id: `bench-${index}`,
      kind: 'estate',
      name: name(`estate ${index}`),
      township: 'bench-town',
      policeStation: 'bench-police',
      position: [106.6 + index / 1000, 26.6],
      dialects: ['cmn'],
      quietHours: { from: '22:00', to: '06:00' },
      volumeCap: 80,
      noiseZone: 2,
      people: 1000,
    })),
    routes: [],
    fleets: [],
    devices: devices.map(({ id }, index) => ({
      id,
      profile: 'loudspeaker',
      place: `site/bench-${Math.floor(index / devicesPerSite)}`,
    })),
    calendar: {
      v: 1,
      id: 'bench',
      from: '2026-01-01',
      to: '2026-12-31',
      holidays: [],
      makeupWorkdays: [],
      schoolTerms: [],
    },
    campaigns: [],
    media: { audio: '', video: '' },
  };
}

/** Prepares a data directory in which `count` devices are enrolled. @returns the path of their list */
export async function enrolBenchDevices(directory: string, count: number): Promise<string> {
  const data = await prepareDataDirectory(directory);
  const { publicKey } = await gatewayKeys(data);
  const keys = Array.from({ length: count }, (_, index) => ({
    id: `bench-${String(index).padStart(5, '0')}`,
    ...generateKeyPair(),
  }));
  const content = benchContent(keys.map(({ id, seed }) => ({ id, secret: '', seed: toBase64(seed) })));
  const store = await openSqlite(data.database);
  try {
    await store
      .insertInto('documents')
      .values({ kind: 'content', id: 'district', body: JSON.stringify(content) })
      .execute();
    const registry = await Registry.open(store, publicKey, () => Date.now());
    await registry.learn(content.devices);
    const codes = new Map((await registry.claim(keys.map(({ id }) => id))).map(({ device, code }) => [device, code]));
    const devices: BenchDevice[] = [];
    for (const { id, publicKey: own, seed } of keys) {
      const code = codes.get(id) ?? '';
      const { secret } = await registry.enrol({ device: id, code, publicKey: toBase64(own.bytes) });
      devices.push({ id, secret, seed: toBase64(seed) });
    }
    const list = join(directory, 'bench-devices.json');
    await writeFile(list, JSON.stringify(devices), { mode: 0o600 });
    return list;
  } finally {
    await store.destroy();
  }
}
