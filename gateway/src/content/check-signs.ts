import { fitText } from '../library/text-fit.js';
import type { AudiencePlace } from './audience-places.js';
import type { CampaignFile } from './file-schemas.js';
import type { Problems } from './problems.js';

/** Whether the signs that a campaign is for can show its texts; what a field will hold is another matter. */
export function checkSigns(
  file: string,
  value: CampaignFile,
  places: readonly AudiencePlace[],
  problems: Problems,
  at: (...path: (string | number)[]) => { field: string; line?: number },
): void {
  const shapes = new Map(
    places
      .flatMap(({ signs }) => signs)
      .map((sign) => [`${sign.charset} ${sign.rows < 16 ? sign.rows : 'high enough'}`, sign]),
  );
  const shown = new Set(value.cues.flatMap(({ output, items }) => (output === 'text' ? items : [])));
  for (const [index, { id, text }] of value.items.entries()) {
    if (text === undefined || !shown.has(id)) continue;
    const where = at('items', index, 'text');
    for (const sign of shapes.values()) {
      const fitted = fitText(text.replace(/\{[^}]*\}/g, ''), sign);
      const { charset, rows } = sign;
      if (fitted.missing.length > 0) {
        const characters = [...new Set(fitted.missing.map(({ char }) => char))].join(' ');
        problems.warning(file, 'sign-characters', { charset, characters }, where);
      }
      if (fitted.refused === 'text-too-long')
        problems.warning(file, 'sign-text-long', { charset, bytes: fitted.bytes }, where);
      if (fitted.refused === 'sign-too-low') problems.warning(file, 'sign-low', { rows }, where);
    }
  }
}
