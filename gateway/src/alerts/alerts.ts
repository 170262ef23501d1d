import { randomBytes } from 'node:crypto';
import { callerError, clockOf, dayOf, type Profile } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { Logger } from 'pino';
import type { AlertRequest } from '../api/alert-contract.js';
import type { Campaigns, DistrictModel, PublishedRelease } from '../campaigns/index.js';
import type { AlertText, ContentProblem } from '../content/index.js';
import type { Library } from '../library/index.js';
import { type OrderScope, placesOf } from '../orders/scope.js';
import type { RegisteredDevice } from '../registry/index.js';
import type { Store } from '../store/index.js';
import { Turns } from '../turns.js';
import type { Alert, AlertBody, AlertSpec, Standing } from './alert.js';
import { AlertRefused, checkSpan, type FrozenAlert, freezeAlert, spanFrom } from './freeze.js';
import { wordingOf } from './wording.js';
import { alertLimits } from './words.js';

export interface AlertsDeps {
  readonly store: Store;
  readonly campaigns: Campaigns;
  readonly library: Library;
  readonly content: { model(): DistrictModel | undefined; texts(): readonly AlertText[] };
  readonly devices: () => Iterable<RegisteredDevice>;
  readonly now: () => number;
  readonly log: Logger;
}

const decoder = new TextDecoder();

/** Alerts 紧急插播: made here, signed like any release, over when their time is, or when somebody ends them. */
export class Alerts {
  readonly #alerts = new Map<string, Alert>();
  readonly #turns = new Turns();
  /** Over, and nowhere listed any more. */
  readonly #settled = new Set<string>();
  #changes = 0;

  private constructor(private readonly deps: AlertsDeps) {}

