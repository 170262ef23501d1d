import type { Cancel, Clock } from '@xiaolaba/device';
import { type Jt808Frame, jt808Codec } from '@xiaolaba/device/peripherals';
import type { Position } from '@xiaolaba/protocol';
import type { SignScene, SignTwin } from './module-twin.js';
import type { SignTwinOptions } from './sign-body.js';
import { stripOf } from './sign-strip.js';

type Body = { readonly kind: Jt808Frame['kind'] } & Readonly<Record<string, unknown>>;

const bootMs = 2_000;
const answerMs = 5_000;
const tries = 3;
const reconnectMs = 10_000;
const dotsPerSecond = 60;
/** GMT+8, as the standard prescribes. */
const offsetMs = 8 * 3_600_000;

const ids: Partial<Record<Jt808Frame['kind'], string>> = {
  heartbeat: '0002',
  register: '0100',
  authenticate: '0102',
  location: '0200',
  'location-batch': '0704',
};

export interface Jt808TwinOptions {
  readonly edition: '2013' | '2019';
  /** The SIM card's number: eleven digits. */
  readonly phone?: string;
  readonly plate?: string;
  readonly heartbeatMs?: number;
  readonly reportMs?: number;
  readonly position?: Position;
  /** The screen that passengers see; without it there is no scene, and `text` says it all. */
  readonly screen?: Pick<SignTwinOptions, 'columns' | 'rows' | 'glyphs'>;
}

/** A bus's own terminal: registers, authenticates, beats, reports places, shows and says texts. */
export class Jt808Twin implements SignTwin {
  readonly protocol = 'jt808';
  /** What it has said, in turn. */
  readonly spoken: string[] = [];
  /** Whether it answers at all; a terminal that hangs is still heard to beat. */
  answers = true;
  /** What it answers to a text: 0 done, 1 failed, 2 wrong, 3 not supported. */
  textResult = 0;
  #send: (bytes: Uint8Array) => void = () => {};
  #onText: (text: string | undefined) => void = () => {};
  #scene: SignScene | undefined;
  readonly #sceneCalls: ((scene: SignScene | undefined) => void)[] = [];
  readonly #decoder = jt808Codec.decoder();
  readonly #timers = new Set<Cancel>();
  #isPowered = false;
  #state: 'off' | 'calling' | 'registering' | 'authenticating' | 'online' = 'off';
  #serial = 0;
  /** In its flash: survives power loss. */
  #code: string | undefined;
  #text: string | undefined;
  #satellites = 9;
  #position: Position | undefined;
  #speedKmh = 0;
  /** Messages without an answer so far, by their serial. */
  readonly #unanswered = new Map<number, { readonly id: string; readonly cancel: Cancel }>();

  constructor(
    private readonly clock: Clock,
    private readonly options: Jt808TwinOptions,
  ) {
    this.#position = options.position;
  }

  /** Whether the platform has let it in. */
  get isOnline(): boolean {
    return this.#state === 'online';
  }

  /** On the screen. */
  get text(): string | undefined {
    return this.#text;
  }

  get scene(): SignScene | undefined {
    return this.#scene;
  }

  onScene(call: (scene: SignScene | undefined) => void): void {
    this.#sceneCalls.push(call);
  }

  onText(call: (text: string | undefined) => void): void {
    this.#onText = call;
  }

  onSend(call: (bytes: Uint8Array) => void): void {
    this.#send = call;
  }

  setPosition(position: Position, speedKmh = 0): void {
    this.#position = position;
    this.#speedKmh = speedKmh;
  }

  setSky(satellites: number): void {
    this.#satellites = satellites;
  }

