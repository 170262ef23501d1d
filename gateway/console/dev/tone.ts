/** A soft three-note chime as 16-bit mono WAV: something to listen to where no announcement is at hand. */
export const tone = (seconds: number): Buffer => {
  const rate = 16_000;
  const samples = rate * seconds;
  const wav = Buffer.alloc(44 + samples * 2);
  wav.write('RIFF', 0);
  wav.writeUInt32LE(36 + samples * 2, 4);
  wav.write('WAVEfmt ', 8);
  wav.writeUInt32LE(16, 16);
  wav.writeUInt16LE(1, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(rate, 24);
  wav.writeUInt32LE(rate * 2, 28);
  wav.writeUInt16LE(2, 32);
  wav.writeUInt16LE(16, 34);
  wav.write('data', 36);
  wav.writeUInt32LE(samples * 2, 40);
  for (let index = 0; index < samples; index++) {
    const time = index / rate;
    const pitch = [523, 659, 784][Math.floor(time * 2) % 3] ?? 523;
    const fade = Math.exp(-4 * ((time * 2) % 1)) * (0.6 + 0.4 * Math.sin(time * 2));
    wav.writeInt16LE(Math.round(12_000 * fade * Math.sin(2 * Math.PI * pitch * time)), 44 + index * 2);
  }
  return wav;
};
