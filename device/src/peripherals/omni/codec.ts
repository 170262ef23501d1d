import { isDeepStrictEqual } from 'node:util';
import { callerError } from '@xiaolaba/protocol';
import { z } from 'zod';
import type { FrameCodec } from '../codec.js';
import { resyncDecoder } from '../resync-decoder.js';
import { lineEnds, longestFrame, type OmniLine, omniStep, type Refusal } from './framing.js';
import { type Direction, type Family, messageSpecs } from './messages.js';

const param = z.string().regex(/^[\x20-\x22\x24-\x29\x2b\x2d-\x7e]*$/);

const lineFields = {
  /** The header without its last letter: `SCO` scooter, `CMD` horseshoe lock, `HBC` and `BGC` their older twins. */
  family: z.enum(['SCO', 'CMD', 'HBC', 'BGC']),
  direction: z.enum(['from-server', 'from-lock']),
  /** Two letters, OM for Omni itself. */
  vendor: z.string().regex(/^[A-Z]{2}$/),
  imei: z.string().regex(/^\d{15}$/),
  /** `CMD` only: the sender's clock, whose zone the protocol leaves open; the digits as they are where they are no time. */
  clock: z
    .string()
    .regex(/^(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\d|\d{12}|\d{14})$/)
    .optional(),
  /** False where a server left FF FF out; true where a lock wrote it. The usual is left out. */
  prefixed: z.boolean().optional(),
  /** The usual is a line feed. */
  lineEnd: z.enum(['crlf', 'none']).optional(),
  /** The parameters as they came, where the named fields alone would be written otherwise. */
  params: z.array(param).optional(),
} as const;

const frame = <Kind extends string, Fields extends z.ZodRawShape>(spec: {
  readonly kind: Kind;
  readonly fields: Fields;
}) => z.strictObject({ kind: z.literal(spec.kind), ...lineFields, ...spec.fields });

const otherFrame = z.strictObject({
  kind: z.literal('other'),
  ...lineFields,
  command: z.string().regex(/^[A-Za-z][A-Za-z0-9]{0,7}$/),
  params: z.array(param),
});

interface AnySpec {
  readonly kind: string;
  readonly command: string;
  readonly direction: Direction;
  readonly families: readonly Family[];
  readonly schema: z.ZodType<OmniFrame>;
  read(params: readonly string[]): Readonly<Record<string, unknown>> | undefined;
  write(value: OmniFrame): readonly string[];
}

const baseFrame = z.object({ kind: z.string(), ...lineFields });
/** A line of the protocol: `kind` and the fields of its command, or `other` with `command` and `params`. */
export type OmniFrame =
  | z.infer<typeof otherFrame>
  | {
      readonly [Spec in (typeof messageSpecs)[number] as Spec['kind']]: Omit<z.infer<typeof baseFrame>, 'kind'> & {
        readonly kind: Spec['kind'];
      } & z.infer<z.ZodObject<Spec['fields']>>;
    }[(typeof messageSpecs)[number]['kind']];

const specs = messageSpecs.map((spec) => ({
  ...spec,
  schema: frame(spec),
})) as readonly unknown[] as readonly AnySpec[];
const byKind = new Map(specs.map((spec) => [spec.kind, spec]));
const familyOf = (family: OmniFrame['family']): Family => (family === 'CMD' ? 'horseshoe' : 'scooter');
const key = (family: Family, direction: Direction, command: string) => `${family} ${direction} ${command}`;
const byCommand = new Map<string, AnySpec[]>();
for (const spec of specs) {
  for (const family of spec.families) {
    const place = key(family, spec.direction, spec.command);
    byCommand.set(place, [...(byCommand.get(place) ?? []), spec]);
  }
}

/** `yyMMddHHmmss` as a time where it is one; what is no time, such as twelve zeros before the clock is set, stays. */
function readClock(digits: string): string {
  const parts = /^(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)$/.exec(digits);
  if (!parts) return digits;
  const text = `20${parts[1]}-${parts[2]}-${parts[3]}T${parts[4]}:${parts[5]}:${parts[6]}`;
  const read = Date.parse(`${text}Z`);
  return Number.isFinite(read) && new Date(read).toISOString().slice(0, 19) === text ? text : digits;
}
const clockDigits = (clock: string) => (clock.includes('T') ? clock.slice(2).replace(/[-T:]/g, '') : clock);

const same = (a: readonly string[], b: readonly string[]) =>
  a.length === b.length && a.every((value, index) => value === b[index]);

function meaning(family: Family, direction: Direction, command: string, params: readonly string[]) {
  for (const spec of byCommand.get(key(family, direction, command)) ?? []) {
    const fields = spec.read(params);
    if (fields) return { spec, fields };
  }
  return undefined;
}

