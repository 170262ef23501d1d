import { errorCode } from '@xiaolaba/protocol';
import { describe, expect, it } from 'vitest';
import { type CapAlert, capLimits, capNamespace, capTimeOf, readCap, writeCap } from './cap.js';

const area = `<area><areaDesc>城关镇</areaDesc><polygon>23.40,115.10 23.50,115.10 23.50,115.20 23.40,115.10</polygon><circle>23.4,115.1 2.5</circle><geocode><valueName>township</valueName><value>town</value></geocode></area>`;
const info = `<info><language>zh-CN</language><category>Security</category><event>电信诈骗预警</event><urgency>Immediate</urgency><severity>Severe</severity><certainty>Observed</certainty><expires>2026-11-20T10:00:00+08:00</expires><headline>今日有人冒充客服 &amp; 公检法</headline>${area}</info>`;
const message = (inner: string, open = `<alert xmlns="${capNamespace}">`): string =>
  `<?xml version="1.0" encoding="UTF-8"?>\n${open}${inner}</alert>`;
const head = (more = '', type = 'Alert', sent = '2026-11-20T08:00:00+08:00'): string =>
  `<identifier>gd-2026-1</identifier><sender>police@example.cn</sender><sent>${sent}</sent><status>Actual</status><msgType>${type}</msgType><scope>Public</scope>${more}`;
const read = (xml: string): CapAlert => readCap(Buffer.from(xml));
const codeOf = (xml: string | Uint8Array): string => {
  try {
    readCap(typeof xml === 'string' ? Buffer.from(xml) : xml);
    return 'nothing thrown';
  } catch (error) {
    return errorCode(error);
  }
};

describe('a CAP 1.2 message', () => {
  it('is read with its times, areas and entities', () => {
    const alert = read(message(head() + info));
    expect(alert).toMatchObject({ identifier: 'gd-2026-1', status: 'Actual', msgType: 'Alert', references: [] });
    expect(alert.sent).toBe(Date.parse('2026-11-20T00:00:00Z'));
    expect(alert.info[0]).toMatchObject({
      language: 'zh-CN',
      severity: 'Severe',
      headline: '今日有人冒充客服 & 公检法',
    });
    const [read1] = alert.info[0]?.area ?? [];
    expect(read1?.polygon[0]?.[1]).toEqual([115.1, 23.5]);
    expect(read1?.circle).toEqual([{ centre: [115.1, 23.4], metres: 2500 }]);
    expect(read1?.geocode).toEqual([{ valueName: 'township', value: 'town' }]);
  });

  it('says what it updates or cancels, and is refused when it does not', () => {
    const references = '<references>police@example.cn,gd-2026-0,2026-11-20T07:00:00+08:00</references>';
    expect(read(message(head(references, 'Cancel'))).references).toEqual([
      { sender: 'police@example.cn', identifier: 'gd-2026-0', sent: Date.parse('2026-11-19T23:00:00Z') },
    ]);
    for (const type of ['Update', 'Cancel']) expect(codeOf(message(head('', type)))).toBe('cap-reference-missing');
  });

  it('may name its namespace by a prefix, and carry what is of other namespaces', () => {
    const prefixed = message(head() + info, '<alert>')
      .replaceAll(/<(\/?)(?=[a-z])/gi, '<$1cap:')
      .replace('<cap:alert>', `<cap:alert xmlns:cap="${capNamespace}">`);
    expect(read(prefixed).info).toHaveLength(1);
    const signature = '<Signature xmlns="http://www.w3.org/2000/09/xmldsig#"><SignedInfo/></Signature>';
    expect(read(message(head() + info + signature)).info).toHaveLength(1);
    expect(read(message(`${head()}<info xmlns="urn:other"><event>x</event></info>`)).info).toEqual([]);
  });

  it('is the same after it was written, with offsets and never Z', () => {
    const references = '<references>a,b,2026-11-20T07:00:00+08:00 a,c,2026-11-20T07:30:00+08:00</references>';
    const alert = read(message(head(references, 'Update') + info + info.replace('zh-CN', 'en-US')));
    const written = writeCap(alert, 'Asia/Shanghai');
    expect(written).toContain('<sent>2026-11-20T08:00:00+08:00</sent>');
    expect(written).not.toMatch(/\dZ</);
    expect(read(written)).toEqual(alert);
    expect(read(writeCap(alert, 'America/St_Johns'))).toEqual(alert);
    expect(read(writeCap(alert, 'UTC'))).toEqual(alert);
    expect(capTimeOf(0, 'UTC')).toBe('1970-01-01T00:00:00-00:00');
  });
});

describe('an XML attack', () => {
  it('by entities is refused before anything is expanded or fetched', () => {
    const laughs = `<!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "${'&a;'.repeat(10)}">]>`;
    const external = '<!DOCTYPE x [<!ENTITY f SYSTEM "file:///etc/passwd">]>';
    for (const dtd of [laughs, external, '<!doctype x SYSTEM "http://example.invalid/x.dtd">'])
      expect(codeOf(`<?xml version="1.0"?>${dtd}${message(head() + info).split('\n')[1]}`)).toBe('cap-doctype');
  });

  it('by size or depth is refused', () => {
    expect(codeOf(Buffer.alloc(capLimits.maxBytes + 1, ' '))).toBe('cap-too-large');
    expect(codeOf(message('<info>'.repeat(20_000)))).toBe('cap-too-deep');
    expect(codeOf(message(`${head()}${'<info>'.repeat(20)}${'</info>'.repeat(20)}`))).toBe('cap-too-deep');
  });

  it('by another namespace, version or root is refused', () => {
    for (const open of ['<alert>', '<alert xmlns="urn:oasis:names:tc:emergency:cap:1.1">', '<alert xmlns:cap="x">'])
      expect(codeOf(message(head() + info, open))).toBe('cap-namespace');
    expect(codeOf(`<feed xmlns="${capNamespace}"></feed>`)).toBe('cap-namespace');
    expect(codeOf(`<alert xmlns="${capNamespace}"/>`)).toBe('cap-malformed');
    expect(codeOf('<__proto__><x/></__proto__>')).toMatch(/^cap-/);
  });

  it('by bytes that are no XML is refused', () => {
    expect(codeOf(message(head()).replace('</sender>', ''))).toBe('cap-not-xml');
    expect(codeOf('')).toMatch(/^cap-/);
    expect(codeOf('{"alert":1}')).toMatch(/^cap-/);
    expect(codeOf(Buffer.from([0xff, 0xfe, 0x3c]))).toBe('cap-not-utf8');
  });

  it('by fields that say something else than they should is refused', () => {
    const broken: [string, string][] = [
      ['+08:00</sent>', 'Z</sent>'],
      ['<status>Actual', '<status>Real'],
      ['gd-2026-1', 'gd 2026,1'],
      ['<scope>Public</scope>', '<scope>Public</scope><scope>Private</scope>'],
      ['23.40,115.10</polygon>', '23.41,115.11</polygon>'],
      ['23.4,115.1 2.5', '123.4,115.1 2.5'],
      ['<event>电信诈骗预警</event>', ''],
    ];
    for (const [from, to] of broken) {
      const xml = message(head() + info);
      expect(xml).toContain(from);
      expect([to, codeOf(xml.replace(from, to))]).toEqual([to, 'cap-malformed']);
    }
  });
});
