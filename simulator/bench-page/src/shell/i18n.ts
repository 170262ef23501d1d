import { createI18n } from 'vue-i18n';
import { en } from '../messages/en.js';
import { type Messages, zhCN } from '../messages/zh-CN.js';

export type Language = 'zh-CN' | 'en';
const key = 'xiaolaba.language';

const remembered = (): Language => (localStorage.getItem(key) === 'en' ? 'en' : 'zh-CN');

export const i18n = createI18n<[Messages], Language, false>({
  legacy: false,
  locale: remembered(),
  fallbackLocale: 'zh-CN',
  messages: { 'zh-CN': zhCN, en },
});

/** Chinese unless somebody chose otherwise on this machine. */
export const setLanguage = (language: Language): void => {
  i18n.global.locale.value = language;
  localStorage.setItem(key, language);
  document.documentElement.lang = language;
};
document.documentElement.lang = remembered();
