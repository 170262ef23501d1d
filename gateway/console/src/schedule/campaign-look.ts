/** Hues that stay apart from each other, for people with the common colour weaknesses too; then a hatch tells on. */
const hues = [212, 32, 152, 282, 2, 188, 62, 322] as const;
const hatches = ['plain', 'slant', 'back', 'level'] as const;

export interface Look {
  readonly hue: number;
  readonly hatch: (typeof hatches)[number];
}

/** A colour and a hatch for each campaign, by their order in the list; the label says the rest. */
export const lookOf = (index: number): Look => ({
  // The second round lies between the hues of the first.
  hue: ((hues[index % hues.length] ?? 212) + 22 * Math.floor(index / hues.length)) % 360,
  hatch: hatches[(index + Math.floor(index / hues.length)) % hatches.length] ?? 'plain',
});
