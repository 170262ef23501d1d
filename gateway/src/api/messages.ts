import type { ErrorDetails } from '@xiaolaba/protocol';
import type { Role } from '../accounts/roles.js';
import { dialectName } from '../dialect-names.js';
import { recordingSentences } from './recording-messages.js';

interface Sentence {
  readonly zh: string;
  readonly en: string;
}

/** Sentences for the codes that the gateway's calls can answer with; `{name}` is taken from the details. */
const sentences: Readonly<Record<string, Sentence>> = {
  ...recordingSentences,
  unauthorised: {
    zh: '请先登录；命令行需要本机令牌（数据目录 keys/admin.token）。',
    en: 'Log in first; the command line needs the token of this machine (keys/admin.token in the data directory).',
  },
  forbidden: {
    zh: '你的账号没有这项权限，需要以下角色之一：{roles}。',
    en: 'Your account may not do this; it needs one of the roles {roles}.',
  },
  'confirmation-needed': {
    zh: '请再次输入密码或动态码，确认是你本人（十分钟内有效）。',
    en: 'Enter your password or a code once more to show that it is you (good for ten minutes).',
  },
  'csrf-missing': {
    zh: '页面已过期，请刷新后重试。',
    en: 'The page has expired; reload it and try again.',
  },
  'origin-foreign': {
    zh: '请求来自别的网站（{origin}），已拒绝。若经代理访问，请在配置里写明 http.publicUrl。',
    en: 'The request came from another site ({origin}) and was refused. Behind a proxy, set http.publicUrl.',
  },
  'login-refused': { zh: '登录名、密码或动态码不对。', en: 'The login name, the password or the code is wrong.' },
  'totp-needed': { zh: '请输入动态码或一个恢复码。', en: 'Enter a code of the moment or a recovery code.' },
  'login-throttled': { zh: '尝试过多，请几分钟后再试。', en: 'Too many attempts; try again in a few minutes.' },
  'login-busy': { zh: '登录的人太多，请稍后再试。', en: 'Too many are logging in; try again shortly.' },
  'proof-refused': { zh: '密码或动态码不对。', en: 'The password or the code is wrong.' },
  'code-refused': {
    zh: '动态码不对，请核对手机时间后重新输入。',
    en: "The code is wrong; check the telephone's clock and enter a new one.",
  },
  'link-refused': {
    zh: '链接无效、已用过或已过期，请管理员重新生成。',
    en: 'The link is wrong, used or lapsed; have a new one made.',
  },
  'first-needed': { zh: '请填写第一位管理员的登录名和姓名。', en: 'Give the first administrator a login and a name.' },
  'accounts-exist': {
    zh: '已经有账号了，请由管理员添加。',
    en: 'There are accounts already; an administrator adds more.',
  },
  'account-unknown': { zh: '没有这个账号：{account}', en: 'There is no account {account}.' },
  'login-taken': { zh: '登录名 {login} 已被使用。', en: 'The login name {login} is taken.' },
  'administrator-last': {
    zh: '这是最后一位管理员，不能停用或取消其角色。',
    en: 'This is the last administrator; the account can be neither disabled nor stripped of the role.',
  },
  'own-roles': { zh: '不能更改自己的角色或状态。', en: 'Nobody changes their own roles or state.' },
  'person-needed': { zh: '此操作须由登录的人进行。', en: 'This is for somebody who is logged in.' },
  'session-unknown': { zh: '没有这个登录：{session}', en: 'There is no log-in {session}.' },
  'password-short': { zh: '密码至少 {shortest} 个字符。', en: 'A password has at least {shortest} characters.' },
  'password-long': {
    zh: '密码过长（上限 {longestBytes} 字节）。',
    en: 'The password is too long (at most {longestBytes} bytes).',
  },
  'password-is-login': { zh: '密码不能与登录名相同。', en: 'The password must not be the login name.' },
  'claim-refused': {
    zh: '认领码不对、已用过或已过期，请管理员重新生成。',
    en: 'The claim code is wrong, used or lapsed; have a new one made.',
  },
  'device-unknown': {
    zh: '没有编号为 {device} 的终端，请先导入终端表。',
    en: 'There is no device {device}; import the device table first.',
  },
  'place-unknown': { zh: '没有点位 {place}。', en: 'There is no place {place}.' },
  'campaign-unknown': { zh: '没有宣传任务 {campaign}。', en: 'There is no campaign {campaign}.' },
  'prediction-missing': { zh: '{day} 没有留下预测。', en: 'Nothing was foretold of {day}.' },
  'prediction-too-far': {
    zh: '最多预测未来 {days} 天，{day} 太远。',
    en: '{day} is too far: at most {days} days ahead.',
  },
  'candidate-unknown': {
    zh: '所签内容不是当前待审稿，请重新查看后再签。',
    en: 'What was signed is not the present candidate; look at it again and sign anew.',
  },
  'release-unknown': { zh: '没有发布单 {sha256}。', en: 'There is no release {sha256}.' },
  'release-on-air': {
    zh: '宣传任务 {campaign} 的这一版正在播出，无需恢复。',
    en: 'This release of {campaign} is on air; there is nothing to restore.',
  },
  'release-of-alert': {
    zh: '紧急插播不能恢复（{alert}）；请另发一条新的紧急插播。',
    en: 'An alert is not restored ({alert}); give a new alert instead.',
  },
  'release-withdrawn': {
    zh: '宣传任务 {campaign} 的这一版已撤下；要再播出，请先“恢复”为新的待审稿再签发。',
    en: 'This release of {campaign} was withdrawn; to air it again, restore it as a new candidate and sign that.',
  },
  'release-lapsed': {
    zh: '宣传任务 {campaign} 的这一版已过播出期，请修改日期后重新送审。',
    en: 'The dates of this release of {campaign} are over; change them and have it approved anew.',
  },
  'release-files-gone': {
    zh: '宣传任务 {campaign} 这一版的音频已不在库中，请重新导入后送审。',
    en: 'Audio of this release of {campaign} is no longer in the library; import it and have it approved anew.',
  },
  'township-unknown': { zh: '没有乡镇 {place}。', en: 'There is no township {place}.' },
  'police-station-unknown': { zh: '没有派出所 {place}。', en: 'There is no police station {place}.' },
  'scope-empty': {
    zh: '所选范围里没有点位，请核对条件。',
    en: 'No place lies in this scope; check its conditions.',
  },
  'scope-too-large': {
    zh: '范围内有 {places} 处，一次至多 {max} 处；请选“全域”或分乡镇下达。',
    en: 'The scope holds {places} places, at most {max} at once; choose everywhere, or one township at a time.',
  },
  'stop-order-unknown': { zh: '没有第 {version} 号停播令。', en: 'There is no stop order {version}.' },
  'stop-order-pending-unknown': {
    zh: '这份停播令已不在等签名：可能已下达、已过期、被作废，或已有更新的停播令。',
    en: 'This stop order no longer waits: it was given, has expired, was thrown away, or a later one was given.',
  },
  'stop-order-expired': {
    zh: '第 {version} 号停播令等签名超过半小时，已作废，请重新生成后再签。',
    en: 'Stop order {version} waited more than half an hour for its signatures and is void. Make a new one.',
  },
  'approver-key-unknown': {
    zh: '密钥名单里没有这把密钥（{kid}）。先请保管根密钥的人登记。',
    en: 'No key list names this key ({kid}). Have the keeper of the root key list it first.',
  },
  'approver-key-taken': {
    zh: '这把密钥（{kid}）已记在别人名下，只有管理员可以改。',
    en: 'This key ({kid}) is linked to somebody else; only an administrator can change that.',
  },
  'rollout-unknown': { zh: '这一版没有分批。', en: 'This release does not go out in waves.' },
  'rollout-over': { zh: '这次分批已经结束，请刷新。', en: 'This rollout is over; reload the page.' },
  'stop-order-superseded': {
    zh: '已有更新的停播令，第 {version} 号作废，请重新生成后再签。',
    en: 'A later stop order has been given; number {version} is void. Make a new one and sign that.',
  },
  'alert-unknown': { zh: '没有紧急插播 {alert}。', en: 'There is no alert {alert}.' },
  'alert-refused': { zh: '这条紧急插播还不能发布。', en: 'This alert cannot be given as it is.' },
  'alert-over': {
    zh: '紧急插播的截止时间已过，请把截止时间改到以后。',
    en: 'The alert would be over already; give it a later end.',
  },
  'alert-too-long': {
    zh: '紧急插播至多 {max} 分钟（现为 {minutes} 分钟）；更久的请做成宣传任务。',
    en: 'An alert lasts {max} minutes at most (this one {minutes}); make it a campaign if it is to last longer.',
  },
  'alert-status-fixed': {
    zh: '演练不能改成真实插播，真实插播也不能改成演练（{alert}）；请另发一条。',
    en: 'An exercise is never turned into a real alert, nor the other way round ({alert}); give a new one.',
  },
  'alert-replaced': {
    zh: '紧急插播 {alert} 已被 {by} 更新，请更新后者。',
    en: 'Alert {alert} has been updated by {by}; update that one.',
  },
  'alert-ended': {
    zh: '紧急插播 {alert} 已结束，不能再更新；请另发一条。',
    en: 'Alert {alert} is over and cannot be updated; give a new one.',
  },
  'alert-not-ended': {
    zh: '紧急插播 {alert} 没有被人提前结束，没有取消报文。',
    en: 'Nobody has ended alert {alert} early; there is no cancellation of it.',
  },
  'cap-scope': {
    zh: 'CAP 报文的 scope 是 {scope}，只播出 Public 的报文。',
    en: 'The scope of the CAP message is {scope}; only Public ones are put on air.',
  },
  'cap-info-missing': {
    zh: 'CAP 报文没有 info，没有可播的内容。',
    en: 'The CAP message has no info, so nothing to say.',
  },
  'cap-language': {
    zh: 'CAP 报文的语言（{languages}）都没有对应的方言，请至少附一份 zh-CN。',
    en: 'The CAP message is in no dialect of ours ({languages}); add at least zh-CN.',
  },
  'cap-text-long': {
    zh: 'CAP 报文的文字过长（上限 {limit} 字），请缩短 headline 或 instruction。',
    en: 'The texts of the CAP message are too long (at most {limit} characters); shorten headline or instruction.',
  },
  'cap-area-missing': {
    zh: 'CAP 报文没有 area，请写明范围。',
    en: 'The CAP message names no area; say where it holds.',
  },
  'cap-area-unmatched': {
    zh: 'CAP 报文的范围里没有点位：{areas}。请核对坐标，或用 geocode 写明乡镇、派出所。',
    en: 'No place lies in the areas {areas}; check the shapes, or name townships or police stations by geocode.',
  },
  'cap-reference-unknown': {
    zh: 'CAP 报文所指的报文（{references}）没有收到过，请先发原报文，或改发 Alert。',
    en: 'None of the messages that it refers to is known ({references}); send those first, or send an Alert.',
  },
  'cap-references-differ': {
    zh: 'CAP 报文一次更新了 {count} 条不同的插播，请分开发送。',
    en: 'The CAP message updates {count} different alerts at once; send one for each.',
  },
  'cap-too-large': {
    zh: 'CAP 报文过大（{bytes} 字节，上限 {max}）。',
    en: 'The CAP message is too large ({bytes} bytes, at most {max}).',
  },
  'cap-not-utf8': { zh: 'CAP 报文不是 UTF-8 编码。', en: 'The CAP message is not UTF-8.' },
  'cap-doctype': {
    zh: 'CAP 报文里不得有 DTD 或实体定义，请删去后重试。',
    en: 'A CAP message may hold no DTD and no entity declarations; remove them.',
  },
  'cap-too-deep': { zh: 'CAP 报文嵌套过深。', en: 'The CAP message is nested too deeply.' },
  'cap-not-xml': {
    zh: 'CAP 报文不是有效的 XML（第 {line} 行：{reason}）。',
    en: 'The CAP message is no valid XML (line {line}: {reason}).',
  },
  'cap-namespace': {
    zh: '这不是 CAP 1.2 报文（命名空间应为 urn:oasis:names:tc:emergency:cap:1.2，实为“{namespace}”）。',
    en: 'This is no CAP 1.2 alert (the namespace must be urn:oasis:names:tc:emergency:cap:1.2, but is “{namespace}”).',
  },
  'cap-malformed': { zh: 'CAP 报文字段不对：{problems}', en: 'Malformed fields in the CAP message: {problems}' },
  'cap-reference-missing': {
    zh: 'CAP 报文的类型是 {msgType}，但没有在 references 里写明针对哪条。',
    en: 'The CAP message is of type {msgType} but names no earlier message in its references.',
  },
  'campaign-rendering': {
    zh: '宣传任务 {campaign} 正在生成待审稿，请稍后再试。',
    en: 'A candidate of {campaign} is being made; try again in a moment.',
  },
  'calendar-unknown': { zh: '没有日历 {calendar}。', en: 'There is no calendar {calendar}.' },
  'draft-unknown': { zh: '编辑台上没有宣传任务 {draft}。', en: 'There is no campaign {draft} at the desk.' },
  'draft-changed': {
    zh: '{draft} 已由 {author} 改到第 {version} 版（改动：{changed}），请刷新后再改。',
    en: '{draft} is at version {version} by {author} now (changed: {changed}); load it again before you change it.',
  },
  'draft-in-use': {
    zh: '{draft} 已提交过，不能删除；请改用撤回。',
    en: '{draft} has been submitted and cannot be deleted; withdraw it.',
  },
  'draft-not-waiting': { zh: '{draft} 没有待审稿。', en: 'Nothing of {draft} waits for approval.' },
  'draft-unplayable': {
    zh: '{draft} 无法生成可播内容：{codes}',
    en: 'Nothing that plays came of {draft}: {codes}',
  },
  'own-draft': { zh: '不能审批自己写的稿件 {draft}。', en: 'Nobody approves their own draft ({draft}).' },
  'version-malformed': {
    zh: 'If-Match 应写看到的版本号，如 "3"。',
    en: 'If-Match names the version that was seen, such as "3".',
  },
  'table-missing': { zh: '请附上案例表格（CSV）。', en: 'Send a table of cases (CSV).' },
  'plan-changed': {
    zh: '内容或网关已变，与所看的计划不同，请重新 plan。',
    en: 'The files or the gateway have changed since the plan was shown; plan anew.',
  },
  'content-refused': {
    zh: '内容有 {errors} 处错误，未作任何改动。',
    en: 'The content has {errors} errors; nothing was changed.',
  },
  'content-missing': {
    zh: '尚未导入内容，请先运行 xiaolaba import。',
    en: 'No content has been imported yet; run xiaolaba import first.',
  },
  'signature-unknown-key': {
    zh: '签名人不在本网关的审批人名单里。',
    en: 'The signer is not among the approvers of this gateway.',
  },
  'approvals-missing': {
    zh: '还不能播出：需要 {needed} 位审批人签名，已有 {signed} 位。',
    en: 'Not on air yet: {needed} approvers have to sign, {signed} have.',
  },
  'approver-not-entitled': {
    zh: '签名人不能审批这类内容（{kind}），请由密钥名单里有权的人签。',
    en: 'The signer may not approve this kind ({kind}); someone whom the key list lets must sign.',
  },
  'key-list-rolled-back': {
    zh: '密钥名单第 {version} 版比现有的第 {held} 版旧，不接受。',
    en: 'Key list {version} is older than list {held}, and not taken.',
  },
  'key-list-differs': {
    zh: '已有另一份第 {version} 版密钥名单，请在它之上另做下一版。',
    en: 'There is another key list {version}; make the next one from that.',
  },
  'key-list-gap': {
    zh: '现有密钥名单为第 {held} 版，请先提交紧接着的一版，再提交第 {version} 版。',
    en: 'Key list {held} is held; hand in the one that follows it before list {version}.',
  },
  'key-id-differs': { zh: '密钥编号 {kid} 与其公钥不符。', en: 'Key id {kid} is not that of its key.' },
  'signature-bad': {
    zh: '签名与内容不符，内容可能被改动过。',
    en: 'The signature does not fit the content; it may have been tampered with.',
  },
  'envelope-type': {
    zh: '这不是一份发布单（应为 {expected}，实为 {actual}）。',
    en: 'This is no {expected} but a {actual}.',
  },
  'message-malformed': { zh: '内容格式不对：{problems}', en: 'Malformed: {problems}' },
  'message-not-json': { zh: '不是有效的 JSON（UTF-8）。', en: 'Not valid JSON (UTF-8).' },
  'message-too-large': {
    zh: '内容过大（{bytes} 字节，上限 {max}）。',
    en: 'Too large ({bytes} bytes, at most {max}).',
  },
  'message-too-deep': { zh: '内容嵌套过深。', en: 'Nested too deeply.' },
  'key-malformed': {
    zh: '公钥应为 32 字节的 Ed25519 公钥（base64）。',
    en: 'The public key must be a 32-byte Ed25519 key (base64).',
  },
  'key-small-order': {
    zh: '这把公钥不安全（小阶点），请重新生成密钥。',
    en: 'This public key is unsafe (small order); make a new key pair.',
  },
  'blob-missing': { zh: '没有这个文件：{sha256}', en: 'There is no such file: {sha256}' },
  'blob-name': { zh: '文件名应为 SHA-256。', en: 'A file is named by its SHA-256.' },
  'blob-corrupt': {
    zh: '文件 {sha256} 已损坏，不予提供；请从备份恢复。',
    en: 'File {sha256} is corrupt and not served; restore it from a backup.',
  },
  'range-invalid': { zh: '请求的字节范围超出文件。', en: 'The byte range lies outside the file.' },
  'day-malformed': { zh: '日期应写作 2026-11-20。', en: 'A day is written 2026-11-20.' },
  'request-malformed': { zh: '请求不对：{reason}', en: 'Bad request: {reason}' },
  'too-many-requests': { zh: '请求过于频繁，请稍后再试。', en: 'Too many requests; try again later.' },
  'not-found': { zh: '没有这个地址：{path}', en: 'Nothing at {path}' },
  internal: { zh: '网关内部错误，详情见日志。', en: 'Internal error; the log has the details.' },
};

