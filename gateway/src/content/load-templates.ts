import { join } from 'node:path';
import { templateFileSchema } from './file-schemas.js';
import type { BulletinTemplate } from './model.js';
import { fieldNamesIn, textFieldNames } from './placeholders.js';
import type { Problems } from './problems.js';
import { readDocument, yamlFiles } from './read-document.js';

/** Reads the bulletin templates 案例快报模板 and checks that text and fields agree. */
export async function loadTemplates(directory: string, problems: Problems): Promise<BulletinTemplate[]> {
  const templates: BulletinTemplate[] = [];
  const seen = new Set<string>();
  for (const name of await yamlFiles(directory, 'templates')) {
    const document = await readDocument(join(directory, name), name, templateFileSchema, problems);
    if (!document) continue;
    const { file, value, lineOf } = document;
    const at = (...path: (string | number)[]) => {
      const line = lineOf(path);
      return { field: path.join('.'), ...(line === undefined ? {} : { line }) };
    };
    if (seen.has(value.id)) problems.error(file, 'id-repeated', { id: value.id }, at('id'));
    seen.add(value.id);
    const own = value.fields.map(({ id }) => id);
    const choices = [...own, ...textFieldNames];
    const used = fieldNamesIn(value.text);
    for (const field of used.filter((candidate) => !choices.includes(candidate)))
      problems.error(file, 'field-placeholder', { name: field, choices: choices.join(', ') }, at('text'));
    for (const [index, id] of own.entries()) {
      if (own.indexOf(id) < index) problems.error(file, 'id-repeated', { id }, at('fields', index, 'id'));
      if (!used.includes(id)) problems.warning(file, 'field-unfilled', { name: id }, at('fields', index));
    }
    templates.push(value);
  }
  return templates;
}