  static async open(deps: AlertsDeps): Promise<Alerts> {
    const alerts = new Alerts(deps);
    for (const row of await deps.store.selectFrom('alerts').selectAll().orderBy('created_at').execute())
      alerts.#alerts.set(row.id, {
        ...(JSON.parse(row.body) as AlertBody),
        id: row.id,
        createdAt: row.created_at,
        ...(row.ended_at === null ? {} : { endedAt: row.ended_at }),
      });
    return alerts;
  }

  /** Every alert, the latest first. */
  all(): readonly Alert[] {
    return [...this.#alerts.values()].reverse();
  }

  /** @throws XiaolabaError `alert-unknown` */
  get(id: string): Alert {
    const alert = this.#alerts.get(id);
    if (!alert) throw callerError('alert-unknown', `no alert ${id}`, { alert: id });
    return alert;
  }

  /** Those that wait for signatures or are on air, the latest first. */
  open(): readonly Alert[] {
    return this.all().filter((alert) => ['waiting', 'on-air'].includes(this.standing(alert).state));
  }

  /** Differs from what it was when a page would show something else. */
  get mark(): string {
    return `${this.#changes} ${this.open()
      .map((alert) => `${alert.id}:${this.standing(alert).state}`)
      .join(' ')}`;
  }

  /** Somebody has signed something: whoever watches is told. */
  signed(): void {
    this.#changes++;
  }

  releaseOf({ campaign, revision }: AlertBody): PublishedRelease | undefined {
    return this.deps.campaigns
      .releases()
      .find(({ release }) => release.campaign === campaign && release.revision === revision);
  }

  standing(alert: Alert): Standing {
    const published = this.releaseOf(alert);
    const { validUntil, endedAt } = alert;
    const over = this.deps.now() >= validUntil;
    const later = this.all().find((one) => one.campaign === alert.campaign && one.revision > alert.revision);
    if (!published) {
      // An update takes the place of what nobody has signed yet.
      if (later && endedAt !== undefined) return { state: 'replaced', endedAt, replacedBy: later.id };
      return endedAt === undefined ? { state: over ? 'lapsed' : 'waiting' } : { state: 'cancelled', endedAt };
    }
    const { sha256: release, publishedAt, withdrawnAt } = published;
    const known = { release, publishedAt };
    if (withdrawnAt === undefined) return { ...known, state: over ? 'expired' : 'on-air' };
    if (withdrawnAt >= validUntil) return { ...known, state: 'expired' };
    const successor = this.all().find(
      (one) => one.campaign === alert.campaign && this.releaseOf(one)?.publishedAt === withdrawnAt,
    );
    if (successor && successor.id !== alert.id)
      return { ...known, state: 'replaced', endedAt: withdrawnAt, replacedBy: successor.id };
    return { ...known, state: 'ended', endedAt: withdrawnAt };
  }

  /**
   * What a request comes to. @throws XiaolabaError `content-missing`, `alert-refused`, `alert-unknown`,
   * `alert-status-fixed`; as `placesOf`
   */
  specOf(
    request: AlertRequest,
    author: string,
  ): { readonly spec: AlertSpec; readonly problems: readonly ContentProblem[] } {
    const { words, scope, minutes, ...airing } = request;
    const { wording, problems } = wordingOf(words, request.status, this.deps.content.texts());
    if (problems.some(({ severity }) => severity === 'error')) throw new AlertRefused(problems);
    const places = this.places(scope, airing.profiles);
    const { replaces, ...rest } = airing;
    const spec: AlertSpec = {
      ...rest,
      ...spanFrom(this.deps.now(), minutes),
      wording,
      places,
      everywhere: scope === 'everywhere',
      author,
      ...(replaces === undefined ? {} : { replaces }),
    };
    return { spec, problems };
  }

  /** The places of a scope that have a device of one of the profiles. @throws XiaolabaError as `placesOf` */
  places(scope: OrderScope, profiles: readonly Profile[]): string[] {
    const places = placesOf(scope === 'everywhere' ? {} : scope, this.model());
    return this.served(places, profiles);
  }

  /** Those of the places that have a device of one of the profiles. */
  hasDevice(places: readonly string[], profiles: readonly Profile[]): string[] {
    const served = new Set<string>();
    for (const { place, profile, revoked } of this.deps.devices())
      if (!revoked && profiles.includes(profile)) served.add(place);
    return places.filter((place) => served.has(place));
  }

  /** @throws XiaolabaError `scope-empty` */
  served(places: readonly string[], profiles: readonly Profile[]): string[] {
    const reached = this.hasDevice(places, profiles);
    if (reached.length === 0) throw callerError('scope-empty', 'no device is meant', {});
    return reached;
  }

  /** @throws XiaolabaError `content-missing` */
  model(): DistrictModel {
    const model = this.deps.content.model();
    if (!model) throw callerError('content-missing', 'no content has been imported');
    return model;
  }

  /** The release that would be signed; nothing is kept but rendered voices. @throws XiaolabaError `alert-refused` */
  freeze(spec: AlertSpec, campaign = `${prefixOf(spec)}-preview`, revision = 1): Promise<FrozenAlert> {
    return freezeAlert({ ...spec, campaign, revision }, this.model(), this.deps);
  }

  /**
   * Makes an alert that waits for signatures. @throws XiaolabaError `alert-refused`, `alert-over`, `alert-too-long`,
   * `alert-unknown`, `alert-status-fixed`: an exercise stays one
   */
  create(spec: AlertSpec): Promise<Alert> {
    return this.#turns.run(async () => {
      const { store, now, log } = this.deps;
      checkSpan(spec, now(), alertLimits.minutes);
      const before = spec.replaces === undefined ? undefined : this.#updatable(spec.replaces, spec);
      const id = this.#newId(spec);
      const campaign = before?.campaign ?? id;
      const chain = this.all().filter((alert) => alert.campaign === campaign);
      const revision = Math.max(0, ...chain.map((alert) => alert.revision)) + 1;
      const { payload, notes } = await this.freeze(spec, campaign, revision);
      const candidate = sha256(payload);
      const model = this.model();
      const people = spec.places.reduce((sum, place) => sum + (model.places.get(place)?.people ?? 0), 0);
      const body: AlertBody = { ...spec, campaign, revision, candidate, people, notes };
      // CAP counts in seconds.
      const createdAt = Math.floor(now() / 1000) * 1000;
      const waiting = chain.filter((alert) => this.standing(alert).state === 'waiting');
      await store.transaction().execute(async (transaction) => {
        for (const alert of waiting) {
          await transaction.deleteFrom('candidates').where('sha256', '=', alert.candidate).execute();
          await transaction.updateTable('alerts').set({ ended_at: createdAt }).where('id', '=', alert.id).execute();
        }
        await transaction
          .insertInto('alerts')
          .values({ id, body: JSON.stringify(body), created_at: createdAt, ended_at: null })
          .execute();
        await transaction
          .insertInto('candidates')
          .values({
            sha256: candidate,
            campaign,
            variant: '',
            revision,
            payload: decoder.decode(payload),
            created_at: now(),
          })
          .execute();
        // Nobody approves what they wrote themselves.
        await transaction
          .insertInto('draft_versions')
          .values({ id: campaign, version: revision, body: JSON.stringify(spec), author: spec.author, at: now() })
          .execute();
      });
      for (const alert of waiting) this.#alerts.set(alert.id, { ...alert, endedAt: createdAt });
      const alert: Alert = { ...body, id, createdAt };
      this.#alerts.set(id, alert);
      this.#changes++;
      log.warn({ alert: id, status: spec.status, places: spec.places.length }, 'alert waits for signatures');
      return alert;
    });
  }

  /**
   * Ends an alert, on air or waiting: that only ever makes less sound, so nobody signs for it. One that is over stays as
   * it is. @throws XiaolabaError `alert-unknown`
   */
  end(id: string, reason: string, by: string): Promise<Alert> {
    return this.#turns.run(async () => {
      const { store, campaigns, now, log } = this.deps;
      const alert = this.get(id);
      const { state, release } = this.standing(alert);
      if (state !== 'waiting' && state !== 'on-air') return alert;
      const endedAt = now();
      const ended: Alert = { ...alert, endedAt, endedBy: by, endReason: reason };
      const { id: _id, createdAt: _createdAt, endedAt: _endedAt, ...body } = ended;
      if (release) await campaigns.withdraw(release);
      await store.transaction().execute(async (transaction) => {
        await transaction.deleteFrom('candidates').where('campaign', '=', alert.campaign).execute();
        await transaction
          .updateTable('alerts')
          .set({ ended_at: endedAt, body: JSON.stringify(body) })
          .where('id', '=', id)
          .execute();
      });
      this.#alerts.set(id, ended);
      this.#changes++;
      log.warn({ alert: id, reason }, 'alert ended');
      return ended;
    });
  }

  /**
   * Takes what is over off the air, and what nobody has signed in time from what waits for signatures.
   * @returns what was on air until now
   */
  expire(): Promise<Alert[]> {
    return this.#turns.run(async () => {
      const { store, campaigns, now, log } = this.deps;
      const over: Alert[] = [];
      for (const alert of this.#alerts.values()) {
        if (now() < alert.validUntil || alert.endedAt !== undefined || this.#settled.has(alert.id)) continue;
        const published = this.releaseOf(alert);
        if (!published) await store.deleteFrom('candidates').where('sha256', '=', alert.candidate).execute();
        else if (published.withdrawnAt === undefined) {
          await campaigns.withdraw(published.sha256);
          log.info({ alert: alert.id }, 'alert expired');
          over.push(alert);
        }
        this.#settled.add(alert.id);
        this.#changes++;
      }
      return over;
    });
  }

  /** What is to be updated, which has to be of the same kind and not over. */
  #updatable(id: string, { status }: AlertSpec): Alert {
    const alert = this.get(id);
    if (alert.status !== status)
      throw callerError('alert-status-fixed', 'an exercise is never turned real, nor the other way', { alert: id });
    const { state, replacedBy } = this.standing(alert);
    if (state === 'replaced' && replacedBy !== undefined)
      throw callerError('alert-replaced', 'there is a later one', { alert: id, by: replacedBy });
    if (state !== 'waiting' && state !== 'on-air') throw callerError('alert-ended', 'it is over', { alert: id, state });
    return alert;
  }

  #newId(spec: AlertSpec): string {
    const at = this.deps.now();
    const { zone } = this.model();
    const time = `${dayOf(at, zone)}-${clockOf(at, zone).slice(0, 5)}`.replace(/[-:]/g, '');
    return `${prefixOf(spec)}-${time.slice(0, 8)}-${time.slice(8)}-${randomBytes(3).toString('hex')}`;
  }

  /** Renders what prepared texts say unless somebody fills something in, so that an alert needs no voice made first. */
  async prepareVoices(profiles: AlertRequest['profiles'], isWanted: () => boolean = () => true): Promise<void> {
    for (const text of this.deps.content.texts()) {
      for (const status of text.exercise ? (['exercise'] as const) : (['actual', 'exercise'] as const)) {
        const { wording, problems } = wordingOf({ text: text.id, fields: {} }, status, [text]);
        if (problems.some(({ severity }) => severity === 'error')) continue;
        for (const { dialect, text: words } of wording.spoken) {
          if (!isWanted()) return;
          await this.deps.library.render({ dialect, text: words }, profiles).catch((error: unknown) => {
            this.deps.log.warn({ error, text: text.id, dialect }, 'a prepared text could not be rendered');
          });
        }
      }
    }
  }
}

const prefixOf = ({ status }: Pick<AlertSpec, 'status'>): string => (status === 'exercise' ? 'exercise' : 'alert');
