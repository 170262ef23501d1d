import type { FrameCodec } from './codec.js';

type AnyCodec = FrameCodec<{ readonly kind: string }>;

/** Every protocol by the name it has on the command line. Loaded when asked for: a device needs only its own. */
export const codecs = {
  dfplayer: async (): Promise<AnyCodec> => (await import('./dfplayer/codec.js')).codec,
  jq8900: async (): Promise<AnyCodec> => (await import('./jq8900/codec.js')).codec,
  syn6288: async (): Promise<AnyCodec> => (await import('./syn6288/codec.js')).codec,
  xfs5152ce: async (): Promise<AnyCodec> => (await import('./xfs5152ce/codec.js')).codec,
  'onbon-bx5k': async (): Promise<AnyCodec> => (await import('./onbon-bx5k/codec.js')).codec,
  jetfile2: async (): Promise<AnyCodec> => (await import('./jetfile2/codec.js')).codec,
  jt808: async (): Promise<AnyCodec> => (await import('./jt808/codec.js')).codec,
  omni: async (): Promise<AnyCodec> => (await import('./omni/codec.js')).codec,
  nmea0183: async (): Promise<AnyCodec> => (await import('./nmea0183/codec.js')).codec,
} as const;

export type ProtocolName = keyof typeof codecs;
export const protocolNames = Object.keys(codecs) as readonly ProtocolName[];
export const isProtocolName = (name: string): name is ProtocolName => Object.hasOwn(codecs, name);