  setPowered(on: boolean): void {
    if (on === this.#isPowered) return;
    this.#isPowered = on;
    this.#hangUp();
    this.#decoder.reset();
    this.#serial = 0;
    this.#state = 'off';
    this.spoken.length = 0;
    this.#show(undefined);
    if (on) this.#after(bootMs, () => this.#call());
  }

  /** Reports at once what it would report at its time. @param reason of a batch: what it stored without a link is a catch-up */
  report(reason?: 'regular' | 'catch-up', ages: readonly number[] = [0]): void {
    if (!reason) this.#request({ kind: 'location', ...this.#location(0) });
    else this.#request({ kind: 'location-batch', reason, locations: ages.map((age) => this.#location(age)) });
  }

  /** Forgets the platform, as after a change of its settings. */
  forgetCode(): void {
    this.#code = undefined;
  }

  receive(bytes: Uint8Array): void {
    if (!this.#isPowered) return;
    for (const frame of this.#decoder.push(bytes).frames) if (frame.phone === this.#phone) this.#take(frame);
  }

  get #phone(): string {
    return (this.options.phone ?? '13912345678').padStart(this.options.edition === '2013' ? 12 : 20, '0');
  }

  #call(): void {
    if (this.#code !== undefined) {
      this.#authenticate(this.#code);
      return;
    }
    this.#state = 'registering';
    this.#request({
      kind: 'register',
      layout: this.options.edition,
      province: 31,
      city: 115,
      manufacturer: 'XLTWN',
      model: 'BUS-1',
      terminalId: 'T000001',
      plateColour: 2,
      plate: this.options.plate ?? '沪A12345D',
    });
  }

  #authenticate(code: string): void {
    this.#state = 'authenticating';
    const of2019 = this.options.edition === '2019' ? { imei: '860000000000001', softwareVersion: 'TWIN 1.0' } : {};
    this.#request({ kind: 'authenticate', code, ...of2019 });
  }

  #goOnline(): void {
    this.#state = 'online';
    const beat = (): void => {
      this.#request({ kind: 'heartbeat' });
      this.#after(this.options.heartbeatMs ?? 30_000, beat);
    };
    const report = (): void => {
      this.report();
      this.#after(this.options.reportMs ?? 10_000, report);
    };
    beat();
    report();
  }

  #take(frame: Jt808Frame): void {
    if (frame.kind === 'register-reply') {
      if (!this.#settle(frame.replyTo, '0100') || frame.result !== 0) return;
      const code = typeof frame.authenticationCode === 'string' ? frame.authenticationCode : undefined;
      if (code === undefined) return;
      this.#code = code;
      this.#authenticate(code);
    } else if (frame.kind === 'platform-reply') {
      if (!this.#settle(frame.replyTo, frame.messageId) || frame.messageId !== '0102') return;
      if (frame.result === 0) this.#goOnline();
      else {
        this.#code = undefined;
        this.#call();
      }
    } else if (this.#state !== 'online' || !this.answers) return;
    else if (frame.kind === 'text') this.#order(frame);
    else if (frame.kind === 'query-location')
      this.#say({ kind: 'location-reply', replyTo: frame.serial, location: this.#location(0) });
    else if (frame.kind === 'other') this.#reply(frame.serial, frame.messageId, 3);
  }

  #order(frame: Extract<Jt808Frame, { kind: 'text' }>): void {
    const text = typeof frame.text === 'string' ? frame.text : 'text' in frame.text ? frame.text.text : undefined;
    const result = text === undefined ? 2 : this.textResult;
    if (text !== undefined && result === 0) {
      if (frame.flags.display) this.#show(text.trim() === '' ? undefined : text);
      if (frame.flags.speak) this.spoken.push(text);
    }
    this.#reply(frame.serial, '8300', result);
  }

  #show(text: string | undefined): void {
    if (text === this.#text) return;
    this.#text = text;
    this.#onText(text);
    if (!this.options.screen) return;
    this.#scene = text === undefined ? undefined : this.#sceneOf(text, this.options.screen);
    for (const call of this.#sceneCalls) call(this.#scene);
  }

  #sceneOf(text: string, { columns, rows, glyphs }: NonNullable<Jt808TwinOptions['screen']>): SignScene {
    const strip = stripOf([text], glyphs);
    const since = this.clock.monotonic();
    const motion = strip.columns > columns ? 'left' : 'static';
    return { columns, rows, colour: 'red', brightness: 1, text, strip, motion, dotsPerSecond, stayMs: 0, since };
  }

  #reply(replyTo: number, messageId: string, result: number): void {
    this.#say({ kind: 'terminal-reply', replyTo, messageId, result });
  }

  #location(ageMs: number) {
    const time = `${new Date(this.clock.now() - ageMs + offsetMs).toISOString().slice(0, 19)}+08:00`;
    const place = this.#satellites >= 4 ? this.#position : undefined;
    const [longitude, latitude] = place ?? [0, 0];
    const sides = [...(latitude < 0 ? ['south'] : []), ...(longitude < 0 ? ['west'] : [])];
    return {
      alarms: [],
      status: place ? ['acc-on', 'located', ...sides, 'gps', 'beidou'] : ['acc-on'],
      position: place ? { latitude, longitude } : null,
      altitudeMetres: place ? 12 : 0,
      speedKmh: this.#speedKmh,
      courseDegrees: 0,
      time,
      items: [
        { id: 0x01, mileageKm: 1234.5 },
        { id: 0x30, networkSignal: 25 },
        { id: 0x31, satellites: this.#satellites },
      ],
    };
  }

  /** Sends up to three times, each time waiting longer (T × (N + 1), as the standard says), and then hangs up. */
  #request(body: Body): void {
    const serial = this.#serial;
    const bytes = this.#encode(body);
    let waitMs = answerMs;
    const attempt = (count: number): void => {
      if (count === tries) {
        this.#hangUp();
        this.#state = 'calling';
        this.#after(reconnectMs, () => this.#call());
        return;
      }
      waitMs *= count + 1;
      const cancel = this.#after(waitMs, () => attempt(count + 1));
      this.#unanswered.set(serial, { id: ids[body.kind] ?? '', cancel });
      this.#send(bytes);
    };
    attempt(0);
  }

  #say(body: Body): void {
    this.#send(this.#encode(body));
  }

  #encode(body: Body): Uint8Array {
    const { edition } = this.options;
    const version = edition === '2019' ? { protocolVersion: 1 } : {};
    const serial = this.#serial;
    this.#serial = (serial + 1) & 0xffff;
    return jt808Codec.encode({ edition, ...version, phone: this.#phone, serial, ...body });
  }

  /** @returns whether that message waits for an answer */
  #settle(serial: number, id: string): boolean {
    const waiting = this.#unanswered.get(serial);
    if (waiting?.id !== id) return false;
    waiting.cancel();
    this.#unanswered.delete(serial);
    return true;
  }

  #hangUp(): void {
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.#unanswered.clear();
  }

  #after(milliseconds: number, call: () => void): Cancel {
    const stop = this.clock.after(milliseconds, () => {
      this.#timers.delete(cancel);
      call();
    });
    const cancel = (): void => {
      stop();
      this.#timers.delete(cancel);
    };
    this.#timers.add(cancel);
    return cancel;
  }
}
