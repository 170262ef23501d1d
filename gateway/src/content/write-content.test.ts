import { cp, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { smallContent } from '../testing/small-content.js';
import { type Content, contentFiles, loadContent } from './index.js';

const playlists = fileURLToPath(new URL('../../../playlists/', import.meta.url));
const written: string[] = [];
afterAll(async () => {
  for (const directory of written) await rm(directory, { recursive: true, force: true });
});

async function load(directory: string): Promise<Omit<Content, 'media'>> {
  const { content, problems } = await loadContent(directory);
  expect(problems.filter(({ severity }) => severity === 'error')).toEqual([]);
  if (!content) throw new Error('no content');
  const { media: _, ...rest } = content;
  return rest;
}

async function write(files: ReadonlyMap<string, string>): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'xiaolaba-written-'));
  written.push(root);
  for (const [path, text] of files) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  return root;
}

it('writes the whole demo district so that reading it gives the same, and writing it again the same bytes', async () => {
  const content = await load(playlists);
  const files = contentFiles(content);
  const root = await write(files);
  for (const folder of ['audio', 'video']) await cp(join(playlists, folder), join(root, folder), { recursive: true });
  const again = await load(root);
  expect({ ...again, campaigns: again.campaigns }).toEqual({
    ...content,
    campaigns: [...content.campaigns].sort((a, b) => (a.id < b.id ? -1 : 1)),
  });
  expect([...contentFiles(again)]).toEqual([...files]);
  // What people keep under version control stays where it was: the same files, and tables without a changed byte.
  for (const folder of ['calendar', 'campaigns', 'sites', 'templates', 'schemas'])
    expect(await readdir(join(root, folder))).toEqual((await readdir(join(playlists, folder))).sort());
  for (const table of await readdir(join(playlists, 'sites')))
    expect(files.get(`sites/${table}`)).toBe(await readFile(join(playlists, 'sites', table), 'utf8'));
});

it('keeps texts that try to be something else', async () => {
  const hostile = [
    '<script>alert(1)</script>',
    '[v16]\\C1',
    '\u202eabc\u2066 \u200b',
    '=cmd|calc',
    '- no: {yes}'.replace(/[{}]/g, ''),
    '😀𠮷 "quoted" \'single\' # no comment',
    'line one\nline two\n\n\ttab',
    ' ends in space ',
    '2026-11-20',
    '07:00',
    'null',
    '~',
    '!!js/function',
    '*alias &anchor',
    '\u0085\u2028\ufeff',
    '%TAG',
  ];
  const content = await load(await small());
  const [first] = content.campaigns;
  if (!first) throw new Error('no campaign');
  const changed = {
    ...content,
    campaigns: [
      {
        ...first,
        items: hostile.map((text, index) => ({
          id: `item-${index}`,
          title: { zh: text.slice(0, 60), en: '=1+1' },
          audio: [{ dialect: 'cmn', text }],
          text,
        })),
        cues: first.cues.map((cue) => ({ ...cue, items: hostile.map((_, index) => `item-${index}`) })),
      },
    ],
    routes: content.routes.map((route) => ({ ...route, name: { zh: '=cmd|calc', en: '@SUM(1,"2")' } })),
    sites: content.sites.map((site, index) => ({ ...site, name: { zh: `-${index}`, en: '+1,\n"x"' } })),
  };
  const files = contentFiles(changed);
  for (const table of ['routes', 'sites', 'fleets'])
    expect(files.get(`sites/${table}.csv`)).not.toMatch(/(^|,)"?[=+@]/m);
  expect(await load(await write(files))).toEqual(changed);
});

const small = async (): Promise<string> => {
  const root = await smallContent();
  written.push(root);
  return root;
};
