import type { Sound } from '../../ports/index.js';
import type { DriverParts, Finding, Health, SoundDriver } from '../driver.js';
import { Bookmark, volumeSteps } from '../voice/bookmark.js';
import { courseOfFile, follow, type ModuleState, type Outcome } from '../voice/follow.js';
import type { Note, Stretch } from '../voice/stretch.js';
import { VoiceDriver, type VoiceModule } from '../voice/voice-driver.js';
import { type NoReply, VoiceLine } from '../voice/voice-line.js';
import { codec, type DfplayerFrame, dfplayerAnswer } from './codec.js';
import { parameterOf } from './values.js';

type Order = Parameters<typeof toFrame>[0];
type Media = { readonly usb: boolean; readonly sd: boolean; readonly flash: boolean };

export interface DfplayerOptions {
  /** The number of the file, `/MP3/nnnn`: 1 to 9999. */
  readonly trackOf: (sha256: string) => number | undefined;
}

const mostVolume = 30;
/** The slowest kind known (GD3200B) takes 350 ms. */
const replyMs = 800;
/** Until it says 3F: 0.5 to 3 s by the number of files. */
const startMs = 3000;
const gapMs = 100;
/** After the source has been chosen. */
const sourceGapMs = 200;
const pollMs = 2000;
const busyMs = 500;
const startTries = 3;

/** Feedback: the module acknowledges what it has taken in. */
const toFrame = (
  body:
    | { kind: 'pause' | 'stop' | 'play' | 'reset' }
    | { kind: 'query-status' | 'query-volume' | 'query-online' | 'query-sd-file-count' | 'query-usb-file-count' }
    | { kind: 'query-version' }
    | { kind: 'set-volume'; volume: number }
    | { kind: 'set-source'; source: 'sd' }
    | { kind: 'play-mp3-track'; track: number },
): DfplayerFrame => ({ ...body, feedback: !body.kind.startsWith('query'), checksummed: true });

const isGarbled = (frame: DfplayerFrame): boolean =>
  frame.kind === 'error' && (frame.error === 'checksum' || frame.error === 'incomplete-frame');
const isRefusal = (frame: DfplayerFrame): boolean => frame.kind === 'error' && !isGarbled(frame);

class Dfplayer implements VoiceModule<DfplayerFrame, number> {
  readonly name = 'DFPlayer Mini';
  readonly startMs = startMs;
  readonly #bookmark = new Bookmark();
  /** Some clones never answer 42; that they are there shows in their volume. */
  #answersStatus: boolean | undefined;
  #media: Media | undefined;

  constructor(
    private readonly parts: DriverParts,
    private readonly line: VoiceLine<DfplayerFrame>,
    private readonly options: DfplayerOptions,
  ) {}

  prepare(sound: Sound): number | undefined {
    return this.options.trackOf(sound.sha256);
  }

  async check(fresh: boolean): Promise<Health | 'cut'> {
    if (fresh) {
      this.#answersStatus = undefined;
      this.#bookmark.lose();
    }
    this.line.listenAfresh();
    const state = await this.#state();
    if (state === 'cut') return 'cut';
    if (state === 'down') return 'unplugged';
    if (state === 'silence') return this.line.strange === undefined ? 'no-answer' : 'wrong-module';
    if (state === 'sleeping') {
      // Waking it by 0B is left undone by many; a reset is not.
      await this.line.send(toFrame({ kind: 'reset' }));
      return 'starting';
    }
    if (state === 'playing' || (state === 'unknown' && fresh)) await this.line.send(toFrame({ kind: 'stop' }));
    const online = await this.line.ask(toFrame({ kind: 'query-online' }), {
      accept: (frame) => frame.kind === 'online',
      tries: 2,
    });
    if (typeof online === 'object' && online.kind === 'online') this.#media = online;
    // With two media it plays from the one that it likes; the files are on the card.
    if (fresh && this.#media?.sd && this.#media.usb) {
      await this.line.send(toFrame({ kind: 'set-source', source: 'sd' }), { gapMs: sourceGapMs });
    }
    return this.#hasMedia() ? undefined : 'no-card';
  }

