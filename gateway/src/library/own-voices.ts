import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';
import { isAbsolute, join, normalize, relative, sep } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import type { DialectVoice, VoiceProblem } from './speech.js';

const file = z.string().min(1).max(200);
const files = z.union([file, z.array(file).min(1)]).transform((names) => [names].flat().join(','));
const factor = z.number().min(0.1).max(4);

/** Which files a model has, in the words of sherpa-onnx's own configuration; paths lie beside this file. */
const voiceFileSchema = z
  .strictObject({
    /** What editors read. */
    name: z.string().min(1).max(60),
    vits: z.strictObject({ model: file, tokens: file, lexicon: files.optional(), dataDir: file.optional() }).optional(),
    matcha: z
      .strictObject({
        acousticModel: file,
        vocoder: file,
        tokens: file,
        lexicon: files.optional(),
        dataDir: file.optional(),
      })
      .optional(),
    kokoro: z
      .strictObject({ model: file, voices: file, tokens: file, lexicon: files.optional(), dataDir: file.optional() })
      .optional(),
    ruleFsts: files.optional(),
    speaker: z.number().int().min(0).max(10_000).default(0),
    speed: factor.default(1),
  })
  .refine(({ vits, matcha, kokoro }) => [vits, matcha, kokoro].filter(Boolean).length === 1, {
    path: ['vits'],
    message: 'exactly one of vits, matcha and kokoro',
  });

/** A model that its folder describes in full. */
export interface OwnVoice extends DialectVoice {
  readonly engine: 'sherpa-onnx';
  /** Changes when any of its files does. */
  readonly identity: string;
  /** As sherpa-onnx's `OfflineTts` takes it. */
  readonly config: object;
  readonly speaker: number;
  readonly speed: number;
  /** Characters that its lexicon has; absent for a model without one. */
  readonly readable?: ReadonlySet<string>;
}

export interface OwnVoices {
  readonly voices: readonly OwnVoice[];
  readonly problems: readonly VoiceProblem[];
}

/**
 * Reads a folder of models, one sub-folder a dialect. What is wrong with one keeps no other from speaking. `hashes`
 * remembers those of files that have not been touched since: models are large.
 */
export async function readOwnVoices(directory: string, hashes = new Map<string, string>()): Promise<OwnVoices> {
  const voices: OwnVoice[] = [];
  const problems: VoiceProblem[] = [];
  let names: string[];
  try {
    names = (await readdir(directory, { withFileTypes: true }))
      .filter((entry) => entry.isDirectory() || entry.isSymbolicLink())
      .map(({ name }) => name);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { voices, problems: [{ file: directory, code: 'voice-folder-unreadable', details: { reason } }] };
  }
  for (const dialect of names.sort()) {
    if (dialect.startsWith('.')) continue;
    if (!/^[a-z]{3}$/.test(dialect)) problems.push({ file: dialect, code: 'voice-folder-name', details: {} });
    else {
      const read = await readVoice(directory, dialect, hashes);
      if (Array.isArray(read)) problems.push(...read);
      else voices.push(read);
    }
  }
  return { voices, problems };
}

async function readVoice(
  directory: string,
  dialect: string,
  hashes: Map<string, string>,
): Promise<OwnVoice | VoiceProblem[]> {
  const root = join(directory, dialect);
  const where = `${dialect}/voice.yaml`;
  const text = await readFile(join(root, 'voice.yaml'), 'utf8').catch(() => undefined);
  if (text === undefined) return [{ file: where, code: 'voice-file-missing', details: {} }];
  let raw: unknown;
  try {
    raw = parse(text);
  } catch (error) {
    const reason = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error);
    return [{ file: where, code: 'voice-field', details: { field: 'YAML', reason } }];
  }
  const result = voiceFileSchema.safeParse(raw);
  if (!result.success)
    return result.error.issues.map(({ path, message }) => {
      const field = path.join('.') || '(root)';
      return { file: where, field, code: 'voice-field', details: { field, reason: message } };
    });
  const { name, speaker, speed, ruleFsts = '', ...kinds } = result.data;
  const problems: VoiceProblem[] = [];
  const prints: string[] = [];
  const placed = async (field: string, given: string): Promise<string> => {
    const paths: string[] = [];
    for (const path of given.split(',')) {
      const full = join(root, normalize(path));
      const within = relative(root, full);
      const details = { field, path };
      if (isAbsolute(path) || within.split(sep)[0] === '..') {
        problems.push({ file: where, field, code: 'voice-model-outside', details });
        continue;
      }
      const facts = await stat(full).catch(() => undefined);
      if (!facts) problems.push({ file: where, field, code: 'voice-model-missing', details });
      else {
        const print = `${full} ${facts.size} ${facts.mtimeMs}`;
        const hash = hashes.get(print) ?? (facts.isFile() ? await hashOf(full) : '');
        hashes.set(print, hash);
        prints.push(`${path} ${hash}`);
      }
      paths.push(full);
    }
    return paths.join(',');
  };
  const model: Record<string, unknown> = {};
  let lexicon = '';
  for (const [kind, fields] of Object.entries(kinds)) {
    if (!fields) continue;
    const config: Record<string, string> = {};
    for (const [field, given] of Object.entries(fields as Record<string, string | undefined>))
      if (given !== undefined) config[field] = await placed(`${kind}.${field}`, given);
    lexicon = config['lexicon'] ?? '';
    model[kind] = config;
  }
  const rules = ruleFsts === '' ? '' : await placed('ruleFsts', ruleFsts);
  if (problems.length > 0) return problems;
  const readable = lexicon === '' ? undefined : await wordsIn(lexicon.split(','));
  return {
    dialect,
    voice: name,
    engine: 'sherpa-onnx',
    identity: createHash('sha256')
      .update(JSON.stringify([prints, speaker, speed]))
      .digest('hex'),
    config: { model: { ...model, numThreads: 1, debug: 0, provider: 'cpu' }, ruleFsts: rules, maxNumSentences: 1 },
    speaker,
    speed,
    ...(readable ? { readable } : {}),
  };
}

/** Single characters that a lexicon gives a reading for: its lines begin with the word. */
async function wordsIn(paths: readonly string[]): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const path of paths)
    for (const line of (await readFile(path, 'utf8')).split('\n')) {
      const [word = ''] = line.split(/\s/, 1);
      for (const character of word) found.add(character);
    }
  return found;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path)) hash.update(chunk);
  return hash.digest('hex');
}
