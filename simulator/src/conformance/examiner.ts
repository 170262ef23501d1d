import type { Clock } from '@xiaolaba/device';
import {
  type Assignment,
  type Cue,
  defaultPolicy,
  type JournalRecord,
  type Output,
  type PlayRecord,
  profileOutputs,
  type Release,
  type SitePolicy,
  type StopOrder,
} from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair } from '@xiaolaba/protocol/node';
import type { HarnessEvent, HarnessEventKind, HarnessEventOf } from '../harness/harness-events.js';
import type { HarnessGateway } from '../harness/harness-gateway.js';
import { cueOf, releaseOf, rhythmSeconds, silentMp3, spoken, written } from './content.js';
import type { Subject } from './endpoint.js';
import { CheckFailed, type Details, type FailureCode } from './verdict.js';

type ReleaseRef = Assignment['releases'][number];

/** How long a device may take to do what it should, milliseconds. Only a failure ever waits for it. */
export const patienceMs = 30_000;
/** How long a record may take from the device to here. */
const reportMs = 5_000;
/** So long nothing is to be heard: two plays and more would fall into it. */
export const silenceMs = 2.2 * rhythmSeconds * 1000;

export interface ExaminerPorts {
  readonly harness: HarnessGateway;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly subject: Subject;
  /** Makes names that no earlier run has used. */
  readonly stamp: string;
  readonly signal: AbortSignal;
}

/** The hands and eyes of one check: what it can do to a device by the wire, and what it sees of it. */
export class Examiner {
  /** All that has passed since this check began. */
  readonly events: HarnessEvent[] = [];
  /** Some key that nobody has reason to trust. */
  readonly stranger: KeyPair = generateKeyPair();
  readonly #cancel: () => void;

