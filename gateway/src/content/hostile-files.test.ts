import { mkdir, rm, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import iconv from 'iconv-lite';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { smallContent } from '../testing/small-content.js';
import { formatProblem, loadContent } from './index.js';

let directory: string;
beforeEach(async () => {
  directory = await smallContent();
});
afterEach(() => rm(directory, { recursive: true, force: true }));

const files = [
  'district.yaml',
  'sites/sites.csv',
  'sites/routes.csv',
  'sites/route-stops.csv',
  'sites/fleets.csv',
  'sites/devices.csv',
  'calendar/2026.yaml',
  'campaigns/morning.yaml',
] as const;

const yamlPieces = fc.constantFrom(
  ...[
    'id: a',
    'items:',
    '- ',
    '  ',
    '\n',
    '\t',
    '&a [*a]',
    '{',
    '}',
    '"',
    "'",
    '!!binary x',
    '? ',
    ': ',
    '|',
    '%',
    '1e999',
    '__proto__: 1',
  ],
);
const csvPieces = fc.constantFrom(
  ...['id', 'kind', ',', '\n', '\r\n', '"', '""', '\uFEFF', 'stop-1', '编号', 'constructor', '__proto__'],
);
const content = fc.oneof(
  fc.uint8Array({ maxLength: 200 }),
  fc.string({ unit: 'binary', maxLength: 200 }),
  fc.array(yamlPieces, { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.array(csvPieces, { maxLength: 30 }).map((pieces) => pieces.join('')),
  fc.array(csvPieces, { maxLength: 30 }).map((pieces) => iconv.encode(pieces.join(''), 'gbk')),
);

describe('content files that nobody would write', () => {
  it('never make the loader throw, and every problem has its sentence', async () => {
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...files), content, async (name, bytes) => {
        const root = await smallContent({ [name]: bytes });
        try {
          const { problems } = await loadContent(root);
          for (const problem of problems) {
            expect(formatProblem(problem, 'zh-CN')).not.toContain(`：${problem.code}`);
            if (problem.line !== undefined) expect(problem.line).toBeGreaterThan(0);
          }
          // Nothing of this passes for an essential file.
          if (name !== 'campaigns/morning.yaml')
            expect(
              problems.some(({ severity }) => severity === 'error'),
              JSON.stringify(bytes),
            ).toBe(true);
        } finally {
          await rm(root, { recursive: true });
        }
      }),
      { numRuns: 100 },
    );
  });

  it.each(files)('may be a directory instead of %s', async (name) => {
    await unlink(join(directory, name));
    await mkdir(join(directory, name));
    const { problems } = await loadContent(directory);
    expect(problems).toContainEqual(
      expect.objectContaining({ file: name, code: 'file-unreadable', severity: 'error' }),
    );
  });

  it.each(['sites/sites.csv', 'sites/devices.csv'])('may lack the table %s', async (name) => {
    await unlink(join(directory, name));
    expect((await loadContent(directory)).problems).toContainEqual(
      expect.objectContaining({ file: name, code: 'file-missing', severity: 'error' }),
    );
  });

  it('never take a recording from elsewhere, by path or by link', async () => {
    const campaign = (recording: string) => `id: morning
title: { zh: 早, en: Morning }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [loudspeaker] }
items: [{ id: item-1, title: { zh: 甲, en: A }, audio: [{ dialect: cmn, recording: ${JSON.stringify(recording)} }] }]
cues:
  - { id: cue-1, items: [item-1], output: audio, windows: [{ days: every-day, from: "08:00", to: "09:00" }], once: true, priority: 5 }
`;
    await mkdir(join(directory, 'audio'), { recursive: true });
    await writeFile(join(directory, 'secret.mp3'), 'x');
    await writeFile(join(directory, 'audio/here.mp3'), 'x');
    await symlink(join(directory, 'secret.mp3'), join(directory, 'audio/link.mp3'));
    const codes = async (recording: string): Promise<string[]> => {
      await writeFile(join(directory, 'campaigns/morning.yaml'), campaign(recording));
      const { problems } = await loadContent(directory);
      return problems.filter(({ severity }) => severity === 'error').map(({ code }) => code);
    };
    expect(await codes('here.mp3')).toEqual([]);
    expect(await codes('sub/../here.mp3')).toEqual([]);
    expect(await codes('missing.mp3')).toEqual(['recording-missing']);
    for (const path of ['../secret.mp3', 'a/../../secret.mp3', '/etc/passwd', 'link.mp3', '..\\secret.mp3'])
      expect(await codes(path), path).toEqual(['recording-outside']);
  });
});
