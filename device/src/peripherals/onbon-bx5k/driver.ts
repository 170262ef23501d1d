/**
 * Onbon BX-5K cards, and the BX-6K that speak their protocol; cards with another header are refused. Text goes into
 * a dynamic area, which the card holds in RAM.
 */
import { errorCode } from '@xiaolaba/protocol';
import type { SignConfig } from '../../config/config.js';
import type { DriverParts, Finding, SignDriver } from '../driver.js';
import { brightnessAt } from '../sign/brightness.js';
import { Dialogue, type Verdict } from '../sign/dialogue.js';
import { dotsAcross, legibleSpeed } from '../sign/legibility.js';
import { countedTime, type LocalClock } from '../sign/local-time.js';
import type { Picture, SignCard } from '../sign/sign-card.js';
import { SignKeeper } from '../sign/sign-keeper.js';
import { onbonText } from '../sign-text/sign-text.js';
import { codec, type OnbonFrame } from './codec.js';
import { onbonSpeeds } from './speed.js';

/** As configured: 5K cards hold GB2312 whatever else is said. */
export type OnbonOptions = Omit<Extract<SignConfig, { kind: 'onbon-bx5k' }>, 'kind' | 'port'> & {
  readonly localTime: LocalClock;
};

export function openOnbon(parts: DriverParts, options: OnbonOptions): SignDriver {
  return new SignKeeper(parts, new OnbonCard(parts, options));
}

const mostTextBytes = 1024;
const confirmMs = 15_000;
const staySeconds = 10;
const area = 0;
const brightest = 15;
/** More than this on the card's clock is worth a technician's word. */
const clockSlackMs = 5_000;

type Body<Frame> = Frame extends OnbonFrame ? Omit<Frame, 'header' | 'reserved' | 'answer'> : never;
type Order = Body<Extract<OnbonFrame, { readonly answer: unknown }>>;
type Status = Extract<OnbonFrame, { readonly kind: 'status' }>;

class OnbonCard implements SignCard<Picture> {
  readonly #dialogue: Dialogue<OnbonFrame>;
  #level: number | undefined;
  /** The local day on which its clock was set. */
  #clockDay: number | undefined;

  constructor(
    private readonly parts: DriverParts,
    private readonly options: OnbonOptions,
  ) {
    this.#dialogue = new Dialogue(parts, codec, { baud: options.baud });
  }

  picture(text: string): Picture {
    return { text: onbonText(text, { maxBytes: mostTextBytes, multiLine: false }) };
  }

  async greet(): Promise<void> {
    this.#level = undefined;
    this.#clockDay = undefined;
    await this.#order({ kind: 'ping' });
    const { power } = await this.#status();
    if (power === 'off') await this.#order({ kind: 'switch-power', power: 'on' });
    await this.attend();
  }

  async show({ text }: Picture): Promise<void> {
    const { columns, rows } = this.options;
    const fits = dotsAcross(text) <= columns;
    await this.#order({
      kind: 'dynamic-text',
      deleteAreas: 'all',
      areas: [
        {
          type: 0,
          x: { pixels: 0, unit: 'pixel' },
          y: 0,
          width: { pixels: columns, unit: 'pixel' },
          height: rows,
          id: area,
          lineSpacing: 0,
          runMode: 'loop',
          timeoutSeconds: 0,
          extension: '',
          alignment: 0,
          lines: 'single',
          wrap: 'manual',
          effect: fits ? 'static' : 'move-left',
          exit: 0,
          speed: legibleSpeed(onbonSpeeds),
          staySeconds: fits ? staySeconds : 0,
          content: { text },
        },
      ],
    });
  }

  async clear(): Promise<void> {
    await this.#order({ kind: 'clear-screen' });
  }

  /** A card that has restarted answers as before, but has no area any more. */
  async confirm(picture: Picture | undefined): Promise<boolean> {
    await this.#order({ kind: 'ping' });
    if (picture === undefined) return true;
    const { power, details } = await this.#status();
    return power !== 'off' && (details === undefined || details.areas.includes(area));
  }

  confirmEveryMs(): number {
    return confirmMs;
  }

  async attend(): Promise<void> {
    const time = this.options.localTime();
    const level = Math.max(1, Math.round((brightnessAt(this.options.brightness, time) * brightest) / 100));
    if (level !== this.#level) {
      await this.#wish({ kind: 'set-brightness', mode: 'fixed', level, schedule: [] });
      this.#level = level;
    }
    if (time === undefined || time.day === this.#clockDay) return;
    await this.#wish({ kind: 'set-clock', clock: time });
    this.#clockDay = time.day;
  }

  async findings(): Promise<readonly Finding[]> {
    await this.#order({ kind: 'ping' });
    const { brightness, clock } = await this.#status();
    const found: Finding[] = [
      { ok: true, code: 'answers', details: { module: codec.protocol } },
      { ok: true, code: 'brightness', details: { value: brightness, of: brightest } },
    ];
    const time = this.options.localTime();
    if (time === undefined) return found;
    const offMs = countedTime(clock) - countedTime(time);
    return [...found, { ok: Math.abs(offMs) <= clockSlackMs, code: 'clock', details: { seconds: offMs / 1000 } }];
  }

  async #status(): Promise<Status> {
    const frame = await this.#ask({ kind: 'query-status' }, (answer) =>
      answer.kind === 'status' ? 'answer' : judge(answer, 'unrelated'),
    );
    return frame as Status;
  }

  async #order(order: Order): Promise<void> {
    await this.#ask(order, (answer) => judge(answer, 'answer'));
  }

  /** A card that can't do this can show text all the same. */
  async #wish(order: Order): Promise<void> {
    try {
      await this.#order(order);
    } catch (error) {
      if (errorCode(error) !== 'sign-refused') throw error;
      this.parts.log.warn({ error, order: order.kind }, 'the sign refuses an order');
    }
  }

  #ask(order: Order, of: (frame: OnbonFrame) => Verdict): Promise<OnbonFrame> {
    const header = {
      startBytes: 8,
      destination: this.options.address,
      source: 0x8000,
      reserved: '000000',
      barcodeFlag: 0,
      check: 'crc',
      display: 'normal',
      device: 'any',
    } as const;
    return this.#dialogue.order({ ...order, header, reserved: '0000', answer: 'must' }, of);
  }
}

/** @param done what an answer without an error is */
function judge(frame: OnbonFrame, done: Verdict): Verdict {
  if (frame.kind !== 'ack' && frame.kind !== 'nack') return 'unrelated';
  if (frame.error === 'busy') return 'busy';
  if (frame.error === 'crc') return 'garbled';
  return frame.error === 'none' ? done : { refused: String(frame.error) };
}
