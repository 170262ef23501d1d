import type { Sound } from '../../ports/index.js';
import type { DriverParts, Finding, Health, SoundDriver } from '../driver.js';
import { Bookmark, volumeSteps } from '../voice/bookmark.js';
import { courseOfFile, follow, type ModuleState, type Outcome } from '../voice/follow.js';
import type { Stretch } from '../voice/stretch.js';
import { VoiceDriver, type VoiceModule } from '../voice/voice-driver.js';
import { type NoReply, VoiceLine } from '../voice/voice-line.js';
import { codec, type Jq8900Frame } from './codec.js';

export interface Jq8900Options {
  /** The number of the file in the order of the FAT, 1 to 65535: copied one by one, the order of copying. */
  readonly trackOf: (sha256: string) => number | undefined;
}

const mostVolume = 30;
const startMs = 1500;
const gapMs = 100;
const replyMs = 400;
/** It says nothing at the end of a file. */
const pollMs = 500;
/** From the order until its state shows it. */
const beginMs = 300;
const startTries = 3;

class Jq8900 implements VoiceModule<Jq8900Frame, number> {
  readonly name = 'JQ8900';
  readonly startMs = startMs;
  readonly #bookmark = new Bookmark();
  #trackCount: number | undefined;

  constructor(
    private readonly parts: DriverParts,
    private readonly line: VoiceLine<Jq8900Frame>,
    private readonly options: Jq8900Options,
  ) {}

  prepare(sound: Sound): number | undefined {
    const track = this.options.trackOf(sound.sha256);
    if (track === undefined || this.#trackCount === undefined) return track;
    return track <= this.#trackCount ? track : undefined;
  }

  async check(fresh: boolean): Promise<Health | 'cut'> {
    if (fresh) {
      this.#trackCount = undefined;
      this.#bookmark.lose();
    }
    this.line.listenAfresh();
    const state = await this.#state();
    if (state === 'cut') return 'cut';
    if (state === 'down') return 'unplugged';
    if (state === 'silence') return this.line.strange === undefined ? 'no-answer' : 'wrong-module';
    if (state === 'playing') await this.line.send({ kind: 'stop' });
    const drives = await this.#answer({ kind: 'query-online-drives' }, 'online-drives');
    if (drives?.kind === 'online-drives' && !drives.usb && !drives.sd && !drives.flash) return 'no-card';
    const count = await this.#answer({ kind: 'query-track-count' }, 'track-count');
    if (count?.kind === 'track-count') this.#trackCount = count.count;
    return undefined;
  }

  /** It never speaks unasked. */
  read(): undefined {
    return undefined;
  }

  async perform(track: number, sound: Sound, stretch: Stretch): Promise<Outcome> {
    const { signal } = stretch;
    // The module can't be sent to a place in a file: what it doesn't hold paused begins at the beginning.
    const resumed = this.#bookmark.isAt(sound);
    this.#bookmark.begin(sound, resumed);
    const expectedMs = sound.durationMs - (resumed ? sound.fromMs : 0);
    const orders: readonly Jq8900Frame[] = [
      // Orders are never answered: each attempt says all of them again.
      { kind: 'set-volume', volume: volumeSteps(sound.volume, mostVolume) },
      { kind: 'set-loop-mode', mode: 'one-then-stop' },
      resumed ? { kind: 'play' } : { kind: 'play-track', track },
    ];
    const begun = await this.#start(orders, expectedMs, stretch);
    if (begun) return begun;
    return follow(stretch, {
      state: () => this.#state(signal),
      pollMs,
      ...courseOfFile(expectedMs),
    });
  }

  async interrupt(stretch: Stretch): Promise<void> {
    const sent = await this.line.send({ kind: 'pause' }, { urgent: true });
    if (sent !== 'sent') return this.#bookmark.lose();
    this.#bookmark.pause(stretch.soundedMs);
    const state = await this.#state();
    if (state === 'playing' || state === 'silence') await this.silence();
  }

  async silence(): Promise<void> {
    this.#bookmark.lose();
    for (let attempt = 0; attempt < startTries; attempt += 1) {
      const sent = await this.line.send({ kind: 'stop' }, { urgent: true });
      if (sent !== 'sent' || (await this.#state()) !== 'playing') return;
    }
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
    const findings: Finding[] = [
      { ok: true, code: 'answers', details: { module: this.name } },
      { ok: true, code: state === 'playing' ? 'busy' : 'idle' },
    ];
    const drives = await this.#answer({ kind: 'query-online-drives' }, 'online-drives');
    if (drives?.kind === 'online-drives') {
      const held = drives.usb || drives.sd || drives.flash;
      findings.push(held ? { ok: true, code: 'card-present' } : { ok: false, code: 'no-card' });
    }
    const count = await this.#answer({ kind: 'query-track-count' }, 'track-count');
    if (count?.kind === 'track-count') {
      findings.push({ ok: count.count > 0, code: 'files', details: { count: count.count } });
    }
    return findings;
  }

  async #answer(query: Jq8900Frame, answer: Jq8900Frame['kind']): Promise<Jq8900Frame | undefined> {
    const reply = await this.line.ask(query, { accept: (frame) => frame.kind === answer, tries: 2 });
    return typeof reply === 'object' ? reply : undefined;
  }

  async #state(signal?: AbortSignal): Promise<ModuleState | NoReply> {
    const reply = await this.line.ask(
      { kind: 'query-state' },
      { accept: (frame) => frame.kind === 'state', ...(signal ? { signal } : {}) },
    );
    if (typeof reply === 'string') return reply;
    if (reply.kind !== 'state' || typeof reply.state === 'number') return 'unknown';
    return reply.state;
  }

  /** @returns `undefined` when it plays */
  async #start(orders: readonly Jq8900Frame[], expectedMs: number, stretch: Stretch): Promise<Outcome | undefined> {
    const { signal } = stretch;
    for (let attempt = 0; attempt < startTries; attempt += 1) {
      for (const order of orders) {
        const isLast = order === orders.at(-1);
        const sent = await this.line.send(order, { signal, ...(isLast ? { onSent: () => stretch.begin() } : {}) });
        if (signal.aborted) return 'aborted';
        if (sent !== 'sent') return 'output';
      }
      await this.parts.clock.sleep(Math.min(beginMs, expectedMs / 2), signal);
      const state = await this.#state(signal);
      if (signal.aborted) return 'aborted';
      if (state === 'playing' || state === 'unknown') return undefined;
      if (state === 'silence' || state === 'down' || state === 'cut') return 'output';
    }
    return 'output';
  }
}

/**
 * JQ8900, JQ8400, DY-SV5W and DY-SV17F. Plays its own files by number.
 * Source: their manuals; DFRobot's manual of the DFR0534.
 */
export function openJq8900(parts: DriverParts, options: Jq8900Options): SoundDriver {
  const line = new VoiceLine<Jq8900Frame>(parts.line, parts.clock, {
    reader: codec.decoder(),
    encode: (frame) => codec.encode(frame),
    gapMs,
    replyMs,
  });
  return new VoiceDriver(parts, line, new Jq8900(parts, line, options));
}
