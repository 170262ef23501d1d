import type { BenchSound } from '@xiaolaba/simulator/bench-contract';
import { onScopeDispose, ref, watch } from 'vue';
import { paths } from '../api/client.js';

/** Out of step by more than this is put right; less is not to be heard beside the device. */
const driftSeconds = 0.3;

interface Source {
  readonly sound: () => BenchSound | undefined;
  /** 0 to 1: what really comes out at the other end. */
  readonly loudness: () => number;
  readonly benchNow: () => number;
}

/** Plays in the browser what the device plays, in step with it, for as long as somebody listens. */
export const useListening = ({ sound, loudness, benchNow }: Source) => {
  const isOn = ref(false);
  const audio = new Audio();
  audio.preload = 'auto';
  let playing = '';

  const elapsed = (of: BenchSound) => Math.max(0, (benchNow() - of.since) / 1000);
  const follow = async (): Promise<void> => {
    const now = isOn.value ? sound() : undefined;
    if (!now) {
      playing = '';
      audio.pause();
      return;
    }
    audio.volume = loudness();
    const key = `${now.sha256} ${now.since}`;
    if (key !== playing) {
      playing = key;
      audio.src = paths.audio(now.sha256);
      audio.currentTime = elapsed(now);
      // A browser that wants a touch first refuses; the button then shows that nobody listens.
      await audio.play().catch((cause: unknown) => {
        if (cause instanceof DOMException && cause.name === 'NotAllowedError') isOn.value = false;
      });
    } else if (Math.abs(audio.currentTime - elapsed(now)) > driftSeconds && elapsed(now) < audio.duration) {
      audio.currentTime = elapsed(now);
    }
  };
  const timer = setInterval(() => {
    if (isOn.value) void follow();
  }, 1000);
  watch([isOn, sound, loudness], () => void follow());
  onScopeDispose(() => {
    clearInterval(timer);
    audio.pause();
    audio.removeAttribute('src');
  });
  return { isOn };
};
