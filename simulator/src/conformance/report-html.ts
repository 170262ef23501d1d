import { clockOf, dayOf } from '@xiaolaba/protocol';
import { checkText, codeIn } from './catalogue.js';
import { escaped } from './escaped.js';
import type { ConformanceReport } from './run.js';
import { timelineOf } from './timeline-svg.js';
import type { CheckResult } from './verdict.js';

const zone = 'Asia/Shanghai';

const style = `
:root{--ink:#1b2430;--soft:#5b6675;--line:#d9dee5;--paper:#fff;--good:#1d7a46;--bad:#b3261e;--skip:#6b7280;--on:#2f6fb0}
*{box-sizing:border-box}
body{margin:0;background:#f3f5f8;color:var(--ink);font:15px/1.6 system-ui,"PingFang SC","Microsoft YaHei","Noto Sans CJK SC",sans-serif}
main{max-width:1000px;margin:0 auto;padding:28px 20px 60px}
h1{font-size:25px;margin:0}h2{font-size:17px;margin:0}
.en,[lang=en]{color:var(--soft);font-size:.88em}
.sum{display:flex;gap:12px;margin:18px 0;flex-wrap:wrap}
.sum div{background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:10px 18px;min-width:130px}
.sum b{display:block;font-size:26px;line-height:1.2}
table{width:100%;border-collapse:collapse;background:var(--paper);border:1px solid var(--line);margin-bottom:26px}
td,th{padding:5px 10px;border-bottom:1px solid var(--line);text-align:left;vertical-align:top;font-size:14px}
th{color:var(--soft);font-weight:600}
article{background:var(--paper);border:1px solid var(--line);border-left:5px solid var(--good);border-radius:6px;padding:14px 16px;margin:0 0 14px;break-inside:avoid}
article.fail{border-left-color:var(--bad)}article.skipped{border-left-color:var(--skip)}
article p{margin:4px 0}
.mark{float:right;font-weight:700}.pass .mark,.t-pass{color:var(--good)}.fail .mark,.t-fail{color:var(--bad)}.skipped .mark,.t-skipped{color:var(--skip)}
.why{color:var(--bad);font-weight:600}.skipped .why{color:var(--skip)}
code{font:13px ui-monospace,Consolas,monospace;color:var(--soft);overflow-wrap:anywhere}
a{color:inherit}
svg{width:100%;height:auto;display:block;margin-top:8px;font-size:12px}
svg text{fill:var(--ink)}svg .en,svg .axis{fill:var(--soft);font-size:10.5px}svg .axis{text-anchor:middle}
.grid{stroke:#edf0f4}.lane{stroke:var(--line)}.dot{fill:var(--on)}.faint{fill:#9aa7b5}
.bad{stroke:var(--bad);stroke-width:2.2;fill:none}.good{stroke:var(--good)}.on{fill:var(--good);fill-opacity:.75}.off{fill:#fff;stroke:var(--bad);stroke-width:1.2}
.key{display:flex;gap:18px;flex-wrap:wrap;margin:0 0 14px;font-size:13px}.key svg{display:inline-block;width:16px;height:14px;margin:0 5px -2px 0}
footer{color:var(--soft);font-size:13px;margin-top:20px}
@media print{body{background:#fff}main{max-width:none;padding:0}article,table,.sum div{border-color:#bbb}}
`;

const verdicts: Readonly<Record<CheckResult['result'], readonly [zh: string, en: string]>> = {
  pass: ['通过', 'passed'],
  fail: ['不通过', 'failed'],
  skipped: ['未检', 'skipped'],
};

