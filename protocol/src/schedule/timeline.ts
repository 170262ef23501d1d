import { overlaps, type Span } from './windows.js';

interface Placed {
  readonly startAt: number;
  readonly endAt: number;
}

/** What one output already has to do on a day: in order, and never two things at once. */
export class Timeline<T extends Placed> {
  readonly #placed: T[] = [];

  get all(): readonly T[] {
    return this.#placed;
  }

  /** The earliest of what is placed that a span would overlap. */
  inTheWay(span: Span): T | undefined {
    const next = this.#placed[this.#firstEndingAfter(span.from)];
    return next && overlaps(span, { from: next.startAt, to: next.endAt }) ? next : undefined;
  }

  /** What a span still has free, in order. */
  free(span: Span): Span[] {
    const spans: Span[] = [];
    let from = span.from;
    for (let at = this.#firstEndingAfter(from); from < span.to; at++) {
      const next = this.#placed[at];
      const to = Math.min(next?.startAt ?? span.to, span.to);
      if (to > from) spans.push({ from, to });
      if (!next) break;
      from = next.endAt;
    }
    return spans;
  }

  add(item: T): void {
    this.#placed.splice(this.#firstEndingAfter(item.startAt), 0, item);
  }

  #firstEndingAfter(at: number): number {
    let low = 0;
    let high = this.#placed.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#placed[middle]?.endAt ?? 0) > at) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}
