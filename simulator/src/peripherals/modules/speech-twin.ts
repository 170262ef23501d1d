import type { Clock } from '@xiaolaba/device';
import type { CodecError, StreamDecoder } from '@xiaolaba/device/peripherals';
import type { Sounding, VoiceTwin } from './module-twin.js';
import { Playback, TwinTimers } from './voice-playback.js';

export interface SpeechTwinOptions {
  /** From power-on to 4A; 1200 ms unless told. */
  readonly bootMs?: number;
  /** 10 ms unless told. */
  readonly replyMs?: number;
}

export type ChipOrder =
  | { readonly kind: 'speak'; readonly text: string }
  | { readonly kind: 'stop' | 'pause' | 'resume' | 'query' | 'sleep' | 'wake' | 'set-baud' }
  | { readonly kind: 'refused' };

export const statusBytes = { initialised: 0x4a, accepted: 0x41, rejected: 0x45, busy: 0x4e, idle: 0x4f } as const;

/** What tells the chips apart. */
export interface ChipTraits<Frame> {
  readonly protocol: string;
  readonly decoder: StreamDecoder<Frame>;
  /** @returns `undefined` for what is no order, as a status byte that the host has no business to send */
  order(frame: Frame): ChipOrder | undefined;
  readonly statusFirst: readonly number[];
  readonly mostVolume: number;
  /** The mark that sets the speed, and by how much it changes it. */
  readonly speedMark: string;
  speedOf(step: number): number;
  /** Bytes of a frame that come further apart than this are lost, milliseconds. */
  readonly byteGapMs?: number;
  /** Frames that come closer than this are lost. */
  readonly frameGapMs?: number;
  /** Only FF wakes it; otherwise any byte does. */
  readonly needsWake: boolean;
}

/** What a chip says in a second at its usual speed. */
const charactersPerSecond = 4.5;
const pauseCharacters = 1.5;
const defaultVolume = 0.6;
/** Without a checksum a torn frame shows by nothing but silence. */
const brokenOffMs = 500;

/** The twin of a speech chip: speaks in its own time what it takes in, and answers in single bytes. */
export class SpeechTwin<Frame> implements VoiceTwin {
  readonly protocol: string;
  readonly #timers: TwinTimers;
  readonly #playback: Playback;
  #send: (bytes: Uint8Array) => void = () => {};
  #state: 'off' | 'booting' | 'ready' | 'sleeping' = 'off';
  #speed = 1;
  #heardAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly traits: ChipTraits<Frame>,
    private readonly options: SpeechTwinOptions,
  ) {
    this.protocol = traits.protocol;
    this.#timers = new TwinTimers(clock);
    this.#playback = new Playback(clock, this.#timers);
  }

  get sounding(): Sounding | undefined {
    return this.#playback.sounding;
  }

  onSounding(call: (sounding: Sounding | undefined) => void): void {
    this.#playback.onSounding(call);
  }

  onSend(call: (bytes: Uint8Array) => void): void {
    this.#send = call;
  }

  setPowered(on: boolean): void {
    if (on === (this.#state !== 'off')) return;
    this.#playback.stop();
    this.#timers.clear();
    this.#state = on ? 'booting' : 'off';
    if (!on) return;
    this.#restoreMarks();
    this.traits.decoder.reset();
    this.#timers.after(this.options.bootMs ?? 1200, () => {
      this.#state = 'ready';
      this.#send(Uint8Array.of(statusBytes.initialised));
    });
  }

  receive(bytes: Uint8Array): void {
    if (this.#state === 'off' || this.#state === 'booting') return;
    const { decoder, byteGapMs = brokenOffMs, frameGapMs = 0 } = this.traits;
    const now = this.clock.monotonic();
    const gap = now - this.#heardAt;
    this.#heardAt = now;
    if (this.#state === 'sleeping' && !this.traits.needsWake) {
      this.#state = 'ready';
      return;
    }
    if (decoder.rest.length > 0) {
      if (gap > byteGapMs) decoder.reset();
    } else if (gap < frameGapMs) return;
    const { frames, errors } = decoder.push(bytes);
    if (errors.some((error) => isRefused(error))) this.#say('rejected');
    for (const frame of frames) {
      const order = this.traits.order(frame);
      if (order) this.#obey(order);
    }
  }

  #say(...statuses: readonly (keyof typeof statusBytes)[]): void {
    const bytes = Uint8Array.from(statuses, (status) => statusBytes[status]);
    this.#timers.after(this.options.replyMs ?? 10, () => this.#send(bytes));
  }

  #obey(order: ChipOrder): void {
    if (this.#state === 'sleeping') {
      if (order.kind !== 'wake') return;
      this.#state = 'ready';
    }
    switch (order.kind) {
      case 'refused':
        this.#say('rejected');
        break;
      case 'query': {
        const bytes = [...this.traits.statusFirst, statusBytes[this.#playback.state === 'stopped' ? 'idle' : 'busy']];
        this.#timers.after(this.options.replyMs ?? 10, () => this.#send(Uint8Array.from(bytes)));
        break;
      }
      case 'speak':
        this.#say('accepted');
        this.#speak(order.text);
        break;
      case 'stop': {
        const wasBusy = this.#playback.state !== 'stopped';
        this.#playback.stop();
        this.#say('accepted', ...(wasBusy ? (['idle'] as const) : []));
        break;
      }
      case 'pause':
        this.#playback.pause();
        this.#say('accepted');
        break;
      case 'resume':
        this.#playback.resume();
        this.#say('accepted');
        break;
      case 'sleep':
        this.#playback.stop();
        this.#say('accepted');
        this.#state = 'sleeping';
        break;
      default:
        this.#say('accepted');
        break;
    }
  }

  #restoreMarks(): void {
    this.#playback.volume = defaultVolume;
    this.#speed = 1;
  }

  #speak(text: string): void {
    for (const [, letter, digits] of text.matchAll(/\[([a-z])(\d*)\]/g)) {
      const step = Number(digits);
      if (letter === 'd') this.#restoreMarks();
      if (letter === 'v') this.#playback.volume = Math.min(1, step / this.traits.mostVolume);
      if (letter === this.traits.speedMark) this.#speed = this.traits.speedOf(step);
    }
    const words = text.replace(/\[[a-z=][^\]]*\]/g, '');
    const durationMs = Math.round((1000 * charactersOf(words)) / (charactersPerSecond * this.#speed));
    // Marks alone set something and make no sound.
    if (durationMs === 0) this.#playback.stop();
    else this.#playback.start({ words, durationMs }, () => this.#send(Uint8Array.of(statusBytes.idle)));
  }
}

const isRefused = ({ code }: CodecError): boolean => code !== 'noise';

/** In Chinese characters: Latin letters go by faster, punctuation is a pause. */
function charactersOf(words: string): number {
  let all = 0;
  for (const character of words) {
    if (/[A-Za-z]/.test(character)) all += 0.3;
    else if (/[\p{L}\p{N}]/u.test(character)) all += 1;
    else if (/[，。！？；：、,.!?;:]/.test(character)) all += pauseCharacters;
  }
  return all;
}
