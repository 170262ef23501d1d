/** Reads little-endian fields one after another; `ok` turns false once it was asked for more than there is. */
export class FieldReader {
  private at = 0;
  ok = true;
  constructor(private readonly bytes: Uint8Array) {}
  take(length: number): Uint8Array {
    const end = this.at + length;
    if (end > this.bytes.length) this.ok = false;
    const taken = this.bytes.subarray(this.at, Math.min(end, this.bytes.length));
    this.at = Math.min(end, this.bytes.length);
    return taken;
  }
  byte(): number {
    return this.take(1)[0] ?? 0;
  }
  word(): number {
    return this.byte() | (this.byte() << 8);
  }
  long(): number {
    return this.word() + this.word() * 0x10000;
  }
  rest(): Uint8Array {
    return this.take(this.bytes.length - this.at);
  }
  get done(): boolean {
    return this.ok && this.at === this.bytes.length;
  }
}

export const wordBytes = (value: number): number[] => [value & 0xff, (value >> 8) & 0xff];
export const longBytes = (value: number): number[] => [...wordBytes(value & 0xffff), ...wordBytes(value >>> 16)];
