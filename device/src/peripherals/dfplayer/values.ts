import { type CodeTable, invert } from '../named-codes.js';
import {
  equaliserCommands,
  equalisers,
  errorCodes,
  fileCountCommands,
  media,
  mediaCommands,
  otherCommands,
  plainCommands,
  playbackModes,
  queryCommands,
  sources,
  states,
  statusSources,
  switchCommands,
  trackCommands,
  volumeCommands,
} from './commands.js';
import type { DfplayerFrame } from './frames.js';

type Without<Frame, Keys extends PropertyKey> = Frame extends unknown ? Omit<Frame, Keys> : never;
/** A frame without its envelope: what command and value alone say. */
export type DfplayerBody = Without<DfplayerFrame, 'feedback' | 'checksummed'>;

const plainKinds = invert(plainCommands);
const queryKinds = invert(queryCommands);
const trackKinds = invert(trackCommands);
const fileCountKinds = invert(fileCountCommands);
const volumeKinds = invert(volumeCommands);
const equaliserKinds = invert(equaliserCommands);
const mediaKinds = invert(mediaCommands);
const switchKinds = invert(switchCommands);

const commands: CodeTable<Exclude<DfplayerFrame['kind'], 'unknown'>> = {
  ...plainCommands,
  ...queryCommands,
  ...trackCommands,
  ...fileCountCommands,
  ...volumeCommands,
  ...equaliserCommands,
  ...mediaCommands,
  ...switchCommands,
  ...otherCommands,
};

/** "Repeat this track" and "output" mean *on* by 0. */
const isInverted = (kind: string): boolean => kind !== 'repeat-all';

function readOther(command: number, value: number, asks: boolean): DfplayerBody | undefined {
  const high = value >> 8;
  const low = value & 0xff;
  switch (command) {
    case 0x09:
      return { kind: 'set-source', source: sources.name(value) };
    case 0x0f:
      return { kind: 'play-folder-track', folder: high, track: low };
    case 0x10:
      return { kind: 'set-amplification', on: high > 1 ? high : high === 1, gain: low };
    case 0x14:
      return { kind: 'play-large-folder-track', folder: value >> 12, track: value & 0xfff };
    case 0x17:
      if (high !== 0 && low !== 0) return undefined;
      return { kind: 'repeat-folder', folder: high || low, folderByte: high === 0 ? 'low' : 'high' };
    case 0x3f:
      return {
        kind: 'online',
        usb: (value & 1) !== 0,
        sd: (value & 2) !== 0,
        pc: (value & 4) !== 0,
        flash: (value & 8) !== 0,
        ...(value > 0x0f ? { otherBits: value & 0xfff0 } : {}),
      };
    case 0x40:
      return { kind: 'error', error: errorCodes.name(value) };
    case 0x42:
      return { kind: 'status', source: statusSources.name(high), state: states.name(low) };
    case 0x45:
      return { kind: 'playback-mode', mode: playbackModes.name(value) };
    case 0x46:
      return { kind: 'version', version: value };
    case 0x4e:
      return asks ? { kind: 'query-folder-file-count', folder: value } : { kind: 'folder-file-count', files: value };
    case 0x4f:
      return { kind: 'folder-count', folders: value };
    default:
      return undefined;
  }
}

function readShared(command: number, value: number): DfplayerBody | undefined {
  const plain = plainKinds.get(command);
  if (plain) return { kind: plain, ...(value === 0 ? {} : { parameter: value }) };
  const track = trackKinds.get(command);
  if (track) return { kind: track, track: value };
  const fileCount = fileCountKinds.get(command);
  if (fileCount) return { kind: fileCount, files: value };
  const volume = volumeKinds.get(command);
  if (volume) return { kind: volume, volume: value };
  const equaliser = equaliserKinds.get(command);
  if (equaliser) return { kind: equaliser, equaliser: equalisers.name(value) };
  const medium = mediaKinds.get(command);
  if (medium) return { kind: medium, media: media.name(value) };
  const toggle = switchKinds.get(command);
  if (toggle) return { kind: toggle, on: value > 1 ? value : (value === 1) !== isInverted(toggle) };
  return undefined;
}

/** @param asks whether the frame asks for an acknowledgement, which only a host does */
export function readBody(command: number, value: number, asks: boolean): DfplayerBody {
  const query = value === 0 ? queryKinds.get(command) : undefined;
  if (query) return { kind: query };
  return readAnswer(command, value, asks);
}

/** As sent by a module: a value of 0 is an answer here, not a question. */
export function readAnswer(command: number, value: number, asks = false): DfplayerBody {
  return (
    readShared(command, value) ??
    readOther(command, value, asks) ?? { kind: 'unknown', command, payload: value.toString(16).padStart(4, '0') }
  );
}

export const commandOf = (frame: DfplayerFrame): number =>
  frame.kind === 'unknown' ? frame.command : commands[frame.kind];

const flag = (on: boolean | number): number => Number(on);

function onlineBits(frame: Extract<DfplayerFrame, { kind: 'online' }>): number {
  const named = flag(frame.usb) | (flag(frame.sd) << 1) | (flag(frame.pc) << 2) | (flag(frame.flash) << 3);
  return named | (frame.otherBits ?? 0);
}

/** The 16 bits of parameter. */
export function parameterOf(frame: DfplayerFrame): number {
  switch (frame.kind) {
    case 'play-folder-track':
      return (frame.folder << 8) | frame.track;
    case 'play-large-folder-track':
      return (frame.folder << 12) | frame.track;
    case 'set-amplification':
      return (flag(frame.on) << 8) | frame.gain;
    case 'repeat-folder':
      return frame.folderByte === 'high' ? frame.folder << 8 : frame.folder;
    case 'set-source':
      return sources.code(frame.source);
    case 'online':
      return onlineBits(frame);
    case 'error':
      return errorCodes.code(frame.error);
    case 'status':
      return (statusSources.code(frame.source) << 8) | states.code(frame.state);
    case 'playback-mode':
      return playbackModes.code(frame.mode);
    case 'version':
      return frame.version;
    case 'folder-count':
      return frame.folders;
    case 'query-folder-file-count':
      return frame.folder;
    case 'unknown':
      return Number.parseInt(frame.payload, 16);
    default:
      break;
  }
  if ('track' in frame) return frame.track;
  if ('files' in frame) return frame.files;
  if ('volume' in frame) return frame.volume;
  if ('equaliser' in frame) return equalisers.code(frame.equaliser);
  if ('media' in frame) return media.code(frame.media);
  if ('on' in frame) {
    return typeof frame.on === 'number' ? frame.on : Number(frame.on !== isInverted(frame.kind));
  }
  return 'parameter' in frame ? (frame.parameter ?? 0) : 0;
}
