/** No true clock shows less; raised with every firmware. Milliseconds since the epoch, 2026-01-01T00:00:00Z. */
export const firmwareBuiltAt = 1_767_225_600_000;
