import { z } from 'zod';

/** Kinds of site 点位: a place to cover. */
export const siteKinds = ['estate', 'stop', 'village', 'booth', 'parking', 'square'] as const;
export type SiteKind = (typeof siteKinds)[number];

/** Profiles of device 终端. */
export const profiles = ['loudspeaker', 'bus-screen', 'bike-lock', 'booth-sign'] as const;
export type Profile = (typeof profiles)[number];

/** What a device can put out: sound or scrolling text. */
export const outputs = ['audio', 'text'] as const;
export type Output = (typeof outputs)[number];

/**
 * What each profile puts out. Device and gateway plan for these, whether or not the part is wired: a missing one shows
 * as refused plays with a cause, and not as nothing at all. A bus screen without a sign shows text on the screen itself.
 */
export const profileOutputs: Readonly<Record<Profile, readonly Output[]>> = {
  loudspeaker: ['audio'],
  'bus-screen': ['audio', 'text'],
  'bike-lock': ['audio'],
  'booth-sign': ['text'],
};

/** Lower-case letters, digits and hyphens, 2 to 40 characters: safe in a topic, a file name and a CSV. */
export const idPattern = /^[a-z0-9][a-z0-9-]{1,39}$/;
export const idSchema = z.string().regex(idPattern);

/**
 * Where a device belongs, as an approver signs it: a fixed device its site, a bus its route, a bike its fleet.
 * A device learns its place when it is enrolled and refuses a release whose audience does not name it.
 */
export const placePattern = /^(site|route|fleet)\/[a-z0-9][a-z0-9-]{1,39}$/;
export const placeSchema = z.string().regex(placePattern);

/** ISO 639-3: cmn Mandarin, yue Cantonese, hak Hakka, gan Gan, nan Min Nan, pcc Bouyei, uig Uyghur, kaz Kazakh … */
export const dialectSchema = z.string().regex(/^[a-z]{3}$/);
/** What plays where a dialect has neither a recording nor a voice. */
export const fallbackDialect = 'cmn';

/** Lower-case hexadecimal SHA-256. */
export const sha256Schema = z.string().regex(/^[0-9a-f]{64}$/);

/** Bytes of a blob at most. */
export const maxBlobBytes = 64 * 1024 * 1024;

/** A local calendar day, YYYY-MM-DD, that exists. */
export const daySchema = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/)
  .refine((day) => {
    const date = new Date(`${day}T00:00:00Z`);
    return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
  }, 'no such day');

/** Milliseconds since the Unix epoch, up to the year 9998: later ones have no four-digit local day in every zone. */
export const instantSchema = z.number().int().min(0).max(253_370_764_800_000);

/** WGS-84, [longitude, latitude] in degrees. */
export const positionSchema = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
export type Position = readonly [longitude: number, latitude: number];

/** Boot id: a counter that survives power loss and a random tail, so that boots sort and never collide. */
export const bootPattern = /^b[0-9]{6}-[0-9a-f]{8}$/;
export const bootSchema = z.string().regex(bootPattern);
