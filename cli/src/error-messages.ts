import { type ErrorDetails, errorText, XiaolabaError } from '@xiaolaba/protocol';
import type { Language } from './language.js';

type Sentences = Readonly<Record<string, Readonly<Record<Language, string>>>>;

/** What commands of this machine run into, by code. What a gateway answers is in the user's language already. */
const sentences: Sentences = {
  'gateway-unreachable': {
    'zh-CN': '连不上网关 {gateway}，请确认它在运行，并检查 --gateway。',
    en: 'No gateway answers at {gateway}; see that it runs, and check --gateway.',
  },
  'token-missing': {
    'zh-CN': '没有令牌（找过 {path}）：请给出 --data <数据目录>、--token 或 XIAOLABA_TOKEN。',
    en: 'No token (looked at {path}): give --data <data dir>, --token or XIAOLABA_TOKEN.',
  },
  'key-file-exists': {
    'zh-CN': '{path} 已存在，不会覆盖：请换一个文件名。',
    en: '{path} exists and is not overwritten: choose another name.',
  },
  'key-unreadable': { 'zh-CN': '读不了私钥文件 {path}。', en: 'Cannot read the private key file {path}.' },
  'key-malformed': {
    'zh-CN': '这不是审批私钥：应为 xiaolaba key 写出的文件。',
    en: 'This is no approver key: it must be a file that xiaolaba key wrote.',
  },
  'passphrase-missing': {
    'zh-CN': '{path} 需要口令：请给出 --passphrase-file 或 XIAOLABA_PASSPHRASE。',
    en: '{path} needs a passphrase: give --passphrase-file or XIAOLABA_PASSPHRASE.',
  },
  'passphrase-wrong': {
    'zh-CN': '口令不对，或密钥 {kid} 的文件被改动过。',
    en: 'The passphrase is wrong, or the file of key {kid} has been changed.',
  },
  'passphrase-differs': {
    'zh-CN': '两次输入的口令不一样，没有生成密钥。',
    en: 'Typed differently the second time; no key was made.',
  },
  'passphrase-short': {
    'zh-CN': '口令太短，至少 {least} 个字符。',
    en: 'Too short: a passphrase has at least {least} characters.',
  },
  'approver-listed': {
    'zh-CN': '{name} 已在名单里；换密钥请用 key list rotate。',
    en: '{name} is listed already; key list rotate changes a key.',
  },
  'approver-unlisted': { 'zh-CN': '名单里没有 {name}。', en: '{name} is not in the list.' },
  'option-malformed': { 'zh-CN': '选项写法不对：{option}', en: 'Malformed option: {option}' },
  'signature-unknown-key': {
    'zh-CN': '所给根私钥不是这份名单的根密钥。',
    en: 'The root keys given are not those of this list.',
  },
  'signature-bad': {
    'zh-CN': '根密钥签名不够，或文件被改动过。',
    en: 'Too few root keys have signed, or the file has been changed.',
  },
  'campaign-unknown': { 'zh-CN': '没有宣传任务“{campaign}”。', en: 'There is no campaign "{campaign}".' },
  'candidate-differs': {
    'zh-CN': '网关送来的稿件与它公布的不一致，没有签发。',
    en: 'The gateway sent something else than it announced; nothing was signed.',
  },
  'file-unreadable': { 'zh-CN': '读不了 {path}。', en: 'Cannot read {path}.' },
  'file-unwritable': { 'zh-CN': '写不了 {path}。', en: 'Cannot write {path}.' },
  'settings-unreadable': { 'zh-CN': '读不了配置 {file}：{reason}', en: 'Cannot read the settings {file}: {reason}' },
  'settings-invalid': {
    'zh-CN': '配置 {file} 有误：\n  {problems}',
    en: 'The settings {file} are wrong:\n  {problems}',
  },
  'data-unwritable': { 'zh-CN': '写不了数据目录 {path}。', en: 'Cannot write to the data directory {path}.' },
  'data-missing': {
    'zh-CN': '{path} 里没有网关数据，请检查 --data。',
    en: 'There is no data of a gateway in {path}; check --data.',
  },
  'backup-exists': { 'zh-CN': '{path} 已存在，请换一个备份目录。', en: '{path} exists; choose another target.' },
  'backup-unusable': { 'zh-CN': '{path} 不是可用的备份。', en: '{path} is no usable backup.' },
  EADDRINUSE: {
    'zh-CN': '端口 {port} 已被占用：停掉占用它的程序，或换一个端口。',
    en: 'Port {port} is taken: stop what holds it, or choose another.',
  },
  EACCES: { 'zh-CN': '没有权限：{subject}', en: 'Not permitted: {subject}' },
  ENOENT: { 'zh-CN': '没有这个文件或目录：{subject}', en: 'No such file or directory: {subject}' },
  ENOSPC: { 'zh-CN': '磁盘已满。', en: 'The disk is full.' },
};

const fill = (text: string, details: ErrorDetails): string =>
  text.replace(/\{(\w+)\}/g, (_, name: string) => {
    const value = details[name];
    return Array.isArray(value) ? value.join('\n  ') : String(value ?? '');
  });

/** What the operating system refused; Node says which call it was. */
export const isSystemError = (error: unknown): error is NodeJS.ErrnoException =>
  error instanceof Error && typeof (error as NodeJS.ErrnoException).syscall === 'string';

/** Code and sentence of anything thrown, as far as there are any. */
export function explain(error: unknown, language: Language): { readonly code: string; readonly reason: string } {
  if (error instanceof XiaolabaError) {
    const sentence = sentences[error.code]?.[language];
    return { code: error.code, reason: sentence ? fill(sentence, error.details) : error.message };
  }
  if (isSystemError(error)) {
    const { code = 'system', port, path, syscall = '' } = error as NodeJS.ErrnoException & { port?: number };
    const sentence = sentences[code]?.[language];
    const subject = path ?? (port === undefined ? syscall : `${syscall} ${port}`);
    return { code, reason: sentence ? fill(sentence, { port, subject }) : error.message };
  }
  return { code: 'internal', reason: errorText(error) };
}
