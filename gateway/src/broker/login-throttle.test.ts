import { describe, expect, it } from 'vitest';
import { addressKey } from './admission.js';
import { defaultLimits } from './limits.js';
import { LoginThrottle } from './login-throttle.js';

function throttle(change: Partial<typeof defaultLimits> = {}) {
  const time = { ms: 0 };
  return { time, throttle: new LoginThrottle({ ...defaultLimits, ...change }, () => time.ms) };
}

describe('LoginThrottle', () => {
  it('stops an address after its failures, whatever accounts it tries, and lets it on in time', () => {
    const { time, throttle: t } = throttle({ failuresPerAddress: { burst: 3, perSecond: 1 } });
    for (let at = 0; at < 3; at++) {
      expect(t.allow('10.0.0.1', `horn-${at}`)).toBe(true);
      t.failed('10.0.0.1');
    }
    expect(t.allow('10.0.0.1', 'horn-9')).toBe(false);
    expect(t.allow('10.0.0.2', 'horn-9')).toBe(true);
    time.ms = 1000;
    expect(t.allow('10.0.0.1', 'horn-9')).toBe(true);
  });

  it('stops an account after its failures from many addresses', () => {
    const { throttle: t } = throttle({ failuresPerAccount: { burst: 2, perSecond: 0.1 } });
    expect([1, 2, 3].map((at) => t.allow(`10.0.0.${at}`, 'horn-1'))).toEqual([true, true, false]);
    expect(t.allow('10.0.0.4', 'horn-2')).toBe(true);
  });

  it('does not let a stranger lock a device out of where it lives', () => {
    const { throttle: t } = throttle({ failuresPerAccount: { burst: 2, perSecond: 0 } });
    expect(t.allow('10.0.0.1', 'horn-1')).toBe(true);
    t.succeeded('10.0.0.1', 'horn-1');
    for (let at = 0; at < 9; at++) if (t.allow('66.6.6.6', 'horn-1')) t.failed('66.6.6.6');
    expect(t.allow('66.6.6.6', 'horn-1')).toBe(false);
    expect(t.allow('10.0.0.1', 'horn-1')).toBe(true);
  });

  it('a success costs the account nothing', () => {
    const { throttle: t } = throttle({ failuresPerAccount: { burst: 1, perSecond: 0 } });
    for (let at = 0; at < 5; at++) {
      expect(t.allow(`10.0.0.${at}`, 'horn-1')).toBe(true);
      t.succeeded(`10.0.0.${at}`, 'horn-1');
    }
  });

  it('bounds attempts from one address, good ones too', () => {
    const { throttle: t } = throttle({ attemptsPerAddress: { burst: 2, perSecond: 0 } });
    expect(['a1', 'a2', 'a3'].map((device) => t.allow('10.0.0.1', device))).toEqual([true, true, false]);
  });
});

describe('addressKey', () => {
  it.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8::6', '2001:db8:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
  ])('%s counts as %s', (address, key) => expect(addressKey(address)).toBe(key));
});
