import type { DraftView } from '@xiaolaba/gateway/contract';
import { isRefusal } from '../api/client.js';
import type { ItemDocument } from '../drafts/campaign-document.js';
import type { ItemsApi } from './items-api.js';
import type { ItemVersion } from './library.js';

type Document = DraftView['campaign'];

/** A dialect's version of an item with another recording, or without one; a version with nothing left goes. */
const versionsWith = (
  versions: readonly ItemVersion[],
  dialect: string,
  recording: string | undefined,
): ItemVersion[] => {
  const own = versions.find((one) => one.dialect === dialect);
  const { recording: _, ...rest }: ItemVersion = own ?? { dialect };
  const next: ItemVersion = recording === undefined ? rest : { ...rest, recording };
  const list = own ? versions.map((one) => (one === own ? next : one)) : [...versions, next];
  return list.filter((one) => one !== next || one.text !== undefined || one.recording !== undefined);
};

/** The campaign with this recording in place; nothing where it no longer has the item. */
export const withRecording = (
  campaign: Document,
  item: string,
  dialect: string,
  recording: string | undefined,
): Document | undefined => {
  const items = campaign.items as readonly ItemDocument[];
  if (!items.some(({ id }) => id === item)) return undefined;
  return {
    ...campaign,
    items: items.map((one) =>
      one.id === item ? { ...one, audio: versionsWith(one.audio ?? [], dialect, recording) } : one,
    ),
  };
};

/** Where a recording goes. */
export interface Seat {
  readonly draft: string;
  readonly item: string;
  readonly dialect: string;
}
export type Seated =
  | { readonly kind: 'saved'; readonly draft: DraftView }
  /** Somebody changed the draft between reading and writing it. */
  | { readonly kind: 'changed' }
  | { readonly kind: 'gone' };

/** Puts a recording into the newest version of a draft. @throws Refusal */
export const seatRecording = async (
  api: Pick<ItemsApi, 'draft' | 'save'>,
  { draft: id, item, dialect }: Seat,
  recording: string | undefined,
): Promise<Seated> => {
  const draft = await api.draft(id);
  const campaign = withRecording(draft.campaign, item, dialect, recording);
  if (!campaign) return { kind: 'gone' };
  try {
    return { kind: 'saved', draft: (await api.save(id, draft.version, campaign)).draft };
  } catch (error) {
    if (isRefusal(error, 'draft-changed')) return { kind: 'changed' };
    throw error;
  }
};
