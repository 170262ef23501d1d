import { rm } from 'node:fs/promises';
import { dayOf } from '@xiaolaba/protocol';
import { offerFirstLogin } from './accounts/first-login.js';
import { openPeople } from './accounts/index.js';
import { Alerts } from './alerts/index.js';
import { linkAddress } from './api/account-routes.js';
import { startApi } from './api/server.js';
import { openAir, type ToDevices } from './assembly/air.js';
import { Begun } from './assembly/begun.js';
import { everyMinute, everyTick } from './assembly/clockwork.js';
import { openDesk } from './assembly/desk.js';
import { openGround } from './assembly/ground.js';
import { KeyListNews } from './assembly/key-list-news.js';
import { PreparedVoices } from './assembly/prepared-voices.js';
import { Refresh } from './assembly/refresh.js';
import { startWire } from './assembly/wire.js';
import { Audit, AuditHead, verifyAudit } from './audit/index.js';
import { adminToken, gatewayKeys, prepareDataDirectory } from './data-directory.js';
import type { Gateway, GatewayDeps } from './gateway-types.js';
import { Rejects } from './ingest/index.js';
import { Jobs, nightlyJobs, rotateBackups } from './jobs/index.js';
import { createSherpaVoices, createSpeechTool, preferring } from './library/index.js';
import { RolloutDriver } from './rollouts/index.js';
import type { GatewaySettings } from './settings.js';
import { openSqlite } from './store/index.js';
import { ApproverKeys } from './trust/index.js';
import { Work } from './work.js';

/** Who does what nobody asks for. */
const byMachine = { ip: '', headers: {}, actor: { kind: 'machine' } } as const;

/**
 * Starts a gateway on its data directory. Everything that it does by itself follows the given clock.
 * @throws XiaolabaError `data-unwritable`, `store-unusable`; the listener's error where a port is taken
 */
export async function startGateway(settings: GatewaySettings, deps: GatewayDeps): Promise<Gateway> {
  const begun = new Begun();
  try {
    return await start(settings, deps, begun);
  } catch (error) {
    await begun.end().catch(() => undefined);
    throw error;
  }
}