const lineSchema = /^(SCO|CMD|HBC|BGC)([SR])$/;

function toFrame({ prefixed, text, lineEnd }: OmniLine): { readonly frame: OmniFrame } | Refusal {
  const [header = '', vendor = '', imei = '', ...rest] = text.split(',');
  const told = lineSchema.exec(header);
  if (!told) return { code: 'header', message: `*${header.slice(0, 16)} is no header of this protocol` };
  if (!/^[A-Z]{2}$/.test(vendor)) return { code: 'vendor', message: 'no vendor code of two letters' };
  if (!/^\d{15}$/.test(imei)) return { code: 'imei', message: 'no IMEI of fifteen digits' };
  const family = told[1] as OmniFrame['family'];
  const direction: Direction = told[2] === 'S' ? 'from-server' : 'from-lock';
  const clock = family === 'CMD' ? (rest.shift() ?? '') : undefined;
  if (clock !== undefined && !/^(\d{12}|\d{14})$/.test(clock)) return { code: 'clock', message: 'no yyMMddHHmmss' };
  const [command = '', ...params] = rest;
  if (!/^[A-Za-z][A-Za-z0-9]{0,7}$/.test(command)) return { code: 'command', message: 'no command' };
  const line = {
    family,
    direction,
    vendor,
    imei,
    ...(clock === undefined ? {} : { clock: readClock(clock) }),
    ...(prefixed === (direction === 'from-server') ? {} : { prefixed }),
    ...(lineEnd === 'lf' ? {} : { lineEnd }),
  };
  const known = meaning(familyOf(family), direction, command, params);
  if (!known) return { frame: { kind: 'other', ...line, command, params } };
  const named = { kind: known.spec.kind, ...line, ...known.fields } as OmniFrame;
  return { frame: same(known.spec.write(named), params) ? named : ({ ...named, params } as OmniFrame) };
}

const malformed = (problems: readonly string[]) => callerError('frame-malformed', 'no Omni frame', { problems });

function parsed<Value>(schema: z.ZodType<Value>, value: unknown): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw malformed(result.error.issues.map(({ path, message }) => `${path.join('.') || 'frame'}: ${message}`));
}

/** The parameters: as named, or as they came where they mean what the named fields say. */
function paramsOf(spec: AnySpec, value: OmniFrame): readonly string[] {
  if (!value.params) return spec.write(value);
  const fields = spec.read(value.params);
  const given = value as unknown as Readonly<Record<string, unknown>>;
  if (!fields || !Object.entries(fields).every(([name, field]) => isDeepStrictEqual(field, given[name]))) {
    throw malformed(['params: say otherwise than the named fields; leave them out to write the fields']);
  }
  return value.params;
}

function encode(value: unknown): Uint8Array {
  const { kind } = parsed(z.object({ kind: z.string() }), value);
  const spec = byKind.get(kind);
  if (!spec && kind !== 'other') throw malformed([`kind: ${kind.slice(0, 40)} is none`]);
  const line = parsed<OmniFrame>(spec?.schema ?? (otherFrame as z.ZodType<OmniFrame>), value);
  if (spec && (line.direction !== spec.direction || !spec.families.includes(familyOf(line.family)))) {
    throw malformed([`${kind}: not of this family or direction`]);
  }
  if ((line.family === 'CMD') !== (line.clock !== undefined)) throw malformed(['clock: with CMD only, and always']);
  const command = line.kind === 'other' ? line.command : (spec?.command ?? '');
  const params = spec ? paramsOf(spec, line) : (line.params ?? []);
  const isFromServer = line.direction === 'from-server';
  const header = `*${line.family}${isFromServer ? 'S' : 'R'}`;
  const clock = line.clock === undefined ? [] : [clockDigits(line.clock)];
  const text = [header, line.vendor, line.imei, ...clock, command, ...params].join(',');
  const prefix = (line.prefixed ?? isFromServer) ? '\xff\xff' : '';
  const bytes = Buffer.from(`${prefix}${text}#${lineEnds[line.lineEnd ?? 'lf']}`, 'latin1');
  if (bytes.length > longestFrame) throw malformed([`frame: ${bytes.length} bytes, at most ${longestFrame}`]);
  return Uint8Array.from(bytes);
}

const step = omniStep(toFrame);

/**
 * Omni's bike and scooter locks over TCP: "Scooter / E-bike IoT TCP protocol" and "Horseshoe Lock Device (Bike Version)
 * TCP + BLE Interface Protocol" V2.0.7. The header says the direction.
 * Errors: `noise`, `truncated`, `too-long`, `header`, `vendor`, `imei`, `clock`, `command`.
 */
export const codec: FrameCodec<OmniFrame> = {
  protocol: 'omni',
  maxHeldBytes: longestFrame,
  decoder: () => resyncDecoder(step),
  encode,
};
