import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, normalize, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { callerError, worldError } from '@xiaolaba/protocol';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { sha256 } from '@xiaolaba/protocol/node';
import type { ExportView } from '../api/desk-contract.js';
import { connect, connectionOptions } from './connection.js';

/** Folders whose YAML files are the gateway's alone after an export. */
const owned = ['alerts', 'calendar', 'campaigns', 'templates'];

export const exportCommand: CommandSpec = {
  name: 'export',
  summary: {
    zh: '把网关上的内容写成文件（YAML、CSV、录音、视频）',
    en: "Write the gateway's content as files (YAML, CSV, recordings, films)",
  },
  usage: {
    zh: `用法：xiaolaba export <目录> --data <网关数据目录> [--gateway <网址>] [--replace]

目录须为空；加 --replace 则覆盖其中的内容文件，并删去网关没有的日历、宣传任务、模板与预案。注释与排版无法保留。之后 plan 应说“没有变化”。`,
    en: `Usage: xiaolaba export <dir> --data <data dir of the gateway> [--gateway <url>] [--replace]

The directory has to be empty; with --replace its content files are overwritten, and calendars, campaigns, templates and alert texts that the gateway does not hold are removed. Comments and layout cannot be kept. A plan afterwards says "no changes".`,
  },
  async run(args, io) {
    const options = { ...connectionOptions, replace: { type: 'boolean' } } as const;
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (positionals[0] === undefined) {
      io.stderr(io.language === 'en' ? 'Which directory?\n' : '请写明目录。\n');
      return 2;
    }
    const root = resolve(positionals[0]);
    const present = (await readdir(root).catch(() => [] as string[])).filter((name) => name !== '.git');
    if (present.length > 0 && !values.replace)
      throw callerError('export-not-empty', `${root} is not empty: empty it, or give --replace`, { path: root });
    const call = await connect(values, io.language);
    const { files, media, missing } = await call<ExportView>('GET', '/api/export');
    // Everything is there and whole before the first file is written.
    const blobs: [string, Uint8Array][] = [];
    for (const { path, sha256: name } of media) blobs.push([path, await fetchBlob(values.gateway, name)]);
    const paths = new Set(files.map(({ path }) => path));
    for (const folder of owned) {
      for (const name of await readdir(join(root, folder)).catch(() => [] as string[])) {
        if (/\.ya?ml$/.test(name) && !paths.has(`${folder}/${name}`)) await rm(join(root, folder, name));
      }
    }
    for (const { path, text } of files) await write(root, path, text);
    for (const [path, bytes] of blobs) await write(root, path, bytes);
    const zh = io.language !== 'en';
    for (const path of missing)
      io.stderr(
        zh ? `网关没有存下 ${path}，请重新导入内容。\n` : `The gateway holds no ${path}; import the content anew.\n`,
      );
    io.stdout(
      zh
        ? `已写出 ${files.length} 个文件、${blobs.length} 个录音和视频。\n`
        : `${files.length} files and ${blobs.length} recordings and films written.\n`,
    );
    return missing.length > 0 ? 1 : 0;
  },
};

/** A gateway that has been taken over must not write outside the directory. @throws XiaolabaError `export-path` */
async function write(root: string, path: string, content: string | Uint8Array): Promise<void> {
  const target = join(root, normalize(path));
  if (!target.startsWith(root.endsWith(sep) ? root : `${root}${sep}`))
    throw worldError('export-path', `the gateway named ${path}, outside the directory`, { path });
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, content);
}

/** @throws XiaolabaError `export-differs`, `gateway-unreachable` */
async function fetchBlob(gateway: string, name: string): Promise<Uint8Array> {
  const response = await fetch(new URL(`/blobs/${name}`, gateway)).catch((cause: unknown) => {
    throw worldError('gateway-unreachable', `${gateway}: no answer`, { gateway }, cause);
  });
  const bytes = new Uint8Array(await response.arrayBuffer());
  if (!response.ok || sha256(bytes) !== name)
    throw worldError('export-differs', `the gateway did not send ${name}`, { sha256: name });
  return bytes;
}
