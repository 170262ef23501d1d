export type { CodecError, Decoded, FrameCodec, StreamDecoder } from './codec.js';
export { codecs, isProtocolName, type ProtocolName, protocolNames } from './codecs.js';
export type * from './driver.js';
