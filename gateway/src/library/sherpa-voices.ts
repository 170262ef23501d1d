import { type ChildProcess, fork } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { worldError } from '@xiaolaba/protocol';
import { type OwnVoice, readOwnVoices } from './own-voices.js';
import type { SpeakAnswer, SpeakRequest } from './sherpa-process.js';
import type { DialectVoice, SpeechTool } from './speech.js';
import { speechTokens } from './speech-text.js';

const installLine = 'npm install sherpa-onnx-node';

export interface SherpaOptions {
  /** One sub-folder a dialect; absent: none are configured. */
  readonly directory?: string | undefined;
  /** How long a text may take, loading the model included, seconds. */
  readonly timeoutSeconds?: number;
  /** Another process to speak, for tests. */
  readonly program?: string;
  /** Whether the engine can be loaded. */
  readonly installed?: () => boolean;
}

/** The operator's own models, in a process of their own. */
export interface OwnSpeech extends SpeechTool {
  /** Ends the process. */
  close(): void;
}

export function createSherpaVoices(options: SherpaOptions): OwnSpeech {
  const { directory, timeoutSeconds = 120, installed = isInstalled } = options;
  let child: ChildProcess | undefined;
  let serial = 0;
  let started = 0;
  let turn: Promise<unknown> = Promise.resolve();

  const hashes = new Map<string, string>();
  const read = () => (directory === undefined ? undefined : readOwnVoices(directory, hashes));
  const voices = async (): Promise<readonly OwnVoice[]> => (installed() ? ((await read())?.voices ?? []) : []);
  const find = async ({ dialect }: DialectVoice): Promise<OwnVoice> => {
    const found = (await voices()).find((voice) => voice.dialect === dialect);
    if (!found) throw worldError('voice-engine-absent', `the voice is gone: ${installLine}`, { install: installLine });
    return found;
  };

  const ask = (request: SpeakRequest): Promise<void> => {
    child ??= begin(options.program);
    const speaking = child;
    return new Promise((resolve, reject) => {
      const end = (settle: () => void, isLost = false): void => {
        clearTimeout(timer);
        speaking.off('message', answered).off('exit', gone).off('error', gone);
        if (isLost) {
          child = undefined;
          speaking.kill('SIGKILL');
        }
        settle();
      };
      const answered = ({ id, failure }: SpeakAnswer): void => {
        if (id !== request.id) return;
        const { code = '', reason = '' } = failure ?? {};
        const details = code === 'voice-engine-absent' ? { install: installLine } : { reason };
        end(() => (failure ? reject(worldError(code, reason, details)) : resolve()));
      };
      const gone = (): void =>
        end(() => reject(worldError('voice-crashed', 'the process that speaks ended', {})), true);
      const late = (): void =>
        end(() => reject(worldError('speech-timeout', 'the model took too long', { seconds: timeoutSeconds })), true);
      const timer = setTimeout(late, timeoutSeconds * 1000);
      speaking.on('message', answered).on('exit', gone).on('error', gone);
      speaking.send(request, (error) => {
        if (error) gone();
      });
    });
  };

  return {
    voices,
    identity: async (voice) => (voice ? (await find(voice)).identity : ''),
    unreadable: async (text, voice) => {
      const tokens = speechTokens(text);
      if (tokens.length === 0) return [text];
      const { readable } = await find(voice);
      if (!readable) return [];
      return tokens.filter((token) => /\p{Script=Han}/u.test(token) && !readable.has(token));
    },
    synthesise: async (text, voice, output) => {
      const { config, speaker, speed } = await find(voice);
      started += 1;
      serial += 1;
      const request = { id: serial, config, text, speaker, speed, output };
      const mine = turn.then(() => ask(request));
      turn = mine.catch(() => undefined);
      await mine;
    },
    runs: () => started,
    report: async () => {
      const engine = 'sherpa-onnx' as const;
      const found = await read();
      if (!found)
        return { engines: [{ engine, state: 'absent', code: 'voice-engine-unset', details: {} }], problems: [] };
      const { problems } = found;
      if (installed()) return { engines: [{ engine, state: 'ready' }], problems };
      const details = { install: installLine };
      return { engines: [{ engine, state: 'absent', code: 'voice-engine-absent', details }], problems };
    },
    close: () => {
      child?.kill('SIGKILL');
      child = undefined;
    },
  };
}

function isInstalled(): boolean {
  try {
    createRequire(import.meta.url).resolve('sherpa-onnx-node');
    return true;
  } catch {
    return false;
  }
}

function begin(program: string | undefined): ChildProcess {
  const source = program === undefined && import.meta.url.endsWith('.ts');
  const path = program ?? fileURLToPath(new URL(`./sherpa-process.${source ? 'ts' : 'js'}`, import.meta.url));
  const execArgv = source ? ['--import', import.meta.resolve('tsx'), '--conditions=@xiaolaba/source'] : [];
  const made = fork(path, [], { execArgv, stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
  // What it does when nobody waits is of no interest, but must be heard: an unheard error ends the gateway.
  made.on('error', () => undefined);
  // A model that waits for its next text keeps nobody from ending.
  made.unref();
  made.channel?.unref();
  return made;
}

/** One tool of two: what the operator chose goes before the voice of last resort. */
export function preferring(own: OwnSpeech, last: SpeechTool): OwnSpeech {
  const toolOf = (voice: DialectVoice | undefined): SpeechTool => (voice?.engine === 'sherpa-onnx' ? own : last);
  return {
    voices: async () => {
      const mine = await own.voices();
      const others = await last.voices().catch((error: unknown) => {
        if (mine.length === 0) throw error;
        return [];
      });
      const taken = new Set(mine.map(({ dialect }) => dialect));
      return [...mine, ...others.filter(({ dialect }) => !taken.has(dialect))];
    },
    identity: (voice) => toolOf(voice).identity(voice),
    unreadable: (text, voice) => toolOf(voice).unreadable(text, voice),
    synthesise: (text, voice, output) => toolOf(voice).synthesise(text, voice, output),
    runs: () => own.runs() + last.runs(),
    report: async () => {
      const [mine, others] = await Promise.all([own.report(), last.report()]);
      return { engines: [...mine.engines, ...others.engines], problems: [...mine.problems, ...others.problems] };
    },
    close: () => own.close(),
  };
}
