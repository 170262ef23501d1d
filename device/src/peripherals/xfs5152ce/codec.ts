import type { FrameCodec } from '../codec.js';
import { malformedFrame, parseFrame } from '../frame-input.js';
import { invert } from '../named-codes.js';
import { readChipStatus, speakCommand, statuses } from '../speech/chip-commands.js';
import { chipDecoder, maxFrameBytes } from '../speech/chip-decoder.js';
import { readText, writeText } from '../speech/text-field.js';
import { encodings, maxDataBytes, maxTextBytes, plainCommands, type Xfs5152ceFrame, xfs5152ceFrame } from './frames.js';

export type { Xfs5152ceFrame } from './frames.js';

const plainKinds = invert(plainCommands);

/** @param data command, parameter and text */
function readFrame(data: Uint8Array): Xfs5152ceFrame {
  const [command = 0, parameter] = data;
  const plain = plainKinds.get(command);
  if (plain && parameter === undefined) return { kind: plain };
  if (command === speakCommand && parameter !== undefined) {
    const encoding = encodings.name(parameter);
    return {
      kind: 'speak',
      encoding,
      ...readText(data.subarray(2), typeof encoding === 'number' ? undefined : encoding),
    };
  }
  return { kind: 'unknown', command, payload: Buffer.from(data.subarray(1)).toString('hex') };
}

function writeData(frame: Exclude<Xfs5152ceFrame, { kind: 'status' }>): Uint8Array {
  if (frame.kind === 'unknown') return Uint8Array.of(frame.command, ...Buffer.from(frame.payload, 'hex'));
  if (frame.kind !== 'speak') return Uint8Array.of(plainCommands[frame.kind]);
  const charset = encodings.name(encodings.code(frame.encoding));
  const found = writeText(frame, typeof charset === 'number' ? undefined : charset);
  if ('problem' in found) throw malformedFrame('xfs5152ce', [found.problem]);
  if (found.bytes.length > maxTextBytes) {
    throw malformedFrame('xfs5152ce', [`text: ${found.bytes.length} bytes, at most ${maxTextBytes}`]);
  }
  return Uint8Array.of(speakCommand, encodings.code(frame.encoding), ...found.bytes);
}

/**
 * XFS5152CE speech chip (科大讯飞, its data sheet), serial at a rate set by pins: frames from the host, single bytes
 * from the chip. There is no checksum, so noise that begins like a frame swallows what follows, up to its length:
 * reset the decoder after a silence. Errors: `noise`, `too-long`, `too-short`.
 */
export const codec: FrameCodec<Xfs5152ceFrame> = {
  protocol: 'xfs5152ce',
  maxHeldBytes: maxFrameBytes(maxDataBytes),
  decoder: () =>
    chipDecoder<Xfs5152ceFrame>({
      minDataBytes: 1,
      maxDataBytes,
      isIntact: () => true,
      readFrame,
      readStatus(byte) {
        const status = readChipStatus(byte);
        return status && { kind: 'status', status };
      },
    }),
  encode(input) {
    const frame = parseFrame('xfs5152ce', xfs5152ceFrame, input);
    if (frame.kind === 'status') return Uint8Array.of(statuses.code(frame.status));
    const data = writeData(frame);
    const bytes = new Uint8Array(3 + data.length);
    bytes.set([0xfd, data.length >> 8, data.length & 0xff]);
    bytes.set(data, 3);
    return bytes;
  },
};