  read(frame: DfplayerFrame, asked: boolean): Note | undefined {
    switch (frame.kind) {
      case 'online':
        return asked ? undefined : { kind: 'started' };
      case 'usb-track-finished':
      case 'sd-track-finished':
      case 'flash-track-finished':
        // Which one it names is the order on the disk, not the number that was asked for.
        return { kind: 'finished' };
      case 'media-removed':
      case 'media-inserted':
        return this.#changeMedia(frame.media, frame.kind === 'media-inserted');
      case 'error':
        if (asked) return undefined;
        if (frame.error === 'not-found' || frame.error === 'out-of-range') {
          return { kind: 'refused', reason: 'not-held' };
        }
        return frame.error === 'sd-read' || frame.error === 'entered-sleep'
          ? { kind: 'refused', reason: 'output' }
          : undefined;
      default:
        return undefined;
    }
  }

  async perform(track: number, sound: Sound, stretch: Stretch): Promise<Outcome> {
    const { signal } = stretch;
    const loud = await this.#setVolume(volumeSteps(sound.volume, mostVolume), signal);
    if (!loud) return signal.aborted ? 'aborted' : 'output';
    // The module can't be sent to a place in a file: what it doesn't hold paused begins at the beginning.
    const resumed = this.#bookmark.isAt(sound);
    this.#bookmark.begin(sound, resumed);
    const order: Order = resumed ? { kind: 'play' } : { kind: 'play-mp3-track', track };
    const begun = await this.#start(order, stretch);
    if (begun) return begun;
    const expectedMs = sound.durationMs - (resumed ? sound.fromMs : 0);
    return follow(stretch, {
      state: () => this.#playState(signal),
      pollMs,
      ...courseOfFile(expectedMs),
    });
  }

  async interrupt(stretch: Stretch): Promise<void> {
    const reply = await this.line.ask(toFrame({ kind: 'pause' }), {
      accept: (frame) => frame.kind === 'acknowledge',
      again: isGarbled,
      urgent: true,
    });
    if (reply === 'cut' || reply === 'down') return this.#bookmark.lose();
    this.#bookmark.pause(stretch.soundedMs);
    // The acknowledgement may have been that of the order before.
    const state = await this.#playState();
    if (state === 'playing' || state === 'silence' || (state === 'unknown' && reply === 'silence'))
      await this.silence();
  }

  async silence(): Promise<void> {
    this.#bookmark.lose();
    const accept = (frame: DfplayerFrame): boolean => frame.kind === 'acknowledge';
    await this.line.ask(toFrame({ kind: 'stop' }), { accept, again: isGarbled, urgent: true });
  }

  async probe(): Promise<readonly Finding[]> {
    this.line.listenAfresh();
    const state = await this.#state();
    if (state === 'down') return [{ ok: false, code: 'unplugged' }];
    if (state === 'silence' || state === 'cut') {
      const got = this.line.strange;
      return [
        got === undefined ? { ok: false, code: 'no-answer' } : { ok: false, code: 'wrong-module', details: { got } },
      ];
    }
    const findings: Finding[] = [{ ok: true, code: 'answers', details: { module: this.name } }];
    if (state !== 'unknown') findings.push({ ok: true, code: state === 'playing' ? 'busy' : 'idle' });
    const online = await this.#value({ kind: 'query-online' }, 'online');
    if (online !== undefined) {
      const held = (online & 0b1011) !== 0;
      findings.push(held ? { ok: true, code: 'card-present' } : { ok: false, code: 'no-card' });
    }
    const count = await this.#value({ kind: 'query-sd-file-count' }, 'sd-file-count');
    if (count !== undefined) findings.push({ ok: count > 0, code: 'files', details: { count } });
    const volume = await this.#value({ kind: 'query-volume' }, 'volume');
    if (volume !== undefined) findings.push({ ok: true, code: 'volume', details: { value: volume, of: mostVolume } });
    const version = await this.#value({ kind: 'query-version' }, 'version');
    if (version !== undefined) findings.push({ ok: true, code: 'version', details: { text: String(version) } });
    return findings;
  }

