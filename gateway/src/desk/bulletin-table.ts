import { parse } from 'csv-parse/sync';
import { stringify } from 'csv-stringify/sync';
import { type BulletinRequest, bulletinRequestSchema } from '../api/desk-contract.js';
import { type BulletinTemplate, type ContentProblem, decodeText, Problems } from '../content/index.js';

/** Headers in Chinese, and what they stand for; the template's own fields may be headed by their ids or labels. */
const columns: Readonly<Record<string, string>> = {
  类型: 'template',
  小区: 'estate',
  日期: 'date',
  金额: 'amount',
  手法: 'method',
  开始: 'from',
  结束: 'to',
  有效天数: 'days',
  邻近米数: 'neighbours',
};
const own: ReadonlySet<string> = new Set(['template', 'estate', 'from', 'to', 'days', 'neighbours']);
/** A day's cases of a whole county, with room. */
export const mostRows = 500;

export interface BulletinRow {
  readonly line: number;
  readonly request?: BulletinRequest;
  readonly problems: readonly ContentProblem[];
}

/** A table to be filled in, with one example; with the byte order mark by which a spreadsheet knows UTF-8. */
export function emptyBulletinTable(templates: readonly BulletinTemplate[], estate: string, today: string): string {
  const header = Object.keys(columns);
  const [first] = templates;
  return stringify([[first?.type ?? '', estate, today, '28650', '刷单群', '08:00', '20:00', '3', '500']], {
    header: true,
    columns: header,
    bom: true,
    escape_formulas: true,
  });
}

/** Reads a table of cases: UTF-8 or GBK, one case a row. A row that is wrong keeps no other from being taken. */
export function readBulletinTable(
  bytes: Uint8Array,
  file: string,
): { readonly rows: readonly BulletinRow[]; readonly problems: readonly ContentProblem[] } {
  const problems = new Problems();
  const none = () => ({ rows: [], problems: problems.list });
  const text = decodeText(bytes);
  if (text === undefined) {
    problems.error(file, 'encoding-unknown');
    return none();
  }
  let header: string[] = [];
  let records: { record: Record<string, string>; info: { lines: number } }[];
  try {
    records = parse(text, {
      bom: true,
      info: true,
      trim: true,
      skip_empty_lines: true,
      relax_column_count_less: true,
      columns: (cells: string[]) => {
        header = cells.map((cell) => columns[cell] ?? cell);
        return header;
      },
    }) as unknown as typeof records;
  } catch (error) {
    problems.error(file, 'csv-syntax', { reason: error instanceof Error ? error.message : String(error) });
    return none();
  }
  const missing = ['template', 'estate'].filter((name) => !header.includes(name));
  if (header.length === 0) problems.error(file, 'csv-empty');
  else if (missing.length > 0) problems.error(file, 'columns-missing', { names: missing.join(', ') }, { line: 1 });
  const repeated = header.filter((name, index) => header.indexOf(name) < index);
  if (repeated.length > 0) problems.error(file, 'columns-repeated', { names: repeated.join(', ') }, { line: 1 });
  if (records.length > mostRows) problems.error(file, 'field-too-large', { limit: mostRows });
  if (problems.list.length > 0) return none();
  return { rows: records.map(({ record, info }) => rowOf(record, info.lines, file)), problems: [] };
}

/** `08:00` is `8:00` or `8:00:00` once a spreadsheet has saved it. */
const clockTime = (cell: string | undefined): string | undefined =>
  cell?.replace(
    /^(\d{1,2}):(\d{2})(?::00)?$/,
    (_all, hours: string, minutes: string) => `${hours.padStart(2, '0')}:${minutes}`,
  );

function rowOf(record: Record<string, string>, line: number, file: string): BulletinRow {
  const problems = new Problems();
  // A spreadsheet's guard against formulas is no part of the value.
  const cells = Object.entries(record).map(
    ([name, cell]) => [name, (cell ?? '').replace(/^'(?=[=+\-@])/, '')] as const,
  );
  const cell = new Map(cells.filter(([, value]) => value !== ''));
  const fields = Object.fromEntries([...cell].filter(([name]) => !own.has(name)));
  const number = (name: string) => (cell.has(name) ? { [name]: Number(cell.get(name)) } : {});
  const [from, to] = [clockTime(cell.get('from')), clockTime(cell.get('to'))];
  const parsed = bulletinRequestSchema.safeParse(
    {
      template: cell.get('template'),
      estate: cell.get('estate'),
      fields,
      ...(from !== undefined && to !== undefined ? { hours: { from, to } } : {}),
      ...number('days'),
      ...number('neighbours'),
    },
    { reportInput: true },
  );
  if (parsed.success) return { line, request: parsed.data, problems: [] };
  problems.issues(file, parsed.error.issues, () => line);
  return { line, problems: problems.list };
}
