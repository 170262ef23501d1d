import type { AccountView, Who } from '@xiaolaba/gateway/contract';
import { computed, type InjectionKey, inject, ref, shallowRef } from 'vue';
import type { SessionApi } from './session-api.js';

export type Role = AccountView['roles'][number];

/**
 * Who is logged in, for as long as the page is open.
 * @param left is called when somebody has logged out
 */
export const createSession = (api: Pick<SessionApi, 'who' | 'logOut'>, left: () => void = () => {}) => {
  const who = shallowRef<Who>();
  const ready = ref(false);
  /** Whether somebody was logged in, and no longer is without having logged out. */
  const lapsed = ref(false);
  /** The dialog that asks the person to show that it is them; calls with whether they did. */
  const asking = shallowRef<(confirmed: boolean) => void>();
  const account = computed(() => who.value?.account);
  /** Where the gateway has not been reached, its pages say so themselves. */
  const mayRead = computed(() => account.value !== undefined || who.value?.openReading !== false);

  const enter = (next: Who): void => {
    who.value = next;
    ready.value = true;
    lapsed.value = false;
  };
  const forget = (): void => {
    if (who.value) who.value = { openReading: who.value.openReading };
  };
  const lapse = (): void => {
    if (account.value) lapsed.value = true;
    forget();
  };
  const refresh = async (): Promise<void> => {
    const answer = await api.who().catch(() => undefined);
    if (answer) who.value = answer;
    ready.value = true;
  };

  let pending: Promise<boolean> | undefined;
  const confirm = (): Promise<boolean> => {
    pending ??= new Promise<boolean>((resolve) => {
      asking.value = resolve;
    }).finally(() => {
      asking.value = undefined;
      pending = undefined;
    });
    return pending;
  };

  return {
    account,
    /** Whether the gateway has been asked who is logged in. */
    ready,
    mayRead,
    lapsed,
    asking,
    csrf: (): string | undefined => who.value?.csrf,
    /** As the gateway judges: an administrator may everything but approve. */
    can: (role: Role): boolean => {
      const roles = account.value?.roles ?? [];
      return roles.includes(role) || (role !== 'approver' && roles.includes('administrator'));
    },
    /** Asks for the password or a code in a dialog. `send` does so by itself when the gateway asks for it. */
    confirm,
    enter,
    forget,
    lapse,
    refresh,
    logOut: async (): Promise<void> => {
      await api.logOut();
      forget();
      left();
    },
  };
};
export type Session = ReturnType<typeof createSession>;

export const sessionKey: InjectionKey<Session> = Symbol('session');
export const useSession = (): Session => {
  const session = inject(sessionKey);
  if (!session) throw new Error('useSession outside the console');
  return session;
};