const roleNames: Readonly<Record<Role, Sentence>> = {
  editor: { zh: '编辑', en: 'editor' },
  approver: { zh: '审批人', en: 'approver' },
  technician: { zh: '技术员', en: 'technician' },
  officer: { zh: '民警', en: 'officer' },
  administrator: { zh: '管理员', en: 'administrator' },
};

/** Codes that a sentence says by their names. */
const named: Readonly<Record<string, (code: string) => Sentence | undefined>> = {
  dialect: dialectName,
  roles: (code) => roleNames[code as Role],
};

const fill = (language: keyof Sentence, sentence: Sentence, details: ErrorDetails): string =>
  sentence[language].replace(/\{([a-zA-Z0-9]+)\}/g, (_, name: string) => {
    const value = details[name];
    const say = (one: unknown): string => {
      const text = String(one ?? '');
      return named[name]?.(text)?.[language] ?? text;
    };
    return Array.isArray(value) ? value.map(say).join(language === 'zh' ? '；' : '; ') : say(value);
  });

/** The sentence for a code in both languages; one without a sentence says its code. */
export function problemText(code: string, details: ErrorDetails = {}): Sentence {
  const sentence = sentences[code] ?? { zh: `出错：${code}`, en: `Failed: ${code}` };
  return { zh: fill('zh', sentence, details), en: fill('en', sentence, details) };
}
