import { callerError } from '@xiaolaba/protocol';

/** A scope as it is written on the command line. @throws XiaolabaError `scope-malformed` */
export function scopeFrom(text: string): unknown {
  if (text === 'everywhere') return text;
  const names = { town: 'townships', station: 'policeStations', kind: 'kinds' } as const;
  const scope: Record<string, string[]> = {};
  for (const part of text.split(',').map((one) => one.trim())) {
    const [name = '', id = ''] = part.split(':');
    const field = /^(site|route|fleet)\//.test(part) ? 'places' : names[name as keyof typeof names];
    const value = field === 'places' ? part : id;
    if (!field || !value) throw callerError('scope-malformed', `not a scope: ${part}`, { scope: part });
    scope[field] = [...(scope[field] ?? []), value];
  }
  return scope;
}
