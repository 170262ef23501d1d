import { computed, onScopeDispose, ref, watch } from 'vue';

/** The gateway's time as it was read, carried on by this machine's clock. */
export const useRunningNow = (read: () => { readonly now: number } | undefined) => {
  const elapsed = ref(0);
  let readAt = performance.now();
  watch(read, () => {
    readAt = performance.now();
    elapsed.value = 0;
  });
  const tick = setInterval(() => {
    elapsed.value = performance.now() - readAt;
  }, 1000);
  onScopeDispose(() => clearInterval(tick));
  return computed(() => {
    const found = read();
    return found && found.now + elapsed.value;
  });
};
