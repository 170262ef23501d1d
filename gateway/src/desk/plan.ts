import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { mediaFiles } from '../campaigns/keep-media.js';
import { type Campaign, type Content, type ContentProblem, loadContent } from '../content/index.js';
import { loadedCalendars } from '../schedule/held-calendars.js';
import type { Store } from '../store/index.js';
import { bodyOf, changedFields, type FieldChange, fileOf, hashOf } from './draft-bodies.js';
import type { Draft } from './drafts.js';
import { outcomeOf } from './merge.js';
import type { PlanChange, PlanSubject } from './words.js';

export interface PlanEntry {
  readonly subject: PlanSubject;
  readonly id: string;
  readonly change: PlanChange;
  readonly fields: readonly FieldChange[];
}

export interface Plan {
  readonly entries: readonly PlanEntry[];
  readonly unchanged: number;
  /** Whether applying it would change anything. */
  readonly changes: boolean;
  /** Of all that the plan says: what is applied is what was shown. */
  readonly hash: string;
  readonly problems: readonly ContentProblem[];
}

const still: ReadonlySet<PlanEntry['change']> = new Set(['desk-ahead', 'desk-only']);

/** What would become of the gateway's content if a directory were applied. Changes nothing. */
export async function makePlan(
  directory: string,
  held: Content | undefined,
  drafts: readonly Draft[],
  store: Store,
): Promise<Plan> {
  const { content, problems } = await loadContent(directory);
  const entries: PlanEntry[] = [];
  let unchanged = 0;
  const take = (entry: PlanEntry | undefined) => {
    if (entry) entries.push(entry);
    else unchanged += 1;
  };
  if (content) {
    const district = ({ district: value }: Content) => [value];
    const loaded = new Set((await loadedCalendars(store)).map(({ calendar }) => calendar.id));
    const lists = [
      ['district', district],
      ['site', ({ sites }: Content) => sites],
      ['route', ({ routes }: Content) => routes],
      ['fleet', ({ fleets }: Content) => fleets],
      ['device', ({ devices }: Content) => devices],
      ['calendar', ({ calendars, calendar }: Content) => calendars ?? [calendar]],
      ['template', ({ templates }: Content) => templates ?? []],
      ['alert', ({ alerts }: Content) => alerts ?? []],
    ] as const;
    for (const [subject, list] of lists)
      for (const entry of compare(subject, held ? list(held) : [], list(content)))
        take(entry && keepsLoaded(entry, loaded) ? { ...entry, change: 'desk-only' } : entry);
    const rows = await store.selectFrom('drafts').selectAll().execute();
    for (const entry of campaignEntries(content.campaigns, drafts, rows)) take(entry);
    for (const entry of await mediaEntries(content, store)) take(entry);
  }
  const hash = hashOf(JSON.stringify([entries, content ? hashOf(JSON.stringify({ ...content, media: '' })) : '']));
  return { entries, unchanged, changes: entries.some(({ change }) => !still.has(change)), hash, problems };
}

/** A calendar that only the desk has stays: files that don't know of it say nothing against it. */
const keepsLoaded = ({ subject, id, change }: PlanEntry, loaded: ReadonlySet<string>): boolean =>
  subject === 'calendar' && change === 'removed' && loaded.has(id);

interface WithId {
  readonly id: string;
}

function* compare(
  subject: PlanEntry['subject'],
  before: readonly WithId[],
  after: readonly WithId[],
): Generator<PlanEntry | undefined> {
  const known = new Map(before.map((one) => [one.id, one]));
  for (const one of after) {
    const old = known.get(one.id);
    known.delete(one.id);
    const fields = changedFields(old, one);
    if (!old) yield { subject, id: one.id, change: 'added', fields: [] };
    else yield fields.length > 0 ? { subject, id: one.id, change: 'changed', fields } : undefined;
  }
  for (const id of known.keys()) yield { subject, id, change: 'removed', fields: [] };
}

function* campaignEntries(
  files: readonly Campaign[],
  drafts: readonly Draft[],
  rows: readonly { readonly id: string; readonly body: string; readonly base: string | null }[],
): Generator<PlanEntry | undefined> {
  const subject = 'campaign';
  for (const file of files) {
    const { id } = file;
    const present = drafts.find((draft) => draft.id === id);
    const row = rows.find((one) => one.id === id);
    const fields = present ? changedFields(present.campaign, fileOf(bodyOf(file))) : [];
    if (!present) yield { subject, id, change: 'added', fields };
    else if (fields.length === 0) yield undefined;
    else if (!row) yield { subject, id, change: 'changed', fields };
    else {
      const change = { same: 'changed', files: 'changed', desk: 'desk-ahead', conflict: 'conflict' } as const;
      yield { subject, id, change: change[outcomeOf(file, row)], fields };
    }
  }
  const inFiles = new Set(files.map(({ id }) => id));
  for (const { id, state } of drafts) {
    if (inFiles.has(id) || state === 'withdrawn') continue;
    const row = rows.find((one) => one.id === id);
    // A file that is gone is a wish only where the desk has nothing newer.
    const mine = row && (row.base === null ? 'desk-only' : row.base === hashOf(row.body) ? undefined : 'conflict');
    yield { subject, id, change: mine ?? 'withdrawn', fields: [] };
  }
}

async function mediaEntries(content: Content, store: Store): Promise<(PlanEntry | undefined)[]> {
  const known = new Map(
    (await store.selectFrom('media').selectAll().execute()).map(({ kind, name, sha256 }) => [
      `${kind}/${name}`,
      sha256,
    ]),
  );
  const entries: (PlanEntry | undefined)[] = [];
  for (const { kind, name } of await mediaFiles(content)) {
    const before = known.get(`${kind}/${name}`);
    const to = await hashFile(join(content.media[kind], name));
    if (before === to) entries.push(undefined);
    else if (before === undefined) entries.push({ subject: kind, id: name, change: 'added', fields: [] });
    else entries.push({ subject: kind, id: name, change: 'changed', fields: [{ field: 'sha256', from: before, to }] });
  }
  return entries;
}

/** Empty where it can't be read: the problems tell of that. */
async function hashFile(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    await pipeline(createReadStream(path), hash);
    return hash.digest('hex');
  } catch {
    return '';
  }
}
