import { select } from 'd3-selection';
import { type D3ZoomEvent, type ZoomTransform, zoom, zoomIdentity } from 'd3-zoom';
import { onBeforeUnmount, onMounted, type Ref, ref, shallowRef } from 'vue';
import type { Drawing } from './drawing.js';

const marginShare = 0.9;
const closest = 90;
/** The smallest share of its full size that a mark in a crowd is drawn at. */
const leastMark = 0.42;
const flightMs = 450;
/** Names are laid out anew at most this often while somebody zooms. */
const settleMs = 90;

/** How large marks are drawn at so many pixels to the drawing unit: small from afar, full size once they have room. */
export const markSize = (scale: number): number =>
  Math.min(1.3, Math.max(0.5, 0.82 + 0.14 * Math.log2(Math.max(scale, 0.1))));

/**
 * Pan, wheel, pinch and flights of the map. What changes with every frame is written straight to the elements;
 * only `scale` is reactive, and that in steps.
 */
export const useMapZoom = (svg: Ref<SVGSVGElement | null>, world: Ref<SVGGElement | null>, drawing: () => Drawing) => {
  const scale = ref(1);
  const whole = ref(1);
  const transform = shallowRef<ZoomTransform>(zoomIdentity);
  const behaviour = zoom<SVGSVGElement, unknown>().clickDistance(5);
  let touched = false;
  let settled = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let frame = 0;

  /** What search, legend and (on a phone) the sheet cover of the map. */
  const insets = () => {
    const { width } = size();
    return width <= 760
      ? { top: 108, right: 14, bottom: innerHeight * 0.46 + 10, left: 14 }
      : { top: 24, right: 40, bottom: 24, left: width > 700 ? 190 : 24 };
  };
  /** Middle and size of what can be seen. */
  const view = () => {
    const { width, height } = size();
    const { top, right, bottom, left } = insets();
    const seen = { width: Math.max(120, width - left - right), height: Math.max(120, height - top - bottom) };
    return { ...seen, x: left + seen.width / 2, y: top + seen.height / 2 };
  };
  const size = () => ({ width: svg.value?.clientWidth || 1, height: svg.value?.clientHeight || 1 });
  /** The transform that puts a drawing point into the middle of what can be seen. */
  const centred = (x: number, y: number, k: number): ZoomTransform => {
    const seen = view();
    return zoomIdentity.translate(seen.x, seen.y).scale(k).translate(-x, -y);
  };
  const fitted = (): ZoomTransform => {
    const seen = view();
    const { projection } = drawing();
    const k = Math.min(seen.width / (projection.width || 1), seen.height / (projection.height || 1)) * marginShare;
    return centred(projection.width / 2, projection.height / 2, k);
  };
  const settle = () => {
    clearTimeout(timer);
    const rest = settleMs - (performance.now() - settled);
    const now = () => {
      settled = performance.now();
      scale.value = transform.value.k;
    };
    if (rest <= 0) now();
    else timer = setTimeout(now, rest);
  };
  const draw = (event: D3ZoomEvent<SVGSVGElement, unknown>) => {
    if (event.sourceEvent) {
      touched = true;
      cancelAnimationFrame(frame);
    }
    const { k, x, y } = event.transform;
    transform.value = event.transform;
    world.value?.setAttribute('transform', `translate(${x} ${y}) scale(${k})`);
    const style = svg.value?.style;
    style?.setProperty('--pixel', String(1 / k));
    style?.setProperty('--least', String(leastMark / k));
    style?.setProperty('--mark', String(markSize(k) / k));
    settle();
  };
  const jump = (to: ZoomTransform) => {
    if (svg.value) behaviour.transform(select(svg.value), to);
  };
  const fly = (to: ZoomTransform) => {
    cancelAnimationFrame(frame);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return jump(to);
    const from = transform.value;
    const seen = view();
    const centre = (t: ZoomTransform): [number, number] => t.invert([seen.x, seen.y]);
    const [ax, ay] = centre(from);
    const [bx, by] = centre(to);
    const began = performance.now();
    const step = (time: number) => {
      const part = Math.min(1, Math.max(0, (time - began) / flightMs));
      const eased = 1 - (1 - part) ** 3;
      const k = from.k * (to.k / from.k) ** eased;
      // Moving in step with the scale keeps the flight straight on the screen.
      const share = Math.abs(to.k - from.k) < 1e-9 ? eased : (1 / from.k - 1 / k) / (1 / from.k - 1 / to.k);
      jump(centred(ax + (bx - ax) * share, ay + (by - ay) * share, k));
      if (part < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  };
  const flyTo = (x: number, y: number, k: number) => {
    touched = true;
    fly(centred(x, y, k));
  };
  const limit = () => {
    whole.value = fitted().k;
    const { projection } = drawing();
    behaviour.scaleExtent([whole.value * 0.7, whole.value * closest]).translateExtent([
      [-projection.width * 0.8, -projection.height * 0.8],
      [projection.width * 1.8, projection.height * 1.8],
    ]);
  };
  const fit = () => {
    touched = false;
    fly(fitted());
  };
  const zoomBy = (factor: number) => {
    const seen = view();
    const [x, y] = transform.value.invert([seen.x, seen.y]);
    flyTo(x, y, Math.min(whole.value * closest, Math.max(whole.value * 0.7, transform.value.k * factor)));
  };
  /** Brings a point into view, close enough to tell it from its neighbours. */
  const show = (x: number, y: number) => {
    const seen = view();
    const [sx, sy] = transform.value.apply([x, y]);
    const away = Math.abs(sx - seen.x) > seen.width / 2 - 40 || Math.abs(sy - seen.y) > seen.height / 2 - 40;
    const close = transform.value.k / whole.value;
    if (away || close < 4) flyTo(x, y, whole.value * Math.max(close, 7));
  };
  const showTown = () => {
    const seen = view();
    const { town } = drawing();
    flyTo(town.x, town.y, Math.min(seen.width, seen.height) / 2 / town.radius);
  };

  let observer: ResizeObserver | undefined;
  onMounted(() => {
    if (!svg.value) return;
    behaviour.on('zoom', draw);
    select(svg.value).call(behaviour).on('dblclick.zoom', null);
    limit();
    jump(fitted());
    observer = new ResizeObserver(() => {
      limit();
      if (!touched) jump(fitted());
    });
    observer.observe(svg.value);
  });
  onBeforeUnmount(() => {
    observer?.disconnect();
    clearTimeout(timer);
    cancelAnimationFrame(frame);
  });
  /** Brings a whole stretch of the map into view, as for a route. */
  const showAll = (points: readonly { readonly x: number; readonly y: number }[]) => {
    const seen = view();
    const [xs, ys] = [points.map(({ x }) => x), points.map(({ y }) => y)];
    const [left, right, top, bottom] = [Math.min(...xs), Math.max(...xs), Math.min(...ys), Math.max(...ys)];
    if (points.length === 0) return;
    const k = Math.min(seen.width / (right - left || 1), seen.height / (bottom - top || 1)) * 0.85;
    flyTo((left + right) / 2, (top + bottom) / 2, Math.min(k, whole.value * 20));
  };
  return { scale, whole, transform, fit, zoomBy, show, showAll, showTown };
};
