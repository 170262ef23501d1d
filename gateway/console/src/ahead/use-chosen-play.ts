import { computed, ref, watch } from 'vue';
import { keyOf, type ProfileDay } from './plays.js';
import { type Sound, useListening } from './use-listening.js';

/** The play of a day that is chosen, and what of the day sounds. Through the day the choice follows the sound. */
export const useChosenPlay = (day: () => ProfileDay | undefined, asked: () => string) => {
  const chosen = ref<string>();
  const listening = useListening();
  const sounding = computed(() => listening.queue.value[listening.index.value]?.key);
  const sounds = computed((): Sound[] =>
    (day()?.plays ?? []).flatMap((play) =>
      play.audio ? [{ key: keyOf(play), url: play.audio, play, startAt: play.startAt }] : [],
    ),
  );
  const triggered = computed((): Sound[] =>
    (day()?.triggered ?? []).flatMap((cue) =>
      cue.says.flatMap((one, index): Sound[] =>
        one.audio
          ? [{ key: `${cue.campaign}/${cue.cue}/${index}`, url: one.audio, play: { ...one, title: cue.title } }]
          : [],
      ),
    ),
  );
  const only = (among: readonly Sound[], key: string | undefined) => among.filter((sound) => sound.key === key);

  /** Plays one, or from that one (from the first where there is none) through the rest of the day. */
  const listen = (key: string | undefined, through: boolean): void => {
    chosen.value = key;
    listening.start(through ? sounds.value : only(sounds.value, key), key, through);
  };
  const listenTriggered = (key: string): void => listening.start(only(triggered.value, key), key, false);
  /** Not every play is a sound. */
  const openChosen = (key: string): void => {
    if (only(sounds.value, key).length > 0) listen(key, false);
  };
  watch([asked, day], () => {
    chosen.value = undefined;
    if (!day()?.plays.some((play) => keyOf(play) === sounding.value)) listening.stop();
  });
  watch(sounding, (key) => {
    if (key !== undefined && listening.through.value) chosen.value = key;
  });
  return { chosen, listening, sounds, sounding, listen, listenTriggered, openChosen };
};
