import type { Sound } from '../../ports/index.js';
import type { Charset } from '../character-set.js';
import type { DriverParts, Finding, Health, SoundDriver } from '../driver.js';
import { type ChipStatus, readChipStatus } from '../speech/chip-commands.js';
import { prepareSpeech } from '../speech/speech-text.js';
import { volumeSteps } from './bookmark.js';
import { follow, type ModuleState, type Outcome } from './follow.js';
import type { Note, Stretch } from './stretch.js';
import { VoiceDriver, type VoiceModule } from './voice-driver.js';
import { type NoReply, VoiceLine } from './voice-line.js';

/** What tells the chips apart. */
export interface SpeechChip {
  readonly name: string;
  readonly encoding: Charset;
  /** Bytes of text in one frame, marks included. */
  readonly maxTextBytes: number;
  readonly mostVolume: number;
  readonly gapMs: number;
  speak(text: string): Uint8Array;
  plain(command: 'stop' | 'query'): Uint8Array;
}

type Heard = { readonly status: ChipStatus };
type Said = { readonly say: Uint8Array };
type ChipFrame = Heard | Said;

const startMs = 1500;
const replyMs = 300;
const pollMs = 2000;
const tries = 3;
/** No voice gets through a character sooner, punctuation included. */
const leastMsPerCharacter = 40;
/** No voice takes longer for a character, spelt-out numbers included. */
const mostMsPerCharacter = 1500;
const mostMsPerText = 5000;
/** Room for the mark that sets the volume. */
const markBytes = '[v16]'.length;

const hears =
  (...statuses: readonly ChipStatus[]) =>
  (frame: ChipFrame): boolean =>
    'status' in frame && statuses.includes(frame.status);

class SpeechModule implements VoiceModule<ChipFrame, readonly string[]> {
  readonly startMs = startMs;

  constructor(
    private readonly parts: DriverParts,
    private readonly line: VoiceLine<ChipFrame>,
    private readonly chip: SpeechChip,
  ) {}

  get name(): string {
    return this.chip.name;
  }

  /** The chip speaks Mandarin, and only what its character set writes. */
  prepare({ words, dialect }: Sound): readonly string[] | undefined {
    if (words === undefined || dialect !== 'cmn') return undefined;
    const { encoding, maxTextBytes } = this.chip;
    try {
      const parts = prepareSpeech(words, { encoding, maxBytes: maxTextBytes - markBytes });
      return parts.length > 0 ? parts.map(({ text }) => text) : undefined;
    } catch (error) {
      this.parts.log.warn({ error, module: this.name }, 'these words cannot be said');
      return undefined;
    }
  }

  async check(): Promise<Health | 'cut'> {
    this.line.listenAfresh();
    const state = await this.#state();
    if (state === 'cut') return 'cut';
    if (state === 'down') return 'unplugged';
    if (state === 'silence') return this.line.strange === undefined ? 'no-answer' : 'wrong-module';
    if (state === 'playing') await this.line.send({ say: this.chip.plain('stop') });
    return undefined;
  }

  read(frame: ChipFrame, asked: boolean): Note | undefined {
    if (asked || !('status' in frame)) return undefined;
    if (frame.status === 'initialised') return { kind: 'started' };
    return frame.status === 'idle' ? { kind: 'finished' } : undefined;
  }

  /** A chip can't be sent to a place in its text: after a pause it begins at the beginning. */
  async perform(texts: readonly string[], sound: Sound, stretch: Stretch): Promise<Outcome> {
    const mark = `[v${volumeSteps(sound.volume, this.chip.mostVolume)}]`;
    let hasBegun = false;
    for (const text of texts) {
      const begun = await this.#speak(this.chip.speak(mark + text), stretch, () => {
        if (!hasBegun) stretch.begin();
      });
      if (begun) return begun;
      hasBegun = true;
      const outcome = await follow(stretch, {
        state: () => this.#sureState(stretch.signal),
        pollMs,
        earliestMs: leastMsPerCharacter * text.length,
        limitMs: mostMsPerText + mostMsPerCharacter * text.length,
      });
      if (outcome !== 'finished') return outcome;
    }
    return 'finished';
  }

  async interrupt(): Promise<void> {
    await this.silence();
  }

  async silence(): Promise<void> {
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const reply = await this.line.ask({ say: this.chip.plain('stop') }, { accept: hears('accepted'), urgent: true });
      if (reply === 'cut' || reply === 'down') return;
      // A byte of noise may look like an answer.
      if ((await this.#state()) !== 'playing') return;
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
    return [
      { ok: true, code: 'answers', details: { module: this.name } },
      { ok: true, code: state === 'playing' ? 'busy' : 'idle' },
    ];
  }

  async #state(signal?: AbortSignal): Promise<ModuleState | NoReply> {
    const reply = await this.line.ask(
      { say: this.chip.plain('query') },
      { accept: hears('busy', 'idle'), again: hears('rejected'), ...(signal ? { signal } : {}) },
    );
    if (typeof reply === 'string') return reply;
    return hears('busy')(reply) ? 'playing' : 'stopped';
  }

  /** One byte of noise must not end a sound: idle is what has been said twice. */
  async #sureState(signal: AbortSignal): Promise<ModuleState | NoReply> {
    const state = await this.#state(signal);
    return state === 'stopped' ? this.#state(signal) : state;
  }

  /** @returns `undefined` when it speaks */
  async #speak(say: Uint8Array, stretch: Stretch, onSent: () => void): Promise<Outcome | undefined> {
    const { signal } = stretch;
    for (let attempt = 0; attempt < tries; attempt += 1) {
      const reply = await this.line.ask(
        { say },
        { accept: hears('accepted', 'busy'), again: hears('rejected'), signal, onSent },
      );
      if (signal.aborted) return 'aborted';
      if (reply === 'cut' || reply === 'down') return 'output';
      if (typeof reply === 'object' && hears('accepted')(reply)) return undefined;
      const state = await this.#state(signal);
      if (signal.aborted) return 'aborted';
      if (state === 'playing' && reply === 'silence') return undefined;
      if (state === 'silence' || state === 'down') return 'output';
    }
    return 'output';
  }
}

/** A chip's answers are single bytes: no byte of noise makes it deaf for those that follow. */
function readStatuses(bytes: Uint8Array): { readonly frames: readonly ChipFrame[] } {
  return {
    frames: [...bytes].flatMap((byte) => {
      const status = readChipStatus(byte);
      return status ? [{ status }] : [];
    }),
  };
}

export function openSpeechChip(parts: DriverParts, chip: SpeechChip): SoundDriver {
  const line = new VoiceLine<ChipFrame>(parts.line, parts.clock, {
    reader: { push: readStatuses, reset: () => {} },
    encode: (frame) => ('say' in frame ? frame.say : new Uint8Array()),
    gapMs: chip.gapMs,
    replyMs,
  });
  return new VoiceDriver(parts, line, new SpeechModule(parts, line, chip));
}
