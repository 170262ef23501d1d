import { errorCode } from '@xiaolaba/protocol';
import { Refusal } from '../api/client.js';
import { useWords } from '../shell/words.js';

const codes = ['passphrase-short', 'passphrase-wrong', 'key-file-unknown', 'payload-differs'] as const;
const isKnown = (code: string): code is (typeof codes)[number] => codes.some((one) => one === code);

/** What went wrong with a key, a signature or its sending, in words. */
export const useKeyProblem = () => {
  const { t, troubleText } = useWords();
  return (error: unknown): string => {
    if (error instanceof Refusal) return troubleText(error.trouble);
    const code = errorCode(error);
    if (isKnown(code)) return t(`signing.problem.${code}`);
    if (code.startsWith('message-')) return t('signing.problem.unreadable');
    // What a browser throws that has no Ed25519, or a page that did not come over HTTPS.
    return t('signing.problem.browser');
  };
};
