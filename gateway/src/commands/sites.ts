import { readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { callerError } from '@xiaolaba/protocol';
import type { CommandSpec } from '@xiaolaba/protocol/command-line';
import { formatProblem, importSites, type ReferenceSystem, referenceSystems, writeSites } from '../content/index.js';

export const sitesCommand: CommandSpec = {
  name: 'convert-sites',
  summary: {
    zh: '把 GCJ-02/BD-09 坐标的点位表转为 WGS-84',
    en: 'Convert a table of sites from GCJ-02 or BD-09 to WGS-84',
  },
  usage: {
    zh: '用法：xiaolaba convert-sites <点位表.csv> --from GCJ02|BD09|WGS84 [--out <sites.csv>]\n\n表格可为 UTF-8 或 GBK；有 crs 列时以该列为准。',
    en: 'Usage: xiaolaba convert-sites <table.csv> --from GCJ02|BD09|WGS84 [--out <sites.csv>]\n\nThe table may be UTF-8 or GBK; a crs column wins.',
  },
  async run(args, io) {
    const { values, positionals } = parseArgs({
      args,
      options: { from: { type: 'string' }, out: { type: 'string' } },
      allowPositionals: true,
    });
    const [path] = positionals;
    const system = referenceSystems.find((known) => known === values.from?.toUpperCase().replace('-', ''));
    if (!path || !system) {
      io.stderr(`${io.language === 'en' ? this.usage.en : this.usage.zh}\n`);
      return 2;
    }
    const bytes = await readFile(path).catch((cause: unknown) => {
      throw callerError('file-unreadable', `cannot read ${path}`, { path }, cause);
    });
    const { sites, problems } = importSites(bytes, system satisfies ReferenceSystem, basename(path));
    for (const problem of problems) io.stderr(`${formatProblem(problem, io.language)}\n`);
    if (problems.length > 0) return 1;
    const text = writeSites(sites);
    const { out } = values;
    if (out)
      await writeFile(out, text).catch((cause: unknown) => {
        throw callerError('file-unwritable', `cannot write ${out}`, { path: out }, cause);
      });
    else io.stdout(text);
    return 0;
  },
};
