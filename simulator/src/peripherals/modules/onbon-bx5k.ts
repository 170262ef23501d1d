import { countedTime, type LocalTime, type OnbonFrame, onbonCodec, onbonSpeeds } from '@xiaolaba/device/peripherals';
import type { SignScene, SignTwin } from './module-twin.js';
import { SignBody, type SignTwinOptions } from './sign-body.js';
import { readOnbonText } from './sign-onbon-text.js';
import { isDark, stripOf, wrapped } from './sign-strip.js';

export interface OnbonTwinOptions extends SignTwinOptions {
  /** The card's own address. */
  readonly address?: number;
  /** Cards are sold without one: they take no text then. */
  readonly hasFont?: boolean;
}

type Command = Extract<OnbonFrame, { readonly answer: unknown }>;
type CardError = Extract<OnbonFrame, { readonly kind: 'nack' }>['error'];
type Area = Exclude<Extract<OnbonFrame, { readonly kind: 'dynamic-text' }>['areas'][number], { readonly raw: string }>;
interface Laid {
  readonly area: Area;
  readonly since: number;
}

const brightest = 15;
const halfHourMs = 1_800_000;
/** Where its clock stands until somebody sets it. */
const unsetClock = Date.UTC(2013, 0, 1);
const motions: Readonly<Record<string, SignScene['motion']>> = { 'move-left': 'left', 'move-up': 'up' };

/** An Onbon BX-5K font card with its sign. */
export class OnbonTwin implements SignTwin {
  readonly protocol = 'onbon-bx5k';
  readonly #body: SignBody;
  readonly #decoder = onbonCodec.decoder();
  readonly #address: number;
  readonly #areas = new Map<number, Laid>();
  #power: 'on' | 'off' = 'on';
  #level = brightest;
  #schedule: readonly number[] = [];
  /** Buffered by its own battery. */
  #clock = { set: unsetClock, at: 0 };
  #busyFor = 0;