/** What is begun, in its order; it ends in the opposite one. */
async function start(settings: GatewaySettings, deps: GatewayDeps, begun: Begun): Promise<Gateway> {
  const { clock, log } = deps;
  const now = () => clock.now();
  const work = new Work(log);

  const data = await prepareDataDirectory(settings.dataDirectory);
  const keys = await gatewayKeys(data);
  const token = await adminToken(data);
  const store = await openSqlite(data.database);
  begun.endsBy(() => store.destroy());
  const speech = preferring(createSherpaVoices({ directory: settings.voices }), createSpeechTool());
  begun.endsBy(() => speech.close());
  const { cacheDirectory } = settings;
  const { publicKey, signer } = keys;
  const ground = await openGround({ now, log, work, store, data, cacheDirectory, speech, publicKey });
  const { registry } = ground;

  const desk = await openDesk(ground, settings, data);
  const { keyLists, rollouts, campaigns, content } = desk;
  const model = () => content.model();
  const zone = () => content.model()?.zone ?? 'Asia/Shanghai';
  begun.endsBy(() => desk.recordings.close());
  const alerts = await Alerts.open({
    store,
    campaigns,
    library: ground.library,
    content: { model, texts: () => content.held()?.alerts ?? [] },
    devices: () => registry.all(),
    now,
    log,
  });
  const voices = new PreparedVoices(alerts, log);

  const people = await openPeople(store, deps.peopleNow ?? now, deps.hasher);
  const run = (name: string, doing: () => Promise<void>) => work.run(name, doing);
  const auditHead = new AuditHead({ path: data.auditHead, store, signer, publicKey, now, log, run });
  const audit = new Audit(store, auditHead, now);
  await auditHead.sign();
  begun.endsBy(() => auditHead.sign());

  const toDevices: ToDevices = {
    publish: (device, topic, payload) => wire.broker.publish(device, topic, payload),
    clearRetained: (device, topic) => wire.broker.clearRetained(device, topic),
  };
  const air = await openAir(ground, desk, keys, toDevices);
  const { assignments, coverage, stopOrders } = air;
  const refresh = new Refresh(ground, desk, air);
  const rolloutDriver = new RolloutDriver({
    rollouts,
    campaigns,
    coverage,
    policy: settings.rollout,
    model,
    refresh: refresh.all,
    note: (action, { release, campaign, revision }, details) =>
      audit.note(byMachine, action, `release/${release}`, { campaign, revision, ...details }),
    now,
    log,
  });
  const settled = async (): Promise<void> => {
    await air.intake.settled();
    await refresh.settled();
    await work.settled();
    await coverage.settled();
  };
  begun.endsBy(settled);
  begun.endsBy(() => content.close());
  begun.endsBy(() => voices.close());

  const rejects = new Rejects(store, now);
  const keyListNews = new KeyListNews(ground, desk, refresh, toDevices);
  const wire = await startWire(ground, air, settings.mqtt, { clock, rejects, refresh, keyListNews, toDevices });
  begun.endsBy(() => wire.broker.close());
  work.run('stop-orders', async () => {
    await stopOrders.bringUp(registry.all());
  });
  assignments.republish();
  await coverage.tick();

  const nightly = nightlyJobs({
    store,
    coverage,
    zone,
    refreshAssignments: refresh.all,
    keepPrediction: (at) => air.predictions.keep(at),
    backup: (at) => rotateBackups(store, data, at, settings.retention.backups),
    recordDays: settings.retention.recordDays,
    rejectDays: settings.retention.rejectDays,
  });
  const jobs = await Jobs.open(nightly, store, zone, now, log);
  if (deps.jobs !== 'by-caller') begun.endsBy(everyMinute(() => work.run('jobs', () => jobs.runDue())));
  const endTicks = everyTick(clock, () => {
    work.run('tick', () => coverage.tick().then(() => rolloutDriver.tick()));
    work.run('alerts', async () => {
      for (const { id, validUntil } of await alerts.expire())
        await audit.note(byMachine, 'alert-expired', `alert/${id}`, { until: validUntil });
    });
    work.run('sessions', () => people.sessions.sweep());
  });
  begun.endsBy(endTicks);
  await jobs.runDue();
  voices.prepare();

  const api = await startApi(
    {
      ...settings.http,
      token,
      openReading: settings.openReading,
      ...(deps.consoleDirectory === undefined ? {} : { console: deps.consoleDirectory }),
      ...(deps.onRoute ? { onRoute: deps.onRoute } : {}),
    },
    {
      ...ground,
      ...desk,
      ...air,
      ...wire,
      rejects,
      jobs,
      alerts,
      prepareAlerts: voices.prepare,
      people,
      linkUsed: () => rm(data.firstLogin, { force: true }),
      audit,
      verifyAudit: () => verifyAudit(store, data.auditHead, publicKey),
      approverKeys: new ApproverKeys({ store, entitled: () => keyLists.entitled(), now }),
      takeKeyList: keyListNews.take,
      rolloutPolicy: settings.rollout,
      rolloutDriver,
      refresh: refresh.all,
      refreshSoon: refresh.soon,
    },
  );
  begun.endsBy(() => api.close());
  const base = settings.http.publicUrl ?? api.url;
  const firstLogin = await offerFirstLogin(people.accounts, data.firstLogin, (secret) => linkAddress(base, secret));
  log.info({ http: api.url, mqtt: wire.broker.port, day: dayOf(now(), zone()) }, 'gateway started');

  let stopping: Promise<void> | undefined;
  return {
    httpPort: api.port,
    mqttPort: wire.broker.port,
    url: api.url,
    token,
    firstLogin,
    counters: () => ({ handled: wire.ingest.handled, pushed: wire.broker.stats().delivered }),
    settled,
    runJobs: () => jobs.runDue(),
    stop() {
      stopping ??= begun.end().then(() => log.info({}, 'gateway stopped'));
      return stopping;
    },
  };
}
