import type { FrameCodec } from '../codec.js';
import { malformedFrame, parseFrame } from '../frame-input.js';
import { invert } from '../named-codes.js';
import { plainCommands, readChipStatus, speakCommand, statuses } from '../speech/chip-commands.js';
import { chipDecoder, maxFrameBytes } from '../speech/chip-decoder.js';
import { readText, writeText } from '../speech/text-field.js';
import { baudRates, encodings, maxDataBytes, maxTextBytes, type Syn6288Frame, syn6288Frame } from './frames.js';

export type { Syn6288Frame } from './frames.js';

const baudCommand = 0x31;
const plainKinds = invert(plainCommands);

/** Over every byte before it, the start byte included. */
const xor = (bytes: Uint8Array): number => bytes.reduce((all, byte) => all ^ byte, 0);

function readBaud(code: number): Syn6288Frame | undefined {
  for (const baud of [9600, 19200, 38400] as const) if (baudRates[baud] === code) return { kind: 'set-baud', baud };
  return undefined;
}

/** @param data command, parameter and text, with the XOR still at its end */
function readFrame(data: Uint8Array): Syn6288Frame {
  const command = data[0] ?? 0;
  const payload = data.subarray(1, -1);
  const parameter = payload[0];
  const plain = plainKinds.get(command);
  if (plain && parameter === undefined) return { kind: plain };
  if (command === speakCommand && parameter !== undefined) {
    const encoding = encodings.name(parameter & 7);
    const text = readText(payload.subarray(1), typeof encoding === 'number' ? undefined : encoding);
    return { kind: 'speak', encoding, music: parameter >> 3, ...text };
  }
  const baud = command === baudCommand && payload.length === 1 ? readBaud(parameter ?? 0) : undefined;
  return baud ?? { kind: 'unknown', command, payload: Buffer.from(payload).toString('hex') };
}

function writeData(frame: Exclude<Syn6288Frame, { kind: 'status' }>): readonly number[] {
  switch (frame.kind) {
    case 'speak': {
      const charset = encodings.name(encodings.code(frame.encoding));
      const found = writeText(frame, typeof charset === 'number' ? undefined : charset);
      if ('problem' in found) throw malformedFrame('syn6288', [found.problem]);
      if (found.bytes.length > maxTextBytes) {
        throw malformedFrame('syn6288', [`text: ${found.bytes.length} bytes, at most ${maxTextBytes}`]);
      }
      return [speakCommand, (frame.music << 3) | encodings.code(frame.encoding), ...found.bytes];
    }
    case 'set-baud':
      return [baudCommand, baudRates[frame.baud]];
    case 'unknown':
      return [frame.command, ...Buffer.from(frame.payload, 'hex')];
    default:
      return [plainCommands[frame.kind]];
  }
}

/**
 * SYN6288 speech chip (宇音天下, its data sheet), serial 9600 8N1 at first: frames from the host with an XOR, single
 * bytes from the chip. Errors: `noise`, `checksum`, `too-long`, `too-short`.
 */
export const codec: FrameCodec<Syn6288Frame> = {
  protocol: 'syn6288',
  maxHeldBytes: maxFrameBytes(maxDataBytes),
  decoder: () =>
    chipDecoder<Syn6288Frame>({
      minDataBytes: 2,
      maxDataBytes,
      isIntact: (frame) => xor(frame) === 0,
      readFrame,
      readStatus(byte) {
        const status = readChipStatus(byte);
        return status && { kind: 'status', status };
      },
    }),
  encode(input) {
    const frame = parseFrame('syn6288', syn6288Frame, input);
    if (frame.kind === 'status') return Uint8Array.of(statuses.code(frame.status));
    const data = writeData(frame);
    const length = data.length + 1;
    const bytes = new Uint8Array([0xfd, length >> 8, length & 0xff, ...data, 0]);
    bytes[bytes.length - 1] = xor(bytes);
    return bytes;
  },
};
