import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** StandardFirmata for the Arduino Uno as its makers built it, Intel HEX. */
export function standardFirmata(): string {
  const root = dirname(createRequire(import.meta.url).resolve('avrgirl-arduino/package.json'));
  return readFileSync(join(root, 'junk/hex/uno/StandardFirmata.cpp.hex'), 'utf8');
}
