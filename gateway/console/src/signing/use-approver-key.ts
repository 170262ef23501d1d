import { type InjectionKey, inject, onBeforeUnmount, provide } from 'vue';
import { type ApproverKeyHolder, createApproverKey } from './approver-key.js';
import { createKeyStore } from './key-store.js';

const holderKey: InjectionKey<ApproverKeyHolder> = Symbol('approver key');

/** The key of this account for one page and what is on it; it locks when the page is left. */
export const provideApproverKey = (account: string): ApproverKeyHolder => {
  const holder = createApproverKey({
    store: createKeyStore(localStorage, account),
    after: (milliseconds, call) => {
      const timer = setTimeout(call, milliseconds);
      return () => clearTimeout(timer);
    },
  });
  provide(holderKey, holder);
  addEventListener('pagehide', holder.lock);
  onBeforeUnmount(() => {
    removeEventListener('pagehide', holder.lock);
    holder.lock();
  });
  return holder;
};

export const useApproverKey = (): ApproverKeyHolder => {
  const holder = inject(holderKey);
  if (!holder) throw new Error('useApproverKey outside a page that signs');
  return holder;
};
