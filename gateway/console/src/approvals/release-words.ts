import type { Cue, Release, Window } from '@xiaolaba/protocol';
import { dayOf } from '../shell/time.js';
import { useWords } from '../shell/words.js';
import type { ReleaseWords } from './compare.js';

/** Says a release as people read it. */
export const useReleaseWords = (zone: () => string) => {
  const { t, listed, phrases, clauses, dialect, duration, day } = useWords();

  const window = ({ days, from, to }: Window): string => {
    const which =
      typeof days === 'string' ? t(`approvals.days.${days}`) : listed(days.map((one) => t(`approvals.weekday.${one}`)));
    return `${which} ${from}–${to}`;
  };
  const hours = ({ timing }: Cue): string => clauses(timing.windows.map(window));
  const rhythm = ({ timing }: Cue): string => {
    if (timing.kind === 'every') return t('approvals.every', { span: duration(timing.seconds * 1000) });
    if (timing.kind === 'once') return t('approvals.once');
    if (timing.kind === 'continuous') return t('approvals.continuous');
    return t('approvals.triggered', {
      on: t(`approvals.trigger.${timing.on}`),
      cooldown: duration(timing.cooldownSeconds * 1000),
    });
  };
  const quiet = (cue: Cue): string => t(cue.breaksQuietHours ? 'approvals.breaksQuiet' : 'approvals.keepsQuiet');
  const titles = (cue: Cue, release: Release): string =>
    listed(cue.items.map((id) => release.items.find((item) => item.id === id)?.title ?? id));
  const lastDay = ({ validUntil }: Release): string => dayOf(validUntil - 1, zone());

  const words: ReleaseWords = {
    subject: {
      get title() {
        return t('approvals.subject.title');
      },
      get valid() {
        return t('approvals.subject.valid');
      },
      get profiles() {
        return t('approvals.subject.profiles');
      },
      text: (item) => t('approvals.subject.text', { item: item.title }),
      spoken: (item, code) => t('approvals.subject.spoken', { item: item.title, dialect: dialect(code) }),
      sound: (item, code) => t('approvals.subject.sound', { item: item.title, dialect: dialect(code) }),
      film: (item) => t('approvals.subject.film', { item: item.title }),
      cue: (cue) => t('approvals.subject.cue', { id: cue.id }),
    },
    valid: (release) => {
      const from = dayOf(release.validFrom, zone());
      const to = lastDay(release);
      return t('approvals.span', { from, fromDay: day(from), to, toDay: day(to) });
    },
    profiles: ({ audience }) => listed(audience.profiles.map((profile) => t(`device.profile.${profile}`))),
    voice: (kind) => t(`voice.${kind}`),
    cue: (cue, release) =>
      phrases([
        t(`output.${cue.output}`),
        titles(cue, release),
        hours(cue),
        rhythm(cue),
        t('approvals.volume', { n: cue.volumeCap }),
        t('approvals.priority', { n: cue.priority }),
        t(`approvals.dialects.${cue.dialects}`),
        quiet(cue),
      ]),
    get otherSound() {
      return t('approvals.otherSound');
    },
    get otherFilm() {
      return t('approvals.otherFilm');
    },
  };
  return { words, hours, rhythm, titles };
};
