import { z } from 'zod';
import { concat, toHex, uint, uintBytes } from './bytes.js';
import type { Edition } from './header.js';
import { type Location, locationBytes, locationFields, locationSchema, readLocation } from './location.js';
import { readRegister, registerBytes, registerFields } from './register.js';
import { fixedBytes, readFixed, readText, textBytes, textField } from './text-field.js';
import { readTextMessage, textMessageBytes, textMessageFields } from './text-message.js';

const uint8 = z.int().min(0).max(255);
const uint16 = z.int().min(0).max(0xffff);
const messageId = z.string().regex(/^[0-9a-f]{4}$/);

interface BodySpec<Kind extends string, Fields extends z.ZodRawShape> {
  readonly id: number;
  readonly kind: Kind;
  readonly fields: Fields;
  /** @returns undefined where the body has another shape */
  read(body: Uint8Array, edition: Edition): z.infer<z.ZodObject<Fields>> | undefined;
  /** @returns undefined where the fields contradict one another or the edition */
  write(value: z.infer<z.ZodObject<Fields>>, edition: Edition): Uint8Array | undefined;
}
const spec = <Kind extends string, Fields extends z.ZodRawShape>(body: BodySpec<Kind, Fields>) => body;

const empty = <Kind extends string>(id: number, kind: Kind) =>
  spec({ id, kind, fields: {}, read: (body) => (body.length === 0 ? {} : undefined), write: () => new Uint8Array(0) });

const reply = <Kind extends string>(id: number, kind: Kind) =>
  spec({
    id,
    kind,
    // 0 done, 1 failed, 2 wrong message, 3 not supported, 4 (platform only) alarm confirmed.
    fields: { replyTo: uint16, messageId, result: uint8 },
    read: (body) =>
      body.length === 5
        ? { replyTo: uint(body, 0, 2), messageId: toHex(body.subarray(2, 4)), result: uint(body, 4, 1) }
        : undefined,
    write: (value) =>
      concat([
        uintBytes(value.replyTo, 2),
        uintBytes(Number.parseInt(value.messageId, 16), 2),
        Uint8Array.of(value.result),
      ]),
  });

const registerReply = spec({
  id: 0x8100,
  kind: 'register-reply',
  // 0 done, 1 vehicle already registered, 2 no such vehicle, 3 terminal already registered, 4 no such terminal.
  fields: { replyTo: uint16, result: uint8, authenticationCode: textField.optional() },
  read: (body) => {
    if (body.length < 3) return undefined;
    const code = body.length > 3 ? { authenticationCode: readText(body.subarray(3)) } : {};
    return { replyTo: uint(body, 0, 2), result: uint(body, 2, 1), ...code };
  },
  write: ({ replyTo, result, authenticationCode }) =>
    concat([uintBytes(replyTo, 2), Uint8Array.of(result), textBytes(authenticationCode ?? '')]),
});

const authenticate = spec({
  id: 0x0102,
  kind: 'authenticate',
  // IMEI and software version are of 2019.
  fields: { code: textField, imei: textField.optional(), softwareVersion: textField.optional() },
  read: (body, edition) => {
    if (edition === '2013') return { code: readText(body) };
    const length = body[0] ?? 0;
    if (body.length !== 1 + length + 15 + 20) return undefined;
    return {
      code: readText(body.subarray(1, 1 + length)),
      imei: readFixed(body.subarray(1 + length, 16 + length)),
      softwareVersion: readFixed(body.subarray(16 + length)),
    };
  },
  write: ({ code, imei, softwareVersion }, edition) => {
    const bytes = textBytes(code);
    if (edition === '2013') return imei === undefined && softwareVersion === undefined ? bytes : undefined;
    const imeiBytes = fixedBytes(imei ?? '', 15);
    const version = fixedBytes(softwareVersion ?? '', 20);
    if (bytes.length > 255 || !imeiBytes || !version) return undefined;
    return concat([Uint8Array.of(bytes.length), bytes, imeiBytes, version]);
  },
});

const locationReport = spec({
  id: 0x0200,
  kind: 'location',
  fields: locationFields,
  read: readLocation,
  write: locationBytes,
});

const locationReply = spec({
  id: 0x0201,
  kind: 'location-reply',
  fields: { replyTo: uint16, location: locationSchema },
  read: (body, edition) => {
    const location = readLocation(body.subarray(2), edition);
    return location && { replyTo: uint(body, 0, 2), location };
  },
  write: ({ replyTo, location }, edition) => {
    const bytes = locationBytes(location, edition);
    return bytes && concat([uintBytes(replyTo, 2), bytes]);
  },
});

const locationBatch = spec({
  id: 0x0704,
  kind: 'location-batch',
  /** What a terminal stored while it had no link is a `catch-up`. */
  fields: { reason: z.union([z.enum(['regular', 'catch-up']), uint8]), locations: z.array(locationSchema) },
  read: (body, edition) => {
    if (body.length < 3) return undefined;
    const locations: Location[] = [];
    let at = 3;
    while (at + 2 <= body.length) {
      const end = at + 2 + uint(body, at, 2);
      const location = end <= body.length ? readLocation(body.subarray(at + 2, end), edition) : undefined;
      if (!location) return undefined;
      locations.push(location);
      at = end;
    }
    const type = uint(body, 2, 1);
    if (at !== body.length || locations.length !== uint(body, 0, 2)) return undefined;
    return { reason: type === 0 ? 'regular' : type === 1 ? 'catch-up' : type, locations } as const;
  },
  write: ({ reason, locations }, edition) => {
    const parts = [uintBytes(locations.length, 2)];
    parts.push(Uint8Array.of(typeof reason === 'number' ? reason : reason === 'regular' ? 0 : 1));
    for (const location of locations) {
      const bytes = locationBytes(location, edition);
      if (!bytes) return undefined;
      parts.push(uintBytes(bytes.length, 2), bytes);
    }
    return concat(parts);
  },
});

const trackLocation = spec({
  id: 0x8202,
  kind: 'track-location',
  /** An interval of 0 ends it, and then nothing follows. */
  fields: { intervalSeconds: uint16, forSeconds: z.int().min(0).max(0xffffffff).optional() },
  read: (body) => {
    if (body.length === 2) return { intervalSeconds: uint(body, 0, 2) };
    return body.length === 6 ? { intervalSeconds: uint(body, 0, 2), forSeconds: uint(body, 2, 4) } : undefined;
  },
  write: ({ intervalSeconds, forSeconds }) =>
    concat([uintBytes(intervalSeconds, 2), forSeconds === undefined ? new Uint8Array(0) : uintBytes(forSeconds, 4)]),
});

const textMessage = spec({
  id: 0x8300,
  kind: 'text',
  fields: textMessageFields,
  read: readTextMessage,
  write: textMessageBytes,
});

const register = spec({
  id: 0x0100,
  kind: 'register',
  fields: registerFields,
  read: readRegister,
  write: registerBytes,
});

export const terminalReply = reply(0x0001, 'terminal-reply');
export const platformReply = reply(0x8001, 'platform-reply');
export const heartbeat = empty(0x0002, 'heartbeat');
export const deregister = empty(0x0003, 'deregister');
export const queryLocation = empty(0x8201, 'query-location');
export {
  authenticate,
  locationBatch,
  locationReply,
  locationReport,
  register,
  registerReply,
  textMessage,
  trackLocation,
};
