import { callerError } from '@xiaolaba/protocol';
import { encodeText, missingCharacters } from '../character-set.js';
import { stripControlMarks } from '../speech/speech-text.js';
import type { Edition } from './header.js';
import type { Body } from './session.js';

/**
 * What is left for the text in one message of 1023 bytes, after the flag byte and the type of 2019. The standard allows
 * 1024 bytes of text, and so two or three bytes more in two messages: no terminal was found to be worth that.
 */
const mostBytes: Readonly<Record<Edition, number>> = { '2013': 1022, '2019': 1021 };

/** Screen or voice. */
export type Audience = 'display' | 'speech';

/** On one line, without characters that a screen has no picture for. */
export const displayText = (text: string): string =>
  text
    .normalize('NFC')
    .replace(/[\s\p{Z}]+/gu, ' ')
    .replace(/\p{Cc}|\p{Cf}|\p{Variation_Selector}/gu, '')
    .trim();

/** Without what the terminal's speech chip would obey instead of say. */
export const spokenText = (text: string): string => displayText(stripControlMarks(text));

/** @throws XiaolabaError (caller) `text-empty`, `text-not-on-sign`, `text-too-long` */
export function fitsTerminal(text: string, edition: Edition): void {
  if (text === '') throw callerError('text-empty', 'there is nothing to show or say');
  const bytes = encodeText(text, 'gbk');
  if (!bytes) {
    const characters = missingCharacters(text, 'gbk');
    throw callerError('text-not-on-sign', `GBK lacks ${characters.join(' ')}`, { characters });
  }
  const maxBytes = mostBytes[edition];
  if (bytes.length <= maxBytes) return;
  const details = { bytes: bytes.length, maxBytes };
  throw callerError('text-too-long', `${bytes.length} bytes of text, the terminal takes ${maxBytes}`, details);
}

/**
 * 8300. On a bus the screen that passengers see is, in 2013, the advertising screen with a flag of its own; a terminal
 * without one ignores it.
 */
export function textOrder(edition: Edition, text: string, audience: Audience): Body {
  const shared = { display: audience === 'display', speak: audience === 'speech', canFaultCode: false };
  return edition === '2013'
    ? { kind: 'text', flags: { urgent: false, ...shared, advertisingScreen: shared.display }, text }
    : { kind: 'text', flags: { class: 'notice', ...shared }, type: 'notice', text };
}
