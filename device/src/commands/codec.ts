import { text as streamText } from 'node:stream/consumers';
import { parseArgs } from 'node:util';
import { callerError, type ErrorDetails, XiaolabaError } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { codecs, isProtocolName, type ProtocolName, protocolNames } from '../peripherals/codecs.js';
import { codecMessages } from './codec-messages.js';
import { readHex } from './hex-text.js';

const hexOf = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

interface Decoding {
  readonly ok: boolean;
  readonly frames: readonly { readonly kind: string }[];
  readonly errors: readonly { readonly code: string; readonly message: string; readonly offset: number }[];
  readonly rest: string;
}

async function decode(protocol: ProtocolName, bytes: Uint8Array): Promise<Decoding> {
  const decoder = (await codecs[protocol]()).decoder();
  const pushed = decoder.push(bytes);
  const ended = decoder.end?.();
  const frames = [...pushed.frames, ...(ended?.frames ?? [])];
  const errors = [...pushed.errors, ...(ended?.errors ?? [])];
  const rest = hexOf(decoder.rest);
  return { ok: errors.length === 0 && rest === '', frames, errors, rest };
}

function table({ frames, errors, rest }: Decoding, io: CommandIo): string {
  const say = codecMessages[io.language];
  const lines: string[] = [];
  for (const [index, { kind, ...fields }] of frames.entries()) {
    lines.push(say.frame(index + 1, kind));
    const width = Math.max(0, ...Object.keys(fields).map((name) => name.length));
    for (const [name, value] of Object.entries(fields)) {
      lines.push(`  ${name.padEnd(width)}  ${typeof value === 'string' ? value : JSON.stringify(value)}`);
    }
  }
  for (const { code, offset, message } of errors) lines.push(say.error(code, offset, say.codes[code] ?? message));
  if (rest) lines.push(say.rest(rest));
  lines.push(say.sum(frames.length, errors.length));
  return `${lines.join('\n')}\n`;
}

/** One frame, several in an array, or all that decode printed. */
function framesIn(text: string): readonly unknown[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw callerError('json-malformed', 'no JSON', { reason: error instanceof Error ? error.message : String(error) });
  }
  if (Array.isArray(value)) return value;
  if (typeof value === 'object' && value !== null && 'frames' in value && Array.isArray(value.frames))
    return value.frames;
  return [value];
}

async function encode(protocol: ProtocolName, text: string): Promise<string> {
  const codec = await codecs[protocol]();
  return framesIn(text)
    .map((frame) => hexOf(codec.encode(frame)))
    .join('');
}

function explain(
  { code, details }: XiaolabaError,
  io: CommandIo,
): { readonly text: string; readonly exit: number } | undefined {
  const say = codecMessages[io.language];
  const detail = (name: keyof ErrorDetails) => String(details[name] ?? '');
  const problems = Array.isArray(details.problems) ? details.problems.map(String) : [];
  if (code === 'hex-missing') return { text: say.noHex, exit: 2 };
  if (code === 'hex-malformed') return { text: say.badHex(detail('text'), Number(details.at)), exit: 2 };
  if (code === 'hex-odd') return { text: say.oddHex(detail('text')), exit: 2 };
  if (code === 'json-malformed') return { text: say.badJson(detail('reason')), exit: 2 };
  if (code === 'frame-malformed') return { text: say.badFrame(problems), exit: 1 };
  return undefined;
}

function listProtocols(io: CommandIo, json: boolean): number {
  const { protocols, about } = codecMessages[io.language];
  const width = Math.max(...protocolNames.map((name) => name.length));
  const lines = protocolNames.map((name) => `  ${name.padEnd(width)}  ${about[name] ?? ''}`);
  io.stdout(json ? `${JSON.stringify({ protocols: protocolNames })}\n` : `${protocols}\n${lines.join('\n')}\n`);
  return 0;
}

/** @param readInput reads standard input to its end, for `-` */
export function createCodecCommand(readInput: () => Promise<string>): CommandSpec {
  async function run(args: string[], io: CommandIo): Promise<number> {
    const say = codecMessages[io.language];
    const { values, positionals } = parseArgs({ args, options: { json: { type: 'boolean' } }, allowPositionals: true });
    const [protocol, action, ...input] = positionals;
    if (protocol === undefined) return listProtocols(io, values.json ?? false);
    if (!isProtocolName(protocol)) {
      io.stderr(`${say.unknownProtocol(protocol, protocolNames)}\n`);
      return 2;
    }
    if (action !== 'decode' && action !== 'encode') {
      io.stderr(`${say.noAction}\n`);
      return 2;
    }
    try {
      const given = input.length === 1 && input[0] === '-' ? await readInput() : input.join(' ');
      if (action === 'encode') {
        const hex = await encode(protocol, given);
        io.stdout(values.json ? `${JSON.stringify({ ok: true, hex })}\n` : `${hex}\n`);
        return 0;
      }
      const decoding = await decode(protocol, readHex(given));
      io.stdout(values.json ? `${JSON.stringify(decoding)}\n` : table(decoding, io));
      return decoding.ok ? 0 : 1;
    } catch (error) {
      const explained = error instanceof XiaolabaError ? explain(error, io) : undefined;
      if (!explained) throw error;
      io.stderr(`${explained.text}\n`);
      return explained.exit;
    }
  }

  const usage = [
    'xiaolaba codec',
    'xiaolaba codec PROTOCOL decode HEX|- [--json]',
    "xiaolaba codec PROTOCOL encode 'FRAME'|- [--json]",
  ].join('\n');
  return {
    name: 'codec',
    summary: { zh: '解读或写出外设的字节', en: "read or write a peripheral's bytes" },
    usage: { zh: usage, en: usage },
    run,
  };
}

export const codecCommand = createCodecCommand(() => streamText(process.stdin));
