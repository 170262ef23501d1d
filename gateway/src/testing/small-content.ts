import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A district of two estates and a route of two stops: small enough to know every slot by heart. */
const files: Readonly<Record<string, string>> = {
  'district.yaml': `id: small
name: { zh: 小县, en: Small County }
zone: Asia/Shanghai
demo: true
townships: [{ id: town, name: { zh: 城关镇, en: Town } }]
police-stations: [{ id: station, name: { zh: 城关派出所, en: Town Station }, township: town }]
`,
  'sites/sites.csv': `id,kind,name_zh,name_en,township,police_station,longitude,latitude,dialects,quiet_hours,volume_cap,noise_zone,people
estate-1,estate,甲小区,Estate A,town,station,115.1,23.4,cmn yue,22:00-06:00,70,2,1000
estate-2,estate,乙小区,Estate B,town,station,115.11,23.41,hak cmn,22:00-06:00,70,2,500
stop-1,stop,东站,East Stop,town,station,115.12,23.4,cmn,22:00-06:00,70,2,100
stop-2,stop,西站,West Stop,town,station,115.14,23.4,cmn,22:00-06:00,70,2,100
parking-1,parking,停放点,Parking,town,station,115.105,23.405,cmn,22:00-06:00,70,2,100
`,
  'sites/routes.csv': `id,name_zh,name_en,police_station,dialects,first,last,headway_minutes
route-1,1路,Route 1,station,cmn,06:00,20:00,30
`,
  'sites/route-stops.csv': 'route,order,stop,minutes\nroute-1,1,stop-1,0\nroute-1,2,stop-2,10\n',
  'sites/fleets.csv': 'id,name_zh,name_en,police_station,dialects,parking\nfleet-1,单车,Bikes,station,cmn,parking-1\n',
  'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
speaker-1,loudspeaker,site/estate-1,,,
speaker-2,loudspeaker,site/estate-2,,,
bus-1,bus-screen,route/route-1,128,16,gbk
bike-1,bike-lock,fleet/fleet-1,,,
`,
  'calendar/2026.yaml': `id: test-2026
from: "2026-01-01"
to: "2026-12-31"
holidays: [{ day: "2026-10-01", name: 国庆节 }]
makeup-workdays: ["2026-10-10"]
school-terms: []
`,
  'campaigns/morning.yaml': `id: morning
title: { zh: 早高峰, en: Morning }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [loudspeaker], kinds: [estate] }
items:
  - id: brushing
    title: { zh: 刷单, en: Brushing }
    audio: [{ dialect: cmn, text: 网络刷单全是骗。 }, { dialect: hak }]
cues:
  - id: rush
    items: [brushing]
    output: audio
    windows: [{ days: workdays, from: "07:00", to: "08:00" }]
    every: 30m
    priority: 50
    volume-cap: 80
`,
  'campaigns/arrival.yaml': `id: arrival
title: { zh: 到站, en: Arrival }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [bus-screen], kinds: [route] }
items:
  - id: mind
    title: { zh: 提醒, en: Mind }
    audio: [{ dialect: cmn, text: 不听、不信、不转账。 }]
cues:
  - id: arrive
    items: [mind]
    output: audio
    windows: [{ days: every-day, from: "06:30", to: "09:00" }]
    on: stop-arrival
    cooldown: 60s
    priority: 60
`,
};

/** Writes the small district to a new folder; `changes` replaces or adds files (`undefined` leaves one out). */
export async function smallContent(
  changes: Readonly<Record<string, string | Uint8Array | undefined>> = {},
): Promise<string> {
  const root = await mkdtemp(join(tmpdir(), 'xiaolaba-content-'));
  for (const [name, text] of Object.entries({ ...files, ...changes })) {
    if (text === undefined) continue;
    await mkdir(join(root, name, '..'), { recursive: true });
    await writeFile(join(root, name), text);
  }
  return root;
}
