import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FirmataReader } from './firmata-frames.js';

const kinds = (hex: string): string[] =>
  new FirmataReader()
    .push(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
    .map(({ frame, hex: bytes }) =>
      [
        frame.kind,
        ...Object.entries(frame).flatMap(([name, value]) => (name === 'kind' ? [] : [`${name}=${value}`])),
        bytes,
      ].join(' '),
    );

it('names what goes over the line to a board and back', () => {
  expect(kinds('ff f9 f0 79 f7 f4 07 01 f5 07 01 c0 01 d0 01')).toEqual([
    'reset ff',
    'version f9',
    'firmware bytes=0 f079f7',
    'set-pin-mode pin=7 mode=output f40701',
    'set-digital-pin pin=7 level=true f50701',
    'report-analog channel=0 on=true c001',
    'report-digital port=0 on=true d001',
  ]);
  expect(kinds('e0 19 07 91 03 00')).toEqual([
    'analog channel=0 value=921 e01907',
    'digital port=1 levels=00000011 910300',
  ]);
});

it('finds messages again after noise, however they are cut', () => {
  const noise = fc.uint8Array({ maxLength: 2_000 });
  fc.assert(
    fc.property(noise, fc.integer({ min: 1, max: 7 }), (bytes, size) => {
      const reader = new FirmataReader();
      reader.push(bytes);
      const message = Buffer.from('f7e01907', 'hex');
      const found = [];
      for (let at = 0; at < message.length; at += size) found.push(...reader.push(message.subarray(at, at + size)));
      expect(found.at(-1)?.frame).toEqual({ kind: 'analog', channel: 0, value: 921 });
    }),
  );
});
