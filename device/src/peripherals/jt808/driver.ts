import { worldError } from '@xiaolaba/protocol';
import type { Cancel, PositionSource, SignOutput } from '../../ports/index.js';
import { Serial } from '../../serial.js';
import type { DriverParts, Finding, Health, ModuleDriver } from '../driver.js';
import { Fixes } from '../fixes.js';
import { ModuleHealth, Silence, Strange } from '../module-health.js';
import { codec, type Jt808Frame } from './codec.js';
import type { Location } from './location.js';
import { type Addressee, addresseeOf, authenticationCode, Exchange, plainText } from './session.js';
import { type Audience, displayText, fitsTerminal, spokenText, textOrder } from './text-order.js';

/** Terminals beat every half or whole minute; three that are missing are too many. */
const silentMs = 180_000;
/** A terminal that is there registers within this. */
const startMs = 60_000;
/** Terminals report every ten seconds to half a minute. */
const freshMs = 90_000;
/** A line that takes no bytes doesn't keep the driver from closing. */
const lastWordMs = 1_000;

export interface TerminalOptions {
  /** Goes into the authentication codes that are given out; another name makes every terminal register anew. */
  readonly platformName?: string;
}

export interface TerminalDriver extends ModuleDriver {
  readonly position: PositionSource;
  /**
   * `show` rejects with `sign-silent`, `sign-refused` (`details.result`), `text-too-long`, `text-not-on-sign`.
   * The standard has no message that takes a text away again: `clear` shows a single space in its place.
   */
  readonly sign: SignOutput;
  /** The terminal says it; resolves when it has taken it, long before it has been said. Rejects as `sign.show`. */
  say(text: string): Promise<void>;
}

/**
 * A vehicle's own terminal, to which this device is the platform: JT/T 808-2013 and -2019, in the edition that the
 * terminal speaks. A session begins with authentication, or with a beat or a place of a terminal that takes itself to
 * be authenticated still: on a serial line it can't know that this device was restarted.
 */
export const openTerminal = (parts: DriverParts, options: TerminalOptions = {}): TerminalDriver =>
  new Terminal(parts, options.platformName ?? 'xiaolaba');

