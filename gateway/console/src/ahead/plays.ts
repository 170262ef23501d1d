import type { Preview } from '@xiaolaba/gateway/contract';

export type ProfileDay = Preview['profiles'][number];
export type Play = ProfileDay['plays'][number];
export type Drop = ProfileDay['dropped'][number];

/** A play as people see it: text that stays on a sign is one, however many pieces it is accounted for in. */
export interface Stretch {
  readonly key: string;
  readonly play: Play;
  readonly startAt: number;
  readonly endAt: number;
  /** How many plays of the plan it is. */
  readonly pieces: number;
}

export const keyOf = ({ release, cue, output, dueAt }: Play): string => `${output}/${release}/${cue}/${dueAt}`;

/** In order of time; touching pieces of one text on one sign are joined. */
export const stretchesOf = (plays: readonly Play[]): Stretch[] => {
  const stretches: { key: string; play: Play; startAt: number; endAt: number; pieces: number }[] = [];
  const open = new Map<string, (typeof stretches)[number]>();
  for (const play of [...plays].sort((a, b) => a.startAt - b.startAt || (keyOf(a) < keyOf(b) ? -1 : 1))) {
    const { startAt, endAt, output } = play;
    const same = `${play.release}/${play.cue}/${play.item}`;
    const last = output === 'text' ? open.get(same) : undefined;
    if (last && last.endAt === startAt) {
      last.endAt = endAt;
      last.pieces += 1;
      continue;
    }
    const stretch = { key: keyOf(play), play, startAt, endAt, pieces: 1 };
    stretches.push(stretch);
    open.set(same, stretch);
  }
  return stretches;
};

/** Stretches under the hours in which they begin. */
export const byHour = (
  stretches: readonly Stretch[],
  hourOf: (instant: number) => string,
): { hour: string; stretches: Stretch[] }[] => {
  const hours: { hour: string; stretches: Stretch[] }[] = [];
  for (const stretch of stretches) {
    const hour = hourOf(stretch.startAt);
    const last = hours.at(-1);
    if (last?.hour === hour) last.stretches.push(stretch);
    else hours.push({ hour, stretches: [stretch] });
  }
  return hours;
};

/** What is not aired for one reason, once; with all the times at which it was due. */
export interface DropGroup {
  readonly key: string;
  readonly drop: Drop;
  readonly dueAt: readonly number[];
}
export const dropGroups = (dropped: readonly Drop[]): DropGroup[] => {
  const groups = new Map<string, { key: string; drop: Drop; dueAt: number[] }>();
  for (const drop of dropped) {
    const key = `${drop.campaign}/${drop.cue}/${drop.reason}/${drop.by?.campaign ?? ''}`;
    const group = groups.get(key) ?? { key, drop, dueAt: [] };
    groups.set(key, group);
    group.dueAt.push(drop.dueAt);
  }
  return [...groups.values()]
    .map((group) => ({ ...group, dueAt: group.dueAt.sort((a, b) => a - b) }))
    .sort((a, b) => (a.dueAt[0] ?? 0) - (b.dueAt[0] ?? 0));
};

/** A line of the sheet that hangs on the wall: as many plays of one cue as come at equal distances. */
export interface SheetLine {
  readonly key: string;
  readonly play: Play;
  readonly from: number;
  readonly to: number;
  readonly times: number;
  /** Absent where it comes once, or where distances differ. */
  readonly everyMs: number | undefined;
  /** Titles of the items that take turns. */
  readonly items: readonly string[];
}

/** A pause at least this much longer than the usual distance begins a new line. */
const breakFactor = 1.5;

/** The day as few lines as it can be told in. Small delays do not show: lines go by when things are due. */
export const sheetLines = (plays: readonly Play[]): SheetLine[] => {
  const cues = new Map<string, Stretch[]>();
  for (const stretch of stretchesOf(plays)) {
    const key = `${stretch.play.output}/${stretch.play.campaign}/${stretch.play.cue}`;
    cues.set(key, [...(cues.get(key) ?? []), stretch]);
  }
  const lines = [...cues].flatMap(([key, stretches]) =>
    runsOf(stretches).map((run): SheetLine => {
      const [first] = run;
      const last = run.at(-1);
      if (!first || !last) throw new Error('an empty run');
      const distances = new Set(gapsOf(run));
      const [every] = distances;
      return {
        key: `${key}/${first.startAt}`,
        play: first.play,
        from: first.play.dueAt,
        to: first.play.output === 'text' ? last.endAt : last.play.dueAt,
        times: run.length,
        everyMs: distances.size === 1 ? every : undefined,
        items: [...new Set(run.map(({ play }) => play.itemTitle))],
      };
    }),
  );
  return lines.sort((a, b) => a.from - b.from || (a.key < b.key ? -1 : 1));
};

const gapsOf = (run: readonly Stretch[]): number[] =>
  run.slice(1).map(({ play }, index) => play.dueAt - (run[index]?.play.dueAt ?? 0));

const runsOf = (stretches: readonly Stretch[]): Stretch[][] => {
  const least = Math.min(...gapsOf(stretches), Number.POSITIVE_INFINITY);
  const runs: Stretch[][] = [];
  for (const stretch of stretches) {
    const run = runs.at(-1);
    const before = run?.at(-1);
    if (run && before && stretch.play.dueAt - before.play.dueAt < least * breakFactor) run.push(stretch);
    else runs.push([stretch]);
  }
  return runs;
};
