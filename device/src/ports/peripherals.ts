import type { Position } from '@xiaolaba/protocol';
import type { Cancel } from './clock.js';

export interface Sound {
  /** Name of the file, for outputs that hold the files themselves. */
  readonly sha256: string;
  /** File content, already verified. */
  readonly bytes: Uint8Array;
  /** ISO 639-3. */
  readonly dialect: string;
  /** What is said, for an output that speaks by itself; absent where the release doesn't tell. */
  readonly words?: string;
  readonly format: 'mp3' | 'opus' | 'adpcm';
  readonly durationMs: number;
  /** Per cent of full scale. */
  readonly volume: number;
  /** Where to go on after a pause. */
  readonly fromMs: number;
}

export interface SoundEnd {
  /** Sound that came out in this stretch, by the monotonic clock. */
  readonly playedMs: number;
  readonly ended: 'finished' | 'aborted' | 'failed';
  /**
   * With `failed`: `bad-file` where the decoder refused it, `output` where the card or module did, `not-held` where
   * the module has no such file on its card (or a speech chip no words that it can say).
   */
  readonly reason?: 'bad-file' | 'output' | 'not-held';
}

/** A sound card, MP3 module or speech chip. Plays one sound at a time. */
export interface SoundOutput {
  /** Resolves when the sound ends, fails or is aborted; never rejects. */
  play(sound: Sound, signal: AbortSignal): Promise<SoundEnd>;
}

export interface SignOutput {
  /**
   * Shows scrolling text until told otherwise. Rejects where the sign doesn't answer.
   * @param video SHA-256 of a film in the cache that runs behind the text, for a sign that is a screen
   */
  show(text: string, video?: string): Promise<void>;
  clear(): Promise<void>;
  /** Calls back when what was shown is to be seen no more: the sign was unplugged, or stopped answering. */
  onLost?(call: () => void): Cancel;
}

/** The relay before the amplifier. */
export interface AmplifierRelay {
  /** How long the amplifier takes to wake, in milliseconds. */
  readonly wakeMs: number;
  set(on: boolean): Promise<void>;
}

/** A microphone or a current sensor: the only proof that sound came out. */
export interface LevelSensor {
  /** The mean level over the last second in the sensor's unit, `undefined` where it doesn't answer. */
  read(): number | undefined;
  /** At or above this, something is to be heard. */
  readonly heardAt: number;
}

export interface StatusLed {
  show(state: 'off' | 'ready' | 'playing' | 'offline' | 'fault' | 'stopped'): void;
}

/** A switch that somebody presses: the test button, or a local microphone that takes the amplifier for itself. */
export interface Switch {
  onChange(call: (pressed: boolean) => void): void;
}

export interface PositionSource {
  /** The last fix, `undefined` where there is none (never 0,0). */
  current(): Position | undefined;
  onFix(call: (position: Position) => void): void;
}

export interface Lock {
  onEvent(call: (event: 'unlock' | 'lock') => void): void;
}

/** Parts that can be out of order by themselves. */
export type PartName = 'sound' | 'sign' | 'amplifier' | 'level' | 'position' | 'lock' | 'board' | 'terminal' | 'page';

/** How the wired parts are, as their drivers see it, whether or not anything is to be played. */
export interface PartHealth {
  /** `reason`: one word, `undefined` where the part works (again). Calls at once for what is out of order already. */
  onChange(call: (part: PartName, reason: string | undefined) => void): void;
}

/** What is wired to this endpoint; what is not there is left out. */
export interface Peripherals {
  readonly sound?: SoundOutput;
  readonly sign?: SignOutput;
  readonly amplifier?: AmplifierRelay;
  readonly level?: LevelSensor;
  readonly led?: StatusLed;
  readonly testButton?: Switch;
  /** While on, the village's own microphone has the amplifier. */
  readonly override?: Switch;
  /** On while the case is open. */
  readonly caseOpen?: Switch;
  readonly health?: PartHealth;
  readonly position?: PositionSource;
  readonly lock?: Lock;
  close(): Promise<void>;
}
