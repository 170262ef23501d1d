import { z } from 'zod';
import { alertFileSchema } from './alert-file-schema.js';
import * as files from './file-schemas.js';

const titled = {
  district: [files.districtFileSchema, 'district.yaml'],
  calendar: [files.calendarFileSchema, 'calendar/*.yaml'],
  campaign: [files.campaignFileSchema, 'campaigns/*.yaml'],
  template: [files.templateFileSchema, 'templates/*.yaml'],
  alert: [alertFileSchema, 'alerts/*.yaml'],
  'site-row': [files.siteRowSchema, 'a row of sites/sites.csv'],
  'route-row': [files.routeRowSchema, 'a row of sites/routes.csv'],
  'route-stop-row': [files.routeStopRowSchema, 'a row of sites/route-stops.csv'],
  'fleet-row': [files.fleetRowSchema, 'a row of sites/fleets.csv'],
  'device-row': [files.deviceRowSchema, 'a row of sites/devices.csv'],
} as const;

/** The JSON Schemas of the content files by file name, for editors that check while one types. */
export function jsonSchemas(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(titled).map(([name, [schema, title]]) => {
      const body = { title, ...z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }) };
      return [`${name}.schema.json`, `${JSON.stringify(body, null, 2)}\n`];
    }),
  );
}
