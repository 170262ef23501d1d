import type {
  CampaignView,
  DraftView,
  ItemPreviewRequest,
  RecordingView,
  VoicesView,
} from '@xiaolaba/gateway/contract';
import { type CampaignDocument, documentOf, type ItemDocument, spanOf } from '../drafts/campaign-document.js';
import { holdsWords } from './find.js';

export type VoiceKind = 'recording' | 'synthesis' | 'standIn' | 'none';
export const voiceKinds = ['recording', 'synthesis', 'standIn', 'none'] as const;
export type ItemKind = 'audio' | 'text' | 'video';
export const itemKinds = ['audio', 'text', 'video'] as const;
export type ItemUse = 'air' | 'draft';
export type ItemVersion = NonNullable<ItemDocument['audio']>[number];

/** An item with the draft that it belongs to. */
export interface LibraryItem {
  /** The same for as long as draft and item are called so. */
  readonly key: string;
  readonly draft: Pick<DraftView, 'id' | 'title' | 'state' | 'version'>;
  readonly item: ItemDocument;
  readonly audience: CampaignDocument['audience'];
  readonly use: ItemUse;
  /** Seconds from one play to the next, where something says it at intervals. */
  readonly slotSeconds?: number;
}

const unitSeconds = { s: 1, m: 60, h: 3600 } as const;

/** The shortest interval at which an item is heard. */
const slotOf = (item: string, cues: CampaignDocument['cues']): number | undefined => {
  const seconds = cues.flatMap(({ items, every, output }) => {
    if (output !== 'audio' || every === undefined || !items.includes(item)) return [];
    const { n, unit } = spanOf(every);
    return n * unitSeconds[unit];
  });
  return seconds.length > 0 ? Math.min(...seconds) : undefined;
};

export const itemsOf = (draft: DraftView, campaign: CampaignView | undefined): LibraryItem[] => {
  const { items, cues, audience } = documentOf(draft);
  const { id, title, state, version } = draft;
  const use = (campaign?.releases.length ?? 0) > 0 ? 'air' : 'draft';
  return items.map((item) => {
    const slotSeconds = slotOf(item.id, cues);
    return {
      key: `${id}.${item.id}`,
      draft: { id, title, state, version },
      item,
      audience,
      use,
      ...(slotSeconds === undefined ? {} : { slotSeconds }),
    };
  });
};

/** Dialects that the gateway has a voice for, and why it has none for others. */
export type VoiceTable = ReadonlyMap<string, VoicesView['dialects'][number]>;
export const voiceTable = (voices: VoicesView | undefined): VoiceTable =>
  new Map((voices?.dialects ?? []).map((one) => [one.dialect, one]));

/** Who will speak this version: a person, a machine, or somebody else's dialect. */
export const voiceOf = (version: ItemVersion, item: ItemDocument, voices: VoiceTable): VoiceKind => {
  const own = ({ dialect, text, recording }: ItemVersion): 'recording' | 'synthesis' | undefined => {
    if (recording !== undefined) return 'recording';
    return text !== undefined && voices.get(dialect)?.voice ? 'synthesis' : undefined;
  };
  const voice = own(version);
  if (voice) return voice;
  const mandarin = item.audio?.find(({ dialect }) => dialect === 'cmn');
  return version.dialect !== 'cmn' && mandarin && own(mandarin) ? 'standIn' : 'none';
};

export const kindsOf = ({ audio, text, video }: ItemDocument): ItemKind[] => [
  ...((audio?.length ?? 0) > 0 ? (['audio'] as const) : []),
  ...(text === undefined ? [] : (['text'] as const)),
  ...(video === undefined ? [] : (['video'] as const)),
];

/** What the list is narrowed to; what is empty narrows nothing. */
export interface ItemFilter {
  readonly text: string;
  readonly dialect: string;
  readonly voice: VoiceKind | '';
  readonly kind: ItemKind | '';
  readonly use: ItemUse | '';
}
export const noFilter: ItemFilter = { text: '', dialect: '', voice: '', kind: '', use: '' };

export const isNarrowed = (filter: ItemFilter): boolean => Object.values(filter).some((value) => value !== '');

export const itemsFitting = (list: readonly LibraryItem[], filter: ItemFilter, voices: VoiceTable): LibraryItem[] =>
  list.filter(({ draft, item, use }) => {
    const versions = (item.audio ?? []).filter(({ dialect }) => filter.dialect === '' || dialect === filter.dialect);
    if (filter.dialect !== '' && versions.length === 0) return false;
    if (filter.voice !== '' && !versions.some((one) => voiceOf(one, item, voices) === filter.voice)) return false;
    if (filter.kind !== '' && !kindsOf(item).includes(filter.kind)) return false;
    if (filter.use !== '' && use !== filter.use) return false;
    return holdsWords(filter.text, [
      draft.title.zh,
      draft.title.en,
      draft.id,
      item.title.zh,
      item.title.en,
      item.text,
      ...(item.audio ?? []).map(({ text }) => text),
    ]);
  });

/** What the gateway is asked of an item, and of its place in the day. */
export const previewRequest = ({ item, audience, slotSeconds }: Omit<LibraryItem, 'key'>): ItemPreviewRequest => ({
  item: {
    ...(item.text === undefined ? {} : { text: item.text }),
    ...(item.video === undefined ? {} : { video: item.video }),
    audio: (item.audio ?? []).map(({ dialect, text, recording }) => ({
      dialect,
      ...(text === undefined ? {} : { text }),
      ...(recording === undefined ? {} : { recording }),
    })),
  },
  audience: audience as NonNullable<ItemPreviewRequest['audience']>,
  ...(slotSeconds === undefined ? {} : { slotSeconds }),
});

/** How loud devices will play a recording, LUFS; the loudest of them. */
export const playedLoudness = ({ renditions }: Pick<RecordingView, 'renditions'>): number | undefined =>
  renditions.length > 0 ? Math.max(...renditions.map(({ lufs }) => lufs)) : undefined;

/** A text in pieces, those apart that are among these characters. */
export const markedText = (
  text: string,
  characters: readonly string[],
): { readonly text: string; readonly missing: boolean }[] => {
  const pieces: { text: string; missing: boolean }[] = [];
  for (const character of text) {
    const missing = characters.includes(character);
    const last = pieces.at(-1);
    if (last?.missing === missing) last.text += character;
    else pieces.push({ text: character, missing });
  }
  return pieces;
};