  async #value(query: Order, answer: DfplayerFrame['kind']): Promise<number | undefined> {
    const reply = await this.line.ask(toFrame(query), {
      accept: (frame) => frame.kind === answer || isRefusal(frame),
      again: isGarbled,
      tries: 2,
    });
    return typeof reply === 'object' && reply.kind === answer ? parameterOf(reply) : undefined;
  }

  #hasMedia(): boolean {
    return !this.#media || this.#media.usb || this.#media.sd || this.#media.flash;
  }

  #changeMedia(media: string | number, isIn: boolean): Note | undefined {
    const known = this.#media ?? { usb: false, sd: false, flash: false };
    if (media === 'usb' || media === 'sd') this.#media = { ...known, [media]: isIn };
    this.#bookmark.lose();
    if (isIn) return { kind: 'started' };
    return this.#hasMedia() ? undefined : { kind: 'lost' };
  }

  async #state(signal?: AbortSignal): Promise<ModuleState | 'sleeping' | NoReply> {
    const options = { again: isGarbled, ...(signal ? { signal } : {}) };
    if (this.#answersStatus !== false) {
      const reply = await this.line.ask(toFrame({ kind: 'query-status' }), {
        ...options,
        accept: (frame) => frame.kind === 'status' || isRefusal(frame),
      });
      if (typeof reply === 'object') {
        this.#answersStatus = true;
        if (reply.kind === 'status') return this.#read(reply);
        return this.#readRefusal(reply);
      }
      if (reply !== 'silence' || this.#answersStatus) return reply;
    }
    const reply = await this.line.ask(toFrame({ kind: 'query-volume' }), {
      ...options,
      accept: (frame) => frame.kind === 'volume' || isRefusal(frame),
    });
    if (typeof reply !== 'object') return reply;
    this.#answersStatus = false;
    return reply.kind === 'volume' ? 'unknown' : this.#readRefusal(reply);
  }

  #read({ source, state }: Extract<DfplayerFrame, { kind: 'status' }>): ModuleState | 'sleeping' {
    if (source === 'sleep') return 'sleeping';
    return typeof state === 'number' ? 'unknown' : state;
  }

  #readRefusal(frame: DfplayerFrame): 'sleeping' | 'unknown' {
    return frame.kind === 'error' && (frame.error === 'sleeping' || frame.error === 'entered-sleep')
      ? 'sleeping'
      : 'unknown';
  }

  async #playState(signal?: AbortSignal): Promise<ModuleState | NoReply> {
    const state = await this.#state(signal);
    return state === 'sleeping' ? 'stopped' : state;
  }

  /** It boots at the loudest: without a confirmation nothing is played. */
  async #setVolume(volume: number, signal: AbortSignal): Promise<boolean> {
    for (let attempt = 0; attempt < startTries && !signal.aborted; attempt += 1) {
      const reply = await this.line.ask(toFrame({ kind: 'set-volume', volume }), {
        accept: (frame) => frame.kind === 'acknowledge' || isRefusal(frame),
        again: isGarbled,
        tries: 1,
        signal,
      });
      if (reply === 'cut' || reply === 'down') return false;
      if (typeof reply === 'object' && reply.kind === 'acknowledge') return true;
      if ((await this.#value({ kind: 'query-volume' }, 'volume')) === volume) return true;
      await this.parts.clock.sleep(busyMs * 2 ** attempt, signal);
    }
    return false;
  }

  /** @returns `undefined` when it plays */
  async #start(order: Order, stretch: Stretch): Promise<Outcome | undefined> {
    const { signal } = stretch;
    for (let attempt = 0; attempt < startTries; attempt += 1) {
      const reply = await this.line.ask(toFrame(order), {
        accept: (frame) => frame.kind === 'acknowledge' || isRefusal(frame),
        again: isGarbled,
        tries: 1,
        signal,
        onSent: () => stretch.begin(),
      });
      if (signal.aborted) return 'aborted';
      if (reply === 'cut' || reply === 'down') return 'output';
      if (typeof reply === 'object' && reply.kind === 'acknowledge') return undefined;
      if (typeof reply === 'object' && reply.kind === 'error') {
        if (reply.error === 'not-found' || reply.error === 'out-of-range') return 'not-held';
        if (reply.error !== 'busy') return 'output';
        await this.parts.clock.sleep(busyMs * 2 ** attempt, signal);
        continue;
      }
      const state = await this.#playState(signal);
      if (signal.aborted) return 'aborted';
      // A clone may play without a word.
      if (state === 'playing' || state === 'unknown') return undefined;
    }
    return 'output';
  }
}

/**
 * DFPlayer Mini and other modules on the YX5200. Plays `/MP3/nnnn` from its own card.
 * Source: Flyron FN-M16P data sheet V1.0.
 */
export function openDfplayer(parts: DriverParts, options: DfplayerOptions): SoundDriver {
  const decoder = codec.decoder();
  const line = new VoiceLine<DfplayerFrame>(parts.line, parts.clock, {
    reader: {
      push: (bytes) => ({ frames: decoder.push(bytes).frames.map(dfplayerAnswer) }),
      reset: () => decoder.reset(),
    },
    encode: (frame) => codec.encode(frame),
    gapMs,
    replyMs,
  });
  return new VoiceDriver(parts, line, new Dfplayer(parts, line, options));
}
