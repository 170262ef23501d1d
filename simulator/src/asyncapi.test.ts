import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import specs from '@asyncapi/specs';
import { commands } from '@xiaolaba/gateway/commands';
import { downTopics, maxChunkBytes, upTopics } from '@xiaolaba/protocol';
import { asyncApiDocument } from '@xiaolaba/protocol/asyncapi';
import { loadVectors } from '@xiaolaba/protocol/vectors';
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';

const protocol = (name: string): string => fileURLToPath(new URL(`../../protocol/${name}`, import.meta.url));
const document = asyncApiDocument();
interface Components {
  readonly schemas: Readonly<Record<string, object>>;
  readonly messages: Readonly<Record<string, { readonly description: string; readonly payload: object }>>;
}
const components = document.components as Components;
// Formats are checked by the code's own schemas; here it is about structure.
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });

/** Rules between fields, and lists too long to write down: the texts of the schemas tell them. */
const toldByText: ReadonlySet<string> = new Set([
  'policy: unknown zone',
  'calendar: day that is none',
  'release: cue of an unknown item',
  'release: the same cue twice',
  'release: quiet hours broken by no alert',
  'release: sound without end',
  'release: text cue of an item without text',
  'release: ends before it begins',
  'key-list: ends before it begins',
]);

/** What a reference points to, if it points to anything. */
const resolve = (reference: string): unknown =>
  reference
    .replace(/^#\//, '')
    .split('/')
    .reduce<unknown>((value, key) => (value as Record<string, unknown> | undefined)?.[key], document);

function references(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, part]) =>
    key === '$ref' && typeof part === 'string' ? [part] : references(part),
  );
}

describe('protocol/asyncapi.yaml', () => {
  it('is what the code says now: `xiaolaba asyncapi` writes it anew', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'xiaolaba-asyncapi-'));
    try {
      const file = join(folder, 'asyncapi.yaml');
      const told: string[] = [];
      const { signal } = new AbortController();
      const stdout = (text: string): void => void told.push(text);
      await commands
        .find(({ name }) => name === 'asyncapi')
        ?.run([file], { stdout, stderr: () => {}, language: 'en', signal });
      expect(told).toEqual([`${file}\n`]);
      expect(await readFile(protocol('asyncapi.yaml'), 'utf8')).toBe(await readFile(file, 'utf8'));
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('is an AsyncAPI 3.0 document', () => {
    const validate = ajv.compile(specs.schemasWithoutId['3.0.0'] as object);
    validate(document);
    expect(validate.errors).toBeNull();
    expect(validate({ ...document, channels: { hello: { adress: 'x' } } })).toBe(false);
  });

  it('points to nothing that is not there', () => {
    const dangling = references(document).filter((reference) => resolve(reference) === undefined);
    expect(references(document).length).toBeGreaterThan(50);
    expect(dangling).toEqual([]);
  });

  it('has every topic, in its direction, with the QoS and retain flag of the table in the README', async () => {
    const operations = document.operations as Record<
      string,
      { action: string; bindings: { mqtt: { qos: number; retain: boolean } } }
    >;
    expect(Object.keys(operations)).toEqual([...upTopics, ...downTopics]);
    const readme = await readFile(protocol('README.md'), 'utf8');
    for (const [name, { action, bindings }] of Object.entries(operations)) {
      const { qos, retain } = bindings.mqtt;
      expect(readme).toContain(
        `| \`${name}\` | ${action === 'send' ? 'up' : 'down'} | ${qos} | ${retain ? 'yes' : 'no'} |`,
      );
    }
    const layout = components.messages['chunk']?.description.split('\n').filter((line) => line.startsWith('|')) ?? [];
    expect(layout.length).toBeGreaterThan(7);
    for (const line of layout) expect(readme).toContain(line);
    expect(layout.join()).toContain(String(maxChunkBytes));
  });
});

describe('the JSON Schemas in it', () => {
  const validators = new Map(Object.entries(components.schemas).map(([name, schema]) => [name, ajv.compile(schema)]));
  const cases = loadVectors('message').flatMap(({ name, schema, bytes, expect: expected }) =>
    bytes.json === undefined ? [] : [{ name, schema, json: bytes.json, good: expected === 'ok' }],
  );
  const takes = ({ schema, json }: (typeof cases)[number]): boolean => validators.get(schema)?.(json) === true;

  it('take every message that the vectors call good', () => {
    const good = cases.filter((one) => one.good);
    expect(good.length).toBeGreaterThan(20);
    expect(good.filter((one) => !takes(one)).map(({ name }) => name)).toEqual([]);
  });

  it('refuse what the vectors call malformed, but for the rules that only their texts tell', () => {
    const bad = cases.filter((one) => !one.good);
    expect(bad.length).toBeGreaterThan(20);
    expect(new Set(bad.filter(takes).map(({ name }) => name))).toEqual(toldByText);
  });

  it('make an envelope of another type no message of a signed topic', () => {
    const { payload } = components.messages['assignment'] ?? {};
    const validate = ajv.compile({ ...payload, components });
    const signature = { alg: 'Ed25519', kid: '0'.repeat(16), sig: 'AA==' };
    const envelope = { v: 1, type: 'assignment', payload: 'e30=', signatures: [signature] };
    expect(validate(envelope)).toBe(true);
    expect(validate({ ...envelope, type: 'stop' })).toBe(false);
    expect(validate({ ...envelope, extra: 1 })).toBe(false);
  });
});
