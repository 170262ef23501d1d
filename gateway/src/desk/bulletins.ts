import { addDays, type DaySet, dayOf, distanceMetres, type Profile } from '@xiaolaba/protocol';
import { sha256 } from '@xiaolaba/protocol/node';
import type { BulletinPreview, BulletinRequest } from '../api/desk-contract.js';
import type { ContentService } from '../campaigns/content-service.js';
import type { DistrictModel } from '../campaigns/district-model.js';
import { fillIn, variantsOf } from '../campaigns/variants.js';
import {
  type BulletinTemplate,
  type Campaign,
  type CampaignCue,
  type Content,
  type ContentProblem,
  fileFrom,
  Problems,
  type Site,
} from '../content/index.js';
import type { Library } from '../library/index.js';
import { displayText, fieldValues, type Near, readsChinese, speechOf, spokenSeconds } from './bulletin-text.js';
import { checkDraft, checkPrivacy } from './check-draft.js';
import type { Drafts } from './drafts.js';
import { DraftRefused } from './drafts.js';
import { signFits } from './sign-fits.js';

export interface BulletinsDeps {
  readonly content: ContentService;
  readonly drafts: Drafts;
  readonly library: Library;
  readonly now: () => number;
}

interface Part {
  readonly campaign: Campaign;
  readonly display: string;
  readonly speech: ReadonlyMap<string, string>;
  readonly targets: readonly Target[];
}

interface Target {
  readonly site: Site;
  readonly metres: number;
}

interface Composed {
  readonly parts: readonly Part[];
  readonly valid: { readonly from: string; readonly to: string };
  readonly problems: readonly ContentProblem[];
}

const clockTime = /^(?:[01]\d|2[0-3]):[0-5]\d$|^24:00$/;
const everyDay: DaySet = 'every-day';
/** Above everyday campaigns, below what arrives with a vehicle; alerts begin at 90. */
const priority = 70;
const volumeCap = 75;
/** Ids have at most so many characters. */
const longestId = 40;
const covered: ReadonlySet<Site['kind']> = new Set(['estate', 'village']);

/** Yesterday's case as a warning at the estate that it happened in, from a form. */
export class Bulletins {
  constructor(private readonly deps: BulletinsDeps) {}

  async preview(request: BulletinRequest): Promise<Omit<BulletinPreview, 'problems'> & Pick<Composed, 'problems'>> {
    const { parts, valid, problems } = await this.#compose(request, 'bulletin');
    const model = this.deps.content.model();
    const held = this.deps.content.held();
    return {
      parts: parts.map((part) => partView(part, held, model)),
      valid,
      problems,
      ready: parts.length > 0 && !problems.some(({ severity }) => severity === 'error'),
    };
  }

  /**
   * Makes the drafts of a bulletin and submits them; either all of them wait for approval, or none is left.
   * @throws DraftRefused
   */
  async make(
    request: BulletinRequest,
    author: string,
    file = 'bulletin',
  ): Promise<{ drafts: string[]; problems: readonly ContentProblem[] }> {
    const { parts, problems } = await this.#compose(request, file);
    if (parts.length === 0 || problems.some(({ severity }) => severity === 'error')) throw new DraftRefused(problems);
    const { drafts } = this.deps;
    const made: string[] = [];
    try {
      for (const { campaign } of parts) {
        await drafts.put(campaign.id, fileFrom(campaign), author);
        made.push(campaign.id);
      }
      for (const id of made) await drafts.submit(id);
    } catch (error) {
      for (const id of made) await drafts.discard(id);
      throw error;
    }
    return { drafts: made, problems };
  }

