import { fallbackDialect } from '@xiaolaba/protocol';
import type { BlobCache } from '../cache/blob-cache.js';
import type { Discipline } from '../clock/discipline.js';
import type { Life } from '../life.js';
import type { Cancel, LevelSensor, SoundOutput } from '../ports/index.js';
import type { Amplifier } from './amplifier.js';
import type { Performer } from './channel.js';
import type { Permission } from './permission.js';
import type { Session, Stretch } from './session.js';

/** When the level is read, in parts of the whole duration. */
const sampleAt = [0.3, 0.6, 0.9];

export interface AudioPorts {
  readonly life: Life;
  readonly time: Discipline;
  readonly cache: BlobCache;
  readonly sound: SoundOutput | undefined;
  readonly level: LevelSensor | undefined;
  readonly amplifier: Amplifier;
  readonly permission: () => Permission | undefined;
  readonly stopped: () => boolean;
  /** Storage has spoilt (or never had) this file. */
  readonly badFile: (sha256: string) => void;
  readonly working: (part: 'sound' | 'level', reason?: string) => void;
  readonly changed: () => void;
}

const refused = (cause: Stretch['cause']): Stretch => ({ ended: 'refused', ...(cause ? { cause } : {}) });

/** Sound, through the amplifier, under the eyes of the level sensor. */
export class AudioPerformer implements Performer {
  constructor(private readonly ports: AudioPorts) {}

  /** Whatever the plan said: the last word before sound. */
  gate(session: Session): Stretch | undefined {
    const { time, permission, stopped } = this.ports;
    const trusted = time.check();
    if (!trusted && !session.trigger) return refused('clock');
    const allowed = permission();
    if (!allowed || stopped() || allowed.volume(session.volume) <= 0) return refused('no-permission');
    const now = time.now();
    const rest = session.expectedMs - session.playedMs;
    if (!session.breaksQuietHours && allowed.quiet(now, now + rest)) return refused('no-permission');
    return undefined;
  }

  async perform(session: Session, signal: AbortSignal): Promise<Stretch> {
    const { cache, amplifier, sound, badFile, working } = this.ports;
    const sha256 = session.spoken?.rendition.sha256;
    const bytes = sha256 === undefined ? undefined : await cache.read(sha256);
    if (!bytes) {
      if (sha256 !== undefined) badFile(sha256);
      return { ended: 'failed', cause: 'bad-file' };
    }
    if (!sound) {
      working('sound', 'missing');
      return { ended: 'failed', cause: 'silent' };
    }
    if (signal.aborted) return { ended: 'aborted' };
    try {
      await amplifier.acquire(signal);
      if (signal.aborted) return { ended: 'aborted' };
      return this.gate(session) ?? (await this.#sound(session, sound, bytes, signal));
    } finally {
      amplifier.release();
    }
  }

  idle(): void {}

  async #sound(session: Session, sound: SoundOutput, bytes: Uint8Array, signal: AbortSignal): Promise<Stretch> {
    const { time, life, permission, working, changed, badFile } = this.ports;
    const rendition = session.spoken?.rendition;
    if (!rendition) return refused('bad-file');
    session.startedAt ??= time.now();
    session.startedMono ??= time.monotonic();
    changed();
    const cancels = this.#listen(session);
    const volume = permission()?.volume(session.volume) ?? 0;
    const { sha256, format, durationMs } = rendition;
    const { dialect = fallbackDialect, words } = session.spoken ?? {};
    const fromMs = Math.round(session.playedMs);
    const end = await sound.play(
      { sha256, bytes, format, durationMs, volume, fromMs, dialect, ...(words === undefined ? {} : { words }) },
      signal,
    );
    for (const cancel of cancels) cancel();
    life.assertAlive();
    session.playedMs += end.playedMs;
    if (end.ended !== 'failed') {
      working('sound');
      return { ended: end.ended };
    }
    if (end.reason === 'bad-file') {
      badFile(rendition.sha256);
      return { ended: 'failed', cause: 'bad-file' };
    }
    working('sound', end.reason ?? 'output');
    return { ended: 'failed', cause: end.reason === 'not-held' ? 'not-delivered' : 'silent' };
  }

  #listen(session: Session): Cancel[] {
    const { level, life, working, time } = this.ports;
    if (!level) return [];
    const from = time.monotonic();
    const rest = session.expectedMs - session.playedMs;
    return sampleAt.flatMap((share) => {
      const wait = session.expectedMs * share - session.playedMs;
      if (wait < 0) return [];
      return life.after(wait, 'level', () => {
        // A timer that fires late would read the silence after the sound.
        if (time.monotonic() - from >= rest) return;
        const reading = level.read();
        if (reading === undefined) working('level', 'no answer');
        else {
          working('level');
          session.readings.push(reading);
        }
      });
    });
  }
}
