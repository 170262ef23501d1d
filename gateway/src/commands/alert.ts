import { readFile, writeFile } from 'node:fs/promises';
import { parseArgs } from 'node:util';
import { callerError, decodeMessage, releaseLimits, releaseSchema, sealEnvelope } from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { type KeyPair, sha256 } from '@xiaolaba/protocol/node';
import type {
  AlertPreview,
  AlertRequestBody,
  AlertTextView,
  AlertView,
  ApprovalTaken,
  CapTaken,
} from '../api/contract.js';
import { type Call, connect, connectionOptions } from './connection.js';
import { readKey } from './key-files.js';
import { passphraseOptions } from './passphrase.js';
import { scopeFrom } from './scope-from.js';
import { tellingProblems } from './tell-problems.js';

const options = {
  ...connectionOptions,
  ...passphraseOptions,
  actual: { type: 'boolean' },
  text: { type: 'string' },
  field: { type: 'string', multiple: true },
  title: { type: 'string' },
  say: { type: 'string', multiple: true },
  sign: { type: 'string' },
  scope: { type: 'string' },
  output: { type: 'string' },
  profiles: { type: 'string' },
  repeat: { type: 'string' },
  minutes: { type: 'string' },
  quiet: { type: 'boolean' },
  update: { type: 'string' },
  reason: { type: 'string' },
  cancel: { type: 'boolean' },
  key: { type: 'string', multiple: true },
} as const;
type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

export const alertCommand: CommandSpec = {
  name: 'alert',
  summary: { zh: '紧急插播：发布、演练、结束，CAP 收发', en: 'Alerts: give, exercise, end, CAP in and out' },
  usage: {
    zh: `用法：xiaolaba alert texts | list
      xiaolaba alert preview|give --scope <范围> (--text <预案> [--field 栏目=值]… | --title <标题> [--say 方言=文本]… [--sign <屏幕文字>])
                     [--actual] [--output audio|text|both] [--profiles loudspeaker,bus-screen,booth-sign,bike-lock] [--repeat 秒] [--minutes 分钟] [--quiet] [--update <编号>] [--key <私钥文件>]…
      xiaolaba alert sign <编号> --key <私钥文件>…
      xiaolaba alert end <编号> --reason <原因>
      xiaolaba alert cap-in <文件.xml>
      xiaolaba alert cap-out <编号> <文件.xml> [--cancel]
      各项均可加 [--gateway <网址>] [--data <数据目录> | --token <令牌>]

不写 --actual 就是演练。单车锁只有写进 --profiles 才会播。--quiet：静音时段也播。范围写法同 xiaolaba stop。--key 可写多次，签名在本机完成。`,
    en: `Usage: xiaolaba alert texts | list
       xiaolaba alert preview|give --scope <scope> (--text <prepared text> [--field name=value]… | --title <title> [--say dialect=text]… [--sign <text for signs>])
                      [--actual] [--output audio|text|both] [--profiles loudspeaker,bus-screen,booth-sign,bike-lock] [--repeat seconds] [--minutes minutes] [--quiet] [--update <id>] [--key <private key file>]…
       xiaolaba alert sign <id> --key <private key file>…
       xiaolaba alert end <id> --reason <reason>
       xiaolaba alert cap-in <file.xml>
       xiaolaba alert cap-out <id> <file.xml> [--cancel]
       each with [--gateway <url>] [--data <dir> | --token <token>]

Without --actual it is an exercise. Bike locks speak only where --profiles names them. --quiet: also in quiet hours. The scope is written as for xiaolaba stop. --key may be given more than once; signing happens on this machine.`,
  },
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const [action = 'list', ...rest] = positionals;
    const call = await connect(values, io.language);
    const zh = io.language !== 'en';
    const needed = (name: string, value: string | undefined): string => {
      if (!value) throw callerError('option-missing', `${name} is needed`, { option: name });
      return value;
    };
    const tell = (line: string): number => {
      io.stdout(`${line}\n`);
      return 0;
    };
    return await tellingProblems(io, async () => {
      switch (action) {
        case 'texts':
          for (const { id, title, sign } of await call<AlertTextView[]>('GET', '/api/alerts/texts'))
            tell(`${id.padEnd(24)}${zh ? title.zh : title.en}\n    ${sign}`);
          return 0;
        case 'list':
          for (const alert of await call<AlertView[]>('GET', '/api/alerts')) tell(lineOf(alert, zh));
          return 0;
        case 'preview':
          return tell(previewText(await call<AlertPreview>('POST', '/api/alerts/preview', requestFrom(values)), zh));
        case 'give': {
          const request = requestFrom(values);
          const alert = await call<AlertView>('POST', '/api/alerts', request);
          tell(lineOf(alert, zh));
          if (alert.status !== request.status)
            throw callerError('candidate-differs', 'the gateway made something else than was asked for', {});
          return await signWith(call, alert, values, io);
        }
        case 'sign':
          return await signWith(call, await call<AlertView>('GET', `/api/alerts/${needed('id', rest[0])}`), values, io);
        case 'end': {
          const reason = needed('--reason', values.reason);
          return tell(
            lineOf(await call<AlertView>('POST', `/api/alerts/${needed('id', rest[0])}/end`, { reason }), zh),
          );
        }
        case 'cap-in': {
          const taken = await call<CapTaken>('POST', '/api/cap', await readFile(needed('file', rest[0])));
          tell(`${taken.outcome} ${taken.identifier}${taken.why ? ` (${taken.why})` : ''}`);
          for (const alert of taken.alerts) tell(lineOf(alert, zh));
          return 0;
        }
        case 'cap-out': {
          const path = `/api/alerts/${needed('id', rest[0])}/cap?message=${values.cancel ? 'cancel' : 'alert'}`;
          await writeFile(needed('file', rest[1]), await call<string>('GET', path));
          return 0;
        }
        default:
          throw callerError('option-unknown', `no such action: ${action}`, { option: action });
      }
    });
  },
};

