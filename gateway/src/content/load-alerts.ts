import { fallbackDialect } from '@xiaolaba/protocol';
import { contradictionIn } from '../alerts/exercise.js';
import { findPrivate } from '../desk/privacy.js';
import { type AlertText, alertFileSchema } from './alert-file-schema.js';
import { checkDialect } from './check-dialect.js';
import { fieldNamesIn } from './placeholders.js';
import type { Problems } from './problems.js';
import { readDocument, yamlFiles } from './read-document.js';

/** Reads the prepared texts of alerts and checks that each can be said as it stands. */
export async function loadAlerts(directory: string, problems: Problems): Promise<AlertText[]> {
  const texts: AlertText[] = [];
  const seen = new Set<string>();
  for (const name of await yamlFiles(directory, 'alerts')) {
    const document = await readDocument(`${directory}/${name}`, name, alertFileSchema, problems);
    if (!document) continue;
    const { file, value, lineOf } = document;
    const at = (...path: (string | number)[]) => {
      const line = lineOf(path);
      return { field: path.join('.'), ...(line === undefined ? {} : { line }) };
    };
    if (seen.has(value.id)) problems.error(file, 'id-repeated', { id: value.id }, at('id'));
    seen.add(value.id);
    const fields = value.fields.map(({ id }) => id);
    const wordings = [
      ...value.spoken.map(({ text }, index) => [text, at('spoken', index, 'text')] as const),
      [value.sign, at('sign')] as const,
    ];
    const used = new Set<string>();
    for (const [text, where] of wordings) {
      for (const field of fieldNamesIn(text)) {
        used.add(field);
        if (!fields.includes(field))
          problems.error(file, 'field-placeholder', { name: field, choices: fields.join(', ') }, where);
      }
      for (const { code, severity, start, end, excerpt } of findPrivate(text))
        problems[severity](file, code, { excerpt, start, end }, where);
      const contradiction = contradictionIn(text, value.exercise ? 'exercise' : 'actual');
      if (contradiction) problems.error(file, contradiction.code, { excerpt: contradiction.excerpt }, where);
    }
    for (const [index, id] of fields.entries()) {
      if (fields.indexOf(id) < index) problems.error(file, 'id-repeated', { id }, at('fields', index, 'id'));
      if (!used.has(id)) problems.warning(file, 'field-unfilled', { name: id }, at('fields', index));
    }
    for (const [index, { dialect }] of value.spoken.entries()) {
      checkDialect(file, dialect, problems, at('spoken', index, 'dialect'));
      if (value.spoken.findIndex((one) => one.dialect === dialect) < index)
        problems.error(file, 'id-repeated', { id: dialect }, at('spoken', index, 'dialect'));
    }
    if (!value.spoken.some(({ dialect }) => dialect === fallbackDialect))
      problems.error(file, 'mandarin-missing', { id: value.id }, at('spoken'));
    texts.push(value);
  }
  return texts;
}
