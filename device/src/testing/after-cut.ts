import {
  assignmentSchema,
  chainNext,
  chainStart,
  decodeMessage,
  openEnvelope,
  type RecordBatch,
  stopOrderSchema,
} from '@xiaolaba/protocol';
import { sha256, verify } from '@xiaolaba/protocol/node';
import { at } from './test-content.js';
import type { TestDevice } from './test-device.js';
import type { TestGateway } from './test-gateway.js';
import type { LifeContent } from './typical-life.js';

/** What was durable when power went, read without the code that is under test. */
interface Left {
  readonly version: number;
  readonly stopped: boolean;
  /** Whole lines that are records, by boot. */
  readonly records: ReadonlyMap<string, readonly string[]>;
}

const minute = 60_000;

function leftOn(files: ReadonlyMap<string, Uint8Array>, gateway: TestGateway): Left {
  const current = files.get('assignment/current');
  const stop = files.get('stop');
  const opened = (purpose: 'assignment' | 'stop', bytes: Uint8Array): Uint8Array =>
    openEnvelope(purpose, bytes, [purpose === 'stop' ? gateway.approver.publicKey : gateway.keys.publicKey], verify)
      .payload;
  const records = new Map<string, string[]>();
  for (const [name, bytes] of files) {
    const boot = /^journal\/(.*)\.jsonl$/.exec(name)?.[1];
    if (boot === undefined) continue;
    const lines = Buffer.from(bytes).toString().split('\n').slice(0, -1);
    records.set(
      boot,
      lines.filter((line) => line.startsWith('{')),
    );
  }
  return {
    version: current ? decodeMessage(assignmentSchema, opened('assignment', current)).version : 0,
    stopped: stop !== undefined && decodeMessage(stopOrderSchema, opened('stop', stop)).state === 'stop',
    records,
  };
}

/**
 * Starts the device on what is left, without a link at first, and holds it against all that a cut must not break.
 * @param files what the medium held when power went
 * @returns what is broken, in words; nothing where all is well
 */
export async function checkAfterCut(
  device: TestDevice,
  content: LifeContent,
  files: ReadonlyMap<string, Uint8Array>,
): Promise<string[]> {
  const { gateway, world } = device;
  const broken: string[] = [];
  const expect = (holds: boolean, what: string): void => {
    if (!holds) broken.push(what);
  };
  const left = leftOn(files, gateway);
  const heardBefore = [...device.heard];
  const errors = world.errors.length;

  gateway.setOnline(false);
  device.heard.length = 0;
  device.leds.length = 0;
  await device.start();
  await world.advanceTo(Math.max(world.now() + minute, at('07:00:00')) + 21 * minute);
  const offline = device.heard.map((sound) => sound.sha256);
  const { first, second } = content.sounds;
  if (left.stopped) {
    expect(offline.length === 0, 'a stored stop order does not hold');
    expect(device.leds.at(-1) === 'stopped', 'the panel does not show the stop');
  } else if (left.version > 0) {
    expect(offline.length >= 2, `what is held (${left.version}) is not played`);
    expect(left.version === 1 || !offline.includes(first), 'the old assignment is played again');
    expect(!offline.includes(second) || !offline.slice(offline.indexOf(second)).includes(first), 'a mix is played');
  }

  gateway.setOnline(true);
  await gateway.assign(content.second);
  await world.advance(10 * minute);
  await gateway.order(device.identity.device, content.stop);
  await world.advance(10 * minute);
  device.heard.length = 0;
  await gateway.order(device.identity.device, content.lifted);
  await world.advance(21 * minute);
  expect(device.heard.length >= 2, 'it does not play after the stop was lifted');
  expect(
    device.heard.every((sound) => sound.sha256 === second),
    'it does not play the last assignment',
  );
  // The very last play may still be on its way.
  const beats = gateway.beats.slice(-4);
  expect(
    beats.some(({ unreported }) => unreported === 0),
    `${beats.at(-1)?.unreported} records stay unreported`,
  );
  expect(beats.at(-1)?.faults.length === 0, JSON.stringify(beats.at(-1)?.faults));

  const reported = linesOf(gateway.batches, device.identity.device, broken);
  for (const [boot, lines] of left.records) {
    const known = new Set(reported.get(boot)?.values());
    for (const line of lines) expect(known.has(line), `lost: ${boot} ${line}`);
  }
  for (const sound of heardBefore) {
    const accounted = gateway.plays.some(
      ({ startedAt, dueAt }) => Math.abs(startedAt - sound.at) < minute && dueAt <= sound.at,
    );
    expect(accounted, `the play of ${new Date(sound.at).toISOString()} has no record`);
  }
  for (const play of gateway.plays.filter(({ playedMs }) => playedMs > 0)) {
    const active = gateway.all.some(
      (record) => record.kind === 'active' && record.at <= play.startedAt && record.releases.includes(play.release),
    );
    expect(active, `nothing says since when ${play.campaign} was in force`);
  }
  expect(world.errors.length === errors, String(world.errors.at(-1)));
  return broken;
}

/** All lines by boot and number; the chain, the numbers and repetitions are checked on the way. */
function linesOf(
  batches: readonly RecordBatch[],
  device: string,
  broken: string[],
): ReadonlyMap<string, ReadonlyMap<number, string>> {
  const boots = new Map<string, Map<number, string>>();
  for (const { boot, first, lines } of batches) {
    const known = boots.get(boot) ?? new Map<number, string>();
    boots.set(boot, known);
    for (const [index, line] of lines.entries()) {
      const before = known.get(first + index);
      if (before !== undefined && before !== line) broken.push(`reported differently: ${boot} ${first + index}`);
      known.set(first + index, line);
    }
  }
  const ends = new Map<string, string>();
  for (const [boot, lines] of [...boots].sort(([a], [b]) => (a < b ? -1 : 1))) {
    const chains = [chainStart(sha256, device, boot)];
    for (let seq = 1; seq <= lines.size; seq++) {
      const line = lines.get(seq);
      if (line === undefined) broken.push(`${boot}: no record ${seq} of ${lines.size}`);
      chains.push(chainNext(sha256, chains.at(-1) ?? '', line ?? ''));
    }
    for (const batch of batches) {
      if (batch.boot === boot && batch.chain !== chains[batch.first - 1]) broken.push(`${boot}: the chain is broken`);
    }
    ends.set(boot, chains.at(-1) ?? '');
    const record = JSON.parse(lines.get(1) ?? '{}') as { previous?: { boot: string; chain: string; lastSeq: number } };
    const { previous } = record;
    if (previous && boots.has(previous.boot) && ends.get(previous.boot) !== previous.chain)
      broken.push(`${boot}: does not follow ${previous.boot}`);
  }
  return boots;
}
