/** The golden cases of `vectors/*.json`: every program that speaks the protocol runs them. For Node only. */
import { readFileSync } from 'node:fs';
import type { VectorCases, VectorKind } from './cases.js';
import { vectorKinds } from './cases.js';
import { runVector, type Subject } from './run.js';

export * from './cases.js';
export { reference, runVector, type Subject } from './run.js';

/** The cases of a kind. */
export const loadVectors = <K extends VectorKind>(kind: K): readonly VectorCases[K][] =>
  JSON.parse(readFileSync(new URL(`../../vectors/${kind}.json`, import.meta.url), 'utf8'));

export interface CheckedVector {
  readonly kind: VectorKind;
  readonly name: string;
  readonly expected: unknown;
  readonly run: () => unknown;
}

/**
 * All cases of all kinds (or of some), ready for a test runner:
 * `for (const { kind, name, run, expected } of allVectors()) it(`${kind}: ${name}`, () => expect(run()).toEqual(expected))`
 */
export function allVectors(kinds: readonly VectorKind[] = vectorKinds, subject?: Subject): CheckedVector[] {
  const ofKind = <K extends VectorKind>(kind: K): CheckedVector[] =>
    loadVectors(kind).map((vector) => ({
      kind,
      name: vector.name,
      expected: vector.expect,
      run: () => runVector(kind, vector, subject),
    }));
  return kinds.flatMap((kind) => ofKind(kind));
}
