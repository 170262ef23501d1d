import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { dayOf, type NamedRelease } from '@xiaolaba/protocol';
import cron from 'node-cron';
import { offerFirstLogin } from './accounts/first-login.js';
import { openPeople } from './accounts/index.js';
import { Alerts } from './alerts/index.js';
import { linkAddress } from './api/account-routes.js';
import { startApi } from './api/server.js';
import { Audit, AuditHead, verifyAudit } from './audit/index.js';
import { startBroker } from './broker/index.js';
import { ContentService } from './campaigns/content-service.js';
import { Campaigns, type PublishedRelease } from './campaigns/index.js';
import { Coverage } from './coverage/index.js';
import { adminToken, gatewayKeys, prepareDataDirectory } from './data-directory.js';
import { Assignments, Chunks, RouteBlobs } from './delivery/index.js';
import { Drafts } from './desk/drafts.js';
import type { Gateway, GatewayDeps } from './gateway-types.js';
import { Ingest, RecordIntake, Rejects } from './ingest/index.js';
import { Jobs, nightlyJobs, rotateBackups } from './jobs/index.js';
import { createLibrary, createSherpaVoices, createSpeechTool, openBlobStore, preferring } from './library/index.js';
import { StopOrders } from './orders/index.js';
import { Predictions } from './predict/index.js';
import { MediaShelf, Recordings } from './recordings/index.js';
import { LiveFleet, type RegisteredDevice, Registry } from './registry/index.js';
import { RolloutDriver, Rollouts } from './rollouts/index.js';
import { approverKeys, type GatewaySettings } from './settings.js';
import { openSqlite } from './store/index.js';
import { ApproverKeys, KeyLists } from './trust/index.js';
import { Turns } from './turns.js';
import { Work } from './work.js';

/** Who does what nobody asks for. */
const byMachine = { ip: '', headers: {}, actor: { kind: 'machine' } } as const;
/** How often the ledger settles what time has settled. */
const tickMs = 30_000;

/**
 * Starts a gateway on its data directory. Everything that it does by itself follows the given clock.
 * @throws XiaolabaError `data-unwritable`, `store-unusable`; the listener's error where a port is taken
 */
export async function startGateway(settings: GatewaySettings, deps: GatewayDeps): Promise<Gateway> {
  const begun: (() => Promise<void> | void)[] = [];
  /** Undoes what has been begun, the last first; all of it, whatever goes wrong on the way. */
  const end = async (): Promise<void> => {
    const errors: unknown[] = [];
    for (const undo of begun.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length > 0) throw errors[0];
  };
  try {
    return await start(settings, deps, begun, end);
  } catch (error) {
    await end().catch(() => undefined);
    throw error;
  }
}

