import { callerError } from '@xiaolaba/protocol';
import { XMLBuilder, XMLParser, XMLValidator } from 'fast-xml-parser';
import { z } from 'zod';

/**
 * Common Alerting Protocol 1.2, read and written: OASIS Standard CAP-V1.2 of 1 July 2010,
 * http://docs.oasis-open.org/emergency/cap/v1.2/CAP-v1.2-os.html. Instants are milliseconds since the epoch.
 */
export const capNamespace = 'urn:oasis:names:tc:emergency:cap:1.2';
/** Bytes of a message at most, and elements within one another; the standard itself nests four. */
export const capLimits = { maxBytes: 256 * 1024, maxDepth: 12 } as const;

/** An id names the message for others, in a list parted by spaces and commas. */
const capId = z.string().regex(/^[^\s,<&]{1,256}$/);
const text = z.string().max(4000);
const lists = {
  status: ['Actual', 'Exercise', 'System', 'Test', 'Draft'],
  msgType: ['Alert', 'Update', 'Cancel', 'Ack', 'Error'],
  scope: ['Public', 'Restricted', 'Private'],
  category: [
    'Geo',
    'Met',
    'Safety',
    'Security',
    'Rescue',
    'Fire',
    'Health',
    'Env',
    'Transport',
    'Infra',
    'CBRNE',
    'Other',
  ],
  urgency: ['Immediate', 'Expected', 'Future', 'Past', 'Unknown'],
  severity: ['Extreme', 'Severe', 'Moderate', 'Minor', 'Unknown'],
  certainty: ['Observed', 'Likely', 'Possible', 'Unlikely', 'Unknown'],
} as const;

/** With a numeric offset: the standard forbids `Z`, and writes UTC as `-00:00`. */
const capTime = z
  .string()
  .regex(/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}[+-]\d{2}:\d{2}$/, 'time-offset')
  .transform((value) => Date.parse(value.replace(/-00:00$/, '+00:00')))
  .refine((at) => !Number.isNaN(at), 'time-offset');

/** `lat,lon` pairs, the first repeated at the end; [longitude, latitude] as everywhere else. */
const polygon = z
  .string()
  .transform((value) =>
    value
      .trim()
      .split(/\s+/)
      .map((pair) => pair.split(',').map(Number)),
  )
  .pipe(
    z
      .array(z.tuple([z.number().min(-90).max(90), z.number().min(-180).max(180)]))
      .min(4)
      .max(2000),
  )
  .refine((points) => String(points[0]) === String(points.at(-1)), 'polygon-open')
  .transform((points) => points.map(([latitude, longitude]): [number, number] => [longitude, latitude]));
/** `lat,lon radius`, the radius in kilometres. */
const circle = z
  .string()
  .transform((value) =>
    value
      .trim()
      .split(/[\s,]+/)
      .map(Number),
  )
  .pipe(z.tuple([z.number().min(-90).max(90), z.number().min(-180).max(180), z.number().min(0).max(20_000)]))
  .transform(([latitude, longitude, kilometres]) => ({
    centre: [longitude, latitude] as [number, number],
    metres: kilometres * 1000,
  }));

const valuePair = z.object({ valueName: text, value: text });
const areaSchema = z.object({
  areaDesc: text,
  polygon: z.array(polygon).max(50),
  circle: z.array(circle).max(50),
  geocode: z.array(valuePair).max(500),
});
const infoSchema = z.object({
  /** RFC 3066; `en-US` where it is not said. */
  language: z.string().max(20).default('en-US'),
  category: z.array(z.enum(lists.category)).min(1).max(12),
  event: text.min(1),
  urgency: z.enum(lists.urgency),
  severity: z.enum(lists.severity),
  certainty: z.enum(lists.certainty),
  onset: capTime.optional(),
  effective: capTime.optional(),
  expires: capTime.optional(),
  senderName: text.optional(),
  headline: text.optional(),
  description: text.optional(),
  instruction: text.optional(),
  area: z.array(areaSchema).max(50),
});
const capSchema = z.object({
  identifier: capId,
  sender: capId,
  sent: capTime,
  status: z.enum(lists.status),
  msgType: z.enum(lists.msgType),
  scope: z.enum(lists.scope),
  note: text.optional(),
  /** Earlier messages that this one updates or cancels. */
  references: z
    .string()
    .max(20_000)
    .default('')
    .transform((value) =>
      value
        .split(/\s+/)
        .filter(Boolean)
        .map((one) => one.split(',')),
    )
    .pipe(z.array(z.tuple([capId, capId, capTime])).max(100))
    .transform((all) => all.map(([sender, identifier, sent]) => ({ sender, identifier, sent }))),
  info: z.array(infoSchema).max(20),
});
/** An alert as the standard has it, as far as announcements need it. */
export type CapAlert = z.infer<typeof capSchema>;

