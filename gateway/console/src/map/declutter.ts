/** A name that would like to be written beside its mark, in screen pixels. */
export interface Label {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The higher goes first. */
  readonly rank: number;
  /** How far from its point it may be written, the best first. */
  readonly gaps: readonly number[];
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

const cell = 64;

/** Boxes in a coarse grid: asking what lies in the way stays cheap with hundreds of names. */
const createGround = () => {
  const cells = new Map<string, Box[]>();
  const eachCell = function* (box: Box): Generator<string> {
    for (let x = Math.floor(box.left / cell); x <= Math.floor(box.right / cell); x++)
      for (let y = Math.floor(box.top / cell); y <= Math.floor(box.bottom / cell); y++) yield `${x} ${y}`;
  };
  return {
    take(box: Box): void {
      for (const key of eachCell(box)) {
        const boxes = cells.get(key);
        if (boxes) boxes.push(box);
        else cells.set(key, [box]);
      }
    },
    isFree(box: Box): boolean {
      for (const key of eachCell(box))
        for (const other of cells.get(key) ?? [])
          if (box.left < other.right && other.left < box.right && box.top < other.bottom && other.top < box.bottom)
            return false;
      return true;
    },
  };
};

export type Side = 'right' | 'left' | 'below' | 'above';

const boxAt = (label: Label, side: Side, gap: number): Box => {
  const { x, y, width, height } = label;
  switch (side) {
    case 'right':
      return { left: x + gap, top: y - height / 2, right: x + gap + width, bottom: y + height / 2 };
    case 'left':
      return { left: x - gap - width, top: y - height / 2, right: x - gap, bottom: y + height / 2 };
    case 'below':
      return { left: x - width / 2, top: y + gap, right: x + width / 2, bottom: y + gap + height };
    case 'above':
      return { left: x - width / 2, top: y - gap - height, right: x + width / 2, bottom: y - gap };
  }
};

const sides: readonly Side[] = ['right', 'left', 'below', 'above'];

export interface Spot {
  readonly side: Side;
  readonly gap: number;
}

/**
 * Greedy: the highest rank takes the first spot where it covers neither a mark nor a name already written.
 * Names that find no room stay away.
 */
export const declutter = (
  labels: readonly Label[],
  marks: readonly { readonly x: number; readonly y: number; readonly radius: number }[],
): Map<string, Spot> => {
  const ground = createGround();
  for (const { x, y, radius } of marks)
    ground.take({ left: x - radius, top: y - radius, right: x + radius, bottom: y + radius });
  const written = new Map<string, Spot>();
  for (const label of [...labels].sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1))) {
    const spot = label.gaps
      .flatMap((gap) => sides.map((side) => ({ side, gap })))
      .find(({ side, gap }) => ground.isFree(boxAt(label, side, gap)));
    if (!spot) continue;
    ground.take(boxAt(label, spot.side, spot.gap));
    written.set(label.id, spot);
  }
  return written;
};
