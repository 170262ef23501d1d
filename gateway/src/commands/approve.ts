import { parseArgs } from 'node:util';
import {
  callerError,
  decodeMessage,
  type Release,
  releaseLimits,
  releaseSchema,
  sealEnvelope,
} from '@xiaolaba/protocol';
import type { CommandIo, CommandSpec } from '@xiaolaba/protocol/command-line';
import { type KeyPair, sha256 } from '@xiaolaba/protocol/node';
import type { ApprovalTaken, CampaignView } from '../api/contract.js';
import { type Call, connect, connectionOptions } from './connection.js';
import { readKey } from './key-files.js';
import { passphraseOptions } from './passphrase.js';

export const approveCommand: CommandSpec = {
  name: 'approve',
  summary: { zh: '查看待审稿并签发', en: 'Look at candidates and sign them' },
  usage: {
    zh: `用法：xiaolaba approve --list
      xiaolaba approve <宣传任务> --key <私钥文件> [--yes] [--staged | --at-once] [--gateway <网址>] [--data <数据目录> | --token <令牌>]

签名在本机完成，私钥不会发给网关。先显示内容、受众与时间；加 --yes 才签发。
范围大的稿件分批播出（按网关设置），--staged 一定分批，--at-once 一次到位。`,
    en: `Usage: xiaolaba approve --list
       xiaolaba approve <campaign> --key <private key file> [--yes] [--staged | --at-once] [--gateway <url>] [--data <dir> | --token <token>]

Signing happens on this machine; the private key never goes to the gateway. Content, audience and hours are shown first; it is signed with --yes.
Wide releases go out in waves as the gateway is set; --staged always, --at-once never.`,
  },
  async run(args, io) {
    const options = {
      ...connectionOptions,
      ...passphraseOptions,
      key: { type: 'string' },
      yes: { type: 'boolean' },
      list: { type: 'boolean' },
      staged: { type: 'boolean' },
      'at-once': { type: 'boolean' },
      json: { type: 'boolean' },
    } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const call = await connect(values, io.language);
    const campaigns = await call<CampaignView[]>('GET', '/api/campaigns');
    if (values.list || positionals.length === 0) return list(campaigns, io, values.json === true);
    const campaign = campaigns.find(({ id }) => id === positionals[0]);
    if (!campaign) throw callerError('campaign-unknown', `no campaign ${positionals[0]}`, { campaign: positionals[0] });
    if (campaign.candidates.length === 0) {
      io.stdout(io.language === 'en' ? 'Nothing awaits approval.\n' : '没有待审稿。\n');
      return 0;
    }
    const pair = values.key ? await readKey(values.key, values, io) : undefined;
    const staging = values['at-once'] ? 'at-once' : values.staged ? 'staged' : 'as-set';
    for (const candidate of campaign.candidates) {
      const payload = new Uint8Array(await call<ArrayBuffer>('GET', `/api/candidates/${candidate.sha256}`));
      if (sha256(payload) !== candidate.sha256)
        throw callerError('candidate-differs', 'the gateway sent something else than it announced', {});
      io.stdout(describe(decodeMessage(releaseSchema, payload, releaseLimits), candidate.people, io.language));
      if (pair && values.yes) await sign(call, payload, pair, staging, io);
    }
    if (!pair || !values.yes)
      io.stdout(
        io.language === 'en'
          ? 'Not signed. Add --key <file> --yes to sign.\n'
          : '尚未签发。确认无误后加 --key <文件> --yes 签发。\n',
      );
    return 0;
  },
};

async function sign(call: Call, payload: Uint8Array, pair: KeyPair, staging: string, io: CommandIo): Promise<void> {
  const envelope = await sealEnvelope('release', payload, [pair.signer]);
  const release = await call<ApprovalTaken>('POST', `/api/releases?staging=${staging}`, envelope);
  if (release.sha256 === undefined) {
    const names = release.signedBy.map(({ name }) => name);
    io.stdout(
      io.language === 'en'
        ? `Signed, not on air yet: ${release.missing} more approvers have to sign (so far ${names.join(', ')})\n\n`
        : `已签名，尚未播出：还差 ${release.missing} 人签名（已签：${names.join('、')}）\n\n`,
    );
    return;
  }
  io.stdout(
    io.language === 'en'
      ? `Signed: revision ${release.revision}, ${release.sha256}\n\n`
      : `已签发：第 ${release.revision} 版，${release.sha256}\n\n`,
  );
  const { rollout } = release;
  if (rollout)
    io.stdout(
      io.language === 'en'
        ? `It goes out in waves: ${rollout.first} of ${rollout.of} places first\n\n`
        : `分批播出：先 ${rollout.first} 处，共 ${rollout.of} 处\n\n`,
    );
}

function list(campaigns: readonly CampaignView[], io: CommandIo, json: boolean): number {
  if (json) io.stdout(`${JSON.stringify(campaigns, null, 2)}\n`);
  for (const { id, title, state, candidates, problems } of json ? [] : campaigns) {
    const places = candidates.reduce((sum, candidate) => sum + candidate.places, 0);
    io.stdout(
      io.language === 'en'
        ? `${id.padEnd(24)}${state.padEnd(12)}${candidates.length} candidates, ${places} places  ${title.en}${problems.length > 0 ? `  (${problems.length} notes)` : ''}\n`
        : `${id.padEnd(24)}${state.padEnd(12)}待审 ${candidates.length} 份，${places} 处  ${title.zh}${problems.length > 0 ? `（提醒 ${problems.length} 条）` : ''}\n`,
    );
  }
  return 0;
}

function describe(release: Release, people: number, language: CommandIo['language']): string {
  const zh = language !== 'en';
  const lines = [
    `${release.title}${release.variant ? ` · ${release.variant}` : ''} · ${zh ? `第 ${release.revision} 版` : `revision ${release.revision}`}`,
    zh
      ? `  ${release.audience.places.length} 处，约 ${people} 人`
      : `  ${release.audience.places.length} places, about ${people} people`,
  ];
  for (const cue of release.cues) {
    const windows = cue.timing.windows.map((window) => `${window.from}–${window.to}`).join(' ');
    lines.push(
      `  ${cue.id}: ${cue.timing.kind} ${windows}  ${zh ? '优先级' : 'priority'} ${cue.priority}  ${zh ? '音量上限' : 'volume cap'} ${cue.volumeCap}%`,
    );
  }
  for (const item of release.items) {
    lines.push(
      `  - ${item.title}: ${item.audio.map((version) => `${version.dialect}(${version.voice})`).join(' ')}${item.text ? ` “${item.text}”` : ''}`,
    );
    for (const { dialect, words } of item.audio) if (words) lines.push(`      ${dialect}: ${words}`);
  }
  return `${lines.join('\n')}\n`;
}
