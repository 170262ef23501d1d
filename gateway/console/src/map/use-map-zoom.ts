import { select } from 'd3-selection';
import { type D3ZoomEvent, zoom, type ZoomTransform, zoomIdentity } from 'd3-zoom';
import { onBeforeUnmount, onMounted, type Ref, ref, shallowRef } from 'vue';
import type { Drawing } from './drawing.js';

const marginShare = 0.9;
const closest = 90;
const flightMs = 450;
/** Names are laid out anew at most this often while somebody zooms. */
const settleMs = 90;

/** How large marks are drawn: small over the whole district, full size once they have room. */
export const markSize = (level: number): number => Math.min(1.3, Math.max(0.62, 0.66 + 0.17 * Math.log2(Math.max(level, 0.1))));

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

  const size = () => ({ width: svg.value?.clientWidth || 1, height: svg.value?.clientHeight || 1 });
  const fitted = (): ZoomTransform => {
    const { width, height } = size();
    const { projection } = drawing();
    const k = Math.min(width / (projection.width || 1), height / (projection.height || 1)) * marginShare;
    return zoomIdentity
      .translate(width / 2, height / 2)
      .scale(k)
      .translate(-projection.width / 2, -projection.height / 2);
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
    style?.setProperty('--mark', String(markSize(k / whole.value) / k));
    settle();
  };
  const jump = (to: ZoomTransform) => {
    if (svg.value) behaviour.transform(select(svg.value), to);
  };
  const fly = (to: ZoomTransform) => {
    cancelAnimationFrame(frame);
    if (matchMedia('(prefers-reduced-motion: reduce)').matches) return jump(to);
    const from = transform.value;
    const { width, height } = size();
    const centre = (t: ZoomTransform): [number, number] => t.invert([width / 2, height / 2]);
    const [ax, ay] = centre(from);
    const [bx, by] = centre(to);
    const began = performance.now();
    const step = (time: number) => {
      const part = Math.min(1, Math.max(0, (time - began) / flightMs));
      const eased = 1 - (1 - part) ** 3;
      const k = from.k * (to.k / from.k) ** eased;
      // Moving in step with the scale keeps the flight straight on the screen.
      const share = Math.abs(to.k - from.k) < 1e-9 ? eased : (1 / from.k - 1 / k) / (1 / from.k - 1 / to.k);
      jump(
        zoomIdentity
          .translate(width / 2, height / 2)
          .scale(k)
          .translate(-(ax + (bx - ax) * share), -(ay + (by - ay) * share)),
      );
      if (part < 1) frame = requestAnimationFrame(step);
    };
    frame = requestAnimationFrame(step);
  };
  const flyTo = (x: number, y: number, k: number) => {
    touched = true;
    const { width, height } = size();
    fly(
      zoomIdentity
        .translate(width / 2, height / 2)
        .scale(k)
        .translate(-x, -y),
    );
  };
  const limit = () => {
    whole.value = fitted().k;
    const { projection } = drawing();
    behaviour.scaleExtent([whole.value * 0.7, whole.value * closest]).translateExtent([
      [-projection.width * 0.4, -projection.height * 0.4],
      [projection.width * 1.4, projection.height * 1.4],
    ]);
  };
  const fit = () => {
    touched = false;
    fly(fitted());
  };
  const zoomBy = (factor: number) => {
    const { width, height } = size();
    const [x, y] = transform.value.invert([width / 2, height / 2]);
    flyTo(x, y, Math.min(whole.value * closest, Math.max(whole.value * 0.7, transform.value.k * factor)));
  };
  /** Brings a point into view, close enough to tell it from its neighbours. */
  const show = (x: number, y: number) => {
    const { width, height } = size();
    const [sx, sy] = transform.value.apply([x, y]);
    const away = sx < 60 || sy < 60 || sx > width - 60 || sy > height - 60;
    const close = transform.value.k / whole.value;
    if (away || close < 4) flyTo(x, y, whole.value * Math.max(close, 7));
  };
  const showTown = () => {
    const { width, height } = size();
    const { town } = drawing();
    flyTo(town.x, town.y, Math.min(width, height) / 2 / town.radius);
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
  return { scale, whole, transform, fit, zoomBy, show, showTown, flyTo };
};
