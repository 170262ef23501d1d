import type { Cancel, Clock } from '@xiaolaba/device';
import type { GlyphSource } from '@xiaolaba/device/peripherals';
import type { SignScene } from './module-twin.js';

type TwinClock = Pick<Clock, 'monotonic' | 'after'>;

export interface SignTwinOptions {
  /** Of the sign, in dots. */
  readonly columns: number;
  readonly rows: number;
  readonly glyphs: GlyphSource;
  readonly clock: TwinClock;
  /** How long the card starts. */
  readonly bootMs?: number;
  /** How long it thinks before it answers. */
  readonly replyMs?: number;
  /** Of lamps that have one, or of text that says none. */
  readonly colour?: SignScene['colour'];
}

interface SignBodyCalls {
  /** Bytes that reach a card that runs. */
  received(bytes: Uint8Array): void;
  /** Power is gone, and with it all that the card held in RAM. */
  forget(): void;
  /** It has started. */
  started(): void;
}

/** What all sign cards have in common: they start, can hang, take their time to answer, and light lamps. */
export class SignBody {
  #state: 'off' | 'starting' | 'running' | 'hung' = 'off';
  #scene: SignScene | undefined;
  #send: (bytes: Uint8Array) => void = () => {};
  readonly #sceneCalls: ((scene: SignScene | undefined) => void)[] = [];
  readonly #pending = new Set<Cancel>();

  constructor(
    private readonly options: Pick<SignTwinOptions, 'clock' | 'bootMs' | 'replyMs'>,
    private readonly calls: SignBodyCalls,
  ) {}

  get scene(): SignScene | undefined {
    return this.#scene;
  }

  onScene(call: (scene: SignScene | undefined) => void): void {
    this.#sceneCalls.push(call);
  }

  onSend(call: (bytes: Uint8Array) => void): void {
    this.#send = call;
  }

  setPowered(on: boolean): void {
    if (on === (this.#state !== 'off')) return;
    for (const cancel of this.#pending) cancel();
    this.#pending.clear();
    if (!on) {
      this.#state = 'off';
      this.calls.forget();
      this.show(undefined);
      return;
    }
    this.#state = 'starting';
    this.after(this.options.bootMs ?? 2_000, () => {
      this.#state = 'running';
      this.calls.started();
    });
  }

  receive(bytes: Uint8Array): void {
    if (this.#state === 'running') this.calls.received(bytes);
  }

  /** Takes bytes and answers nothing; the lamps stay as they are. */
  hang(): void {
    if (this.#state === 'running') this.#state = 'hung';
  }

  recover(): void {
    if (this.#state === 'hung') this.#state = 'running';
  }

  reply(bytes: Uint8Array): void {
    this.after(this.options.replyMs ?? 20, () => {
      if (this.#state === 'running') this.#send(bytes);
    });
  }

  /** Something that power loss calls off. */
  after(milliseconds: number, call: () => void): Cancel {
    const cancel = this.options.clock.after(milliseconds, () => {
      this.#pending.delete(cancel);
      call();
    });
    this.#pending.add(cancel);
    return () => {
      this.#pending.delete(cancel);
      cancel();
    };
  }

  show(scene: SignScene | undefined): void {
    if (scene === undefined && this.#scene === undefined) return;
    this.#scene = scene;
    for (const call of this.#sceneCalls) call(scene);
  }
}
