import {
  ackSchema,
  type Beat,
  commandSchema,
  type DownTopic,
  decodeMessage,
  downTopics,
  encodeMessage,
  errorCode,
  type Hello,
  profileOutputs,
  protocolVersions,
} from '@xiaolaba/protocol';
import type { Agent, AgentCounters, AgentPorts, AgentSettings, Vitals } from './agent-types.js';
import { AssignmentKeeper } from './assignment/keeper.js';
import { ProgressOutbox } from './assignment/progress.js';
import { BlobCache } from './cache/blob-cache.js';
import { Fetcher } from './cache/fetcher.js';
import { HttpSource } from './cache/http-source.js';
import { MqttSource } from './cache/mqtt-source.js';
import { nextBoot } from './clock/boot.js';
import { type ClockChange, Discipline } from './clock/discipline.js';
import { firmwareBuiltAt } from './clock/firmware-built.js';
import { Journal, readAlive } from './journal/journal.js';
import { Reporter } from './journal/reporter.js';
import { Life } from './life.js';
import { Beats } from './link/beats.js';
import { Link } from './link/link.js';
import { FrontPanel, type PanelState } from './peripherals/front-panel.js';
import { Player } from './player/player.js';
import { StopLatch } from './player/stop-latch.js';
import type { ToneResult } from './player/test-tone.js';
import { missingParts, profileTraits } from './profiles/profiles.js';
import { Trust } from './trust/trust.js';

const journalMaxBytes = 8 * 1024 * 1024;

/** Everything of one boot. */
interface Parts {
  readonly boot: string;
  readonly startedMono: number;
  readonly time: Discipline;
  readonly journal: Journal;
  readonly reporter: Reporter;
  readonly link: Link;
  readonly progress: ProgressOutbox;
  readonly fetcher: Fetcher;
  readonly keeper: AssignmentKeeper;
  readonly stop: StopLatch;
  readonly player: Player;
  readonly beats: Beats;
  readonly panel: FrontPanel;
  readonly faults: Map<string, string>;
  readonly vitals: () => Vitals;
}

/** The endpoint's firmware on given ports. It does nothing before `start`. */
export function createAgent(settings: AgentSettings, ports: AgentPorts): Agent {
  const life = new Life(ports.clock, ports.activity, ports.storage);
  let parts: Parts | undefined;
  const counters: AgentCounters = {
    get sent() {
      return parts?.link.counters.sent ?? 0;
    },
    get handled() {
      return parts?.link.counters.handled ?? 0;
    },
  };
  return {
    counters,
    get vitals() {
      return parts?.vitals();
    },
    async start() {
      try {
        parts = await begin(settings, ports, life);
      } catch (error) {
        if (!life.over) throw error;
      }
    },
    async stop() {
      if (parts) await end(parts, ports, life);
      else life.end();
    },
    cut() {
      life.end();
      parts?.link.destroy();
    },
  };
}

