import { Temporal } from 'temporal-polyfill';
import { openApprovedRelease, openApprovedStop } from '../approval.js';
import { fromBase64 } from '../base64.js';
import { daySetHolds } from '../calendar/calendar.js';
import { decodeChunk, encodeChunk } from '../chunk.js';
import { startClock, stepClock } from '../clock-discipline.js';
import { openEnvelope, type PublicKey } from '../envelope.js';
import { bugError, XiaolabaError } from '../errors.js';
import { type FenceState, stepFence } from '../geo/geofence.js';
import { decodeMessage, encodeMessage } from '../json.js';
import { keyListSchema, nextKeyList, rootAlone, trustedKeysOf } from '../key-list.js';
import { publicKeyFrom, sha256, verify } from '../node/index.js';
import { recordBatchSchema } from '../play-record.js';
import { readBatch } from '../read-batch.js';
import { planDay } from '../schedule/plan.js';
import { triggered } from '../schedule/trigger.js';
import { wireSchemas } from '../wire-schemas.js';
import type { VectorBytes, VectorCases, VectorKind } from './cases.js';
import { calendarOf, inputOf } from './compact.js';

/** What is under test; a program that wraps one of these in its own code passes that code instead. */
export interface Subject {
  readonly planDay: typeof planDay;
  readonly triggered: typeof triggered;
  readonly stepFence: typeof stepFence;
  readonly openEnvelope: typeof openEnvelope;
  readonly readBatch: typeof readBatch;
  readonly decodeChunk: typeof decodeChunk;
  readonly encodeChunk: typeof encodeChunk;
  readonly startClock: typeof startClock;
  readonly stepClock: typeof stepClock;
}
export const reference: Subject = {
  planDay,
  triggered,
  stepFence,
  openEnvelope,
  readBatch,
  decodeChunk,
  encodeChunk,
  startClock,
  stepClock,
};

const rawKey = (key: string): PublicKey => publicKeyFrom(fromBase64(key) ?? new Uint8Array());

