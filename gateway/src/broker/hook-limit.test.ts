import { describe, expect, it } from 'vitest';
import { HookLimit } from './hook-limit.js';

const outcome = (hooks: HookLimit, work: () => unknown): string[] => {
  const calls: string[] = [];
  hooks.run('work', work, (error, value) => calls.push(error === undefined ? `ok ${value}` : 'error'));
  return calls;
};
const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('HookLimit', () => {
  it('calls back once with what the work gives, throws or rejects', async () => {
    const faults: string[] = [];
    const hooks = new HookLimit(3000, (code) => faults.push(code));
    const plain = outcome(hooks, () => 1);
    const thrown = outcome(hooks, () => {
      throw new Error('x');
    });
    const promised = outcome(hooks, async () => 2);
    const rejected = outcome(hooks, () => Promise.reject(new Error('x')));
    await turn();
    expect([plain, thrown, promised, rejected]).toEqual([['ok 1'], ['error'], ['ok 2'], ['error']]);
    expect(faults).toEqual(['work', 'work']);
    expect(hooks.pending).toBe(0);
  });

  it('fails work that never ends after its limit of sweeps, and ignores a late answer', async () => {
    const faults: string[] = [];
    const hooks = new HookLimit(3000, (code) => faults.push(code));
    let answer = (_value: string) => {};
    const calls = outcome(hooks, () => new Promise((resolve) => (answer = resolve)));
    for (let sweep = 0; sweep < 12; sweep++) hooks.sweep();
    expect(calls).toEqual([]);
    hooks.sweep();
    expect(calls).toEqual(['error']);
    answer('late');
    await turn();
    expect(calls).toEqual(['error']);
    expect(faults).toEqual(['hook-timeout']);
  });

  it('survives a callback that throws', async () => {
    const faults: string[] = [];
    const hooks = new HookLimit(3000, (code) => faults.push(code));
    const bad = () => {
      throw new Error('engine');
    };
    hooks.run('plain', () => 1, bad);
    hooks.run('promised', async () => 1, bad);
    await turn();
    expect(faults).toEqual(['plain', 'promised']);
  });
});
