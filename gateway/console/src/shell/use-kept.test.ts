import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { effectScope, nextTick, ref } from 'vue';
import { forgetForms, useKeptForm } from './use-kept.js';

interface Form {
  readonly title: string;
  readonly places: readonly string[];
  readonly words: { readonly sign: string };
}
const blank = (): Form => ({ title: '', places: [], words: { sign: '' } });
const typed: Form = { title: '刷单返利', places: ['estate-1'], words: { sign: '先垫钱的一律不做' } };

let page: EventTarget;
let storage: Storage;
beforeEach(() => {
  vi.useFakeTimers();
  page = new EventTarget();
  vi.stubGlobal('document', new EventTarget());
  vi.stubGlobal('addEventListener', page.addEventListener.bind(page));
  vi.stubGlobal('removeEventListener', page.removeEventListener.bind(page));
  const held = new Map<string, string>();
  storage = {
    get length() {
      return held.size;
    },
    key: (index) => [...held.keys()][index] ?? null,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    clear: () => held.clear(),
  };
});
afterEach(() => {
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

/** A page with the form on it, as somebody opens it. */
const open = (account: string | undefined) => {
  const scope = effectScope();
  const form = ref(blank());
  const fill = (kept: Form) => {
    form.value = kept;
  };
  const kept = scope.run(() =>
    useKeptForm<Form>({ name: 'bulletin', account, now: () => form.value, fill, blank }, storage),
  );
  if (!kept) throw new Error('the scope is over');
  const type = async (next: Form) => {
    form.value = next;
    await nextTick();
  };
  return { form, ...kept, type, leave: () => scope.stop() };
};

it('comes back with what was typed up to the last key, for the same account alone', async () => {
  const first = open('chen');
  expect(first.restored.value).toBe(false);
  await first.type(typed);
  // The session lapses before anything has come to rest.
  first.leave();
  const other = open('li');
  expect([other.form.value, other.restored.value]).toEqual([blank(), false]);
  other.leave();
  const again = open('chen');
  expect([again.form.value, again.restored.value]).toEqual([typed, true]);
});

it('is kept when nobody types, and before the browser closes the page', async () => {
  const first = open('chen');
  await first.type({ ...typed, title: '一' });
  expect(storage.length).toBe(0);
  vi.advanceTimersByTime(300);
  expect(open('chen').form.value.title).toBe('一');
  await first.type({ ...typed, title: '二' });
  page.dispatchEvent(new Event('pagehide'));
  expect(open('chen').form.value.title).toBe('二');
});

it('is gone once it was submitted, even when the last key had not come to rest or the page was left', async () => {
  const first = open('chen');
  await first.type(typed);
  first.forget();
  first.leave();
  expect(storage.length).toBe(0);

  const second = open('chen');
  await second.type(typed);
  second.leave();
  expect(storage.length).toBe(1);
  // The answer comes when the page is no longer shown.
  second.forget();
  expect(open('chen').restored.value).toBe(false);
});

it('is gone once the form was emptied', async () => {
  const first = open('chen');
  await first.type(typed);
  first.leave();
  const again = open('chen');
  await again.type(blank());
  vi.advanceTimersByTime(300);
  expect([storage.length, again.restored.value]).toEqual([0, false]);
});

it('keeps nothing of nobody', async () => {
  const visitor = open(undefined);
  await visitor.type(typed);
  visitor.leave();
  expect(storage.length).toBe(0);
});

it('begins anew where something else was kept', () => {
  for (const odd of ['{', 'null', '[]', '{"title":1}', JSON.stringify({ ...typed, words: null })]) {
    storage.setItem('xiaolaba.form.chen.bulletin', odd);
    expect([open('chen').form.value, open('chen').restored.value]).toEqual([blank(), false]);
  }
});

it('is gone once somebody logs out, whosever it is, and nothing else with it', async () => {
  const first = open('chen');
  await first.type(typed);
  first.leave();
  storage.setItem('another', '1');
  forgetForms(storage);
  expect(open('chen').restored.value).toBe(false);
  expect(storage.getItem('another')).toBe('1');
});
