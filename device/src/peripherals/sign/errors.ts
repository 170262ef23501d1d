import { worldError, type XiaolabaError } from '@xiaolaba/protocol';

export const signSilent = (reason: 'unplugged' | 'no-answer' | 'busy' | 'closed'): XiaolabaError =>
  worldError('sign-silent', `the sign does not answer: ${reason}`, { reason });

/** @param error the card's own word for it */
export const signRefused = (error: string): XiaolabaError =>
  worldError('sign-refused', `the sign refuses: ${error}`, { error });

/** @param got hexadecimal of what came instead of an answer */
export const notThisSign = (got: string): XiaolabaError =>
  worldError('sign-wrong-module', 'what answers is no sign of this kind', { got });
