/** `−16.2`, with the sign that stands beside digits. */
export const decibelText = (db: number): string => `${db < 0 ? '−' : ''}${Math.abs(db).toFixed(1)}`;
