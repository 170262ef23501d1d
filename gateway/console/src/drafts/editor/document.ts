/** A campaign while it is written: the document itself, so that what no field shows stays as it is. */
export interface Localized {
  zh: string;
  en: string;
}
export interface SpokenDocument {
  dialect: string;
  text?: string;
  recording?: string;
}
export interface ItemDocument {
  id: string;
  title: Localized;
  text?: string;
  video?: string;
  audio?: SpokenDocument[];
}
export interface WindowDocument {
  days: string | string[];
  from: string;
  to: string;
}
export interface CueDocument {
  id: string;
  items: string[];
  /** How often in a round, and how often on end; 1 unless given. */
  weights?: Record<string, number>;
  repeats?: Record<string, number>;
  /** Goes before every play, or before every so many. */
  jingle?: { item: string; every?: number };
  output: 'audio' | 'text';
  windows: WindowDocument[];
  every?: string;
  once?: true;
  continuous?: true;
  on?: string;
  cooldown?: string;
  priority: number;
  'volume-cap'?: number;
  dialects?: 'rotate' | 'first';
}
export interface AudienceDocument {
  profiles: string[];
  kinds?: string[];
  townships?: string[];
  'police-stations'?: string[];
  sites?: string[];
  routes?: string[];
  fleets?: string[];
  dialects?: string[];
}
export interface CampaignDocument {
  id: string;
  title: Localized;
  valid: { from: string; to: string };
  audience: AudienceDocument;
  items: ItemDocument[];
  cues: CueDocument[];
}

export const copyOf = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

/** The first `name-1`, `name-2`… that nothing has yet. */
export function freeId(name: string, taken: readonly string[]): string {
  const room = name.slice(0, 36).replace(/-+$/, '');
  for (let number = 1; ; number++) {
    const id = `${room}-${number}`;
    if (!taken.includes(id)) return id;
  }
}

export const newItem = (document: CampaignDocument): ItemDocument => ({
  id: freeId(
    'item',
    document.items.map(({ id }) => id),
  ),
  title: { zh: '', en: '' },
  text: '',
  audio: [{ dialect: 'cmn', text: '' }],
});

/** What most announcements want; all of it can be changed. */
export const newCue = (document: CampaignDocument, output: 'audio' | 'text'): CueDocument => ({
  id: freeId(
    output === 'audio' ? 'voice' : 'sign',
    document.cues.map(({ id }) => id),
  ),
  items: document.items.map(({ id }) => id),
  output,
  windows: [{ days: 'every-day', from: '08:00', to: '20:00' }],
  ...(output === 'audio' ? { every: '30m' } : { continuous: true as const }),
  priority: output === 'audio' ? 50 : 30,
  'volume-cap': output === 'audio' ? 75 : 0,
  dialects: output === 'audio' ? 'rotate' : 'first',
});

/** A campaign of one item, heard and shown; lasts a month unless somebody says otherwise. */
export function newDocument(id: string, from: string, to: string): CampaignDocument {
  const document: CampaignDocument = {
    id,
    title: { zh: '', en: '' },
    valid: { from, to },
    audience: { profiles: ['loudspeaker', 'booth-sign'] },
    items: [],
    cues: [],
  };
  document.items.push(newItem(document));
  document.cues.push(newCue(document, 'audio'), newCue(document, 'text'));
  return document;
}

/** A new campaign whose first item warns of one kind of fraud. */
export function fromTemplate(
  template: { readonly title: Localized; readonly advice: string },
  id: string,
  from: string,
  to: string,
): CampaignDocument {
  const document = newDocument(id, from, to);
  document.title = { ...template.title };
  const words = `{police_station}提醒您：${template.advice}`;
  const [item] = document.items;
  if (item)
    Object.assign(item, { title: { ...template.title }, text: words, audio: [{ dialect: 'cmn', text: words }] });
  return document;
}

/** What is sent and compared: fields that were emptied are not there, and an English name that is missing is the Chinese one. */
export function finished(document: CampaignDocument): CampaignDocument {
  const done = copyOf(document);
  const name = (title: Localized): void => {
    if (typeof title === 'object' && title !== null && !title.en?.trim()) title.en = title.zh;
  };
  name(done.title);
  for (const item of done.items) {
    name(item.title);
    if (item.text?.trim() === '') delete item.text;
    if (item.video === '') delete item.video;
    for (const version of item.audio ?? []) {
      if (version.text?.trim() === '') delete version.text;
      if (version.recording === '') delete version.recording;
    }
  }
  const audience = done.audience as unknown as Record<string, unknown>;
  for (const [list, entries] of Object.entries(audience))
    if (list !== 'profiles' && Array.isArray(entries) && entries.length === 0) delete audience[list];
  return done;
}

/** Equal for documents that say the same, in whatever order their fields stand. */
export const canonical = (value: unknown): string =>
  JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );

export type Turns = 'weights' | 'repeats';
/** How often an item comes; what is usual is not written down. */
export function setTurns(cue: CueDocument, turns: Turns, item: string, n: number): void {
  const { [item]: _, ...rest } = cue[turns] ?? {};
  const next = n === 1 ? rest : { ...rest, [item]: n };
  if (Object.keys(next).length > 0) cue[turns] = next;
  else delete cue[turns];
}

/** Takes an item out of a cue, with how often it came. */
export function removeFromCue(cue: CueDocument, item: string): void {
  cue.items = cue.items.filter((id) => id !== item);
  setTurns(cue, 'weights', item, 1);
  setTurns(cue, 'repeats', item, 1);
}

/** Takes an item out of everything that plays it; cues are left, so that it is seen that they have nothing to play. */
export function removeItem(document: CampaignDocument, id: string): void {
  document.items = document.items.filter((item) => item.id !== id);
  for (const cue of document.cues) {
    removeFromCue(cue, id);
    if (cue.jingle?.item === id) delete cue.jingle;
  }
}

export function move<T>(list: T[], from: number, to: number): void {
  const [entry] = list.splice(from, 1);
  if (entry !== undefined) list.splice(to, 0, entry);
}

export const rhythms = ['every', 'once', 'continuous', 'unlock', 'lock', 'stop-arrival'] as const;
export type Rhythm = (typeof rhythms)[number];
export function rhythmOf(cue: CueDocument): Rhythm {
  if (cue.on !== undefined) return rhythms.find((name) => name === cue.on) ?? 'unlock';
  if (cue.continuous) return 'continuous';
  return cue.every === undefined ? 'once' : 'every';
}
export function setRhythm(cue: CueDocument, rhythm: Rhythm): void {
  const { every = '30m', cooldown = '60s' } = cue;
  delete cue.every;
  delete cue.once;
  delete cue.continuous;
  delete cue.on;
  delete cue.cooldown;
  if (rhythm === 'every') cue.every = every;
  else if (rhythm === 'once') cue.once = true;
  else if (rhythm === 'continuous') cue.continuous = true;
  else Object.assign(cue, { on: rhythm, cooldown });
}
