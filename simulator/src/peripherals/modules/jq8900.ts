import type { Clock } from '@xiaolaba/device';
import { type Jq8900Frame, jq8900Codec } from '@xiaolaba/device/peripherals';
import type { Sounding, VoiceTwin } from './module-twin.js';
import { type CardTrack, Playback, TwinTimers, type VoiceCard } from './voice-playback.js';

export interface Jq8900TwinOptions {
  /** Left out: no drive is on line. */
  readonly card?: VoiceCard;
  /** From power-on until it listens; 1200 ms unless told. */
  readonly bootMs?: number;
  /** 20 ms unless told. */
  readonly replyMs?: number;
}

const mostVolume = 30;
/** Frames that follow each other closer than this are lost. The manual asks for 100 ms. */
const deafMs = 50;
const brokenOffMs = 100;

type LoopMode = Extract<Jq8900Frame, { kind: 'set-loop-mode' }>['mode'];

/**
 * The twin of a JQ8900, JQ8400 or DY-SV5W (their manuals). Orders are obeyed without an answer, the end of a file is
 * told to nobody, and it says nothing when it starts.
 */
export class Jq8900Twin implements VoiceTwin {
  readonly protocol = 'jq8900';
  readonly #timers: TwinTimers;
  readonly #playback: Playback;
  readonly #decoder = jq8900Codec.decoder();
  #send: (bytes: Uint8Array) => void = () => {};
  #card: VoiceCard | undefined;
  #state: 'off' | 'booting' | 'ready' = 'off';
  #volume = 20;
  #mode: LoopMode = 'one-then-stop';
  /** Index in the order of the FAT. */
  #current = 0;
  #heardAt = Number.NEGATIVE_INFINITY;
  #framedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly clock: Clock,
    private readonly options: Jq8900TwinOptions = {},
  ) {
    this.#timers = new TwinTimers(clock);
    this.#playback = new Playback(clock, this.#timers);
    this.#card = options.card;
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
    this.#setVolume(20);
    this.#mode = 'one-then-stop';
    this.#current = 0;
    this.#decoder.reset();
    this.#timers.after(this.options.bootMs ?? 1200, () => {
      this.#state = 'ready';
    });
  }

  insertCard(card: VoiceCard): void {
    this.#card = card;
  }

  removeCard(): void {
    this.#card = undefined;
    this.#playback.stop();
  }

  receive(bytes: Uint8Array): void {
    if (this.#state !== 'ready') return;
    const now = this.clock.monotonic();
    if (now - this.#heardAt > brokenOffMs) this.#decoder.reset();
    this.#heardAt = now;
    for (const frame of this.#decoder.push(bytes).frames) {
      const isTooSoon = now - this.#framedAt < deafMs;
      this.#framedAt = now;
      if (isTooSoon) continue;
      const answer = this.#answer(frame);
      if (answer) this.#timers.after(this.options.replyMs ?? 20, () => this.#send(jq8900Codec.encode(answer)));
      else this.#obey(frame);
    }
  }

  get #tracks(): readonly CardTrack[] {
    return this.#card?.tracks ?? [];
  }

  #answer(frame: Jq8900Frame): Jq8900Frame | undefined {
    switch (frame.kind) {
      case 'query-state':
        return { kind: 'state', state: this.#playback.state };
      case 'query-online-drives':
        return { kind: 'online-drives', usb: false, sd: this.#card !== undefined, flash: false };
      case 'query-current-drive':
        return { kind: 'current-drive', drive: this.#card ? 'sd' : 'none' };
      case 'query-track-count':
        return { kind: 'track-count', count: this.#tracks.length };
      case 'query-current-track':
        return { kind: 'current-track', track: this.#current + 1 };
      case 'query-folder-first-track':
        return { kind: 'folder-first-track', track: this.#inFolder()[0] ?? 0 };
      case 'query-folder-track-count':
        return { kind: 'folder-track-count', count: this.#inFolder().length };
      case 'query-duration': {
        const seconds = Math.round((this.#tracks[this.#current]?.durationMs ?? 0) / 1000);
        return { kind: 'duration', hours: Math.floor(seconds / 3600), ...minutesOf(seconds) };
      }
      default:
        return undefined;
    }
  }

  /** Numbers of the tracks that lie where the current one does. */
  #inFolder(): readonly number[] {
    const folder = this.#tracks[this.#current]?.folder;
    return this.#tracks.flatMap((track, index) => (track.folder === folder ? [index + 1] : []));
  }

  #obey(frame: Jq8900Frame): void {
    const count = this.#tracks.length;
    switch (frame.kind) {
      case 'play':
        if (!this.#playback.resume() && this.#playback.state === 'stopped') this.#play(this.#current);
        break;
      case 'pause':
        this.#playback.pause();
        break;
      case 'stop':
        this.#playback.stop();
        break;
      case 'next':
        this.#play((this.#current + 1) % Math.max(1, count));
        break;
      case 'previous':
        this.#play((this.#current + count - 1) % Math.max(1, count));
        break;
      case 'play-track':
        this.#play(frame.track - 1);
        break;
      case 'select-track':
        if (frame.track >= 1 && frame.track <= count) this.#current = frame.track - 1;
        this.#playback.stop();
        break;
      case 'play-path': {
        const number = Number(/^\/(\d+)\*/.exec(frame.text ?? '')?.[1]);
        this.#play(this.#tracks.findIndex((track) => track.number === number));
        break;
      }
      case 'set-volume':
        this.#setVolume(frame.volume);
        break;
      case 'volume-up':
        this.#setVolume(this.#volume + 1);
        break;
      case 'volume-down':
        this.#setVolume(this.#volume - 1);
        break;
      case 'set-loop-mode':
        this.#mode = frame.mode;
        break;
      default:
        break;
    }
  }

  #setVolume(volume: number): void {
    this.#volume = Math.max(0, Math.min(mostVolume, volume));
    this.#playback.volume = this.#volume / mostVolume;
  }

  /** A number that no file has changes nothing. */
  #play(index: number): void {
    const track = this.#tracks[index];
    if (!track) return;
    this.#current = index;
    this.#playback.start({ track: track.number, durationMs: track.durationMs }, () => {
      const next = this.#following();
      if (next !== undefined) this.#play(next);
    });
  }

  #following(): number | undefined {
    const next = this.#current + 1;
    const count = this.#tracks.length;
    switch (this.#mode) {
      case 'repeat-one':
        return this.#current;
      case 'repeat-all':
        return next % count;
      case 'random':
        return (this.#current * 7 + 3) % count;
      case 'all-then-stop':
        return next < count ? next : undefined;
      default:
        return undefined;
    }
  }
}

const minutesOf = (seconds: number) => ({ minutes: Math.floor(seconds / 60) % 60, seconds: seconds % 60 });