const encoder = new TextEncoder();
const bytesOf = ({ json, text, times, hex }: VectorBytes): Uint8Array => {
  if (hex !== undefined) return Uint8Array.from(hex.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return text === undefined ? encodeMessage(json) : encoder.encode(text.repeat(times ?? 1));
};

const hexOf = (bytes: Uint8Array): string => Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');

const iso = (at: number, zone: string): string =>
  Temporal.Instant.fromEpochMilliseconds(at).toZonedDateTimeISO(zone).toString({ timeZoneName: 'never' });

function orCode<T>(run: () => T): T | { readonly code: string } {
  try {
    return run();
  } catch (error) {
    if (error instanceof XiaolabaError) return { code: error.code };
    throw error;
  }
}

const runners: { readonly [K in VectorKind]: (subject: Subject, vector: VectorCases[K]) => unknown } = {
  plan(subject, { input: compact, day }) {
    const input = inputOf(compact);
    const { zone } = input.policy;
    const plan = subject.planDay(input, day);
    return {
      slots: plan.slots.map((slot) => ({
        at: iso(slot.startAt, zone),
        end: iso(slot.endAt, zone),
        cue: `${slot.campaign}/${slot.cue}`,
        item: slot.item,
        ...(slot.spoken ? { dialect: slot.spoken.dialect } : {}),
        ...(slot.spoken?.wanted ? { wanted: slot.spoken.wanted } : {}),
        ...(slot.dueAt === slot.startAt ? {} : { due: iso(slot.dueAt, zone) }),
        ...(slot.volume === 80 ? {} : { volume: slot.volume }),
      })),
      dropped: plan.dropped.map((drop) => ({
        due: iso(drop.dueAt, zone),
        cue: `${drop.campaign}/${drop.cue}`,
        reason: drop.reason,
        ...(drop.by ? { by: `${drop.by.campaign}/${drop.by.cue}` } : {}),
      })),
    };
  },
  trigger(subject, { input: compact, events }) {
    const input = inputOf(compact);
    const counts = new Map<string, { count: number; lastAt: number }>();
    return events.map(({ on, at: text }) => {
      const at = Date.parse(text);
      const plays = subject.triggered(input, {
        on,
        at,
        count: (release, cue) => counts.get(`${release} ${cue}`)?.count ?? 0,
        lastAt: (release, cue) => counts.get(`${release} ${cue}`)?.lastAt,
      });
      return plays.map(({ named, cue, item, spoken }) => {
        const key = `${named.sha256} ${cue.id}`;
        counts.set(key, { count: (counts.get(key)?.count ?? 0) + 1, lastAt: at });
        return [named.release.campaign, cue.id, item.id, ...(spoken ? [spoken.dialect] : [])].join('/');
      });
    });
  },
  calendar(_, { day }) {
    const calendar = calendarOf('cn-2026');
    return (['workdays', 'rest-days', 'holidays', 'school-days'] as const).filter((set) =>
      daySetHolds(set, calendar, day),
    );
  },
  geofence(subject, { fences, fixes }) {
    let state: FenceState = {};
    return fixes.flatMap((position, at) => {
      const step = subject.stepFence(state, fences, position ?? undefined, at);
      state = step.state;
      return step.events.map((event) => `${event.at} ${event.kind} ${event.site}`);
    });
  },
  envelope(subject, { type, keys, threshold, envelope }) {
    const trusted = keys.map(rawKey);
    return orCode(() => {
      const opened = subject.openEnvelope(type, bytesOf(envelope), trusted, verify, threshold);
      return { payload: new TextDecoder().decode(opened.payload), signedBy: [...opened.signedBy] };
    });
  },
  records(subject, { batch: bytes }) {
    return orCode(() => {
      const { accepted, rejected, next, chain } = subject.readBatch(
        sha256,
        decodeMessage(recordBatchSchema, bytesOf(bytes)),
      );
      return {
        accepted: accepted.map(({ seq, record }) => `${seq} ${record.kind}`),
        rejected: rejected.map(({ seq, code }) => `${seq} ${code}`),
        next,
        chain,
      };
    });
  },
  'key-list'(_, { root, threshold, lists }) {
    let held = rootAlone({ keys: root.map(rawKey), threshold });
    return lists.map((bytes) =>
      orCode(() => {
        held = nextKeyList(bytesOf(bytes), held, { verify, keyFrom: publicKeyFrom });
        return held.version;
      }),
    );
  },
  approval(_, { type, list, envelope }) {
    const trusted = trustedKeysOf(keyListSchema.parse(list), publicKeyFrom);
    return orCode(() => {
      const bytes = bytesOf(envelope);
      const { signedBy } =
        type === 'release' ? openApprovedRelease(bytes, trusted, verify) : openApprovedStop(bytes, trusted, verify);
      return { signedBy: [...signedBy] };
    });
  },
  message(_, { schema, bytes }) {
    const known = Object.entries(wireSchemas).find(([name]) => name === schema)?.[1];
    if (!known) throw bugError('vector-schema', `no schema ${schema}`, { schema });
    return orCode(() => {
      decodeMessage<unknown>(known, bytesOf(bytes));
      return 'ok';
    });
  },
  chunk(subject, { bytes: given }) {
    return orCode(() => {
      const payload = bytesOf(given);
      const chunk = subject.decodeChunk(payload);
      const written = hexOf(subject.encodeChunk(chunk)) === hexOf(payload);
      return { ...chunk, ...('bytes' in chunk ? { bytes: hexOf(chunk.bytes) } : {}), ...(written ? {} : { written }) };
    });
  },
  clock(subject, { believed, readings }) {
    const [first, ...rest] = readings.map(([wall, monotonic, seen]) => ({
      wall,
      monotonic,
      ...(seen === undefined ? {} : { reference: seen }),
    }));
    if (!first) throw bugError('vector-empty', 'a clock vector needs readings');
    let clock = subject.startClock(first, believed);
    const states = [[clock.state, clock.projected]];
    for (const reading of rest) {
      clock = subject.stepClock(clock, reading);
      states.push([clock.state, clock.projected]);
    }
    return states;
  },
};

/** What a subject makes of a vector, in the form of its `expect`. */
export const runVector = <K extends VectorKind>(
  kind: K,
  vector: VectorCases[K],
  subject: Subject = reference,
): unknown => runners[kind](subject, vector);