  constructor(
    readonly check: string,
    readonly ports: ExaminerPorts,
    /** All that passed before, with whatever came of it. */
    readonly history: readonly HarnessEvent[],
  ) {
    const { harness, subject } = ports;
    this.#cancel = harness.onEvent((event) => {
      if (event.device === subject.device) this.events.push(event);
    });
  }

  get subject(): Subject {
    return this.ports.subject;
  }

  get harness(): HarnessGateway {
    return this.ports.harness;
  }

  get now(): number {
    return this.ports.clock.now();
  }

  /** What this profile plays when it plays anything. */
  get output(): Output {
    return profileOutputs[this.subject.profile].includes('audio') ? 'audio' : 'text';
  }

  close(): void {
    this.#cancel();
  }

  /** Where the events stand now. */
  mark(): number {
    return this.events.length;
  }

  /** Waits, by the clock of the bench. Ends the check when the run is called off. */
  async sleep(milliseconds: number): Promise<void> {
    const { clock, signal } = this.ports;
    await clock.sleep(milliseconds, signal);
    signal.throwIfAborted();
  }

  /** The first event of a kind since `mark` that matches, `undefined` where none comes in time. */
  async maybe<Kind extends HarnessEventKind>(
    kind: Kind,
    mark: number,
    matches: (event: HarnessEventOf<Kind>) => boolean = () => true,
    milliseconds = patienceMs,
  ): Promise<HarnessEventOf<Kind> | undefined> {
    const fits = (event: HarnessEvent): event is HarnessEventOf<Kind> =>
      event.kind === kind && matches(event as HarnessEventOf<Kind>);
    return await this.#wait(() => this.events.slice(mark).find(fits), milliseconds);
  }

  /** As `maybe`, and fails with the code where none comes. */
  async until<Kind extends HarnessEventKind>(
    kind: Kind,
    mark: number,
    code: FailureCode,
    matches?: (event: HarnessEventOf<Kind>) => boolean,
    milliseconds?: number,
  ): Promise<HarnessEventOf<Kind>> {
    const found = await this.maybe(kind, mark, matches, milliseconds);
    if (!found) throw new CheckFailed(code);
    return found;
  }

  async untilConnected(): Promise<void> {
    const { harness, subject } = this;
    const isThere = await this.#wait(() => harness.isConnected(subject.device) || undefined, 8 * patienceMs);
    if (!isThere) throw new CheckFailed('not-connected');
  }

  /** A record that came since the check began. */
  async maybeRecord<R extends JournalRecord>(
    fits: (record: JournalRecord) => record is R,
    milliseconds = patienceMs,
  ): Promise<R | undefined> {
    return await this.#wait(() => this.records.find(fits), milliseconds);
  }

  /** Records that came in since this check began. */
  get records(): JournalRecord[] {
    return this.events.flatMap((event) =>
      event.kind === 'records' && event.body.chain !== 'broken'
        ? event.body.read.accepted.map(({ record }) => record)
        : [],
    );
  }

  plays(campaign: string, since = 0): PlayRecord[] {
    return this.records.filter(
      (record): record is PlayRecord =>
        record.kind === 'play' && record.campaign === campaign && record.startedAt >= since,
    );
  }

  /** The first whole play of a campaign that began at or after a time. */
  async untilPlayed(campaign: string, since: number, code: FailureCode = 'does-not-play'): Promise<PlayRecord> {
    const completed = (record: JournalRecord): record is PlayRecord =>
      record.kind === 'play' &&
      record.campaign === campaign &&
      record.startedAt >= since &&
      record.result === 'completed';
    const found = await this.maybeRecord(completed, 2 * patienceMs);
    if (!found) throw new CheckFailed(code, this.#whyNot(campaign));
    return found;
  }

  /** Fails where anything of the campaign has been put out since. */
  async untilSilent(campaign: string, since: number, code: FailureCode, milliseconds = silenceMs): Promise<void> {
    await this.sleep(Math.max(0, since + milliseconds - this.now) + reportMs);
    const play = this.plays(campaign, since).find(({ playedMs }) => playedMs > 0);
    if (play) throw new CheckFailed(code, { afterMs: play.startedAt - since, playedMs: play.playedMs });
  }

  /** A campaign of this check and this run. */
  campaign(letter: string): string {
    return `cf-${this.check}-${letter}-${this.ports.stamp}`;
  }

  /** A release of one cue in one output, every ten seconds unless the cue says otherwise. */
  release(campaign: string, { output = this.output, cue = {}, padding = 0, ...over }: ReleaseTraits = {}): Release {
    const { profile, place } = this.subject;
    const text = `反诈演练 ${campaign}`;
    const item =
      output === 'audio' ? spoken('item', this.harness.addBlob(silentMp3(campaign, padding))) : written('item', text);
    return releaseOf({ campaign, profile, place, now: this.now }, [item], [cueOf(output, 'item', cue)], over);
  }

  /** Signed as an approver would, and put where the device can fetch it. */
  approve(release: Release): Promise<ReleaseRef> {
    return this.harness.addRelease(release);
  }

  /** Without quiet hours, so that a run may be at any hour. */
  policy(over: Partial<SitePolicy> = {}): SitePolicy {
    return { ...defaultPolicy, quietHours: null, volumeCap: 60, ...over };
  }

  /** A version above all that the device has seen, with room below it. */
  nextVersion(): number {
    return Math.max(this.harness.nextVersion(this.subject.device) + 9, Math.floor(this.now / 1000));
  }

  async assign(releases: readonly ReleaseRef[], over: Partial<Assignment> = {}): Promise<Assignment> {
    return await this.harness.assign(this.subject.device, {
      version: this.nextVersion(),
      policy: this.policy(),
      releases: [...releases],
      ...over,
    });
  }

  /** Assigns, and waits until it is in force. */
  async activate(releases: readonly ReleaseRef[], over: Partial<Assignment> = {}): Promise<Assignment> {
    const mark = this.mark();
    const assignment = await this.assign(releases, over);
    const { version } = assignment;
    const isActive = ({ body }: HarnessEventOf<'progress'>): boolean =>
      body.stage === 'active' && body.assignment === version;
    if (!(await this.maybe('progress', mark, isActive, 2 * patienceMs)))
      throw new CheckFailed('not-activated', this.#refusal(mark));
    return assignment;
  }

  /** A rhythm that is being played: approved, in force and seen once. */
  async playing(letter: string, over: Partial<Assignment> = {}): Promise<string> {
    const campaign = this.campaign(letter);
    const since = this.now;
    await this.activate([await this.approve(this.release(campaign))], over);
    await this.untilPlayed(campaign, since);
    return campaign;
  }

  /** An order whose version is above all before it, unless it is given. */
  orderOf(state: StopOrder['state'], version = this.nextOrder()): StopOrder {
    const { place } = this.subject;
    return { v: 1, version, issuedAt: this.now, scope: [place], state, reason: 'conformance' };
  }

  nextOrder(): number {
    const { harness, subject } = this;
    return Math.max(harness.nextOrder(subject.device) + 9, Math.floor(this.now / 1000));
  }

  order(order: StopOrder, signer?: KeyPair): Promise<void> {
    return this.harness.order(this.subject.device, order, signer);
  }

  /** Breaks the connection and waits until the device is back. @returns mark of the moment before */
  async reconnect(): Promise<number> {
    const mark = this.mark();
    this.harness.disconnect(this.subject.device);
    await this.until('connect', mark, 'not-connected', undefined, 8 * patienceMs);
    return mark;
  }

  /** Nothing to play, nothing held back, no order in force: as the next check wants it. */
  async tidy(): Promise<void> {
    const { harness, subject } = this;
    const { device } = subject;
    harness.setReachable(device, true);
    harness.setAcknowledges(device, true);
    if (harness.nextOrder(device) > 1) await this.order(this.orderOf('lifted'));
    // Until it is in force: what comes of it must not come in the midst of the next check.
    await this.activate([]);
    await harness.command(device, { v: 1, kind: 'time', at: this.now });
    await harness.clear(device);
  }

  #refusal(mark: number): Details {
    const refused = this.events
      .slice(mark)
      .find((event) => event.kind === 'progress' && event.body.stage === 'refused') as
      | HarnessEventOf<'progress'>
      | undefined;
    return refused ? { reason: refused.body.reason ?? '' } : {};
  }

  #whyNot(campaign: string): Details {
    const last = this.plays(campaign).at(-1);
    return last ? { result: last.result, cause: last.cause ?? '' } : {};
  }

  async #wait<T>(look: () => T | undefined, milliseconds: number): Promise<T | undefined> {
    const end = this.now + milliseconds;
    const { harness, subject, signal } = this.ports;
    for (;;) {
      const found = look();
      if (found !== undefined) return found;
      if (this.now >= end) return;
      const woken = new AbortController();
      const cancel = harness.onEvent((event) => {
        // After every other listener has seen it.
        if (event.device === subject.device) setImmediate(() => woken.abort());
      });
      await this.ports.clock.sleep(end - this.now, AbortSignal.any([woken.signal, signal]));
      cancel();
      signal.throwIfAborted();
    }
  }
}

export interface ReleaseTraits extends Partial<Omit<Release, 'v'>> {
  readonly output?: Output;
  readonly cue?: Partial<Cue>;
  /** Bytes added to the sound's file. */
  readonly padding?: number;
}
