import {
  type Campaign,
  type CampaignFile,
  type Content,
  type ContentProblem,
  campaignFileSchema,
  campaignFrom,
  checkCampaign,
  Problems,
} from '../content/index.js';
import { findPrivate } from './privacy.js';

export interface CheckedDraft {
  /** Present where the document has the form of a campaign; with errors among the problems it can't be submitted. */
  readonly campaign?: Campaign;
  readonly problems: readonly ContentProblem[];
}

/** Whether a campaign tells of a case, and so must not tell whose. */
export const isBulletin = (id: string): boolean => id.startsWith('bulletin-');

/** Half of a surrogate pair can't be written to any file. */
const isWhole = (value: unknown): boolean => {
  if (typeof value === 'string') return !/\p{Surrogate}/u.test(value);
  return typeof value !== 'object' || value === null || Object.values(value).every(isWhole);
};

/** Holds a document against everything that a campaign's file is held against. */
export async function checkDraft(id: string, document: unknown, content: Content): Promise<CheckedDraft> {
  const problems = new Problems();
  const file = `campaigns/${id}.yaml`;
  if (!isWhole(document)) {
    problems.error(file, 'text-malformed');
    return { problems: problems.list };
  }
  const lineOf = () => undefined;
  const parsed = campaignFileSchema.safeParse(document, { reportInput: true });
  if (!parsed.success) {
    problems.issues(file, parsed.error.issues, lineOf);
    return { problems: problems.list };
  }
  const { data: value } = parsed;
  if (value.id !== id) {
    problems.error(file, 'id-differs', { id }, { field: 'id' });
    return { problems: problems.list };
  }
  const ids = (list: readonly { readonly id: string }[]) => new Set(list.map((entry) => entry.id));
  const known = {
    townships: ids(content.district.townships),
    policeStations: ids(content.district.policeStations),
    sites: ids(content.sites),
    routes: ids(content.routes),
    fleets: ids(content.fleets),
  };
  await checkCampaign({ file, value, lineOf }, known, content, content.media, problems);
  if (isBulletin(id)) for (const [field, text] of textsOf(value)) checkPrivacy(file, field, text, problems);
  return { campaign: campaignFrom(value), problems: problems.list };
}

function* textsOf(file: CampaignFile): Generator<[string, string]> {
  yield ['title.zh', file.title.zh];
  for (const [index, { title, text, audio }] of file.items.entries()) {
    yield [`items.${index}.title.zh`, title.zh];
    if (text !== undefined) yield [`items.${index}.text`, text];
    for (const [version, { text: words }] of audio.entries())
      if (words !== undefined) yield [`items.${index}.audio.${version}.text`, words];
  }
}

/** Tells each thing in a text that could say who was cheated, with its place. */
export function checkPrivacy(file: string, field: string, text: string, problems: Problems): void {
  for (const { code, severity, start, end, excerpt } of findPrivate(text))
    problems[severity](file, code, { excerpt, start, end }, { field });
}
