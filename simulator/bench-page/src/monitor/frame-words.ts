const mostDepth = 2;

/** A value in as few characters as tell it apart: no quotes, no braces around what stands alone. */
const valueText = (value: unknown, depth: number): string => {
  if (typeof value === 'string') return value === '' ? '""' : value;
  if (value === null || typeof value !== 'object') return String(value);
  if (Array.isArray(value)) {
    if (depth >= mostDepth) return `[${value.length}]`;
    return `[${value.map((one) => valueText(one, depth + 1)).join(', ')}]`;
  }
  if (depth >= mostDepth) return '{…}';
  return `{${fieldsText(value, depth + 1)}}`;
};

const fieldsText = (frame: object, depth: number): string =>
  Object.entries(frame)
    .filter(([name, value]) => name !== 'kind' && value !== undefined)
    .map(([name, value]) => `${name}=${valueText(value, depth)}`)
    .join(' ');

/** The fields of a decoded frame on one line, without its kind. */
export const frameFields = (frame: { readonly kind: string }): string => fieldsText(frame, 0);

/** Bytes in pairs, as a technician reads them. */
export const spacedHex = (hex: string): string => (hex.match(/../g) ?? []).join(' ').toUpperCase();
