import { mkdir, mkdtemp, rm, symlink } from 'node:fs/promises';
import { availableParallelism, cpus, loadavg, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { Worker } from '@xiaolaba/gateway/processes';
import {
  decodeMessage,
  type Profile,
  profileOutputs,
  releaseLimits,
  releaseSchema,
  renditionsFor,
  sealEnvelope,
  toBase64,
  worldError,
} from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import { GatewayApi } from '../host/gateway-api.js';
import { approveAll, importContent, type SetupReport } from '../setup.js';
import { readContent } from '../stage.js';
import type { Claimed, DevicesOrders, GatewayOrders, Marks } from './orders.js';
import { type AlertFigures, type AlertReport, type Sample, sampleOf, stagesOf } from './report.js';

export interface MeasureAlertOptions {
  readonly contentDirectory: string;
  readonly cacheDirectory: string;
  readonly alerts: number;
  readonly profiles: readonly Profile[];
  /** Processes that the fleet is spread over. */
  readonly processes: number;
  readonly signal: AbortSignal;
  readonly onSetup: SetupReport;
  readonly onHolding: (holding: number, of: number) => void;
  readonly onAlert: (index: number, of: number, figures: AlertFigures) => void;
}

/** How long the fleet may take to fetch what is always there: two minutes of it pass before it comes into force. */
const holdMs = 600_000;
/** After this a device that has not sounded is taken never to. */
const soundMs = 60_000;
/** Between two alerts, for what they set off to end. */
const restMs = 5_000;

const pause = (milliseconds: number): Promise<void> => new Promise((done) => setTimeout(done, milliseconds));

/**
 * Brings the district up in real time, gives exercise alerts for everywhere, and measures how long each device takes
 * from the moment in which the signed release is handed in to the first sound.
 * @throws XiaolabaError `content-refused`, `measure-stalled`, `measure-stopped`; of the gateway
 */
export async function measureAlert(options: MeasureAlertOptions): Promise<AlertReport> {
  const { contentDirectory, cacheDirectory, signal, onSetup } = options;
  const content = await readContent(contentDirectory);
  const root = await mkdtemp(join(tmpdir(), 'xiaolaba-measure-alert-'));
  const workers: Worker<GatewayOrders | DevicesOrders>[] = [];
  const begin = <T extends GatewayOrders | DevicesOrders>(module: string): Worker<T> => {
    const worker = Worker.start<T>(import.meta.url, module);
    workers.push(worker as unknown as Worker<GatewayOrders | DevicesOrders>);
    return worker;
  };
  const assertGoing = (): void => {
    if (signal.aborted) throw worldError('measure-stopped', 'it was stopped');
  };
  try {
    const dataDirectory = join(root, 'gateway');
    await shareBlobs(dataDirectory, cacheDirectory);
    const approver = generateKeyPair();
    const gateway = begin<GatewayOrders>('gateway-process');
    const uplink = await gateway.ask('start', {
      dataDirectory,
      settings: {
        http: { host: '127.0.0.1', port: 0 },
        mqtt: { host: '127.0.0.1', port: 0 },
        approvers: [{ name: 'measure', key: toBase64(approver.publicKey.bytes) }],
        cacheDirectory,
        rollout: { fromPlaces: 0 },
        log: 'silent',
      },
    });
    const api = new GatewayApi(
      () => uplink.url,
      () => uplink.token,
    );
    await importContent(api, contentDirectory, onSetup);
    await approveAll(api, approver, onSetup);
    assertGoing();
    const claims = await api.post<{ device: string; code: string }[]>('/api/claims', {});
    const codes = new Map(claims.map(({ device, code }) => [device, code]));
    const claimed = content.devices.flatMap(({ id, profile, place, sign }): Claimed[] => {
      const code = codes.get(id);
      return code === undefined ? [] : [{ device: id, code, profile, place, ...(sign ? { sign } : {}) }];
    });
    const fleets = Array.from({ length: options.processes }, () => begin<DevicesOrders>('devices-process'));
    const addresses = { http: uplink.url, mqtt: `mqtt://127.0.0.1:${uplink.mqttPort}` };
    await Promise.all(
      fleets.map((fleet, index) =>
        fleet.ask('start', {
          devices: claimed.filter((_, at) => at % fleets.length === index),
          approver: toBase64(approver.publicKey.bytes),
          addresses,
        }),
      ),
    );
    await untilHolding(fleets, claimed.length, options, assertGoing);
    await gateway.ask('settled');
    const district = new MeasuredDistrict(api, gateway, fleets, approver, options.profiles);
    const samples: Sample[] = [];
    const alerts: AlertFigures[] = [];
    for (let index = 0; index < options.alerts; index++) {
      await pause(restMs);
      assertGoing();
      const { sample, figures } = await district.alert(index);
      samples.push(sample);
      alerts.push(figures);
      options.onAlert(index + 1, options.alerts, figures);
    }
    const errors = await Promise.all(fleets.map((fleet) => fleet.ask('errors')));
    const [{ model: cpu = '' } = {}] = cpus();
    return {
      machine: { cores: availableParallelism(), cpu, memoryBytes: totalmem(), node: process.version },
      at: new Date().toISOString(),
      devices: claimed.length,
      outputs: samples[0]?.outputs ?? 0,
      processes: fleets.length,
      alerts,
      overall: stagesOf(samples),
      neverSounded: samples.reduce((sum, { neverSounded }) => sum + neverSounded, 0),
      errors: errors.flat(),
    };
  } finally {
    await Promise.all(workers.reverse().map((worker) => worker.end()));
    await rm(root, { recursive: true, force: true });
  }
}

/** What was rendered once is found again: blobs are named by their content. */
async function shareBlobs(dataDirectory: string, cacheDirectory: string): Promise<void> {
  const shared = join(cacheDirectory, 'blobs');
  await mkdir(shared, { recursive: true });
  await mkdir(dataDirectory, { recursive: true });
  await symlink(resolve(shared), join(dataDirectory, 'blobs'), 'dir');
}

async function untilHolding(
  fleets: readonly Worker<DevicesOrders>[],
  all: number,
  { onHolding }: MeasureAlertOptions,
  assertGoing: () => void,
): Promise<void> {
  const begun = performance.now();
  for (let turn = 0; ; turn++) {
    const counts = await Promise.all(fleets.map((fleet) => fleet.ask('holding')));
    const holding = counts.reduce((sum, count) => sum + count, 0);
    if (holding === all) return;
    if (turn % 10 === 0) onHolding(holding, all);
    if (performance.now() - begun > holdMs)
      throw worldError('measure-stalled', `${holding} of ${all} devices hold what they are assigned`);
    await pause(1000);
    assertGoing();
  }
}

/** A district in which everything is in force, and what it does when an alert is given. */
class MeasuredDistrict {
  constructor(
    private readonly api: GatewayApi,
    private readonly gateway: Worker<GatewayOrders>,
    private readonly fleets: readonly Worker<DevicesOrders>[],
    private readonly approver: KeyPair,
    private readonly profiles: readonly Profile[],
  ) {}

  async alert(index: number): Promise<{ sample: Sample; figures: AlertFigures }> {
    const { api, approver } = this;
    // Words of its own: what a device holds already it would not fetch.
    const area = `第${[...String(index + 1)].map((digit) => '零一二三四五六七八九'[Number(digit)]).join('')}次检查`;
    const { id, candidate } = await api.post<{ id: string; candidate: string }>('/api/alerts', {
      status: 'exercise',
      words: { text: 'exercise', fields: { area } },
      scope: 'everywhere',
      profiles: this.profiles,
      minutes: 10,
      breaksQuietHours: true,
    });
    const payload = await api.bytes(`/api/candidates/${candidate}`);
    const release = decodeMessage(releaseSchema, payload, releaseLimits);
    const files = this.profiles.flatMap((profile) => renditionsFor(release, profile).map(({ sha256 }) => sha256));
    const text = release.items[0]?.text;
    await this.#watch({ files, ...(text === undefined ? {} : { text }) });
    const envelope = await sealEnvelope('release', payload, [approver.signer]);
    const loadBefore = loadavg()[0] ?? Number.NaN;
    const cpuBefore = await this.#cpu();
    const handedAt = Date.now();
    await api.post('/api/releases', envelope);
    const answeredMs = Date.now() - handedAt;
    const aired = { audio: files.length > 0, text: text !== undefined };
    const taken = async (): Promise<Sample> => sampleOf(await this.#addressed(), handedAt, aired);
    let sample = await taken();
    while (sample.neverSounded > 0 && Date.now() - handedAt < soundMs) {
      // Seldom: to be asked is work for those that are measured.
      await pause(1000);
      sample = await taken();
    }
    const cpuAfter = await this.#cpu();
    await this.#watch({ files: [] });
    await api.post(`/api/alerts/${id}/end`, { reason: '测量完毕' });
    await this.#ended();
    await this.gateway.ask('settled');
    const { neverSounded } = sample;
    const cpuMs = {
      gateway: cpuAfter.gateway - cpuBefore.gateway,
      devices: cpuAfter.devices - cpuBefore.devices,
    };
    return { sample, figures: { answeredMs, loadBefore, cpuMs, stages: stagesOf([sample]), neverSounded } };
  }

  async #addressed(): Promise<Marks[]> {
    const marks = await Promise.all(this.fleets.map((fleet) => fleet.ask('marks')));
    return marks.flat().filter(({ profile }) => this.profiles.includes(profile) && profileOutputs[profile].length > 0);
  }

  async #cpu(): Promise<{ readonly gateway: number; readonly devices: number }> {
    const gateway = await this.gateway.ask('cpuMs');
    const fleets = await Promise.all(this.fleets.map((fleet) => fleet.ask('cpuMs')));
    return { gateway, devices: fleets.reduce((sum, one) => sum + one, 0) };
  }

  async #watch(watched: { readonly files: readonly string[]; readonly text?: string }): Promise<void> {
    await Promise.all(this.fleets.map((fleet) => fleet.ask('watch', watched)));
  }

  /** Until devices hold what they held before. */
  async #ended(): Promise<void> {
    const begun = performance.now();
    while ((await this.#addressed()).some(({ active }) => active === undefined)) {
      if (performance.now() - begun > soundMs) return;
      await pause(1000);
    }
  }
}