  async #compose(request: BulletinRequest, file: string): Promise<Composed> {
    const { content, now } = this.deps;
    const held = content.held();
    const problems = new Problems();
    const today = dayOf(now(), held?.district.zone ?? 'Asia/Shanghai');
    const valid = { from: today, to: addDays(today, request.days - 1) };
    const none = () => ({ parts: [], valid, problems: problems.list });
    if (!held) {
      problems.error(file, 'estate-unknown', { id: request.estate }, { field: 'estate' });
      return none();
    }
    const template = findTemplate(request.template, held, file, problems);
    const estate = findEstate(request.estate, held, file, problems);
    for (const end of ['from', 'to'] as const) {
      if (!clockTime.test(request.hours[end])) problems.error(file, 'time-format', {}, { field: `hours.${end}` });
    }
    const values = template && fieldValues(template, request.fields, file, today, problems);
    if (!template || !estate || !values || problems.list.some(({ code }) => code === 'time-format')) return none();
    const targets = targetsOf(estate, request.neighbours, held);
    const [own, ...others] = targets;
    if (own?.site.id !== estate.id) {
      problems.error(file, 'targets-missing', { id: estate.name.zh }, { field: 'estate' });
      return none();
    }
    const voices = (await this.deps.library.voices()).map(({ dialect }) => dialect);
    const parts: Part[] = [];
    const groups: [Near, readonly Target[]][] = [
      ['here', [own]],
      ['nearby', others],
    ];
    for (const [near, places] of groups) {
      if (places.length === 0) continue;
      const display = displayText(template, values, estate.kind, near);
      checkPrivacy(file, 'text', display, problems);
      const dialects = [...new Set(['cmn', ...places.flatMap(({ site }) => site.dialects)])];
      const speech = new Map(
        dialects
          .filter((dialect) => dialect === 'cmn' || (readsChinese.has(dialect) && voices.includes(dialect)))
          .map((dialect) => [dialect, speechOf(display, dialect)]),
      );
      const id = await this.#freeId(today, estate.id, near);
      const campaign = campaignOf(id, request, template, estate, near, places, held, {
        display,
        speech,
        dialects,
        valid,
      });
      const checked = await checkDraft(id, fileFrom(campaign), held);
      const known = new Set(problems.list.map(({ code, details }) => `${code} ${details['excerpt'] ?? ''}`));
      problems.list.push(
        ...checked.problems
          .filter(({ code, details }) => !known.has(`${code} ${details['excerpt'] ?? ''}`))
          .map((problem) => ({ ...problem, file })),
      );
      parts.push({ campaign, display, speech, targets: places });
    }
    return { parts, valid, problems: problems.list };
  }

  /** The first number of the day that no campaign of this estate ever had. */
  async #freeId(today: string, estate: string, near: Near): Promise<string> {
    const end = near === 'nearby' ? '-near' : '';
    const room = longestId - `bulletin-${today}--999-near`.length;
    const name =
      estate.length <= room ? estate : `${estate.slice(0, room - 7)}-${sha256(Buffer.from(estate)).slice(0, 6)}`;
    for (let number = 1; ; number++) {
      const id = `bulletin-${today}-${name}-${number}${end}`;
      if (!(await this.deps.drafts.wasUsed(id))) return id;
    }
  }
}

function findTemplate(
  wanted: string,
  { templates = [] }: Content,
  file: string,
  problems: Problems,
): BulletinTemplate | undefined {
  const found = templates.find(({ id, type, title }) => [id, type, title.zh].includes(wanted.trim()));
  const choices = templates.map(({ id, type }) => `${id} ${type}`).join(', ');
  if (!found) problems.error(file, 'template-unknown', { id: wanted, choices }, { field: 'template' });
  return found;
}

function findEstate(wanted: string, { sites }: Content, file: string, problems: Problems): Site | undefined {
  const places = sites.filter(({ kind }) => covered.has(kind));
  const byId = places.find(({ id }) => id === wanted.trim());
  if (byId) return byId;
  const named = places.filter(({ name }) => name.zh === wanted.trim());
  const where = { field: 'estate' };
  if (named.length === 0) problems.error(file, 'estate-unknown', { id: wanted }, where);
  if (named.length > 1)
    problems.error(file, 'estate-ambiguous', { id: wanted, choices: named.map(({ id }) => id).join(', ') }, where);
  return named.length === 1 ? named[0] : undefined;
}

const devicesAt = ({ devices }: Content, site: Site, profile: Profile) =>
  devices.filter((device) => device.place === `site/${site.id}` && device.profile === profile);
const isReached = (content: Content, site: Site): boolean =>
  devicesAt(content, site, 'loudspeaker').length > 0 || devicesAt(content, site, 'booth-sign').length > 0;