type Node = Readonly<Record<string, unknown>>;

/**
 * Reads a message. Nothing that it names is ever fetched, and no DTD or entity of its own is read.
 * @throws XiaolabaError `cap-too-large`, `cap-not-utf8`, `cap-doctype`, `cap-too-deep`, `cap-not-xml`, `cap-namespace`,
 *   `cap-malformed` with the fields at fault, `cap-reference-missing` for an update or a cancellation of nothing
 */
export function readCap(bytes: Uint8Array): CapAlert {
  const { maxBytes: max } = capLimits;
  if (bytes.length > max) throw callerError('cap-too-large', 'too large', { bytes: bytes.length, max });
  let xml: string;
  try {
    xml = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (cause) {
    throw callerError('cap-not-utf8', 'not UTF-8', {}, cause);
  }
  // A CAP message needs neither; they are what billion laughs and stolen files are made of.
  if (/<!(DOCTYPE|ENTITY)/i.test(xml)) throw callerError('cap-doctype', 'a DTD is not read');
  if (depthOf(xml) > capLimits.maxDepth) throw callerError('cap-too-deep', 'nested too deeply');
  const alert = rootOf(xml);
  const read = capSchema.safeParse(alert);
  if (!read.success) {
    const problems = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
    throw callerError('cap-malformed', problems.join('; '), { problems });
  }
  const { msgType, references } = read.data;
  if ((msgType === 'Update' || msgType === 'Cancel') && references.length === 0)
    throw callerError('cap-reference-missing', `${msgType} of what?`, { msgType });
  return read.data;
}

/** Elements within one another, before a parser builds anything of them. */
function depthOf(xml: string): number {
  let depth = 0;
  let deepest = 0;
  for (const [tag] of xml
    .replace(/<!--[\s\S]*?-->|<!\[CDATA\[[\s\S]*?\]\]>|<\?[\s\S]*?\?>/g, '')
    .matchAll(/<[^<>]+>/g)) {
    if (tag.startsWith('</')) depth--;
    else if (!tag.endsWith('/>')) deepest = Math.max(deepest, ++depth);
  }
  return deepest;
}

function rootOf(xml: string): unknown {
  const fault = XMLValidator.validate(xml);
  if (fault !== true) throw callerError('cap-not-xml', fault.err.msg, { reason: fault.err.msg, line: fault.err.line });
  const parser = new XMLParser({
    ignoreAttributes: false,
    parseTagValue: false,
    parseAttributeValue: false,
    htmlEntities: true,
    ignoreDeclaration: true,
    ignorePiTags: true,
  });
  let document: Node;
  try {
    document = parser.parse(xml) as Node;
  } catch (cause) {
    throw callerError('cap-not-xml', 'not XML', { reason: String(cause), line: 0 }, cause);
  }
  const [name = ''] = Object.keys(document);
  const prefix = name.includes(':') ? name.slice(0, name.indexOf(':') + 1) : '';
  const root = document[name];
  const declared = isNode(root) ? root[prefix ? `@_xmlns:${prefix.slice(0, -1)}` : '@_xmlns'] : undefined;
  if (name !== `${prefix}alert` || declared !== capNamespace)
    throw callerError('cap-namespace', 'not a CAP 1.2 alert', { namespace: String(declared ?? '') });
  return alertOf(root as Node, prefix);
}

const isNode = (value: unknown): value is Node => typeof value === 'object' && value !== null && !Array.isArray(value);

/** Picks what is ours by name and namespace; extensions and signatures of others are passed over. */
function alertOf(root: Node, prefix: string): unknown {
  const all = (node: Node, name: string): unknown[] => {
    const found = node[prefix + name];
    return found === undefined ? [] : Array.isArray(found) ? found : [found];
  };
  const nodes = (node: Node, name: string): Node[] =>
    all(node, name).filter((one): one is Node => isNode(one) && one['@_xmlns'] === undefined);
  const texts = (node: Node, ...names: string[]) =>
    Object.fromEntries(
      names.flatMap((name) => {
        const found = all(node, name).filter((one) => one !== '');
        // Twice where once is allowed is no text: the schema says so with the field's name.
        return found.length === 0 ? [] : [[name, found.length === 1 ? found[0] : found]];
      }),
    );
  return {
    ...texts(root, 'identifier', 'sender', 'sent', 'status', 'msgType', 'scope', 'note', 'references'),
    info: nodes(root, 'info').map((info) => ({
      ...texts(info, 'language', 'event', 'urgency', 'severity', 'certainty', 'effective', 'onset', 'expires'),
      ...texts(info, 'senderName', 'headline', 'description', 'instruction'),
      category: all(info, 'category'),
      area: nodes(info, 'area').map((area) => ({
        ...texts(area, 'areaDesc'),
        polygon: all(area, 'polygon'),
        circle: all(area, 'circle'),
        geocode: nodes(area, 'geocode').map((code) => texts(code, 'valueName', 'value')),
      })),
    })),
  };
}

/** An instant as the standard writes it, in a zone: `2026-11-20T08:00:00+08:00`. */
export function capTimeOf(instant: number, zone: string): string {
  const name = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' })
    .formatToParts(instant)
    .find(({ type }) => type === 'timeZoneName')?.value;
  const named = /GMT([+-]\d{2}:\d{2})/.exec(name ?? '')?.[1] ?? '+00:00';
  const offset = named === '+00:00' ? '-00:00' : named;
  const [hours = 0, minutes = 0] = offset.slice(1).split(':').map(Number);
  const shift = (offset.startsWith('-') ? -1 : 1) * (hours * 60 + minutes) * 60_000;
  return `${new Date(instant + shift).toISOString().slice(0, 19)}${offset}`;
}

/** Writes a message, times in a zone, elements in the order of the standard. */
export function writeCap(alert: CapAlert, zone: string): string {
  const time = (instant: number | undefined) => (instant === undefined ? undefined : capTimeOf(instant, zone));
  const pair = ([longitude, latitude]: readonly [number, number]) => `${latitude},${longitude}`;
  const { identifier, sender, sent, status, msgType, scope, note, references, info } = alert;
  const body = {
    '?xml': { '@_version': '1.0', '@_encoding': 'UTF-8' },
    alert: {
      '@_xmlns': capNamespace,
      identifier,
      sender,
      sent: time(sent),
      status,
      msgType,
      scope,
      note,
      references: references.map((one) => `${one.sender},${one.identifier},${time(one.sent)}`).join(' ') || undefined,
      info: info.map(({ effective, onset, expires, area, ...one }) => ({
        language: one.language,
        category: one.category,
        event: one.event,
        urgency: one.urgency,
        severity: one.severity,
        certainty: one.certainty,
        effective: time(effective),
        onset: time(onset),
        expires: time(expires),
        senderName: one.senderName,
        headline: one.headline,
        description: one.description,
        instruction: one.instruction,
        area: area.map(({ areaDesc, polygon: polygons, circle: circles, geocode }) => ({
          areaDesc,
          polygon: polygons.map((points) => points.map(pair).join(' ')),
          circle: circles.map(({ centre, metres }) => `${pair(centre)} ${metres / 1000}`),
          geocode,
        })),
      })),
    },
  };
  const builder = new XMLBuilder({ ignoreAttributes: false, format: true, suppressEmptyNode: true });
  return builder.build(JSON.parse(JSON.stringify(body)) as object);
}
