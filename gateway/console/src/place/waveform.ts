/** Loudest sample of each of `bars` equal parts, 0 to 1, stretched so that the loudest of all is 1. */
export const peaks = (samples: Float32Array, bars: number): number[] => {
  const size = Math.max(1, Math.floor(samples.length / bars));
  const loudest = Array.from({ length: bars }, (_, bar) => {
    let most = 0;
    for (let index = bar * size; index < Math.min(samples.length, (bar + 1) * size); index += 4)
      most = Math.max(most, Math.abs(samples[index] ?? 0));
    return most;
  });
  const top = Math.max(...loudest, 1e-4);
  return loudest.map((value) => value / top);
};

/** Reads a sound far enough to draw it; nothing where the browser can't decode it. */
export const readPeaks = async (url: string, bars: number): Promise<number[] | undefined> => {
  try {
    const response = await fetch(url);
    if (!response.ok) return undefined;
    const context = new OfflineAudioContext(1, 1, 16_000);
    const sound = await context.decodeAudioData(await response.arrayBuffer());
    return peaks(sound.getChannelData(0), bars);
  } catch {
    return undefined;
  }
};
