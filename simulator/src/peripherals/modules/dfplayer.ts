import type { Clock } from '@xiaolaba/device';
import { dfplayerCodec } from '@xiaolaba/device/peripherals';
import type { Sounding, VoiceTwin } from './module-twin.js';
import { type CardTrack, Playback, TwinTimers, type VoiceCard } from './voice-playback.js';

export interface DfplayerTwinOptions {
  /** Left out: the slot is empty. */
  readonly card?: VoiceCard;
  /** From power-on to 3F; 1200 ms unless told, real ones take 500 to 3000. */
  readonly bootMs?: number;
  /** 100 ms as the YX5200; the GD3200B takes 350. */
  readonly replyMs?: number;
  /** Some clones never answer 42. */
  readonly answersStatus?: boolean;
  /** Many say 3D twice. */
  readonly finishesTwice?: boolean;
}

const errors = { busy: 1, sleeping: 2, incomplete: 3, checksum: 4, outOfRange: 5, notFound: 6, enteredSleep: 0x0a };
const sdMedium = 2;
const sdSource = 2;
const mostVolume = 30;
/** A frame that stops halfway is given up after this. */
const brokenOffMs = 100;
const sourceMs = 200;
/** Between two frames of the module's own. */
const betweenMs = 20;

type Mode = 'repeat-all' | 'repeat-folder' | 'repeat-track' | 'random' | 'off';
const modes: readonly Mode[] = ['repeat-all', 'repeat-folder', 'repeat-track', 'random', 'off'];

/** The twin of a DFPlayer Mini on the YX5200 with a card in it (Flyron FN-M16P data sheet V1.0). */
export class DfplayerTwin implements VoiceTwin {
  readonly protocol = 'dfplayer';
  readonly #timers: TwinTimers;
  readonly #playback: Playback;
  readonly #decoder = dfplayerCodec.decoder();
  #send: (bytes: Uint8Array) => void = () => {};
  #card: VoiceCard | undefined;
  #state: 'off' | 'booting' | 'ready' | 'settling' | 'sleeping' = 'off';
  #volume = mostVolume;
  #equaliser = 0;
  #mode: Mode = 'off';
  /** Index on the card. */
  #current = 0;
  #sendAt = 0;
  #giveUp: () => void = () => {};

  constructor(
    private readonly clock: Clock,
    private readonly options: DfplayerTwinOptions = {},
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
    if (on) this.#boot();
    else this.#state = 'off';
  }

