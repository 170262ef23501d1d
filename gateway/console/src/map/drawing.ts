import type { DistrictView, SiteView } from '@xiaolaba/gateway/contract';
import { fitProjection, type Point, type Projection } from './projection.js';
import { smoothPath } from './shapes.js';

export interface DrawnSite extends Point {
  readonly place: string;
  readonly site: SiteView;
  /** Mean distance to the two nearest other sites. */
  readonly room: number;
}
export interface DrawnRoute {
  readonly place: string;
  readonly name: SiteView['name'];
  readonly path: string;
  readonly points: readonly Point[];
  readonly tint: number;
}
export interface DrawnTownship extends Point {
  readonly members: number;
  readonly id: string;
  readonly name: SiteView['name'];
}
export interface Drawing {
  readonly projection: Projection;
  readonly sites: readonly DrawnSite[];
  readonly routes: readonly DrawnRoute[];
  readonly townships: readonly DrawnTownship[];
  /** Every route and site as one line, to be drawn broad: the ground that people live on. */
  readonly ground: string;
  /** Where places stand closest: the town. */
  readonly town: { readonly x: number; readonly y: number; readonly radius: number };
}

const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
const mean = (values: readonly number[]): number =>
  values.reduce((sum, value) => sum + value, 0) / (values.length || 1);

const roomAt = (points: readonly Point[], at: Point): number => {
  const distances = points.map(({ x, y }) => Math.hypot(x - at.x, y - at.y)).sort((a, b) => a - b);
  // The first is the point itself.
  return ((distances[1] ?? 1000) + (distances[2] ?? 1000)) / 2;
};

/** Dots first and pins last, so that the rarer kinds lie on top. */
const depth: Record<SiteView['kind'], number> = { parking: 0, stop: 1, estate: 2, village: 3, square: 4, booth: 5 };

/** What of the map stays the same all day, in drawing units. */
export const drawDistrict = (district: DistrictView): Drawing => {
  const projection = fitProjection(district.sites.map((site) => site.position));
  const projected = district.sites.map((site) => projection.project(site.position));
  const sites = district.sites
    .map((site) => {
      const point = projection.project(site.position);
      return { place: `site/${site.id}`, site, ...point, room: roomAt(projected, point) };
    })
    .sort((a, b) => depth[a.site.kind] - depth[b.site.kind]);
  const points = new Map<string, Point>(sites.map((drawn) => [drawn.site.id, drawn]));
  const centre = { x: median(sites.map(({ x }) => x)), y: median(sites.map(({ y }) => y)) };
  const routes = district.routes.map((route, index): DrawnRoute => {
    const stops = route.stops.flatMap((stop) => points.get(stop) ?? []);
    return {
      place: `route/${route.id}`,
      name: route.name,
      path: smoothPath(stops),
      points: stops,
      tint: (index % 3) + 1,
    };
  });
  return {
    projection,
    sites,
    routes,
    ground:
      routes.map(({ path }) => path).join('') +
      sites.map(({ x, y }) => `M${x.toFixed(1)} ${y.toFixed(1)}h.01`).join(''),
    townships: district.townships.map((township) => {
      const members = sites.filter(({ site }) => site.township === township.id);
      return {
        ...township,
        members: members.length,
        x: mean(members.map(({ x }) => x)),
        y: mean(members.map(({ y }) => y)),
      };
    }),
    town: {
      ...centre,
      radius: Math.max(4, median(sites.map(({ x, y }) => Math.hypot(x - centre.x, y - centre.y))) * 1.15),
    },
  };
};

/** The nearest of the points within `reach` of a place. */
export const nearest = <P extends Point>(points: readonly P[], to: Point, reach: number): P | undefined => {
  let best: P | undefined;
  let least = reach;
  for (const point of points) {
    const distance = Math.hypot(point.x - to.x, point.y - to.y);
    if (distance > least) continue;
    least = distance;
    best = point;
  }
  return best;
};

const headings = { ArrowRight: [1, 0], ArrowLeft: [-1, 0], ArrowDown: [0, 1], ArrowUp: [0, -1] } as const;
export type Heading = keyof typeof headings;
export const isHeading = (key: string): key is Heading => Object.hasOwn(headings, key);

/** The next point in a direction: near counts, and straying sideways counts twice. */
export const neighbour = <P extends Point>(points: readonly P[], from: Point, heading: Heading): P | undefined => {
  const [dx, dy] = headings[heading];
  let best: P | undefined;
  let least = Number.POSITIVE_INFINITY;
  for (const point of points) {
    const along = (point.x - from.x) * dx + (point.y - from.y) * dy;
    const aside = Math.abs((point.x - from.x) * dy) + Math.abs((point.y - from.y) * dx);
    if (along <= 1e-9 || along + 2 * aside >= least) continue;
    least = along + 2 * aside;
    best = point;
  }
  return best;
};
