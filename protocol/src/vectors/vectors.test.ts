import { describe, expect, it } from 'vitest';
import { allVectors, loadVectors, vectorKinds } from './index.js';

describe.each(vectorKinds)('vectors: %s', (kind) => {
  it.each(allVectors([kind]).map((vector) => [vector.name, vector] as const))('%s', (_, { run, expected }) => {
    expect(run()).toEqual(expected);
  });

  it('has cases, each with a name of its own', () => {
    const names = loadVectors(kind).map(({ name }) => name);
    expect(names.length).toBeGreaterThan(5);
    expect(new Set(names).size).toBe(names.length);
  });
});
