import {
  ackSchema,
  type Beat,
  commandSchema,
  decodeMessage,
  encodeMessage,
  helloSchema,
  openEnvelope,
  recordBatchSchema,
  sealEnvelope,
} from '@xiaolaba/protocol';
import { verify } from '@xiaolaba/protocol/node';
import type { Defect } from '../defect.js';
import { perEndpoint } from './rewriting.js';
import { decoded } from './trusting.js';

/** Longer than a connection is away when it is only made again; milliseconds. */
const longAwayMs = 15_000;
/** So many equal acknowledgements come from no gateway by chance. */
const repeatedAcks = 3;
/** Records that go through before one is changed. */
const untouchedRecords = 20;

const acks = perEndpoint(() => ({ last: '', times: 0 }));

/** Defects of devices that lose, change or hold back what they should tell, or do less than they should. */
export const forgetful: readonly Defect[] = [
  {
    name: 'enrols-twice',
    foundBy: 'enrolment',
    profile: 'loudspeaker',
    enrolled: async (fetchFrom, request) => {
      const headers = { 'content-type': 'application/json' };
      await fetchFrom('/enrol', { method: 'POST', headers, body: JSON.stringify(request) });
    },
  },
  {
    name: 'beats-before-hello',
    foundBy: 'hello-first',
    profile: 'loudspeaker',
    tap: () => ({
      up: async (name, payload, tap) => {
        const hello = name === 'hello' ? decoded(helloSchema, payload) : undefined;
        if (!hello) return payload;
        const { boot, at, clock, unreported } = hello;
        const beat: Beat = { v: 1, boot, at, up: 0, clock, playing: [], unreported, faults: [] };
        tap.toGateway('beat', encodeMessage(beat));
        return payload;
      },
    }),
  },
  { name: 'slow-beats', foundBy: 'beat-rate', profile: 'loudspeaker', beatSeconds: (usual) => 6 * usual },
  {
    name: 'cuts-short',
    foundBy: 'approved-plays',
    profile: 'loudspeaker',
    peripherals: ({ sound, ...parts }) =>
      sound
        ? {
            ...parts,
            sound: { play: (what, signal) => sound.play({ ...what, durationMs: what.durationMs / 2 }, signal) },
          }
        : parts,
  },
  {
    name: 'dark-sign',
    foundBy: 'text-shown',
    profile: 'bus-screen',
    peripherals: ({ sign, ...parts }) =>
      sign ? { ...parts, sign: { ...sign, show: () => Promise.reject(new Error('no answer')) } } : parts,
  },
  {
    name: 'deaf-lock',
    foundBy: 'trigger',
    profile: 'bike-lock',
    peripherals: ({ lock: _, ...parts }) => parts,
  },
  {
    name: 'accepts-corrupt',
    foundBy: 'blob-corrupt',
    profile: 'loudspeaker',
    fetch: async (path, init, next, harness) => {
      const name = path.replace('/blobs/', '');
      const [served, original] = [harness.served(name), harness.blob(name)];
      if (!original || served?.length !== original.length || served === original) return await next(path, init);
      await (await next(path, init)).arrayBuffer();
      return new Response(Uint8Array.from(original));
    },
  },
  {
    name: 'refetches-whole',
    foundBy: 'blob-resume',
    profile: 'loudspeaker',
    fetch: (path, init, next) => {
      const headers = new Headers(init?.headers);
      headers.delete('range');
      return next(path, { ...init, headers });
    },
  },
  {
    name: 'wants-at-random',
    foundBy: 'blob-chunks',
    profile: 'bike-lock',
    tap: () => ({
      up: async (name, payload, tap) => {
        if (name === 'want') tap.toGateway('want', payload);
        return payload;
      },
    }),
  },
  {
    name: 'ignores-clock-jump',
    foundBy: 'clock-jump',
    profile: 'loudspeaker',
    tap: () => ({
      down: async (name, payload) =>
        name === 'command' && decoded(commandSchema, payload)?.kind === 'time' ? undefined : payload,
    }),
  },
  {
    name: 'forgets-offline-plays',
    foundBy: 'offline-play',
    profile: 'loudspeaker',
    attach: (endpoint, { harness, clock }) => {
      let awaySince = Number.POSITIVE_INFINITY;
      harness.onEvent(({ device, kind }) => {
        if (device !== endpoint.device) return;
        if (kind === 'disconnect') awaySince = clock.monotonic();
        if (kind !== 'connect' || clock.monotonic() - awaySince < longAwayMs) return;
        awaySince = Number.POSITIVE_INFINITY;
        endpoint.powerOff();
        void (async () => {
          for (const name of await endpoint.storage.list('journal')) await endpoint.storage.remove(`journal/${name}`);
          await endpoint.powerOn();
        })();
      });
    },
  },
  {
    name: 'forgets-stop',
    foundBy: 'stop-order',
    profile: 'loudspeaker',
    storage: (storage) => ({
      read: (name) => storage.read(name),
      replace: async (name, bytes) => (name === 'stop' ? undefined : storage.replace(name, bytes)),
      append: (name, bytes) => storage.append(name, bytes),
      remove: (name) => storage.remove(name),
      list: (folder) => storage.list(folder),
      size: (name) => storage.size(name),
      free: () => storage.free(),
    }),
  },
  {
    name: 'trims-before-ack',
    foundBy: 'ack-missing',
    profile: 'loudspeaker',
    tap: (endpoint) => ({
      up: async (name, payload, tap) => {
        if (name !== 'records' || !endpoint.keys) return payload;
        const batch = decodeMessage(
          recordBatchSchema,
          openEnvelope('records', payload, [endpoint.keys.publicKey], verify).payload,
        );
        const upTo = batch.first + batch.lines.length - 1;
        setImmediate(() => tap.toDevice('ack', encodeMessage({ v: 1, boot: batch.boot, upTo })));
        return payload;
      },
    }),
  },
  {
    name: 'stalls-on-repeated-ack',
    foundBy: 'ack-repeated',
    profile: 'loudspeaker',
    tap: (endpoint) => ({
      down: async (name, payload) => {
        const ack = name === 'ack' ? decoded(ackSchema, payload) : undefined;
        const seen = acks(endpoint);
        if (!ack || seen.times >= repeatedAcks) return payload;
        const text = `${ack.boot} ${ack.upTo}`;
        seen.times = text === seen.last ? seen.times + 1 : 1;
        seen.last = text;
        return payload;
      },
      up: async (name, payload) => (name === 'records' && acks(endpoint).times >= repeatedAcks ? undefined : payload),
    }),
  },
  {
    name: 'tampers-records',
    foundBy: 'record-chain',
    profile: 'loudspeaker',
    tap: (endpoint) => ({
      up: async (name, payload) => {
        if (name !== 'records' || !endpoint.keys) return payload;
        const { publicKey, signer } = endpoint.keys;
        const batch = decodeMessage(recordBatchSchema, openEnvelope('records', payload, [publicKey], verify).payload);
        const lines = batch.lines.map((line, index) =>
          batch.first + index > untouchedRecords ? line.replace('"kind":"active"', '"kind" :"active"') : line,
        );
        return await sealEnvelope('records', encodeMessage({ ...batch, lines }), [signer]);
      },
    }),
  },
  {
    name: 'restarts-on-garbage',
    foundBy: 'garbage',
    profile: 'loudspeaker',
    tap: (endpoint) => ({
      down: async (name, payload) => {
        const isRubbish = name === 'command' && decoded(commandSchema, payload) === undefined;
        if (isRubbish) setImmediate(() => void endpoint.powerCycle());
        return isRubbish ? undefined : payload;
      },
    }),
  },
];