/** `name=value` entries. @throws XiaolabaError `pair-malformed` */
const pairs = (list: readonly string[] = []): [string, string][] =>
  list.map((entry) => {
    const at = entry.indexOf('=');
    if (at < 1) throw callerError('pair-malformed', `not name=value: ${entry}`, { entry });
    return [entry.slice(0, at), entry.slice(at + 1)];
  });

function requestFrom(values: Values): AlertRequestBody {
  if (!values.scope) throw callerError('option-missing', '--scope is needed', { option: 'scope' });
  if (!values.text && !values.title) throw callerError('option-missing', '--text is needed', { option: 'text' });
  const words = values.text
    ? { text: values.text, fields: Object.fromEntries(pairs(values.field)) }
    : {
        title: values.title ?? '',
        spoken: pairs(values.say).map(([dialect, text]) => ({ dialect, text })),
        ...(values.sign === undefined ? {} : { sign: values.sign }),
      };
  return {
    status: values.actual ? 'actual' : 'exercise',
    words,
    scope: scopeFrom(values.scope) as AlertRequestBody['scope'],
    ...(values.output === undefined ? {} : { output: values.output as 'audio' | 'text' | 'both' }),
    ...(values.profiles === undefined ? {} : { profiles: values.profiles.split(',') as AlertRequestBody['profiles'] }),
    ...(values.repeat === undefined ? {} : { repeatSeconds: Number(values.repeat) }),
    ...(values.minutes === undefined ? {} : { minutes: Number(values.minutes) }),
    ...(values.quiet ? { breaksQuietHours: true } : {}),
    ...(values.update === undefined ? {} : { replaces: values.update }),
  };
}

/** Each key's signature on the exact bytes, after they have been shown. */
async function signWith(call: Call, alert: AlertView, values: Values, io: CommandIo): Promise<number> {
  const keys: KeyPair[] = [];
  for (const path of values.key ?? []) keys.push(await readKey(path, values, io));
  if (!alert.candidate || keys.length === 0) return 0;
  const payload = new Uint8Array(await call<ArrayBuffer>('GET', `/api/candidates/${alert.candidate}`));
  const release = decodeMessage(releaseSchema, payload, releaseLimits);
  // The bytes come from the gateway: what is signed must be what was announced.
  if (sha256(payload) !== alert.candidate || release.campaign.startsWith('exercise-') !== (alert.status === 'exercise'))
    throw callerError('candidate-differs', 'the gateway sent something else than it announced', {});
  for (const { title, text, audio } of release.items) {
    io.stdout(`${title}\n${text === undefined ? '' : `    ${text}\n`}`);
    for (const { dialect, words = '' } of audio) io.stdout(`    ${dialect}: ${words}\n`);
  }
  const zh = io.language !== 'en';
  for (const { signer } of keys) {
    const taken = await call<ApprovalTaken>('POST', '/api/releases', await sealEnvelope('release', payload, [signer]));
    if (taken.sha256) io.stdout(zh ? '已播出\n' : 'On air\n');
    else io.stdout(zh ? `还差 ${taken.missing} 人签名\n` : `${taken.missing} more approvers have to sign\n`);
    if (taken.sha256) break;
  }
  return 0;
}

function lineOf({ id, status, state, title, places, devices, approval }: AlertView, zh: boolean): string {
  const names = {
    waiting: `待签（还差 ${approval.missing} 人）`,
    'on-air': '播出中',
    ended: '已结束',
    expired: '已到时',
    replaced: '已被更新',
    lapsed: '未签，已过时',
    cancelled: '已取消',
  } as const;
  const { sounded, inScope, missed } = devices;
  return zh
    ? `${id}  ${status === 'exercise' ? '演练' : '真实'}  ${names[state]}  ${places} 处  已响 ${sounded}/${inScope}，未响 ${missed}  ${title}`
    : `${id}  ${status}  ${state}  ${places} places  sounded ${sounded}/${inScope}, missed ${missed}  ${title}`;
}

function previewText(preview: AlertPreview, zh: boolean): string {
  const { title, places, people, devices, spoken, sign, quietPlaces, preempts, problems, approval } = preview;
  return [
    title,
    zh
      ? `  ${places} 处，约 ${people} 人，终端 ${devices.inScope} 台（离线 ${devices.offline}），${quietPlaces} 处正在静音时段，需 ${approval.needed} 人签名`
      : `  ${places} places, about ${people} people, ${devices.inScope} devices (${devices.offline} offline), ${quietPlaces} places in quiet hours, ${approval.needed} signatures`,
    ...spoken.map(
      ({ dialect, text, seconds }) => `  ${dialect}${seconds === undefined ? '' : ` ${seconds} s`}: ${text}`,
    ),
    ...(sign === undefined ? [] : [`  ${sign}`]),
    ...preempts.map((one) => `  ${zh ? '让位' : 'gives way'}: ${one.title} ×${one.plays}`),
    ...problems.map(({ sentence }) => `  ! ${zh ? sentence.zh : sentence.en}`),
  ].join('\n');
}