async function begin(settings: AgentSettings, ports: AgentPorts, life: Life): Promise<Parts> {
  const { identity, firmware, limits, random } = settings;
  const { clock, network, peripherals, log } = ports;
  const { device, secret, profile } = identity;
  const startedMono = clock.monotonic();

  const alive = await readAlive(life.storage);
  const boot = await nextBoot(life.storage, random, log);
  const faults = new Map<string, string>();
  const time = new Discipline(
    () => ({ wall: clock.now(), mono: clock.monotonic() }),
    firmwareBuiltAt,
    alive,
    (change) => clockChanged(change),
  );
  life.onWake(() => time.check());

  const journal = new Journal(life.storage, { device, boot, maxBytes: journalMaxBytes }, log);
  const cache = new BlobCache(life.storage, settings.cacheBytes);
  const authorization = `Basic ${Buffer.from(`${device}:${secret}`).toString('base64')}`;
  const overMqtt = (settings.files ?? profileTraits[profile].files) === 'mqtt';
  const chunks = overMqtt ? new MqttSource(life, (payload) => link.publish('want', payload, { qos: 1 })) : undefined;
  const source = chunks ?? new HttpSource(network, authorization);
  const fetcher = new Fetcher({ life, cache, source, random, log });
  const wanted = (topic: DownTopic): boolean =>
    topic === 'chunk' ? overMqtt : topic !== 'key-list' || identity.root !== undefined;
  const link: Link = new Link(
    life,
    network,
    { device, secret, boot, topics: downTopics.filter(wanted), random },
    { opened: () => opened(), closed: () => closed(), message: (topic, payload) => message(topic, payload) },
    log,
  );
  const reporter = new Reporter({
    life,
    journal,
    signer: identity.keys.signer,
    device,
    log,
    isOpen: () => link.open,
    publish: (envelope) => link.publish('records', envelope, { qos: 1 }),
  });
  const progress = new ProgressOutbox(
    life,
    () => link.open,
    (bytes) => link.publish('progress', bytes, { qos: 1 }),
  );

  const changed = (): void => {
    panel.update();
    beats.soon();
  };
  const working = (part: string, reason?: string): void => {
    const before = faults.get(part);
    if (reason === undefined) faults.delete(part);
    else faults.set(part, reason.slice(0, 64));
    if (before !== faults.get(part)) changed();
  };
  const player: Player = new Player({
    life,
    time,
    journal,
    cache,
    peripherals,
    limits,
    profile,
    outputs: profileOutputs[profile],
    working,
    changed,
    badFile: (sha256) => {
      life.run('bad-file', async () => {
        await journal.append({ kind: 'event', at: time.now(), event: 'blob-corrupt', detail: sha256 });
      });
      life.run('fetch', () => keeper.work());
    },
  });
  const trust = new Trust(life, identity, time, log, {
    changed: async (version) => {
      await stop.recheck();
      await keeper.recheck();
      await journal.append({ kind: 'event', at: time.now(), event: 'key-list', detail: String(version) });
      life.run('hello', sayHello);
    },
    refused: (detail) => journal.append({ kind: 'event', at: time.now(), event: 'key-list-refused', detail }),
  });
  const keeper: AssignmentKeeper = new AssignmentKeeper({
    identity,
    trust,
    life,
    time,
    journal,
    cache,
    fetcher,
    log,
    report: (report) => progress.report(report),
    activate: (holding, fresh) => player.activate(holding, fresh),
  });
  const stop = new StopLatch(life, identity, trust, log, async ({ state, reason }) => {
    const event = state === 'stop' ? 'stopped' : 'stop-lifted';
    player.stop(state === 'stop');
    changed();
    await journal.append({ kind: 'event', at: time.now(), event, detail: reason });
  });
  const panelState = (): PanelState => {
    if (stop.stopped) return 'stopped';
    if (faults.size > 0) return 'fault';
    if (player.playing.length > 0) return 'playing';
    return link.open ? 'ready' : 'offline';
  };
  const panel = new FrontPanel(
    life,
    peripherals,
    panelState,
    () => `${device} v${keeper.version}`,
    () => !player.playing.some(({ output }) => output === 'text'),
  );
  const beats = new Beats(
    life,
    () => time.now(),
    device,
    settings.beatSeconds,
    async (regular) => {
      // As often as the device wakes anyway: a lock on a battery doesn't wear its flash every minute.
      if (regular) life.run('alive', touchStorage);
      if (regular && trust.lapsed()) life.run('key-list', () => keeper.recheck());
      await sendBeat();
    },
  );

  let touchedMono = startedMono;
  async function touchStorage(): Promise<void> {
    await journal.alive(time.now(), time.state);
    touchedMono = clock.monotonic();
  }

  async function sendBeat(): Promise<void> {
    if (!link.open) return;
    const { position, site } = player;
    const stale = keeper.holding && time.trusted && keeper.holding.assignment.expiresAt <= time.now();
    const beat: Beat = {
      v: 1,
      boot,
      at: time.now(),
      up: Math.max(0, Math.floor((clock.monotonic() - startedMono) / 1000)),
      clock: time.state,
      playing: player.playing,
      unreported: journal.unreported,
      ...(position ? { position: [position[0], position[1]] } : {}),
      ...(site ? { site } : {}),
      faults: [...faults, ...(stale ? [['assignment', 'stale'] as const] : [])]
        .slice(0, 8)
        .map(([part, reason]) => ({ part, reason })),
    };
    await link.publish('beat', encodeMessage(beat), { qos: 0 }).catch(() => {});
  }

  async function sayHello(): Promise<void> {
    if (!link.open) return;
    const hello: Hello = {
      v: 1,
      protocol: protocolVersions,
      boot,
      at: time.now(),
      profile,
      firmware,
      outputs: [...profileOutputs[profile]],
      sign: settings.sign ?? null,
      assignment: keeper.version,
      ...(trust.version === undefined ? {} : { keyList: trust.version }),
      unreported: journal.unreported,
      clock: time.state,
    };
    await link.publish('hello', encodeMessage(hello), { qos: 1 });
  }

  async function opened(): Promise<void> {
    await sayHello();
    panel.update();
    beats.soon();
    await progress.flush();
    await reporter.opened();
    fetcher.kick();
  }

  function closed(): void {
    reporter.closed();
    chunks?.closed();
    panel.update();
  }

  async function message(topic: DownTopic, payload: Uint8Array): Promise<void> {
    // A retained message that was cleared comes as an empty one.
    if (payload.length === 0) return;
    try {
      if (topic === 'assignment') await keeper.receive(payload);
      else if (topic === 'stop') await stop.receive(payload);
      else if (topic === 'key-list') await trust.receive(payload);
      else if (topic === 'chunk') chunks?.receive(payload);
      else if (topic === 'ack') await reporter.acknowledged(decodeMessage(ackSchema, payload));
      else command(payload);
    } catch (error) {
      life.assertAlive();
      log.warn({ topic, error: errorCode(error) }, 'message refused');
    }
  }

  function command(payload: Uint8Array): void {
    const order = decodeMessage(commandSchema, payload);
    if (order.kind === 'identify') {
      panel.identify();
      life.run('test-tone', async () => log.info({ tone: await testTone() }, 'asked to identify itself'));
    } else {
      time.witness(order.at);
      const wait = time.settlesIn;
      if (wait !== undefined) life.after(wait + 1, 'clock', () => {});
    }
  }

  async function testTone(): Promise<ToneResult | undefined> {
    return profileOutputs[profile].includes('audio') ? player.testTone() : undefined;
  }

  function clockChanged({ state, regained }: ClockChange): void {
    log.warn({ state, ...regained }, 'the clock has changed');
    if (regained) {
      life.run('clock', () => journal.append({ kind: 'clock', at: time.now(), ...regained }));
    }
    player.clockChanged();
    beats.stop();
    beats.start();
    changed();
  }

  journal.onAppend = () => reporter.noted();
  await cache.open();
  player.remember(await journal.open(firmware, time.now(), alive));
  await trust.open();
  await stop.open();
  player.stop(stop.stopped);
  for (const part of missingParts(profile, peripherals)) faults.set(part, 'missing');
  await keeper.open();
  life.assertAlive();

  const on = (name: string, work: () => void | Promise<void>): void =>
    life.run(name, () => {
      time.check();
      return work();
    });
  const event = (kind: 'test-button' | 'override' | 'tamper', detail?: string): Promise<void> =>
    journal.append({ kind: 'event', at: time.now(), event: kind, ...(detail ? { detail } : {}) });
  peripherals.lock?.onEvent((kind) => on('lock', () => player.trigger(kind)));
  peripherals.position?.onFix((position) => on('fix', () => player.fix(position)));
  peripherals.override?.onChange((pressed) =>
    on('override', () => {
      player.override(pressed);
      return event('override', pressed ? 'on' : 'off');
    }),
  );
  peripherals.caseOpen?.onChange((open) =>
    on('case-open', () => {
      working('case', open ? 'open' : undefined);
      return event('tamper', open ? 'open' : 'closed');
    }),
  );
  peripherals.health?.onChange((part, reason) =>
    on('health', () => {
      working(part, reason);
      if (part === 'sign' && reason === undefined) player.signIsBack();
    }),
  );
  peripherals.testButton?.onChange((pressed) => {
    if (!pressed) return;
    on('test-button', () => {
      panel.identify();
      return testTone().then((result) => event('test-button', result));
    });
  });

  panel.update();
  beats.start();
  await touchStorage();
  life.run('fetch', () => keeper.work());
  link.start();
  return {
    boot,
    startedMono,
    time,
    journal,
    reporter,
    link,
    progress,
    fetcher,
    keeper,
    stop,
    player,
    beats,
    panel,
    faults,
    vitals: () => ({ sinceBeatMs: clock.monotonic() - touchedMono, playerLateMs: player.lateMs }),
  };
}

async function end(parts: Parts, ports: AgentPorts, life: Life): Promise<void> {
  const { beats, player, reporter, link, journal, time } = parts;
  beats.stop();
  await player.close();
  await reporter.send();
  await journal.alive(time.now(), time.state);
  await link.stop();
  life.end();
  ports.peripherals.led?.show('off');
  await ports.peripherals.close();
}
