import {
  bootPattern,
  type DownTopic,
  downTopics,
  idPattern,
  qosOf,
  topicRoot,
  type UpTopic,
  upTopics,
} from '@xiaolaba/protocol';

/** How each up topic travels. A retained QoS 0 message is lost by the engine under load, so there is none. */
const upRules: ReadonlyMap<string, { readonly name: UpTopic; readonly qos: number; readonly retain: boolean }> =
  new Map(upTopics.map((name) => [name, { name, qos: qosOf(name), retain: name === 'status' }]));
const downNames: ReadonlySet<string> = new Set<DownTopic>(downTopics);
const filterNames: ReadonlySet<string> = new Set([...downTopics, '+', '#']);

/** Everything of one device begins with this. */
export const deviceSpace = (device: string): string => `${topicRoot}/${device}/`;

/**
 * What becomes of something a client asks for.
 * - `refuse`: an honest but wrong or newer firmware could do it. The message is acknowledged and dropped (the filter
 *   answered with 0x80), counted and reported, and the rest of the device's traffic goes on: closing would only make
 *   it connect and fail again, for ever.
 * - `close`: no honest firmware does it (reaching for `$` topics or for another device), or the protocol demands it
 *   (ill-formed strings, MQTT 3.1.1 1.5.3). Whoever holds this session is not the device.
 */
export type Verdict<T> =
  | { readonly kind: 'allow'; readonly value: T }
  | { readonly kind: 'refuse'; readonly code: string }
  | { readonly kind: 'close'; readonly code: string };

const close = (code: string) => ({ kind: 'close', code }) as const;
const refuse = (code: string) => ({ kind: 'refuse', code }) as const;

/** U+FFFD is what the decoder leaves of invalid UTF-8; no topic of ours holds one, nor a control character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const illFormed = /[\u0000-\u001f\u007f-\u009f\ufffd\ufeff]/;

/** A PUBLISH from a logged-in device. */
export function judgeUp(
  space: string,
  packet: {
    readonly topic: string;
    readonly qos: number;
    readonly retain: boolean;
    readonly payload: { length: number };
  },
): Verdict<UpTopic> {
  const { topic } = packet;
  if (!topic.startsWith(space)) {
    if (illFormed.test(topic)) return close('ill-formed-topic');
    return close(topic.startsWith('$') ? 'dollar-topic' : 'foreign-topic');
  }
  const name = topic.slice(space.length);
  const rule = upRules.get(name);
  if (rule === undefined) {
    if (illFormed.test(name)) return close('ill-formed-topic');
    return refuse(downNames.has(name) ? 'down-topic' : 'unknown-topic');
  }
  if (packet.qos !== rule.qos) return refuse('wrong-qos');
  if (packet.retain !== rule.retain) return refuse('wrong-retain');
  if (packet.retain && packet.payload.length === 0) return refuse('retained-clear');
  return { kind: 'allow', value: rule.name };
}

/** Whether a topic filter keeps the rules of MQTT 3.1.1, 4.7. */
export function isWellFormedFilter(filter: string): boolean {
  if (filter === '' || illFormed.test(filter)) return false;
  const levels = filter.split('/');
  return levels.every((level, at) => {
    if (level.includes('#')) return level === '#' && at === levels.length - 1;
    return level === '+' || !level.includes('+');
  });
}

/** Whether a filter lies within what the device may hear; `+` and `#` still deliver down topics only. */
export const isOwnFilter = (space: string, filter: string): boolean =>
  filter.startsWith(space) && filterNames.has(filter.slice(space.length));

/** A filter in a SUBSCRIBE. */
export function judgeFilter(space: string, filter: string): Verdict<string> {
  if (isOwnFilter(space, filter)) return { kind: 'allow', value: filter };
  if (!isWellFormedFilter(filter)) return close('ill-formed-filter');
  // Reading is harmless once refused, and people try wildcards with ordinary clients: say no and go on.
  return refuse(filter.startsWith('$') ? 'dollar-filter' : 'foreign-filter');
}

/** Whether a message may go to the device with this space; asked again at every delivery. */
export const mayHear = (space: string, topic: string): boolean =>
  topic.startsWith(space) && downNames.has(topic.slice(space.length));

/** Splits a topic of a device, whatever its direction. */
export function deviceOfTopic(topic: string): string | undefined {
  if (!topic.startsWith(`${topicRoot}/`)) return;
  const start = topicRoot.length + 1;
  const end = topic.indexOf('/', start);
  const device = topic.slice(start, end < 0 ? undefined : end);
  return idPattern.test(device) ? device : undefined;
}

const willBytes = 512;

/** The connection epoch (boot id) in a last will, or a refusal. */
export function judgeWill(
  space: string,
  will: {
    readonly topic: string;
    readonly qos?: number | undefined;
    readonly retain?: boolean | undefined;
    readonly payload: Buffer | string;
  },
): Verdict<string> {
  if (will.topic !== `${space}status`) return refuse('will-topic');
  if (will.qos !== 1 || will.retain !== true) return refuse('will-flags');
  if (will.payload.length === 0 || will.payload.length > willBytes) return refuse('will-payload');
  const boot = offlineBoot(will.payload.toString());
  return boot === undefined ? refuse('will-payload') : { kind: 'allow', value: boot };
}

function offlineBoot(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value !== 'object' || value === null || !('state' in value) || !('boot' in value)) return;
    const { state, boot } = value;
    return state === 'offline' && typeof boot === 'string' && bootPattern.test(boot) ? boot : undefined;
  } catch {
    // Not JSON: no epoch, and the caller refuses.
  }
}
