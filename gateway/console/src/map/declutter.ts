/** A name that would like to be written beside its mark, in screen pixels. */
export interface Label {
  readonly id: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** The higher goes first. */
  readonly rank: number;
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

/**
 * Greedy: the highest rank takes the first side where it covers neither a mark nor a name already written.
 * `marks` are half as wide as `gap` says; names that find no room stay away.
 */
export const declutter = (
  labels: readonly Label[],
  marks: readonly { readonly x: number; readonly y: number }[],
  gap: number,
): Map<string, Side> => {
  const ground = createGround();
  const half = gap * 0.7;
  for (const { x, y } of marks) ground.take({ left: x - half, top: y - half, right: x + half, bottom: y + half });
  const written = new Map<string, Side>();
  for (const label of [...labels].sort((a, b) => b.rank - a.rank || (a.id < b.id ? -1 : 1))) {
    const side = sides.find((candidate) => ground.isFree(boxAt(label, candidate, gap)));
    if (!side) continue;
    ground.take(boxAt(label, side, gap));
    written.set(label.id, side);
  }
  return written;
};
