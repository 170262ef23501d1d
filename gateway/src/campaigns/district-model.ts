import type { Calendar, Position, SitePolicy } from '@xiaolaba/protocol';
import type { Campaign, Content, District, Fleet, Route, Site } from '../content/index.js';

/** Where an announcement belongs, with what the texts and the breakdowns need to know of it. */
export interface Place {
  /** `site/…`, `route/…`, `fleet/…` */
  readonly place: string;
  readonly kind: Site['kind'] | 'route' | 'fleet';
  readonly name: { readonly zh: string; readonly en: string };
  readonly township?: string;
  readonly policeStation: string;
  readonly dialects: readonly string[];
  readonly people: number;
  readonly policy: SitePolicy;
}

/** Vehicles keep the usual night; a bus or bike has no site of its own that could say otherwise. */
const movingQuiet = { from: '22:00', to: '06:00' };
const movingVolumeCap = 80;

/** The district in memory: a few hundred sites that every question needs. */
export class DistrictModel {
  readonly sites: ReadonlyMap<string, Site>;
  readonly routes: ReadonlyMap<string, Route>;
  readonly fleets: ReadonlyMap<string, Fleet>;
  readonly places: ReadonlyMap<string, Place>;
  readonly parking: readonly Site[];
  readonly district: District;
  readonly calendar: Calendar;
  readonly campaigns: readonly Campaign[];

  constructor(content: Pick<Content, 'district' | 'sites' | 'routes' | 'fleets' | 'calendar' | 'campaigns'>) {
    this.district = content.district;
    this.calendar = content.calendar;
    this.campaigns = content.campaigns;
    this.sites = new Map(content.sites.map((site) => [site.id, site]));
    this.routes = new Map(content.routes.map((route) => [route.id, route]));
    this.fleets = new Map(content.fleets.map((fleet) => [fleet.id, fleet]));
    this.parking = content.sites.filter((site) => site.kind === 'parking');
    this.places = new Map([
      ...content.sites.map((site) => this.#sitePlace(site)),
      ...content.routes.map((route) => this.#movingPlace('route', route)),
      ...content.fleets.map((fleet) => this.#movingPlace('fleet', fleet)),
    ]);
  }

  get zone(): string {
    return this.district.zone;
  }

  positionOf(site: string): Position | undefined {
    return this.sites.get(site)?.position;
  }

  #sitePlace(site: Site): [string, Place] {
    const { name, kind, township, policeStation, dialects, people } = site;
    const policy = {
      zone: this.zone,
      dialects: [...dialects],
      quietHours: { ...site.quietHours },
      volumeCap: site.volumeCap,
    };
    return [
      `site/${site.id}`,
      { place: `site/${site.id}`, kind, name, township, policeStation, dialects, people, policy },
    ];
  }

  #movingPlace(kind: 'route' | 'fleet', owner: Route | Fleet): [string, Place] {
    const { name, policeStation, dialects } = owner;
    const township = this.district.policeStations.find((station) => station.id === policeStation)?.township;
    const policy = { zone: this.zone, dialects: [...dialects], quietHours: movingQuiet, volumeCap: movingVolumeCap };
    const place = `${kind}/${owner.id}`;
    return [
      place,
      { place, kind, name, policeStation, dialects, people: 0, policy, ...(township ? { township } : {}) },
    ];
  }
}