  constructor(private readonly options: OnbonTwinOptions) {
    this.#address = options.address ?? 1;
    this.#body = new SignBody(options, {
      received: (bytes) => this.#received(bytes),
      forget: () => this.#forget(),
      started: () => this.#light(),
    });
  }

  get scene(): SignScene | undefined {
    return this.#body.scene;
  }
  onScene(call: (scene: SignScene | undefined) => void): void {
    this.#body.onScene(call);
  }
  onSend(call: (bytes: Uint8Array) => void): void {
    this.#body.onSend(call);
  }
  setPowered(on: boolean): void {
    this.#body.setPowered(on);
  }
  receive(bytes: Uint8Array): void {
    this.#body.receive(bytes);
  }
  /** Takes bytes and answers nothing, and goes on showing what it shows. */
  hang(): void {
    this.#body.hang();
  }
  recover(): void {
    this.#body.recover();
  }
  /** Answers the next orders with busy. */
  beBusy(orders: number): void {
    this.#busyFor = orders;
  }
  /** What its clock shows. */
  get clock(): Omit<LocalTime, 'weekday'> {
    const now = new Date(this.#clock.set + this.options.clock.monotonic() - this.#clock.at);
    return {
      year: now.getUTCFullYear(),
      month: now.getUTCMonth() + 1,
      day: now.getUTCDate(),
      hour: now.getUTCHours(),
      minute: now.getUTCMinutes(),
      second: now.getUTCSeconds(),
    };
  }

  #forget(): void {
    this.#areas.clear();
    this.#decoder.reset();
    this.#power = 'on';
    this.#level = brightest;
    this.#schedule = [];
    this.#busyFor = 0;
  }

  #received(bytes: Uint8Array): void {
    const { frames, errors } = this.#decoder.push(bytes);
    // Whom a broken frame was meant for is not to be known; there is but one card on this line.
    if (errors.some(({ code }) => code === 'checksum')) this.#answer('nack', 'crc');
    for (const frame of frames) {
      const { destination, barcode } = frame.header;
      const isMine = destination === this.#address || typeof destination === 'string';
      if (!isMine || barcode !== undefined || isAnswer(frame)) continue;
      this.#obey(frame, destination !== 'broadcast-silent');
    }
  }

  #obey(frame: Exclude<OnbonFrame, { readonly error: unknown }>, answers: boolean): void {
    const wanted = frame.kind === 'unknown' ? frame.third !== 2 : frame.answer !== 'none';
    const error = this.#busyFor > 0 ? 'busy' : this.#carryOut(frame);
    if (this.#busyFor > 0) this.#busyFor--;
    if (!answers || !wanted) return;
    if (error !== 'none') this.#answer('nack', error);
    else if (frame.kind === 'query-status') this.#answerStatus();
    else this.#answer('ack', 'none');
  }

  #carryOut(frame: Command | Extract<OnbonFrame, { readonly kind: 'unknown' }>): CardError {
    switch (frame.kind) {
      case 'ping':
      case 'query-status':
        return 'none';
      case 'set-clock':
        this.#clock = { set: countedTime(frame.clock), at: this.options.clock.monotonic() };
        break;
      case 'switch-power':
        this.#power = frame.power === 'off' ? 'off' : 'on';
        break;
      case 'set-brightness':
        if (frame.mode === 'scheduled' && frame.schedule.length === 0) return 'unknown-command';
        this.#level = Math.min(brightest, frame.level);
        this.#schedule = frame.mode === 'scheduled' ? frame.schedule : [];
        if (this.#schedule.length > 0) this.#followSchedule();
        break;
      case 'clear-screen':
        this.#areas.clear();
        break;
      case 'dynamic-text':
        return this.#layOut(frame);
      case 'unknown':
        return groups.includes(frame.group) ? 'unknown-command' : 'unknown-group';
    }
    this.#light();
    return 'none';
  }

  #layOut({ deleteAreas, areas }: Extract<OnbonFrame, { readonly kind: 'dynamic-text' }>): CardError {
    if (areas.length > 0 && this.options.hasFont === false) return 'no-font';
    const known = areas.filter((area): area is Area => !('raw' in area));
    if (known.length < areas.length) return 'out-of-memory';
    for (const id of deleteAreas === 'all' ? [...this.#areas.keys()] : deleteAreas) this.#areas.delete(id);
    for (const area of known) {
      const laid = { area, since: this.options.clock.monotonic() };
      this.#areas.set(area.id, laid);
      if (area.runMode === 'loop-until-timeout' && area.timeoutSeconds > 0)
        this.#body.after(area.timeoutSeconds * 1000, () => {
          if (this.#areas.get(area.id) !== laid) return;
          this.#areas.delete(area.id);
          this.#light();
        });
    }
    this.#light();
    return 'none';
  }

  /** Brightness by the half hour, from the first of the day. */
  #followSchedule(): void {
    const { hour, minute, second } = this.clock;
    const intoMs = ((minute % 30) * 60 + second) * 1000;
    this.#level = Math.min(brightest, this.#schedule[hour * 2 + Math.floor(minute / 30)] ?? brightest);
    const schedule = this.#schedule;
    this.#body.after(halfHourMs - intoMs, () => {
      if (this.#schedule !== schedule) return;
      this.#followSchedule();
      this.#light();
    });
  }

  /** The scene has room for one area: the one with the lowest number. */
  #light(): void {
    const [first] = [...this.#areas.keys()].sort((a, b) => a - b);
    const laid = first === undefined ? undefined : this.#areas.get(first);
    this.#body.show(laid && this.#power === 'on' ? this.#sceneOf(laid) : undefined);
  }

  #sceneOf({ area, since }: Laid): SignScene | undefined {
    const { columns, rows, glyphs, colour } = this.options;
    const content = 'text' in area.content ? area.content.text : '';
    const shown = readOnbonText(content, this.clock);
    const lines = area.lines === 'single' ? [shown.lines.join(' ')] : shown.lines;
    const width = Math.min(columns, area.width.pixels);
    const laid = area.wrap === 'auto' ? lines.flatMap((line) => wrapped(line, width, glyphs)) : lines;
    const strip = stripOf(laid, glyphs);
    if (isDark(strip)) return undefined;
    return {
      columns,
      rows,
      colour: shown.colour ?? colour ?? 'red',
      brightness: this.#level / brightest,
      text: laid.join('\n'),
      strip,
      motion: motions[area.effect] ?? 'static',
      dotsPerSecond: onbonSpeeds[Math.min(area.speed, onbonSpeeds.length - 1)] ?? 0,
      stayMs: area.staySeconds * 1000,
      since,
    };
  }

  #answer(kind: 'ack' | 'nack', error: CardError): void {
    this.#send({ kind, header: this.#header(), reserved: '0000', error, payload: '' });
  }

  #answerStatus(): void {
    const { clock } = this;
    const weekday = new Date(countedTime(clock)).getUTCDay() || 7;
    this.#send({
      kind: 'status',
      header: this.#header(),
      reserved: '0000',
      error: 'none',
      power: this.#power,
      brightness: this.#level,
      clock: { ...clock, weekday },
      programmes: 0,
      playing: '00000000',
      details: {
        specialArea: 0,
        specialPages: 0,
        areas: [...this.#areas.keys()],
        barcode: Buffer.from('XIAOLABA-SIM-001').toString('hex'),
        customId: '00'.repeat(12),
      },
    });
  }

  #header() {
    return {
      startBytes: 8,
      destination: 0x8000,
      source: this.#address,
      reserved: '000000',
      barcodeFlag: 0,
      check: 'crc',
      display: 'normal',
      device: 'any',
    } as const;
  }

  #send(frame: OnbonFrame): void {
    this.#body.reply(onbonCodec.encode(frame));
  }
}

/** Groups of commands that the card knows some of. */
const groups: readonly number[] = [0xa1, 0xa2, 0xa3];

const isAnswer = (frame: OnbonFrame): frame is Extract<OnbonFrame, { readonly error: unknown }> => 'error' in frame;
