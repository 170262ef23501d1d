/** Bytes as Web Crypto takes them: on memory that is theirs alone. */
export type Bytes = Uint8Array<ArrayBuffer>;
export const bytesOf = (bytes: Iterable<number>): Bytes => Uint8Array.from(bytes);

/** The browser's own cryptography, or Node's. Only there on pages that came over HTTPS or from this machine. */
export const subtle = () => globalThis.crypto.subtle;
