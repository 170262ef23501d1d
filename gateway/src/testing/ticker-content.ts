/** Changes that leave the small district with nothing but a text on two signs: a day of it needs no audio work. */
export const tickerContent = (text = '刷单就是诈骗'): Readonly<Record<string, string | undefined>> => ({
  'campaigns/morning.yaml': undefined,
  'campaigns/arrival.yaml': undefined,
  'sites/devices.csv': `id,profile,place,sign_columns,sign_rows,charset
sign-1,booth-sign,site/estate-1,64,16,gbk
sign-2,booth-sign,site/estate-2,64,16,gbk
bus-1,bus-screen,route/route-1,128,16,gbk
`,
  'campaigns/ticker.yaml': `id: ticker
title: { zh: 滚动字幕, en: Ticker }
valid: { from: "2026-01-01", to: "2026-12-31" }
audience: { profiles: [booth-sign], kinds: [estate] }
items: [{ id: line, title: { zh: 一, en: One }, text: "${text}" }]
cues:
  - id: all-day
    items: [line]
    output: text
    windows: [{ days: every-day, from: "07:00", to: "10:00" }]
    continuous: true
    priority: 20
`,
});
