/** Ids of a field's element and of what is wrong with it, from its place in the document: `items.0.text`. */
export const fieldId = (field: string): string => `field-${field.replaceAll('.', '-')}`;
export const problemsId = (field: string): string => `wrong-${field.replaceAll('.', '-')}`;

/** The element of a field, or of the narrowest part of the document that has one. */
export function elementOf(field: string): HTMLElement | null {
  const parts = field.split('.');
  for (let length = parts.length; length > 0; length--) {
    const found = document.getElementById(fieldId(parts.slice(0, length).join('.')));
    if (found) return found;
  }
  return null;
}

export function goTo(field: string): void {
  const element = elementOf(field);
  element?.scrollIntoView({ block: 'center' });
  const inner = element?.matches('input, textarea, select, button, [tabindex]')
    ? element
    : element?.querySelector<HTMLElement>('input, textarea, select, button');
  inner?.focus({ preventScroll: true });
}
