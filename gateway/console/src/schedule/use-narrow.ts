import { onScopeDispose, ref } from 'vue';

/** Whether the window is as narrow as a phone. */
export const useNarrow = () => {
  const query = matchMedia('(width <= 760px)');
  const narrow = ref(query.matches);
  const tell = () => {
    narrow.value = query.matches;
  };
  query.addEventListener('change', tell);
  onScopeDispose(() => query.removeEventListener('change', tell));
  return narrow;
};