class Terminal implements TerminalDriver {
  readonly position: Fixes;
  readonly sign: SignOutput;
  readonly #health: ModuleHealth;
  readonly #silence: Silence;
  readonly #exchange: Exchange;
  readonly #orders = new Serial();
  readonly #decoder = codec.decoder();
  readonly #strange = new Strange();
  readonly #lost = new Set<() => void>();
  /** Undefined before a session and after its end. */
  #session: Addressee | undefined;
  #isShowing = false;
  #version: string | undefined;
  #lastFixTime = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly parts: DriverParts,
    private readonly platformName: string,
  ) {
    const { line, clock } = parts;
    this.position = new Fixes(clock, freshMs);
    this.#exchange = new Exchange(line, clock);
    this.#health = new ModuleHealth(line.isUp ? 'starting' : 'unplugged');
    this.#silence = new Silence(clock, () => this.#fellSilent());
    this.sign = {
      show: (text) => this.#orders.run(() => this.#order(displayText(text), 'display')),
      clear: () => this.#orders.run(() => this.#clear()),
      onLost: (call) => this.#onLost(call),
    };
    line.onState((isUp) => this.#plugged(isUp));
    line.onData((bytes) => this.#receive(bytes));
    if (line.isUp) this.#silence.heard(startMs);
  }

  get health(): Health {
    return this.#health.current;
  }

  onHealth(call: (health: Health) => void): void {
    this.#health.onChange(call);
  }

  say(text: string): Promise<void> {
    return this.#orders.run(() => this.#order(spokenText(text), 'speech'));
  }

  async probe(): Promise<readonly Finding[]> {
    const { health } = this;
    if (health === 'unplugged') return [{ ok: false, code: 'unplugged' }];
    if (health === 'wrong-module') return [{ ok: false, code: 'wrong-module', details: { got: this.#strange.hex } }];
    const session = this.#session;
    if (!session) return [{ ok: false, code: 'no-answer' }];
    try {
      const location = await this.#orders.run(() => this.#askLocation(session));
      const module = `JT/T 808-${session.edition} ${session.phone}`;
      const version = this.#version;
      return [
        { ok: true, code: 'answers', details: { module } },
        ...(version ? [{ ok: true, code: 'version' as const, details: { text: version } }] : []),
        ...locationFindings(location, this.parts.clock.now()),
      ];
    } catch {
      return [{ ok: false, code: 'no-answer' }];
    }
  }

  async close(): Promise<void> {
    // Leaves the sign dark as far as it can be reached at once: an order that waits is given up for it.
    const session = this.#isShowing ? this.#session : undefined;
    this.#silence.stop();
    this.#exchange.abandon();
    if (session) {
      const handed = new AbortController();
      const sent = this.#exchange.send(session, textOrder(session.edition, ' ', 'display')).then(() => handed.abort());
      await Promise.race([sent, this.parts.clock.sleep(lastWordMs, handed.signal)]);
    }
    this.#session = undefined;
    this.position.stop();
    this.#lost.clear();
    await this.parts.line.close();
  }

  #onLost(call: () => void): Cancel {
    const own = (): void => call();
    this.#lost.add(own);
    return () => this.#lost.delete(own);
  }

  async #clear(): Promise<void> {
    // A terminal that has gone shows nothing; one that is there may still show what was sent before a restart of ours.
    if (this.#session) await this.#order(' ', 'display');
    this.#isShowing = false;
  }

  async #order(text: string, audience: Audience): Promise<void> {
    const session = this.#session;
    if (!session) throw worldError('sign-silent', 'no terminal has signed in');
    fitsTerminal(text, session.edition);
    const frame = await this.#exchange.ask(
      session,
      textOrder(session.edition, text, audience),
      (reply, serial) => reply.kind === 'terminal-reply' && reply.replyTo === serial && reply.messageId === '8300',
    );
    const result = frame.kind === 'terminal-reply' ? frame.result : 1;
    if (result !== 0) throw worldError('sign-refused', `the terminal refuses the text: ${result}`, { result });
    if (audience === 'display') this.#isShowing = true;
  }

  async #askLocation(session: Addressee): Promise<Location | undefined> {
    // A terminal that doesn't know the question says so, and is there all the same.
    const frame = await this.#exchange.ask(session, { kind: 'query-location' }, (reply, serial) =>
      reply.kind === 'location-reply'
        ? reply.replyTo === serial
        : reply.kind === 'terminal-reply' && reply.replyTo === serial && reply.result !== 0,
    );
    return frame.kind === 'location-reply' ? frame.location : undefined;
  }

  #plugged(isUp: boolean): void {
    this.#decoder.reset();
    this.#end();
    this.#health.set(isUp ? 'starting' : 'unplugged');
    if (isUp) this.#silence.heard(startMs);
    else this.#silence.stop();
  }

  #receive(bytes: Uint8Array): void {
    this.#strange.add(bytes);
    const { frames } = this.#decoder.push(bytes);
    if (frames.length === 0) return;
    this.#strange.forget();
    this.#silence.heard(silentMs);
    for (const frame of frames) this.#take(frame);
  }

  #take(frame: Jt808Frame): void {
    if (frame.kind === 'terminal-reply') {
      this.#open(frame);
      this.#exchange.take(frame);
    } else if (frame.kind === 'location-reply') {
      this.#open(frame);
      this.#place(frame.location);
      this.#exchange.take(frame);
    } else if (frame.kind === 'register') this.#register(frame);
    else if (frame.kind === 'authenticate') this.#authenticate(frame);
    else if (frame.kind === 'heartbeat') {
      this.#open(frame);
      this.#reply(frame, '0002', 0);
    } else if (frame.kind === 'location') {
      this.#open(frame);
      this.#place(frame);
      this.#reply(frame, '0200', 0);
    } else if (frame.kind === 'location-batch') {
      this.#open(frame);
      // What was stored without a link tells where the vehicle was, not where it is.
      if (frame.reason !== 'catch-up') for (const location of frame.locations) this.#place(location);
      this.#reply(frame, '0704', 0);
    } else if (frame.kind === 'deregister') {
      this.#reply(frame, '0003', 0);
      this.#end();
      this.#health.set('starting');
    } else if (frame.kind === 'other') this.#other(frame);
  }

  #register(frame: Jt808Frame): void {
    // A terminal that registers has just started: its screen is empty.
    this.#end();
    this.#health.set('starting');
    void this.#exchange.send(addresseeOf(frame), {
      kind: 'register-reply',
      replyTo: frame.serial,
      result: 0,
      authenticationCode: authenticationCode(this.platformName, frame.phone),
    });
  }

  #authenticate(frame: Extract<Jt808Frame, { kind: 'authenticate' }>): void {
    this.#end();
    const isOurs = plainText(frame.code) === authenticationCode(this.platformName, frame.phone);
    // One with another platform's code registers anew when it is refused.
    this.#reply(frame, '0102', isOurs ? 0 : 1);
    if (!isOurs) {
      this.#health.set('starting');
      return;
    }
    this.#open(frame);
    this.#version = frame.softwareVersion === undefined ? undefined : plainText(frame.softwareVersion);
  }

  #other(frame: Extract<Jt808Frame, { kind: 'other' }>): void {
    const id = Number.parseInt(frame.messageId, 16);
    if (id >= 0x8000) return;
    // A part of many stored places: taken, so that it isn't sent for ever, and of no use here.
    const result = frame.note === 'fragment' && frame.messageId === '0704' ? 0 : frame.note === 'irregular' ? 2 : 3;
    this.#reply(frame, frame.messageId, result);
  }

  #reply(frame: Jt808Frame, messageId: string, result: number): void {
    void this.#exchange.send(addresseeOf(frame), { kind: 'platform-reply', replyTo: frame.serial, messageId, result });
  }

  #open(frame: Jt808Frame): void {
    const { phone, edition } = this.#session ?? {};
    if (phone !== frame.phone || edition !== frame.edition) {
      this.#end();
      this.#session = addresseeOf(frame);
      this.parts.log.info({ phone: frame.phone, edition: frame.edition }, 'terminal signed in');
    }
    this.#health.set(undefined);
  }

  #place(location: Location): void {
    const at = location.time === null ? undefined : Date.parse(location.time);
    // Late reports follow fresh ones after a tunnel. A terminal whose clock was put back is believed after a while.
    if (at !== undefined && at < this.#lastFixTime && this.position.current()) return;
    if (!location.position) {
      this.position.drop();
      return;
    }
    if (at !== undefined) this.#lastFixTime = at;
    this.position.take([location.position.longitude, location.position.latitude]);
  }

  #fellSilent(): void {
    this.#end();
    this.#health.set(this.#strange.wasMuch() ? 'wrong-module' : 'no-answer');
    this.#silence.heard(startMs);
  }

  /** The session is over: what was shown is to be seen no more, and who waits for an answer gets none. */
  #end(): void {
    this.#exchange.abandon();
    this.#session = undefined;
    this.#version = undefined;
    this.#lastFixTime = Number.NEGATIVE_INFINITY;
    this.position.drop();
    if (!this.#isShowing) return;
    this.#isShowing = false;
    for (const call of this.#lost) call();
  }
}

/** CSQ as in 3GPP TS 27.007; 99 is unknown. */
const bestSignal = 31;

function locationFindings(location: Location | undefined, now: number): Finding[] {
  if (!location) return [{ ok: false, code: 'no-fix' }];
  const findings: Finding[] = [];
  const items = location.items;
  const satellites = items.flatMap((item) => ('satellites' in item ? [item.satellites] : []))[0];
  const signal = items.flatMap((item) => ('networkSignal' in item ? [item.networkSignal] : []))[0];
  const details = satellites === undefined ? {} : { details: { satellites } };
  findings.push({ ok: location.position !== null, code: location.position ? 'fix' : 'no-fix', ...details });
  if (location.time !== null) {
    const seconds = Math.round((Date.parse(location.time) - now) / 1000);
    findings.push({ ok: Math.abs(seconds) <= 60, code: 'clock', details: { seconds } });
  }
  if (signal !== undefined && signal <= bestSignal)
    findings.push({ ok: signal > 0, code: 'signal', details: { percent: Math.round((100 * signal) / bestSignal) } });
  return findings;
}