  insertCard(card: VoiceCard): void {
    this.#card = card;
    if (this.#state === 'ready') this.#say(0x3a, sdMedium);
  }

  removeCard(): void {
    this.#card = undefined;
    this.#playback.stop();
    if (this.#state === 'ready') this.#say(0x3b, sdMedium);
  }

  receive(bytes: Uint8Array): void {
    if (this.#state === 'off' || this.#state === 'booting' || this.#state === 'settling') return;
    this.#giveUp();
    const { frames, errors: found } = this.#decoder.push(bytes);
    for (const { code } of found) {
      if (code === 'checksum') this.#say(0x40, errors.checksum);
      if (code === 'end-byte') this.#say(0x40, errors.incomplete);
    }
    for (const frame of frames) {
      // What the codec reads as a question or an answer is one command here.
      const [, , , command = 0, feedback = 0, high = 0, low = 0] = dfplayerCodec.encode(frame);
      this.#obey(command, (high << 8) | low, feedback === 1);
    }
    if (this.#decoder.rest.length === 0) return;
    this.#giveUp = this.#timers.after(brokenOffMs, () => {
      this.#decoder.reset();
      this.#say(0x40, errors.incomplete);
    });
  }

  #boot(): void {
    this.#state = 'booting';
    this.#volume = mostVolume;
    this.#playback.volume = 1;
    this.#equaliser = 0;
    this.#mode = 'off';
    this.#current = 0;
    this.#sendAt = 0;
    this.#decoder.reset();
    this.#timers.after(this.options.bootMs ?? 1200, () => {
      this.#state = 'ready';
      this.#emit(0x3f, this.#online());
    });
  }

  #online(): number {
    return this.#card ? sdMedium : 0;
  }

  /** An answer, in its time and after those before it. */
  #say(command: number, value: number): void {
    const now = this.clock.monotonic();
    this.#sendAt = Math.max(now + (this.options.replyMs ?? 100), this.#sendAt + betweenMs);
    this.#timers.after(this.#sendAt - now, () => this.#emit(command, value));
  }

  #emit(command: number, value: number): void {
    const payload = value.toString(16).padStart(4, '0');
    this.#send(dfplayerCodec.encode({ kind: 'unknown', command, payload }));
  }

  #obey(command: number, value: number, wantsFeedback: boolean): void {
    if (this.#state === 'sleeping' && ![0x09, 0x0b, 0x0c].includes(command)) {
      this.#say(0x40, errors.sleeping);
      return;
    }
    if (command >= 0x3f && command <= 0x4f && command !== 0x40 && command !== 0x41) {
      if (command === 0x42 && this.options.answersStatus === false) return;
      const found = this.#query(command, value);
      if (found === undefined) this.#say(0x40, errors.notFound);
      else this.#say(command, found);
      if (wantsFeedback) this.#say(0x41, 0);
      return;
    }
    if (wantsFeedback) this.#say(0x41, 0);
    const error = this.#order(command, value);
    if (error !== undefined) this.#say(0x40, error);
  }

  #query(command: number, value: number): number | undefined {
    const tracks = this.#tracks;
    const state = { stopped: 0, playing: 1, paused: 2 }[this.#playback.state];
    switch (command) {
      case 0x3f:
        return this.#online();
      case 0x42:
        return (sdSource << 8) | state;
      case 0x43:
        return this.#volume;
      case 0x44:
        return this.#equaliser;
      case 0x45:
        return modes.indexOf(this.#mode);
      case 0x46:
        return 8;
      case 0x48:
        return tracks.length;
      case 0x4c:
        return state === 0 ? 0 : this.#current + 1;
      case 0x4e: {
        const held = tracks.filter(({ folder }) => folder === value).length;
        return held > 0 ? held : undefined;
      }
      case 0x4f:
        return new Set(tracks.map(({ folder }) => folder)).size;
      default:
        return 0;
    }
  }

  get #tracks(): readonly CardTrack[] {
    return this.#card?.tracks ?? [];
  }

  /** @returns the error that it answers with */
  #order(command: number, value: number): number | undefined {
    const count = this.#tracks.length;
    switch (command) {
      case 0x01:
        return this.#play((this.#current + 1) % Math.max(1, count));
      case 0x02:
        return this.#play((this.#current + count - 1) % Math.max(1, count));
      case 0x03:
      case 0x08:
        this.#mode = command === 0x08 ? 'repeat-track' : 'off';
        return value >= 1 && value <= count ? this.#play(value - 1) : this.#missing(errors.outOfRange);
      case 0x04:
        return this.#setVolume(this.#volume + 1);
      case 0x05:
        return this.#setVolume(this.#volume - 1);
      case 0x06:
        return this.#setVolume(value);
      case 0x07:
        this.#equaliser = Math.min(5, value);
        return undefined;
      case 0x09:
        return this.#setSource(value);
      case 0x0a:
        this.#playback.stop();
        this.#state = 'sleeping';
        return errors.enteredSleep;
      case 0x0b:
        this.#state = 'ready';
        return undefined;
      case 0x0c:
        return this.#reset();
      case 0x0d:
        return this.#playback.resume() || this.#playback.state === 'playing' ? undefined : this.#play(this.#current);
      case 0x0e:
        this.#playback.pause();
        return undefined;
      case 0x0f:
        return this.#playNamed(value >> 8, value & 0xff);
      case 0x11:
        this.#mode = value === 1 ? 'repeat-all' : 'off';
        return value === 1 ? this.#play(this.#current) : this.#silence();
      case 0x12:
        return this.#playNamed(undefined, value);
      case 0x13:
        // Adverts lie in a folder of their own, which this card never has.
        return errors.notFound;
      case 0x14:
        return this.#playNamed(value >> 12, value & 0xfff);
      case 0x16:
        return this.#silence();
      case 0x17:
        return this.#repeatFolder(value >> 8 || value & 0xff);
      case 0x18:
        this.#mode = 'random';
        return this.#play(this.#anyTrack());
      case 0x19:
        this.#mode = value === 0 ? 'repeat-track' : 'off';
        return undefined;
      default:
        return undefined;
    }
  }

  #setVolume(volume: number): undefined {
    this.#volume = Math.max(0, Math.min(mostVolume, volume));
    this.#playback.volume = this.#volume / mostVolume;
  }

  #silence(): undefined {
    this.#mode = 'off';
    this.#playback.stop();
  }

  #reset(): undefined {
    this.#playback.stop();
    this.#state = 'booting';
    // Its acknowledgement still goes out.
    this.#timers.after((this.options.replyMs ?? 100) + betweenMs, () => this.#boot());
  }

  #setSource(source: number): number | undefined {
    this.#playback.stop();
    this.#state = 'settling';
    this.#timers.after(sourceMs, () => {
      this.#state = 'ready';
    });
    return source === sdSource && !this.#card ? errors.outOfRange : undefined;
  }

  #missing(error: number): number {
    this.#playback.stop();
    return this.#card ? error : errors.busy;
  }

  #playNamed(folder: number | undefined, number: number): number | undefined {
    this.#mode = 'off';
    const index = this.#tracks.findIndex((track) => track.folder === folder && track.number === number);
    return index >= 0 ? this.#play(index) : this.#missing(errors.notFound);
  }

  #repeatFolder(folder: number): number | undefined {
    this.#mode = 'repeat-folder';
    const index = this.#tracks.findIndex((track) => track.folder === folder);
    return index >= 0 ? this.#play(index) : this.#missing(errors.notFound);
  }

  #play(index: number): number | undefined {
    const track = this.#tracks[index];
    if (!track) return this.#missing(errors.outOfRange);
    this.#current = index;
    this.#playback.start({ track: track.number, durationMs: track.durationMs }, () => this.#finished());
    return undefined;
  }

  #finished(): void {
    // The order on the card, whatever the file is called.
    this.#emit(0x3d, this.#current + 1);
    if (this.options.finishesTwice) this.#say(0x3d, this.#current + 1);
    const next = this.#following();
    if (next !== undefined) this.#play(next);
  }

  #following(): number | undefined {
    const count = this.#tracks.length;
    switch (this.#mode) {
      case 'repeat-track':
        return this.#current;
      case 'repeat-all':
        return (this.#current + 1) % count;
      case 'random':
        return this.#anyTrack();
      case 'repeat-folder': {
        const inFolder = this.#tracks.flatMap((track, index) =>
          track.folder === this.#tracks[this.#current]?.folder ? [index] : [],
        );
        return inFolder[(inFolder.indexOf(this.#current) + 1) % inFolder.length];
      }
      default:
        return undefined;
    }
  }

  /** Like the module's own choice: the same after every power-on. */
  #anyTrack(): number {
    return (this.#current * 7 + 3) % Math.max(1, this.#tracks.length);
  }
}
