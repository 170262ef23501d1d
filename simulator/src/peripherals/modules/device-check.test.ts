import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readFont, SystemClock } from '@xiaolaba/device/adapters';
import { commands } from '@xiaolaba/device/commands';
import { debianFont } from '@xiaolaba/device/peripherals';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { DfplayerTwin } from './dfplayer.js';
import { FirmataTwin } from './firmata.js';
import type { ModuleTwin } from './module-twin.js';
import { NmeaTwin } from './nmea0183.js';
import { OnbonTwin } from './onbon-bx5k.js';
import { servePty } from './pty.js';

const clock = new SystemClock();
const opened: { close(): Promise<void> }[] = [];
let directory: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'xiaolaba-check-'));
});
afterEach(async () => {
  for (const one of opened.splice(0)) await one.close();
  await rm(directory, { recursive: true, force: true });
});

async function plug(twin: ModuleTwin): Promise<string> {
  const pty = await servePty(twin);
  opened.push({
    close: async () => {
      twin.setPowered(false);
      await pty.close();
    },
  });
  twin.setPowered(true);
  return pty.path;
}

interface Checked {
  readonly ok: boolean;
  readonly parts: readonly { readonly part: string; readonly findings: readonly { ok: boolean; code: string }[] }[];
}

async function check(lines: readonly string[], json = true): Promise<{ code: number; out: string; checked: Checked }> {
  const path = join(directory, 'device.yaml');
  await writeFile(path, lines.join('\n'));
  let out = '';
  const io = {
    stdout: (text: string) => {
      out += text;
    },
    stderr: (text: string) => {
      out += text;
    },
    language: 'zh-CN' as const,
    signal: new AbortController().signal,
  };
  const command = commands.find(({ name }) => name === 'device');
  const code = (await command?.run(['check', '--config', path, ...(json ? ['--json'] : [])], io)) ?? -1;
  return { code, out, checked: json ? (JSON.parse(out) as Checked) : { ok: false, parts: [] } };
}

const base = (gateway: string) => [
  `gateway: { http: "http://${gateway}", mqtt: "mqtt://${gateway}" }`,
  `identity: ${join(directory, 'identity.json')}`,
  `data: ${join(directory, 'data')}`,
];

it('asks every module that the device file names, and says of each what answers', { timeout: 60_000 }, async () => {
  const card = {
    tracks: [
      { number: 1, durationMs: 2_000 },
      { number: 2, durationMs: 3_000 },
    ],
  };
  const glyphs = await readFont(debianFont);
  const [sound, sign, position, board] = [
    await plug(new DfplayerTwin(clock, { card })),
    await plug(new OnbonTwin({ columns: 128, rows: 16, glyphs, clock })),
    await plug(new NmeaTwin(clock, { path: [[113.31, 24.86]] })),
    await plug(new FirmataTwin(clock)),
  ];
  const door = createServer((socket) => {
    socket.on('error', () => {});
    socket.write('HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n', () => socket.destroy());
  });
  await new Promise<void>((resolve) => door.listen(0, '127.0.0.1', resolve));
  opened.push({ close: () => new Promise((resolve) => door.close(() => resolve())) });
  const { port } = door.address() as { port: number };
  const { code, checked } = await check([
    ...base(`127.0.0.1:${port}`),
    `sound: { kind: dfplayer, port: ${sound} }`,
    `sign: { kind: onbon-bx5k, port: ${sign}, columns: 128, rows: 16 }`,
    `position: { kind: nmea0183, port: ${position} }`,
    `board: { port: ${board}, relay: { pin: 7, wakeMs: 500 }, level: { pin: A0, heardAt: 400 } }`,
  ]);
  const told = Object.fromEntries(
    checked.parts.map(({ part, findings }) => [part, findings.map(({ code: found }) => found)]),
  );
  expect(told.sound).toEqual(expect.arrayContaining(['answers', 'card-present', 'files']));
  expect(told.sign?.[0]).toBe('answers');
  expect(told.position).toContain('fix');
  expect(told.board).toEqual(expect.arrayContaining(['answers', 'reading']));
  expect(told.gateway).toEqual(['reached', 'reached']);
  // Nobody has enrolled it.
  expect(told.identity).toEqual(['failed']);
  expect(code).toBe(1);
});

it('says in words what does not answer, is not wired, or is out of reach', { timeout: 60_000 }, async () => {
  const mute = new DfplayerTwin(clock, {});
  const pty = await servePty(mute);
  opened.push(pty);
  const lines = [
    ...base('127.0.0.1:1'),
    `sound: { kind: dfplayer, port: ${pty.path} }`,
    'sign: { kind: jetfile2, port: /dev/nothing-here, columns: 64, rows: 16 }',
  ];
  const { code, out } = await check(lines, false);
  expect(code).toBe(1);
  expect(out).toMatch(/声音 · dfplayer · \/dev\/pts\/\d+\n {2}✗ 没有应答/);
  expect(out).toMatch(/屏 · jetfile2 · \/dev\/nothing-here\n {2}✗ 串口或网线不通/);
  expect(out).toMatch(/✗ http:\/\/127\.0\.0\.1:1 连不上/);
});
