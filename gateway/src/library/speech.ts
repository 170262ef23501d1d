import { spawn } from 'node:child_process';
import { callerError, type ErrorDetails, errorCode, worldError, XiaolabaError } from '@xiaolaba/protocol';
import { isSpoken, prepareSpeechText, speechTokens } from './speech-text.js';

/** What speaks: the operator's own neural model, or the voice of last resort. */
export type VoiceEngine = 'sherpa-onnx' | 'espeak-ng';

/** A dialect that can be synthesised, and the voice that speaks it. */
export interface DialectVoice {
  readonly dialect: string;
  readonly voice: string;
  /** Absent: espeak-ng. */
  readonly engine?: VoiceEngine;
}

/** How an engine is; a code with its details where it can't be used. */
export interface VoiceEngineState {
  readonly engine: VoiceEngine;
  readonly state: 'ready' | 'absent' | 'broken';
  readonly code?: string;
  readonly details?: ErrorDetails;
}

/** What is wrong with a file of the operator's voices. */
export interface VoiceProblem {
  readonly file: string;
  readonly field?: string;
  readonly code: string;
  readonly details: ErrorDetails;
}

export interface VoiceReport {
  readonly engines: readonly VoiceEngineState[];
  readonly problems: readonly VoiceProblem[];
}

/** What turns text into sound. */
export interface SpeechTool {
  /** Voices that are installed. Throws `espeak-missing`. */
  voices(): Promise<readonly DialectVoice[]>;
  /** Version of the program and all settings of a voice, for cache keys. Throws `espeak-missing`. */
  identity(voice?: DialectVoice): Promise<string>;
  /** Parts of a text that this voice cannot say; empty when all of it is speech. */
  unreadable(text: string, voice: DialectVoice): Promise<string[]>;
  /** Writes a WAV file. Throws `speech-failed`, `espeak-missing`. */
  synthesise(text: string, voice: DialectVoice, output: string): Promise<void>;
  /** How often the program has been started to speak or to check. */
  runs(): number;
  /** How its engines are; throws for nothing that an operator can mend. */
  report(): Promise<VoiceReport>;
}

/**
 * Only voices that read their own script. Plain `cmn` spells characters in English, and `hak` needs romanised text;
 * for Gan, Min Nan, Wu and Bouyei there is none.
 */
const voiceTable: readonly DialectVoice[] = [
  { dialect: 'cmn', voice: 'cmn-latn-pinyin' },
  { dialect: 'yue', voice: 'yue' },
  { dialect: 'kaz', voice: 'kk' },
  { dialect: 'uig', voice: 'ug' },
];

// Slow enough for a village square with an echo, and lower than the default, which a horn makes shrill.
const settings = ['-s', '150', '-p', '42', '-a', '100'] as const;
const installLine = 'apt-get install -y espeak-ng';

export function createSpeechTool(program = 'espeak-ng', timeoutSeconds = 60): SpeechTool {
  let started = 0;
  let installed: Promise<readonly DialectVoice[]> | undefined;
  let version: Promise<string> | undefined;
  const call = (options: readonly string[], text: string): Promise<string> =>
    execute(program, options, text, timeoutSeconds);

  const remember = <T>(asked: Promise<T>, forget: () => void): Promise<T> => {
    // A program that is missing today may be installed tomorrow, without a restart.
    asked.catch(forget);
    return asked;
  };

  const phonemes = async (tokens: readonly string[], voice: DialectVoice): Promise<string[]> => {
    started += 1;
    const text = tokens.map((token) => `${prepareSpeechText(token, voice.dialect)}。\n`).join('');
    const lines = (await call(['-v', voice.voice, '-q', '-x', '--stdin'], text)).split('\n').slice(0, -1);
    if (lines.length === tokens.length || tokens.length <= 1) return tokens.length === 1 ? [lines.join(' ')] : lines;
    // A token that ends or swallows a clause shifts the lines: ask for each half on its own.
    const middle = Math.ceil(tokens.length / 2);
    return [...(await phonemes(tokens.slice(0, middle), voice)), ...(await phonemes(tokens.slice(middle), voice))];
  };

  const voices = (): Promise<readonly DialectVoice[]> => {
    installed ??= remember(
      call(['--voices'], '').then((list) => {
        const names = new Set(list.split('\n').map((line) => line.trim().split(/\s+/)[1]));
        return voiceTable.filter(({ voice }) => names.has(voice));
      }),
      () => {
        installed = undefined;
      },
    );
    return installed;
  };

  return {
    voices,
    report: async () => {
      try {
        await voices();
        return { engines: [{ engine: 'espeak-ng', state: 'ready' }], problems: [] };
      } catch (error) {
        const state = errorCode(error) === 'espeak-missing' ? 'absent' : 'broken';
        const details = error instanceof XiaolabaError ? error.details : {};
        return { engines: [{ engine: 'espeak-ng', state, code: errorCode(error), details }], problems: [] };
      }
    },
    identity: () => {
      version ??= remember(
        call(['--version'], '').then(
          (line) => `${/\d+(?:\.\d+)+\S*/.exec(line)?.[0] ?? line.trim()} ${settings.join(' ')}`,
        ),
        () => {
          version = undefined;
        },
      );
      return version;
    },
    unreadable: async (text, voice) => {
      const tokens = speechTokens(text);
      if (tokens.length === 0) return [text];
      const spoken = await phonemes(tokens, voice);
      return tokens.filter((token, index) => !isSpoken(token, spoken[index] ?? ''));
    },
    synthesise: async (text, voice, output) => {
      started += 1;
      await call(['-v', voice.voice, ...settings, '-w', output, '--stdin'], text);
    },
    runs: () => started,
  };
}

/** Text goes in by standard input: as an argument it could pose as an option. */
function execute(program: string, options: readonly string[], text: string, seconds: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program, options, { timeout: seconds * 1000, killSignal: 'SIGKILL' });
    let out = '';
    let log = '';
    child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
      out += chunk;
    });
    child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
      log += chunk;
    });
    child.stdin.on('error', () => undefined);
    child.stdin.end(text);
    child.on('error', (error) => {
      const gone = 'code' in error && (error.code === 'ENOENT' || error.code === 'EACCES');
      reject(
        gone
          ? worldError('espeak-missing', `espeak-ng is not installed: ${installLine}`, { install: installLine }, error)
          : worldError('speech-failed', 'espeak-ng could not be started', {}, error),
      );
    });
    child.on('close', (code, signal) => {
      if (code === 0) resolve(out);
      else if (signal !== null) reject(worldError('speech-timeout', 'espeak-ng took too long', { seconds }));
      else reject(callerError('speech-failed', 'espeak-ng gave up', { exit: code ?? undefined, log: log.slice(-400) }));
    });
  });
}
