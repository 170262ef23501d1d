import { canonical, copyOf } from './document.js';

/** Where something stands: fields by name, entries of lists by id or dialect. */
export type Path = readonly string[];

/** One thing that somebody else changed since both began. */
export interface TheirChange {
  readonly path: Path;
  /** What both began with, what I have, what they have; nothing where it is not there. */
  readonly base: unknown;
  readonly mine: unknown;
  readonly theirs: unknown;
  /** Whether I changed the same thing in another way. */
  readonly clash: boolean;
}
export interface Difference {
  readonly path: Path;
  readonly from: unknown;
  readonly to: unknown;
}

type Tree = Record<string, unknown>;
const isTree = (value: unknown): value is Tree => typeof value === 'object' && value !== null && !Array.isArray(value);
const same = (a: unknown, b: unknown): boolean => a === b || canonical(a) === canonical(b);

/** How a cue is timed is one thing, in whichever field it stands. */
const rhythmFields = ['every', 'once', 'continuous', 'on', 'cooldown'];
export const rhythmStep = '#rhythm';
export const orderStep = '#order';

const nameOf = (entry: unknown): string | undefined => {
  if (!isTree(entry)) return undefined;
  const name = entry.id ?? entry.dialect;
  return typeof name === 'string' ? name : undefined;
};
/** Entries by name, where each has one of its own. */
const namedEntries = (list: unknown): ReadonlyMap<string, unknown> | undefined => {
  if (!Array.isArray(list)) return undefined;
  const named = new Map(list.map((entry) => [nameOf(entry), entry] as const));
  return named.size === list.length && !named.has(undefined) ? (named as ReadonlyMap<string, unknown>) : undefined;
};
const rhythmOf = (cue: Tree): Tree =>
  Object.fromEntries(rhythmFields.flatMap((name) => (name in cue ? [[name, cue[name]]] : [])));

/** What differs, in the pieces in which people think of a campaign. */
export function differences(from: unknown, to: unknown, path: Path = []): Difference[] {
  if (same(from, to)) return [];
  const whole = [{ path, from, to }];
  const [before, after] = [namedEntries(from), namedEntries(to)];
  if (before && after) {
    const kept = (list: ReadonlyMap<string, unknown>, other: ReadonlyMap<string, unknown>) =>
      [...list.keys()].filter((name) => other.has(name));
    const order = [kept(before, after), kept(after, before)] as const;
    return [
      ...[...new Set([...before.keys(), ...after.keys()])].flatMap((name) => {
        const inner = [...path, name];
        // A wording and its recording belong together.
        if (path.at(-1) === 'audio' || !before.has(name) || !after.has(name))
          return same(before.get(name), after.get(name))
            ? []
            : [{ path: inner, from: before.get(name), to: after.get(name) }];
        return differences(before.get(name), after.get(name), inner);
      }),
      ...(same(...order) ? [] : [{ path: [...path, orderStep], from: order[0], to: order[1] }]),
    ];
  }
  if (!isTree(from) || !isTree(to)) return whole;
  const isCue = path.length === 2 && path[0] === 'cues';
  const names = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
    (name) => !isCue || !rhythmFields.includes(name),
  );
  const timing = isCue ? [rhythmOf(from), rhythmOf(to)] : [];
  return [
    ...names.flatMap((name) => differences(from[name], to[name], [...path, name])),
    ...(same(timing[0], timing[1]) ? [] : [{ path: [...path, rhythmStep], from: timing[0], to: timing[1] }]),
  ];
}

/** What stands at a path; nothing where the way there is not. */
export function valueAt(document: unknown, path: Path): unknown {
  let here = document;
  for (const step of path) {
    if (step === rhythmStep) return isTree(here) ? rhythmOf(here) : undefined;
    if (step === orderStep) return [...(namedEntries(here)?.keys() ?? [])];
    here = Array.isArray(here) ? namedEntries(here)?.get(step) : isTree(here) ? here[step] : undefined;
  }
  return here;
}

function put(document: unknown, path: Path, value: unknown): void {
  const parent = valueAt(document, path.slice(0, -1));
  const step = path.at(-1) ?? '';
  if (step === orderStep && Array.isArray(parent) && Array.isArray(value)) {
    const rank = new Map(value.map((name, index) => [String(name), index]));
    // What the others do not have keeps its place behind what stood before it.
    let last = -1;
    const ranked = parent.map((entry) => {
      last = rank.get(nameOf(entry) ?? '') ?? last;
      return { entry, rank: last };
    });
    parent.splice(0, parent.length, ...ranked.sort((a, b) => a.rank - b.rank).map(({ entry }) => entry));
  } else if (Array.isArray(parent)) {
    const index = parent.findIndex((entry) => nameOf(entry) === step);
    if (value === undefined) {
      if (index >= 0) parent.splice(index, 1);
    } else if (index >= 0) parent[index] = value;
    else parent.push(value);
  } else if (isTree(parent)) {
    if (step === rhythmStep) {
      for (const name of rhythmFields) delete parent[name];
      Object.assign(parent, value);
    } else if (value === undefined) delete parent[step];
    else parent[step] = value;
  }
}

/** What the other's version has otherwise than what both began with, as far as mine does not have it already. */
export function theirChanges(base: unknown, mine: unknown, theirs: unknown): TheirChange[] {
  const seen = new Set<string>();
  return differences(base, theirs).flatMap((change): TheirChange[] => {
    let { path } = change;
    // What they changed a part of may be gone from mine as a whole.
    for (let length = 2; length < path.length; length++) {
      if (['items', 'cues'].includes(path[0] ?? '') && valueAt(mine, path.slice(0, length)) === undefined)
        path = path.slice(0, length);
    }
    const key = JSON.stringify(path);
    if (seen.has(key)) return [];
    seen.add(key);
    const [was, have, want] = [base, mine, theirs].map((document) => valueAt(document, path));
    if (path.at(-1) === orderStep ? same(withoutExtra(have, want), want) : same(have, want)) return [];
    return [{ path, base: was, mine: have, theirs: want, clash: !same(have, was) }];
  });
}
const withoutExtra = (list: unknown, other: unknown): unknown =>
  Array.isArray(list) && Array.isArray(other) ? list.filter((name) => other.includes(name)) : list;

/** My document with these changes of theirs. */
export function takeOver<T>(mine: T, changes: readonly TheirChange[]): T {
  const merged = copyOf(mine);
  const inOrder = [...changes].sort(
    (a, b) => Number(a.path.at(-1) === orderStep) - Number(b.path.at(-1) === orderStep),
  );
  for (const { path, theirs } of inOrder) put(merged, path, theirs === undefined ? undefined : copyOf(theirs));
  return merged;
}
