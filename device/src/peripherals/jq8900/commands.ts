import { namedCodes } from '../named-codes.js';

/** No data. Questions among them are answered under the same command, with data. */
export const plainCommands = {
  'query-state': 0x01,
  play: 0x02,
  pause: 0x03,
  stop: 0x04,
  previous: 0x05,
  next: 0x06,
  'query-online-drives': 0x09,
  'query-current-drive': 0x0a,
  'query-track-count': 0x0c,
  'query-current-track': 0x0d,
  'previous-folder': 0x0e,
  'next-folder': 0x0f,
  'end-insert': 0x10,
  'query-folder-first-track': 0x11,
  'query-folder-track-count': 0x12,
  'volume-up': 0x14,
  'volume-down': 0x15,
  'end-combination': 0x1c,
  'query-short-name': 0x1e,
  'end-repeat-section': 0x21,
  'query-duration': 0x24,
  'start-time-reports': 0x25,
  'stop-time-reports': 0x26,
} as const;

/** One number of 16 bits, high byte first. */
export const trackCommands = {
  'play-track': 0x07,
  'current-track': 0x0d,
  'folder-first-track': 0x11,
  'select-track': 0x1f,
} as const;
export const countCommands = { 'track-count': 0x0c, 'folder-track-count': 0x12, 'set-repeat-count': 0x19 } as const;
export const secondsCommands = { rewind: 0x22, 'fast-forward': 0x23 } as const;

export const driveCommands = { 'current-drive': 0x0a, 'set-drive': 0x0b } as const;
export const pathCommands = { 'play-path': 0x08, 'insert-path': 0x17 } as const;
/** Hours, minutes, seconds: the length of the track, and the time played, reported every second when started. */
export const timeCommands = { duration: 0x24, 'play-time': 0x25 } as const;

export const otherCommands = {
  state: 0x01,
  'online-drives': 0x09,
  'set-volume': 0x13,
  'insert-track': 0x16,
  'set-loop-mode': 0x18,
  'set-equaliser': 0x1a,
  'play-combination': 0x1b,
  'set-channel': 0x1d,
  'short-name': 0x1e,
  'repeat-section': 0x20,
} as const;

export const states = namedCodes({ stopped: 0, playing: 1, paused: 2 }, 0xff);
export const drives = namedCodes({ usb: 0, sd: 1, flash: 2, none: 0xff }, 0xff);
export const channels = namedCodes({ mp3: 0, aux: 1, 'mp3-and-aux': 2 }, 0xff);
export const equalisers = namedCodes({ normal: 0, pop: 1, rock: 2, jazz: 3, classic: 4 }, 0xff);
export const loopModes = namedCodes(
  {
    'repeat-all': 0,
    'repeat-one': 1,
    'one-then-stop': 2,
    random: 3,
    'repeat-folder': 4,
    'random-in-folder': 5,
    'folder-then-stop': 6,
    'all-then-stop': 7,
  },
  0xff,
);
