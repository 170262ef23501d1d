import { namedCodes } from '../named-codes.js';

/** Orders and events that carry no value. */
export const plainCommands = {
  next: 0x01,
  previous: 0x02,
  'volume-up': 0x04,
  'volume-down': 0x05,
  sleep: 0x0a,
  wake: 0x0b,
  reset: 0x0c,
  play: 0x0d,
  pause: 0x0e,
  'stop-advert': 0x15,
  stop: 0x16,
  'random-all': 0x18,
  acknowledge: 0x41,
} as const;

/** Asked with the value 0; the module answers under the same command. */
export const queryCommands = {
  'query-online': 0x3f,
  'query-status': 0x42,
  'query-volume': 0x43,
  'query-equaliser': 0x44,
  'query-playback-mode': 0x45,
  'query-version': 0x46,
  'query-usb-file-count': 0x47,
  'query-sd-file-count': 0x48,
  'query-flash-file-count': 0x49,
  'query-usb-track': 0x4b,
  'query-sd-track': 0x4c,
  'query-flash-track': 0x4d,
  'query-folder-count': 0x4f,
} as const;

export const trackCommands = {
  'play-root-track': 0x03,
  'loop-root-track': 0x08,
  'play-mp3-track': 0x12,
  'play-advert': 0x13,
  'usb-track-finished': 0x3c,
  'sd-track-finished': 0x3d,
  'flash-track-finished': 0x3e,
  'usb-track': 0x4b,
  'sd-track': 0x4c,
  'flash-track': 0x4d,
} as const;

export const fileCountCommands = {
  'usb-file-count': 0x47,
  'sd-file-count': 0x48,
  'flash-file-count': 0x49,
} as const;

export const volumeCommands = { 'set-volume': 0x06, volume: 0x43 } as const;
export const equaliserCommands = { 'set-equaliser': 0x07, equaliser: 0x44 } as const;
export const mediaCommands = { 'media-inserted': 0x3a, 'media-removed': 0x3b } as const;
export const switchCommands = { 'repeat-all': 0x11, 'repeat-current': 0x19, 'set-output': 0x1a } as const;

export const otherCommands = {
  'set-source': 0x09,
  'play-folder-track': 0x0f,
  'set-amplification': 0x10,
  'play-large-folder-track': 0x14,
  'repeat-folder': 0x17,
  online: 0x3f,
  error: 0x40,
  status: 0x42,
  'playback-mode': 0x45,
  version: 0x46,
  'query-folder-file-count': 0x4e,
  'folder-file-count': 0x4e,
  'folder-count': 0x4f,
} as const;

export const equalisers = namedCodes({ normal: 0, pop: 1, rock: 2, jazz: 3, classic: 4, bass: 5 }, 0xffff);
export const sources = namedCodes({ usb: 1, sd: 2, aux: 3, sleep: 4, flash: 5 }, 0xffff);
export const media = namedCodes({ usb: 1, sd: 2, pc: 4 }, 0xffff);
/** High byte of a status; the sheets of the FN series give 4 to the flash chip. */
export const statusSources = namedCodes({ usb: 1, sd: 2, flash: 4, sleep: 0x10 }, 0xff);
export const states = namedCodes({ stopped: 0, playing: 1, paused: 2 }, 0xff);
export const playbackModes = namedCodes(
  { 'repeat-all': 0, 'repeat-folder': 1, 'repeat-track': 2, random: 3, off: 4 },
  0xffff,
);
export const errorCodes = namedCodes(
  {
    busy: 1,
    sleeping: 2,
    'incomplete-frame': 3,
    checksum: 4,
    'out-of-range': 5,
    'not-found': 6,
    insertion: 7,
    'sd-read': 8,
    'entered-sleep': 0x0a,
  },
  0xffff,
);
