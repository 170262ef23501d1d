/*
 * IMA ADPCM in a WAV file, one channel: four bits a sample, in blocks that each begin anew.
 * Source: IMA Digital Audio Focus and Technical Working Groups, "Recommended Practices for Enhancing Digital Audio
 * Compatibility in Multimedia Systems", revision 3.00; its place in WAV: Microsoft, "Multimedia Data Standards Update",
 * 1994 (format 0x0011).
 */
const indexChange = [-1, -1, -1, -1, 2, 4, 6, 8] as const;
const lastIndex = 88;
/** Each step is a tenth larger than the one before. */
const steps: readonly number[] = [
  ...[7, 8, 9, 10, 11, 12, 13, 14, 16, 17, 19, 21, 23, 25, 28, 31, 34, 37, 41, 45, 50, 55, 60, 66, 73, 80, 88, 97],
  ...[107, 118, 130, 143, 157, 173, 190, 209, 230, 253, 279, 307, 337, 371, 408, 449, 494, 544, 598, 658, 724, 796],
  ...[876, 963, 1060, 1166, 1282, 1411, 1552, 1707, 1878, 2066, 2272, 2499, 2749, 3024, 3327, 3660, 4026, 4428, 4871],
  ...[5358, 5894, 6484, 7132, 7845, 8630, 9493, 10442, 11487, 12635, 13899, 15289, 16818, 18500, 20350, 22385, 24623],
  ...[27086, 29794, 32767],
];
const blockBytes = 256;
const blockHeader = 4;
const samplesPerBlock = (blockBytes - blockHeader) * 2 + 1;
const headerBytes = 60;

/** @param samples −1 to 1 @param rate samples a second */
export function imaAdpcmWav(samples: readonly number[], rate: number): Uint8Array {
  const blocks = Math.ceil(samples.length / samplesPerBlock);
  const bytes = new Uint8Array(headerBytes + blocks * blockBytes);
  const view = new DataView(bytes.buffer);
  const text = (at: number, word: string): void => bytes.set(Buffer.from(word, 'latin1'), at);
  text(0, 'RIFF');
  view.setUint32(4, bytes.length - 8, true);
  text(8, 'WAVEfmt ');
  view.setUint32(16, 20, true);
  view.setUint16(20, 0x11, true);
  view.setUint16(22, 1, true);
  view.setUint32(24, rate, true);
  view.setUint32(28, Math.floor((rate * blockBytes) / samplesPerBlock), true);
  view.setUint16(32, blockBytes, true);
  view.setUint16(34, 4, true);
  view.setUint16(36, 2, true);
  view.setUint16(38, samplesPerBlock, true);
  text(40, 'fact');
  view.setUint32(44, 4, true);
  view.setUint32(48, samples.length, true);
  text(52, 'data');
  view.setUint32(56, blocks * blockBytes, true);

  let index = 0;
  for (let block = 0; block < blocks; block++) {
    const at = headerBytes + block * blockBytes;
    const level = (offset: number): number =>
      Math.round(Math.max(-1, Math.min(1, samples[block * samplesPerBlock + offset] ?? 0)) * 32_767);
    let predicted = level(0);
    view.setInt16(at, predicted, true);
    bytes[at + 2] = index;
    for (let offset = 1; offset < samplesPerBlock; offset++) {
      const step = steps[index] ?? 7;
      const { nibble, change } = nearest(level(offset) - predicted, step);
      predicted = Math.max(-32_768, Math.min(32_767, predicted + change));
      index = Math.max(0, Math.min(lastIndex, index + (indexChange[nibble & 7] ?? 0)));
      const byte = at + blockHeader + ((offset - 1) >> 1);
      bytes[byte] = (bytes[byte] ?? 0) | (offset % 2 === 1 ? nibble : nibble << 4);
    }
  }
  return bytes;
}

/** The four bits that come nearest to a difference, and the difference that a decoder makes of them. */
function nearest(difference: number, step: number): { nibble: number; change: number } {
  let nibble = difference < 0 ? 8 : 0;
  let rest = Math.abs(difference);
  let change = step >> 3;
  for (const [bit, part] of [
    [4, step],
    [2, step >> 1],
    [1, step >> 2],
  ] as const) {
    if (rest < part) continue;
    nibble |= bit;
    rest -= part;
    change += part;
  }
  return { nibble, change: difference < 0 ? -change : change };
}
