import { select } from 'd3-selection';
import { type D3ZoomEvent, zoom, zoomIdentity, zoomTransform } from 'd3-zoom';
import { computed, onBeforeUnmount, type Ref, ref, watch } from 'vue';
import { type Span, type StripScale, stripScale } from './strip-scale.js';

/** A second is never wider than this many pixels. */
const widestSecond = 24;

/** Pan, wheel and pinch along a day, from the whole of it down to its seconds. */
export const useStripZoom = (element: Ref<SVGSVGElement | null>, day: () => Span) => {
  const width = ref(1);
  const shown = ref<Span>(day());
  const scale = computed((): StripScale => stripScale(shown.value.from, shown.value.to, width.value));
  const behaviour = zoom<SVGSVGElement, unknown>().clickDistance(5);
  const whole = () => stripScale(day().from, day().to, width.value);

  behaviour.on('zoom', ({ transform }: D3ZoomEvent<SVGSVGElement, unknown>) => {
    const base = whole();
    shown.value = { from: base.at(transform.invertX(0)), to: base.at(transform.invertX(width.value)) };
  });
  /** Shows a span of the day. */
  const show = ({ from, to }: Span) => {
    if (!element.value) return;
    const base = whole();
    const k = (day().to - day().from) / (to - from);
    behaviour.transform(select(element.value), zoomIdentity.scale(k).translate(-base.x(from), 0));
  };
  const zoomBy = (factor: number, around = width.value / 2) => {
    if (element.value) behaviour.scaleBy(select(element.value), factor, [around, 0]);
  };
  /** Brings an instant into view without changing how close it is. */
  const reveal = (instant: number) => {
    if (!element.value) return;
    const x = scale.value.x(instant);
    if (x > 24 && x < width.value - 24) return;
    const { k } = zoomTransform(element.value);
    behaviour.translateBy(select(element.value), (width.value / 2 - x) / k, 0);
  };

  const observer = new ResizeObserver(([entry]) => {
    if (!entry || !element.value) return;
    const kept = shown.value;
    width.value = Math.max(1, entry.contentRect.width);
    const days = (day().to - day().from) / 1000;
    behaviour
      .scaleExtent([1, Math.max(1, (widestSecond * days) / width.value)])
      .extent([
        [0, 0],
        [width.value, 1],
      ])
      .translateExtent([
        [0, 0],
        [width.value, 1],
      ]);
    show(kept);
  });
  watch(
    element,
    (svg, before) => {
      if (before) observer.unobserve(before);
      if (!svg) return;
      select(svg).call(behaviour).on('dblclick.zoom', null);
      observer.observe(svg);
    },
    { flush: 'post' },
  );
  onBeforeUnmount(() => observer.disconnect());
  return { scale, shown, show, zoomBy, reveal };
};
