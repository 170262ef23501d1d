import type { Span } from '@xiaolaba/protocol';

/** Stretches of the world's time during which something was so; the last may still be open. Milliseconds. */
export class Intervals {
  readonly #spans: { from: number; to: number }[] = [];

  /** It is so from now on; again before it ended changes nothing. */
  begin(at: number): void {
    if (!this.isOpen) this.#spans.push({ from: at, to: Number.POSITIVE_INFINITY });
  }

  end(at: number): void {
    const last = this.#spans.at(-1);
    if (last && last.to === Number.POSITIVE_INFINITY) last.to = at;
  }

  get isOpen(): boolean {
    return this.#spans.at(-1)?.to === Number.POSITIVE_INFINITY;
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  covers(at: number): boolean {
    return this.#spans.some((span) => span.from <= at && at < span.to);
  }

  /** Milliseconds of a span during which it was so. */
  within(span: Span): number {
    let sum = 0;
    for (const { from, to } of this.#spans) sum += Math.max(0, Math.min(to, span.to) - Math.max(from, span.from));
    return sum;
  }
}
