/** Control packet types, MQTT 3.1.1 table 2.1. */
export const packetType = {
  connect: 1,
  publish: 3,
  puback: 4,
  pubrec: 5,
  pubrel: 6,
  pubcomp: 7,
  subscribe: 8,
  unsubscribe: 10,
  pingreq: 12,
  disconnect: 14,
} as const;

/** Called at each fixed header; a returned code stops the scan. */
export type HeaderCheck = (type: number, flags: number, length: number) => string | undefined;

/**
 * Follows MQTT packets through a byte stream cut anywhere, looking at fixed headers only (MQTT 3.1.1, 2.2) and
 * copying nothing. A remaining length longer than four bytes or padded with zeros is malformed: two readers that
 * disagree about where a packet ends are how smuggling starts.
 */
export class FrameScanner {
  #first = -1;
  #length = 0;
  #shift = 0;
  #body = 0;

  constructor(private readonly check: HeaderCheck) {}

  /** The code of the first fault in `chunk`, if any. */
  scan(chunk: Uint8Array): string | undefined {
    let at = 0;
    while (at < chunk.length) {
      if (this.#body > 0) {
        const step = Math.min(this.#body, chunk.length - at);
        this.#body -= step;
        at += step;
        continue;
      }
      const byte = chunk[at++] ?? 0;
      if (this.#first < 0) {
        this.#first = byte;
        continue;
      }
      this.#length |= (byte & 0x7f) << this.#shift;
      if (byte & 0x80) {
        this.#shift += 7;
        if (this.#shift > 21) return 'malformed-length';
        continue;
      }
      if (byte === 0 && this.#shift > 0) return 'malformed-length';
      const fault = this.check(this.#first >> 4, this.#first & 0x0f, this.#length);
      if (fault !== undefined) return fault;
      this.#body = this.#length;
      this.#first = -1;
      this.#length = 0;
      this.#shift = 0;
    }
  }
}
