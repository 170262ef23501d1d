import { onScopeDispose, ref, type WatchSource, watch } from 'vue';

/** After the last key until it is kept, milliseconds. */
const restMs = 250;

/** What a browser's storage holds under names that begin so, as JSON. */
export const keptIn = (storage: Storage, prefix: string) => ({
  /** @returns nothing where there is nothing that can be read */
  read: (name: string): unknown => {
    try {
      return JSON.parse(storage.getItem(prefix + name) ?? 'null') ?? undefined;
    } catch {
      return undefined;
    }
  },
  /** @returns whether there was room for it */
  write: (name: string, value: unknown): boolean => {
    try {
      storage.setItem(prefix + name, JSON.stringify(value));
      return true;
    } catch {
      return false;
    }
  },
  forget: (name: string): void => storage.removeItem(prefix + name),
  names: (): string[] =>
    Array.from({ length: storage.length }, (_, index) => storage.key(index) ?? '')
      .filter((key) => key.startsWith(prefix))
      .map((key) => key.slice(prefix.length)),
});

/** Keeps what is typed as soon as nobody types, and before the page may be gone. */
export const useKeeping = (source: WatchSource, keep: () => void) => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const drop = (): void => {
    clearTimeout(timer);
    timer = undefined;
  };
  const flush = (): void => {
    if (timer === undefined) return;
    drop();
    keep();
  };
  watch(
    source,
    () => {
      drop();
      timer = setTimeout(flush, restMs);
    },
    { deep: true },
  );
  globalThis.addEventListener('pagehide', flush);
  document.addEventListener('visibilitychange', flush);
  onScopeDispose(() => {
    flush();
    globalThis.removeEventListener('pagehide', flush);
    document.removeEventListener('visibilitychange', flush);
  });
  /** `drop`: what has changed until now is not to be kept. */
  return { drop };
};

const formPrefix = 'xiaolaba.form.';

/** Who logs out leaves nothing behind for whoever sits down at the same browser next. */
export const forgetForms = (storage: Storage = sessionStorage): void => {
  const forms = keptIn(storage, formPrefix);
  for (const name of forms.names()) forms.forget(name);
};

/** Whether a value has every part of the pattern, each of its kind: an older console may have kept another form. */
const isLike = (pattern: unknown, value: unknown): boolean => {
  if (Array.isArray(pattern) || Array.isArray(value)) return Array.isArray(pattern) && Array.isArray(value);
  if (typeof pattern !== 'object' || pattern === null) return typeof value === typeof pattern;
  if (typeof value !== 'object' || value === null) return false;
  const parts = value as Readonly<Record<string, unknown>>;
  return Object.entries(pattern).every(([name, part]) => isLike(part, parts[name]));
};

export interface KeptForm<Form> {
  readonly name: string;
  /** Whose it is; without an account nothing is kept. */
  readonly account: string | undefined;
  readonly now: () => Form;
  readonly fill: (kept: Form) => void;
  /** A form in which nothing has been entered is not kept. */
  readonly blank: () => Form;
}

/**
 * What has been entered into a form outlasts the page and a session that lapses, not the browser's tab nor a log-out;
 * each account finds only its own. A form that was kept is filled in at once.
 */
export const useKeptForm = <Form extends object>(
  { name, account, now, fill, blank }: KeptForm<Form>,
  storage: Storage = sessionStorage,
) => {
  const own = keptIn(storage, `${formPrefix}${account}.`);
  /** Whether the form goes on with what was kept. */
  const restored = ref(false);
  const held = account === undefined ? undefined : own.read(name);
  if (isLike(blank(), held)) {
    fill(held as Form);
    restored.value = true;
  }
  const { drop } = useKeeping(now, () => {
    if (account === undefined) return;
    if (JSON.stringify(now()) === JSON.stringify(blank())) forget();
    else own.write(name, now());
  });
  /** It has been submitted or is not wanted any more. */
  const forget = (): void => {
    drop();
    own.forget(name);
    restored.value = false;
  };
  return { restored, forget };
};