/** The estate itself, and the neighbours that have something to play on, the nearest first. */
function targetsOf(estate: Site, within: number, content: Content): Target[] {
  return content.sites
    .filter(({ kind, id }) => covered.has(kind) && (within > 0 || id === estate.id))
    .map((site) => ({ site, metres: Math.round(distanceMetres(estate.position, site.position)) }))
    .filter(({ site, metres }) => (site.id === estate.id || metres <= within) && isReached(content, site))
    .sort((a, b) => Number(b.site.id === estate.id) - Number(a.site.id === estate.id) || a.metres - b.metres);
}

function campaignOf(
  id: string,
  { hours, everySeconds }: BulletinRequest,
  template: BulletinTemplate,
  estate: Site,
  near: Near,
  targets: readonly Target[],
  content: Content,
  said: {
    readonly display: string;
    readonly speech: ReadonlyMap<string, string>;
    readonly dialects: readonly string[];
    readonly valid: Campaign['valid'];
  },
): Campaign {
  const has = (profile: Profile) => targets.some(({ site }) => devicesAt(content, site, profile).length > 0);
  const windows = [{ days: everyDay, ...hours }];
  const cue = { items: ['case'], priority, dialects: 'rotate' as const };
  const cues: CampaignCue[] = [];
  const profiles: Profile[] = [];
  if (has('loudspeaker')) {
    profiles.push('loudspeaker');
    const timing = { kind: 'timed' as const, windows, cadence: { every: everySeconds } };
    cues.push({ ...cue, id: 'voice', output: 'audio', timing, volumeCap });
  }
  if (has('booth-sign')) {
    profiles.push('booth-sign');
    const timing = { kind: 'timed' as const, windows, cadence: 'continuous' as const };
    cues.push({ ...cue, id: 'sign', output: 'text', timing, volumeCap: 0 });
  }
  const around = near === 'nearby' ? { zh: '周边', en: ', nearby' } : { zh: '', en: '' };
  const title = {
    zh: `案例快报：${template.title.zh}（${estate.name.zh}${around.zh}）`.slice(0, 60),
    en: `Bulletin: ${template.title.en} (${estate.name.en}${around.en})`.slice(0, 80),
  };
  return {
    id,
    title,
    valid: said.valid,
    audience: { profiles, sites: targets.map(({ site }) => site.id) },
    items: [
      {
        id: 'case',
        title: template.title,
        // A dialect without a text waits for a recording; Mandarin stands in until then.
        audio: said.dialects.map((dialect) => {
          const text = said.speech.get(dialect);
          return { dialect, ...(text === undefined ? {} : { text }) };
        }),
        text: said.display,
      },
    ],
    cues,
  };
}

function partView(
  { campaign, display, speech, targets }: Part,
  content: Content | undefined,
  model: DistrictModel | undefined,
): BulletinPreview['parts'][number] {
  const places = targets.flatMap(({ site }) => model?.places.get(`site/${site.id}`) ?? []);
  const [variant] = model ? variantsOf(campaign, places, model) : [];
  const filled = (text: string) => fillIn(text, variant?.values ?? {});
  const view = targets.map(({ site, metres }) => ({
    place: `site/${site.id}`,
    name: site.name,
    metres,
    people: site.people,
    loudspeakers: content ? devicesAt(content, site, 'loudspeaker').length : 0,
    signs: content ? devicesAt(content, site, 'booth-sign').length : 0,
    dialects: [...site.dialects],
  }));
  const signs = targets.flatMap(({ site }) =>
    content ? devicesAt(content, site, 'booth-sign').flatMap(({ sign }) => sign ?? []) : [],
  );
  return {
    id: campaign.id,
    display: filled(display),
    speech: [...speech].map(([dialect, text]) => {
      const words = filled(text);
      return { dialect, text: words, seconds: spokenSeconds(words) };
    }),
    standIns: [...new Set(targets.flatMap(({ site }) => site.dialects))].filter((dialect) => !speech.has(dialect)),
    targets: view,
    people: view.reduce((sum, { people }) => sum + people, 0),
    signs: signFits(filled(display), signs).map(({ sign, count, fitted }) => {
      const { columnsNeeded, fitsStill, secondsPerPass } = fitted;
      return { ...sign, signs: count, columnsNeeded, fitsStill, seconds: secondsPerPass };
    }),
  };
}
