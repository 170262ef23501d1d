import { randomBytes } from 'node:crypto';
import { fromBase64, type Signer } from '@xiaolaba/protocol';
import { keyPairFrom } from '@xiaolaba/protocol/node';

/** A device with what it got when it enrolled. */
export interface BenchDevice {
  readonly id: string;
  readonly secret: string;
  /** Seed of its Ed25519 key, base64. */
  readonly seed: string;
}

export const signerOf = (device: BenchDevice): Signer =>
  keyPairFrom(fromBase64(device.seed) ?? new Uint8Array()).signer;

/** A boot id that no other stretch of any run has used. */
export const benchBoot = (counter: number): string =>
  `b${String(counter).padStart(6, '0')}-${randomBytes(4).toString('hex')}`;