const key = `<div class="key">${[
  ['<circle class="dot" cx="8" cy="7" r="4"/>', '消息', 'message'],
  ['<circle class="faint" cx="8" cy="7" r="2.5"/>', '心跳', 'beat'],
  ['<path class="bad" d="M4 3L12 11M12 3L4 11"/>', '拒绝', 'refused'],
  ['<path class="good" d="M8 0V14" stroke-width="2.5"/>', '连上', 'connected'],
  ['<path class="bad" d="M8 0V14"/>', '断线', 'disconnected'],
  ['<rect class="on" x="1" y="1" width="14" height="12" rx="2"/>', '播出', 'played'],
  ['<rect class="off" x="5" y="1" width="4" height="12" rx="2"/>', '没播出', 'not played'],
]
  .map(
    ([mark, zh, en]) =>
      `<span><svg viewBox="0 0 16 14" aria-hidden="true">${mark}</svg>${zh} <i class="en">${en}</i></span>`,
  )
  .join('')}</div>`;

/** The report as one file that needs nothing else, Chinese first with English beside it; made to be printed too. */
export function htmlOf(report: ConformanceReport): string {
  const { device, profile, startedAt, passed, failed, skipped, checks, simulated, defect } = report;
  const when = `${dayOf(startedAt, zone)} ${clockOf(startedAt, zone)}`;
  const what = [device, profile, simulated ? '模拟 simulated' : '实机 real', defect ? `缺陷 defect: ${defect}` : '']
    .filter(Boolean)
    .join(' · ');
  const figures = [
    [passed, 'pass'],
    [failed, 'fail'],
    [skipped, 'skipped'],
  ] as const;
  return `<!doctype html>
<html lang="zh-CN"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<title>小喇叭 一致性检测 ${escaped(device)}</title><style>${style}</style></head><body><main>
<h1>小喇叭终端一致性检测报告</h1><p lang="en">Xiaolaba endpoint conformance report</p>
<p>${escaped(what)} · ${when}</p>
<div class="sum">${figures
    .map(([count, result]) => {
      const [zh, en] = verdicts[result];
      return `<div class="t-${result}"><b>${count}</b>${zh} <span class="en">${en}</span></div>`;
    })
    .join('')}</div>
<table><thead><tr><th>检查项 <span class="en">check</span></th><th></th><th>结果 <span class="en">result</span></th></tr></thead><tbody>${checks.map(row).join('')}</tbody></table>
${key}
${checks.map(section).join('\n')}
<footer>时间按检测台的时钟。<span class="en">Times are by the clock of the bench.</span></footer>
</main></body></html>
`;
}

function row({ id, result, code }: CheckResult): string {
  const [zh, en] = verdicts[result];
  const why = code ? `：${codeIn('zh', code)} <span class="en">${escaped(codeIn('en', code))}</span>` : '';
  const { title } = checkText.zh[id];
  return `<tr><td><a href="#${id}">${title}</a> <span class="en">${checkText.en[id].title}</span></td><td><code>${id}</code></td><td><b class="t-${result}">${zh}</b> <span class="en">${en}</span>${why}</td></tr>`;
}

function section({ id, result, code, details, evidence, durationMs }: CheckResult): string {
  const [zh, en] = [checkText.zh[id], checkText.en[id]];
  const why = code
    ? `<p class="why">${codeIn('zh', code)} <span class="en">${escaped(codeIn('en', code))}</span> <code>${code}</code></p>`
    : '';
  const values = Object.entries(details).map(([name, value]) => `${name}: ${value}`);
  const facts = values.length > 0 ? `<p><code>${escaped(values.join(' · '))}</code></p>` : '';
  const picture = evidence.messages.length > 0 ? timelineOf(evidence) : '';
  const [word, english] = verdicts[result];
  return `<article id="${id}" class="${result}"><span class="mark">${word} <span class="en">${english} · ${(durationMs / 1000).toFixed(0)} s</span></span>
<h2>${zh.title} <span class="en">${escaped(en.title)}</span></h2>
<p>${zh.proves}<br><span lang="en">${escaped(en.proves)}</span></p>
<p class="en">局限：${zh.limits} Limits: ${escaped(en.limits)}</p>${why}${facts}${picture}</article>`;
}
