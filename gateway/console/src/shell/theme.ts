import { ref, watchEffect } from 'vue';

export const themes = ['auto', 'light', 'dark'] as const;
export type Theme = (typeof themes)[number];
const key = 'xiaolaba.theme';

const remembered = localStorage.getItem(key);
/** What the person chose on this machine; `auto` follows the system. */
export const theme = ref<Theme>(themes.find((name) => name === remembered) ?? 'auto');

/** Keeps the document in the chosen theme, also when the system changes at dusk. */
export const applyTheme = (): void => {
  const system = matchMedia('(prefers-color-scheme: dark)');
  const dark = ref(system.matches);
  system.addEventListener('change', (event) => {
    dark.value = event.matches;
  });
  watchEffect(() => {
    const shown = theme.value === 'auto' ? (dark.value ? 'dark' : 'light') : theme.value;
    document.documentElement.dataset.theme = shown;
    localStorage.setItem(key, theme.value);
  });
};
