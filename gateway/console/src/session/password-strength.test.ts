import { describe, expect, it } from 'vitest';
import { passwordFaults, passwordStrength } from './password-strength.js';

describe('what the gateway would refuse', () => {
  it.each([
    ['neun neun', 'chen', ['length']],
    ['ten ten te', 'chen', []],
    ['十个汉字也够长了对吧', 'chen', []],
    ['Chen.Xiaoyan', 'chen.xiaoyan', ['notLogin']],
    ['a'.repeat(513), 'chen', ['tooLong']],
    ['号'.repeat(171), 'chen', ['tooLong']],
  ])('%s', (password, login, faults) => {
    expect(passwordFaults(password, login)).toEqual(faults);
  });
});

describe('how hard a password is to guess', () => {
  it.each([
    ['password1234', 'weak', 'common'],
    ['qwertyuiop', 'weak', 'common'],
    ['aaaaaaaaaaaaaaaa', 'weak', 'repeated'],
    ['13907741122', 'weak', 'digits'],
    ['woaini5201314', 'weak', 'common'],
    ['tractor-hill', 'fair', 'short'],
    ['correct horse battery', 'good', undefined],
    ['门前大桥下游过一群鸭', 'good', undefined],
  ])('%s: %s', (password, strength, weakness) => {
    expect(passwordStrength(password)).toEqual({ strength, ...(weakness ? { weakness } : {}) });
  });
});
