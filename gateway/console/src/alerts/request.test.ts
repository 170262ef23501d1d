import type { AlertTextView, AlertView } from '@xiaolaba/gateway/contract';
import { expect, it } from 'vitest';
import { type AlertForm, emptyForm, formFrom, lackingIn, offered, requestOf, rowOf } from './request.js';

const words = { title: '假公安', severity: 'severe', spoken: [{ dialect: 'cmn', text: '挂断' }], sign: '' } as const;
const whole: AlertForm = {
  ...emptyForm(),
  status: 'exercise',
  text: 'free',
  free: words,
  scope: { by: 'townships', ids: ['town'] },
};

it('chooses neither exercise nor real, neither words nor places', () => {
  expect(lackingIn(emptyForm())).toEqual(['kind', 'words', 'scope']);
  expect(requestOf(emptyForm())).toBeUndefined();
  expect(requestOf({ ...whole, scope: { by: 'places', ids: [] } })).toBeUndefined();
  expect(lackingIn({ ...whole, profiles: [] })).toEqual(['profiles']);
  expect(lackingIn({ ...whole, free: { ...words, spoken: [], sign: ' ' } })).toEqual(['words']);
});

it('asks for what was chosen, and leaves out what was left empty', () => {
  expect(requestOf({ ...whole, free: { ...words, spoken: [...words.spoken, { dialect: 'yue', text: ' ' }] } })).toEqual(
    {
      status: 'exercise',
      words: { title: '假公安', severity: 'severe', spoken: [{ dialect: 'cmn', text: '挂断' }] },
      scope: { townships: ['town'] },
      output: 'both',
      profiles: ['loudspeaker', 'bus-screen', 'booth-sign'],
      repeatSeconds: 60,
      minutes: 30,
      breaksQuietHours: false,
    },
  );
  const prepared = requestOf({ ...whole, text: 'calls', fields: { area: '城东', sender: ' ' }, replaces: 'alert-1' });
  expect(prepared).toMatchObject({ words: { text: 'calls', fields: { area: '城东' } }, replaces: 'alert-1' });
  expect(prepared?.words).toEqual({ text: 'calls', fields: { area: '城东' } });
});

it('never offers an exercise text for a real alert, and offers it first for an exercise', () => {
  const texts = [
    { id: 'calls', exerciseOnly: false },
    { id: 'drill', exerciseOnly: true },
  ] as AlertTextView[];
  expect(offered(texts, 'actual').map(({ id }) => id)).toEqual(['calls']);
  expect(offered(texts, 'exercise').map(({ id }) => id)).toEqual(['drill', 'calls']);
});

it('finds the row that a problem speaks of though empty ones were not sent', () => {
  const free = { ...words, spoken: [{ dialect: 'cmn', text: '' }, ...words.spoken] };
  expect(rowOf(free, 'spoken.0.text')).toBe(1);
  expect(rowOf(free, 'sign')).toBeUndefined();
});

it('writes an alert anew with its places, and without the marks of an exercise', () => {
  const alert = {
    ...{ id: 'exercise-1', status: 'exercise', title: '【演练】假公安', sign: '【演练】挂断。【演练】' },
    ...{ severity: 'severe', spoken: [], everywhere: false, output: 'text', profiles: ['booth-sign'] },
    ...{ repeatSeconds: 60, validFrom: 0, validUntil: 1_800_000, breaksQuietHours: true },
  } as unknown as AlertView;
  expect(formFrom(alert, ['site/a'])).toMatchObject({
    status: 'exercise',
    free: { title: '假公安', sign: '挂断。' },
    scope: { by: 'places', ids: ['site/a'] },
    minutes: 30,
    replaces: 'exercise-1',
  });
});
