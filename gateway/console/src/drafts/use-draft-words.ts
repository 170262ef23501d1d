import type { CampaignView, DistrictView, DraftSummary } from '@xiaolaba/gateway/contract';
import { isSiteKind, type PlaceKind } from '../coverage/kinds.js';
import { zhCN } from '../messages/zh-CN.js';
import { useSession } from '../session/use-session.js';
import { useWords } from '../shell/words.js';
import { type CampaignDocument, type CueDocument, spanOf } from './campaign-document.js';

/** Names beyond so many are counted. */
const mostNames = 6;
const has = <T extends object>(table: T, key: PropertyKey): key is keyof T => Object.hasOwn(table, key);

/** Drafts, schedules and audiences as people say them. */
export const useDraftWords = () => {
  const { t, listed, phrases, named, dialect } = useWords();
  const { account } = useSession();

  const author = (draft: Pick<DraftSummary, 'author' | 'authorName' | 'source'>): string => {
    if (draft.author === undefined) return t('drafts.source.files');
    if (draft.author === account.value?.id) return t('drafts.me');
    return draft.authorName ?? t(draft.author === 'machine' ? 'drafts.machine' : 'drafts.somebody');
  };
  const duration = (text: string): string => {
    const { n, unit } = spanOf(text);
    return t(`drafts.unit.${unit}`, { n });
  };
  const days = (set: string | readonly string[]): string =>
    listed([set].flat().map((day) => (has(zhCN.drafts.daySet, day) ? t(`drafts.daySet.${day}`) : day)));
  const windows = (cue: CueDocument): string[] =>
    cue.windows.map(({ days: set, from, to }) => t('drafts.cue.line', { days: days(set), from, to }));
  const pace = (cue: CueDocument): string => {
    if (cue.on !== undefined) {
      const on = has(zhCN.drafts.cue.on, cue.on) ? t(`drafts.cue.on.${cue.on}`) : cue.on;
      return cue.cooldown ? phrases([on, t('drafts.cue.cooldown', { n: duration(cue.cooldown) })]) : on;
    }
    if (cue.continuous) return t('drafts.cue.continuous');
    return cue.every === undefined ? t('drafts.cue.once') : t('drafts.cue.every', { n: duration(cue.every) });
  };

  /** Who is meant, from the widest condition to the narrowest. */
  const audience = ({ audience: who }: CampaignDocument, district: DistrictView | undefined): string[] => {
    const list = (ids: readonly string[] | undefined, from: readonly { id: string; name: SiteName }[] | undefined) => {
      if (!ids) return [];
      const names = new Map((from ?? []).map(({ id, name }) => [id, named(name)] as const));
      const said = ids.slice(0, mostNames).map((id) => names.get(id) ?? id);
      const more = ids.length > mostNames ? ` ${t('drafts.audienceMore', { n: ids.length })}` : '';
      return [`${listed(said)}${more}`];
    };
    const kinds = (who.kinds ?? []).map((kind) => {
      const known = kind as PlaceKind;
      return isSiteKind(known) || known === 'route' || known === 'fleet' ? t(`kind.${known}`) : kind;
    });
    const profiles = who.profiles.map((name) => (has(zhCN.device.profile, name) ? t(`device.profile.${name}`) : name));
    const where = [
      ...(kinds.length > 0 ? [listed(kinds)] : []),
      ...list(who.townships, district?.townships),
      ...list(who['police-stations'], district?.policeStations),
      ...list(who.sites, district?.sites),
      ...list(who.routes, district?.routes),
      ...list(who.fleets, district?.fleets),
      ...(who.dialects ? [listed(who.dialects.map(dialect))] : []),
    ];
    return [listed(profiles), ...(where.length > 0 ? where : [t('drafts.audienceAll')])];
  };

  const problem = ({ code }: CampaignView['problems'][number]): string =>
    has(zhCN.drafts.problem, code) && code !== 'other'
      ? t(`drafts.problem.${code}`)
      : t('drafts.problem.other', { code });

  return { t, named, dialect, author, windows, pace, audience, problem };
};
type SiteName = DistrictView['name'];
