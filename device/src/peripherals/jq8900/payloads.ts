import { malformedFrame } from '../frame-input.js';
import { type CodeTable, invert } from '../named-codes.js';
import { readText, type TextField, writeText } from '../speech/text-field.js';
import {
  channels,
  countCommands,
  driveCommands,
  drives,
  equalisers,
  loopModes,
  otherCommands,
  pathCommands,
  plainCommands,
  secondsCommands,
  states,
  timeCommands,
  trackCommands,
} from './commands.js';
import type { Jq8900Frame } from './frames.js';

const commands: CodeTable<Exclude<Jq8900Frame['kind'], 'unknown'>> = {
  ...plainCommands,
  ...trackCommands,
  ...countCommands,
  ...secondsCommands,
  ...driveCommands,
  ...pathCommands,
  ...timeCommands,
  ...otherCommands,
};
const plainKinds = invert(plainCommands);
const trackKinds = invert(trackCommands);
const countKinds = invert(countCommands);
const secondsKinds = invert(secondsCommands);
const driveKinds = invert(driveCommands);
const pathKinds = invert(pathCommands);
const timeKinds = invert(timeCommands);

function readByte(command: number, value: number): Jq8900Frame | undefined {
  const driveKind = driveKinds.get(command);
  if (driveKind) return { kind: driveKind, drive: drives.name(value) };
  switch (command) {
    case 0x01:
      return { kind: 'state', state: states.name(value) };
    case 0x09:
      return {
        kind: 'online-drives',
        usb: (value & 1) !== 0,
        sd: (value & 2) !== 0,
        flash: (value & 4) !== 0,
        ...(value > 7 ? { otherBits: value & 0xf8 } : {}),
      };
    case 0x13:
      return { kind: 'set-volume', volume: value };
    case 0x18:
      return { kind: 'set-loop-mode', mode: loopModes.name(value) };
    case 0x1a:
      return { kind: 'set-equaliser', equaliser: equalisers.name(value) };
    case 0x1d:
      return { kind: 'set-channel', channel: channels.name(value) };
    default:
      return undefined;
  }
}

function readWord(command: number, value: number): Jq8900Frame | undefined {
  const track = trackKinds.get(command);
  if (track) return { kind: track, track: value };
  const count = countKinds.get(command);
  if (count) return { kind: count, count: value };
  const seconds = secondsKinds.get(command);
  return seconds && { kind: seconds, seconds: value };
}

function readLong(command: number, data: Uint8Array): Jq8900Frame | undefined {
  const [first = 0, second = 0, third = 0, fourth = 0] = data;
  const path = pathKinds.get(command);
  if (path) return { kind: path, drive: drives.name(first), ...readText(data.subarray(1), 'gbk') };
  if (command === 0x1e) return { kind: 'short-name', ...readText(data, 'gbk') };
  if (command === 0x1b && data.length % 2 === 0 && data.every((byte) => byte >= 0x20 && byte <= 0x7e)) {
    return { kind: 'play-combination', names: Buffer.from(data).toString('latin1').match(/../g) ?? [] };
  }
  const time = timeKinds.get(command);
  if (time && data.length === 3) return { kind: time, hours: first, minutes: second, seconds: third };
  if (command === 0x16 && data.length === 3) {
    return { kind: 'insert-track', drive: drives.name(first), track: (second << 8) | third };
  }
  if (command === 0x20 && data.length === 4) {
    return { kind: 'repeat-section', fromMinutes: first, fromSeconds: second, toMinutes: third, toSeconds: fourth };
  }
  return undefined;
}

/** A command that comes with another length of data than its own stays `unknown`. */
export function readPayload(command: number, data: Uint8Array): Jq8900Frame {
  const [first = 0, second = 0] = data;
  const plain = plainKinds.get(command);
  if (data.length === 0 && plain) return { kind: plain };
  return (
    (data.length === 1 ? readByte(command, first) : undefined) ??
    (data.length === 2 ? readWord(command, (first << 8) | second) : undefined) ??
    (data.length > 0 ? readLong(command, data) : undefined) ?? {
      kind: 'unknown',
      command,
      payload: Buffer.from(data).toString('hex'),
    }
  );
}

export const commandOf = (frame: Jq8900Frame): number =>
  frame.kind === 'unknown' ? frame.command : commands[frame.kind];

function textBytes(field: TextField, least: number, most: number): Uint8Array {
  const found = writeText(field, 'gbk');
  if ('problem' in found) throw malformedFrame('jq8900', [found.problem]);
  const { length } = found.bytes;
  if (length < least || length > most) throw malformedFrame('jq8900', [`text: ${least}–${most} bytes, not ${length}`]);
  return found.bytes;
}

const word = (value: number): readonly number[] => [value >> 8, value & 0xff];

export function writePayload(frame: Jq8900Frame): Iterable<number> {
  switch (frame.kind) {
    case 'play-path':
    case 'insert-path':
      return [drives.code(frame.drive), ...textBytes(frame, 0, 254)];
    case 'short-name':
      return textBytes(frame, 1, 255);
    case 'duration':
    case 'play-time':
      return [frame.hours, frame.minutes, frame.seconds];
    case 'state':
      return [states.code(frame.state)];
    case 'online-drives':
      return [Number(frame.usb) | (Number(frame.sd) << 1) | (Number(frame.flash) << 2) | (frame.otherBits ?? 0)];
    case 'set-volume':
      return [frame.volume];
    case 'insert-track':
      return [drives.code(frame.drive), ...word(frame.track)];
    case 'set-loop-mode':
      return [loopModes.code(frame.mode)];
    case 'set-equaliser':
      return [equalisers.code(frame.equaliser)];
    case 'play-combination':
      return Buffer.from(frame.names.join(''), 'latin1');
    case 'set-channel':
      return [channels.code(frame.channel)];
    case 'repeat-section':
      return [frame.fromMinutes, frame.fromSeconds, frame.toMinutes, frame.toSeconds];
    case 'unknown':
      return Buffer.from(frame.payload, 'hex');
    default:
      break;
  }
  if ('track' in frame) return word(frame.track);
  if ('count' in frame) return word(frame.count);
  if ('seconds' in frame) return word(frame.seconds);
  return 'drive' in frame ? [drives.code(frame.drive)] : [];
}