async function start(
  settings: GatewaySettings,
  deps: GatewayDeps,
  begun: (() => Promise<void> | void)[],
  end: () => Promise<void>,
): Promise<Gateway> {
  const { clock, log } = deps;
  const now = () => clock.now();
  const data = await prepareDataDirectory(settings.dataDirectory);
  const keys = await gatewayKeys(data);
  const token = await adminToken(data);
  const store = await openSqlite(data.database);
  begun.push(() => store.destroy());
  const blobs = await openBlobStore(data.blobs);
  const cacheDirectory = settings.cacheDirectory ?? join(data.root, 'cache');
  const speech = preferring(createSherpaVoices({ directory: settings.voices }), createSpeechTool());
  begun.push(() => speech.close());
  const library = createLibrary({ blobs, cacheDirectory, log, speech });
  const registry = await Registry.open(store, keys.publicKey, now);
  const live = new LiveFleet(now);
  const rejects = new Rejects(store, now);
  const keyLists = await KeyLists.open({ store, approvers: approverKeys(settings), now, log });
  const rollouts = await Rollouts.open({
    store,
    policy: settings.rollout,
    model: () => content.model(),
    devices: () => registry.all(),
    online: (device) => live.get(device).online,
    now,
  });
  const campaigns = await Campaigns.open({
    store,
    blobs,
    library,
    trusted: () => keyLists.trusted(),
    rollouts,
    now,
    log,
  });
  const shelf = new MediaShelf({ store, blobs, directory: join(data.root, 'media') });
  const content = await ContentService.open({ store, blobs, registry, campaigns, shelf, log });
  const drafts = new Drafts({ store, content, campaigns, now });
  const recordings = new Recordings({ store, blobs, library, shelf, drafts, now, log });
  begun.push(() => recordings.close());
  const alerts = await Alerts.open({
    store,
    campaigns,
    library,
    content: { model: () => content.model(), texts: () => content.held()?.alerts ?? [] },
    devices: () => registry.all(),
    now,
    log,
  });
  const work = new Work(log);
  let closing = false;
  let preparing = Promise.resolve();
  /** What prepared texts say is voiced in the background: an alert that comes first has its own words rendered first. */
  const prepareAlerts = (): void => {
    preparing = preparing
      .then(() => alerts.prepareVoices(['loudspeaker', 'bus-screen'], () => !closing))
      .catch((error: unknown) => log.error({ error }, 'prepared texts could not be voiced'));
  };
  const people = await openPeople(store, deps.peopleNow ?? now, deps.hasher);
  const auditHead = new AuditHead({
    path: data.auditHead,
    store,
    signer: keys.signer,
    publicKey: keys.publicKey,
    now,
    log,
    run: (name, doing) => work.run(name, doing),
  });
  const audit = new Audit(store, auditHead, now);
  await auditHead.sign();
  begun.push(() => auditHead.sign());
  const routes = new RouteBlobs(blobs);
  const release = (sha256: string): NamedRelease | undefined => campaigns.release(sha256);
  const assignments = await Assignments.open({
    store,
    signer: keys.signer,
    routes,
    now,
    release,
    publish: (device, envelope) => work.run('assignment', () => broker.publish(device, 'assignment', envelope)),
  });
  const coverage = await Coverage.open({
    store,
    live,
    device: (id) => registry.get(id),
    devices: () => registry.all(),
    model: () => content.model(),
    history: (device) => assignments.history(device),
    release,
    now,
    log,
  });
  const stopOrders = await StopOrders.open({
    store,
    trusted: () => keyLists.trusted(),
    devices: () => registry.all(),
    now,
    publish: (device, envelope) => broker.publish(device, 'stop', envelope),
    forget: (device) => broker.clearRetained(device, 'stop'),
    run: (name, doing) => work.run(name, doing),
    log,
  });
  const predictions = new Predictions({
    store,
    coverage,
    registry,
    live,
    campaigns,
    assignments,
    stopOrders,
    model: () => content.model(),
    now,
  });
  const intake = await RecordIntake.open(store, now, (records) => {
    coverage.taken(records);
    stopOrders.taken(records);
  });

  /** Brings devices up to what stands, and the ledger up to what they are to hold. One at a time. */
  const refreshing = new Turns();
  const bringUp = async (devices: Iterable<RegisteredDevice>): Promise<void> => {
    const model = content.model();
    if (model) await coverage.expect(await assignments.refresh(devices, model, campaigns.standing()));
  };
  const refresh = (): Promise<void> =>
    refreshing.run(async () => {
      await stopOrders.bringUp(registry.all());
      await bringUp(registry.all());
    });
  const rolloutDriver = new RolloutDriver({
    rollouts,
    campaigns,
    coverage,
    policy: settings.rollout,
    model: () => content.model(),
    refresh,
    note: (action, { release: hash, campaign, revision }, details) =>
      audit.note(byMachine, action, `release/${hash}`, {
        campaign,
        revision,
        ...details,
      }),
    now,
    log,
  });
  /** Devices that come while a turn runs share the next one: a county that enrols at once is one piece of work. */
  const newcomers = new Set<string>();
  const refreshSoon = (device: string): void => {
    newcomers.add(device);
    if (newcomers.size > 1) return;
    work.run('refresh', () =>
      refreshing.run(() => {
        const devices = [...newcomers].flatMap((id) => registry.get(id) ?? []);
        newcomers.clear();
        // Silence before anything to play.
        return stopOrders.bringUp(devices, true).then(() => bringUp(devices));
      }),
    );
  };
  const settled = async (): Promise<void> => {
    await intake.settled();
    await refreshing.settled();
    await work.settled();
    await coverage.settled();
  };
  begun.push(settled, () => content.close());
  begun.push(async () => {
    closing = true;
    await preparing;
  });

  const chunks = new Chunks({
    blobs,
    mayRead: (id) => {
      const device = registry.get(id);
      return device?.enrolled === true && !device.revoked;
    },
    publish: (device, payload) => broker.publish(device, 'chunk', payload),
    run: (name, doing) => work.run(name, doing),
    now,
    log,
  });
  const tellKeyList = (device: string, list: Uint8Array): void =>
    work.run('key-list', () => broker.publish(device, 'key-list', list));
  const takeKeyList = async (envelope: Uint8Array): Promise<PublishedRelease[]> => {
    const taken = await keyLists.submit(envelope);
    if (!taken) return [];
    for (const { id } of registry.all()) {
      const { online, hello } = live.get(id);
      if (online && hello?.keyList !== undefined) tellKeyList(id, taken.envelope);
    }
    const lapsed = await campaigns.lapse();
    await refresh();
    return lapsed;
  };
  const ingest = new Ingest({
    registry,
    live,
    intake,
    rejects,
    log,
    now,
    tell: (device, topic, message) => work.run(topic, () => broker.publish(device, topic, message)),
    progress: (device, progress) => assignments.progress(device, progress),
    want: (device, want) => chunks.want(device, want),
    greeted: (device, version, keyList) => {
      for (const list of keyList === undefined ? [] : keyLists.after(keyList)) tellKeyList(device, list);
      if (assignments.greeted(device, version)) refreshSoon(device);
    },
  });
  const { host, port, webSocketPort, tls } = settings.mqtt;
  const broker = await startBroker(
    {
      host,
      port,
      ...(webSocketPort === undefined ? {} : { webSocketPort }),
      ...(tls ? { tls: { port: tls.port, ...(await readCertificate(tls)) } } : {}),
    },
    registry,
    ingest,
    { clock, log },
  );
  begun.push(() => broker.close());
  broker.onConnection(({ device, kind, epoch }) => {
    live.connection(device, kind === 'connected', epoch);
    if (kind === 'disconnected') chunks.gone(device);
  });
  work.run('stop-orders', async () => {
    await stopOrders.bringUp(registry.all());
  });
  assignments.republish();
  await coverage.tick();

  const jobs = await Jobs.open(
    nightlyJobs({
      store,
      coverage,
      zone: () => content.model()?.zone ?? 'Asia/Shanghai',
      refreshAssignments: refresh,
      keepPrediction: (at) => predictions.keep(at),
      backup: (at) => rotateBackups(store, data, at, settings.retention.backups),
      recordDays: settings.retention.recordDays,
      rejectDays: settings.retention.rejectDays,
    }),
    store,
    () => content.model()?.zone ?? 'Asia/Shanghai',
    now,
    log,
  );
  if (deps.jobs !== 'by-caller') {
    const runJobs = () => work.run('jobs', () => jobs.runDue());
    const minutely = cron.schedule('* * * * *', runJobs, { noOverlap: true });
    begun.push(async () => {
      await minutely.destroy();
    });
  }
  let cancelTick = clock.after(tickMs, tick);
  function tick(): void {
    work.run('tick', () => coverage.tick().then(() => rolloutDriver.tick()));
    work.run('alerts', async () => {
      for (const { id, validUntil } of await alerts.expire())
        await audit.note(byMachine, 'alert-expired', `alert/${id}`, { until: validUntil });
    });
    work.run('sessions', () => people.sessions.sweep());
    cancelTick = clock.after(tickMs, tick);
  }
  begun.push(() => cancelTick());
  await jobs.runDue();
  prepareAlerts();

  const api = await startApi(
    {
      ...settings.http,
      token,
      openReading: settings.openReading,
      ...(deps.consoleDirectory === undefined ? {} : { console: deps.consoleDirectory }),
      ...(deps.onRoute ? { onRoute: deps.onRoute } : {}),
    },
    {
      now,
      log,
      store,
      blobs,
      registry,
      live,
      campaigns,
      content,
      drafts,
      recordings,
      assignments,
      coverage,
      predictions,
      broker,
      ingest,
      rejects,
      jobs,
      people,
      linkUsed: () => rm(data.firstLogin, { force: true }),
      audit,
      verifyAudit: () => verifyAudit(store, data.auditHead, keys.publicKey),
      library,
      stopOrders,
      alerts,
      prepareAlerts,
      refresh,
      refreshSoon,
      keyLists,
      takeKeyList,
      approverKeys: new ApproverKeys({
        store,
        entitled: () => keyLists.entitled(),
        now,
      }),
      rollouts,
      rolloutPolicy: settings.rollout,
      rolloutDriver,
    },
  );
  begun.push(() => api.close());
  const base = settings.http.publicUrl ?? api.url;
  const firstLogin = await offerFirstLogin(people.accounts, data.firstLogin, (secret) => linkAddress(base, secret));
  log.info(
    { http: api.url, mqtt: broker.port, day: dayOf(now(), content.model()?.zone ?? 'Asia/Shanghai') },
    'gateway started',
  );

  let stopping: Promise<void> | undefined;
  return {
    httpPort: api.port,
    mqttPort: broker.port,
    url: api.url,
    token,
    firstLogin,
    counters: () => ({ handled: ingest.handled, pushed: broker.stats().delivered }),
    settled,
    runJobs: () => jobs.runDue(),
    stop() {
      stopping ??= end().then(() => log.info({}, 'gateway stopped'));
      return stopping;
    },
  };
}

async function readCertificate(tls: {
  readonly cert: string;
  readonly key: string;
}): Promise<{ cert: Buffer; key: Buffer }> {
  const [cert, key] = await Promise.all([readFile(tls.cert), readFile(tls.key)]);
  return { cert, key };
}
