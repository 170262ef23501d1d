import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { XiaolabaError } from './errors.js';
import { decodeMessage, encodeMessage, parseJson } from './json.js';
import { beatSchema } from './messages.js';

const caught = (run: () => unknown): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe('parseJson', () => {
  it('takes any bytes and throws nothing but its own errors', () =>
    fc.assert(
      fc.property(
        fc.oneof(
          fc.uint8Array({ maxLength: 300 }),
          fc.string().map((text) => encodeMessage(text)),
        ),
        (bytes) => {
          const error = caught(() => parseJson(bytes));
          expect(error === undefined || error instanceof XiaolabaError).toBe(true);
        },
      ),
    ));

  it('gives back what was written', () =>
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 8 }), (value) => {
        expect(JSON.stringify(parseJson(encodeMessage(value)))).toBe(JSON.stringify(value));
      }),
    ));

  it('says the deepest nesting it takes', () => {
    const nested = (depth: number) => new TextEncoder().encode('['.repeat(depth) + ']'.repeat(depth));
    expect(caught(() => parseJson(nested(5), { maxBytes: 100, maxDepth: 5 }))).toBeUndefined();
    expect(caught(() => parseJson(nested(6), { maxBytes: 100, maxDepth: 5 }))).toMatchObject({
      code: 'message-too-deep',
    });
  });
});

describe('decodeMessage', () => {
  it('takes any JSON and throws nothing but its own errors', () =>
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(caught(() => decodeMessage(beatSchema, encodeMessage(value)))).toBeInstanceOf(XiaolabaError);
      }),
    ));

  it('bounds what it repeats of a hostile message', () => {
    const error = caught(() => decodeMessage(beatSchema, encodeMessage({ ['x'.repeat(100_000)]: 1 })));
    expect(error).toMatchObject({ code: 'message-malformed', family: 'caller' });
    expect((error as Error).message.length).toBeLessThan(2000);
  });
});
