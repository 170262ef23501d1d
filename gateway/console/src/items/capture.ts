import { onBeforeUnmount, ref, shallowRef } from 'vue';
import { floorDb, type Level, LevelHistory, type LevelVerdict, levelOf } from './level.js';

/** Why nothing can be recorded here. */
export type MicrophoneTrouble = 'insecure' | 'unsupported' | 'refused' | 'none' | 'busy' | 'lost';
export type CaptureState = 'idle' | 'asking' | 'countdown' | 'recording' | 'paused' | 'finishing';

const countdownFrom = 3;
/** Announcements are far shorter; a forgotten microphone must not fill the memory. */
export const longestMs = 600_000;
/** Nothing may touch the voice: the gateway sets its loudness, and a browser's own gain would hide what the meter shows. */
const wanted: MediaTrackConstraints = {
  channelCount: 1,
  echoCancellation: false,
  noiseSuppression: false,
  autoGainControl: false,
};
const forms = ['audio/webm;codecs=opus', 'audio/mp4', 'audio/ogg;codecs=opus'];

/** Names of `getUserMedia`'s errors, as the standard has them. */
export const microphoneTroubleOf = (name: string): MicrophoneTrouble => {
  if (name === 'NotAllowedError' || name === 'SecurityError') return 'refused';
  if (name === 'NotFoundError' || name === 'OverconstrainedError') return 'none';
  return 'busy';
};

/** Records from the microphone and watches its level. */
export const useCapture = (done: (file: Blob) => void) => {
  const state = ref<CaptureState>('idle');
  const trouble = ref<MicrophoneTrouble>();
  const count = ref(0);
  const elapsedMs = ref(0);
  const level = shallowRef<Level>({ peak: floorDb, rms: floorDb });
  const peak = ref(floorDb);
  const verdict = ref<LevelVerdict>('silent');
  let stream: MediaStream | undefined;
  let context: AudioContext | undefined;
  let recorder: MediaRecorder | undefined;
  let frame = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts up when a take is given up: what still comes of it is dropped. */
  let take = 0;

  const release = (): void => {
    cancelAnimationFrame(frame);
    clearTimeout(timer);
    for (const track of stream?.getTracks() ?? []) track.stop();
    void context?.close();
    stream = undefined;
    context = undefined;
    recorder = undefined;
    level.value = { peak: floorDb, rms: floorDb };
  };

  const watchLevel = (from: MediaStream): void => {
    const history = new LevelHistory();
    context = new AudioContext();
    const analyser = context.createAnalyser();
    analyser.fftSize = 2048;
    context.createMediaStreamSource(from).connect(analyser);
    const samples = new Float32Array(analyser.fftSize);
    let last: number | undefined;
    const look = (now: number): void => {
      analyser.getFloatTimeDomainData(samples);
      level.value = levelOf(samples);
      history.add(level.value, now);
      peak.value = history.top.peak;
      verdict.value = history.verdict;
      if (state.value === 'recording' && last !== undefined) elapsedMs.value += now - last;
      last = now;
      if (elapsedMs.value >= longestMs) stop();
      frame = requestAnimationFrame(look);
    };
    frame = requestAnimationFrame(look);
  };

  const record = (from: MediaStream): void => {
    const mimeType = forms.find((form) => MediaRecorder.isTypeSupported(form));
    const parts: Blob[] = [];
    const own = take;
    recorder = new MediaRecorder(from, { audioBitsPerSecond: 160_000, ...(mimeType ? { mimeType } : {}) });
    recorder.ondataavailable = ({ data }) => parts.push(data);
    recorder.onstop = () => {
      if (own !== take) return;
      const type = recorder?.mimeType ?? mimeType ?? '';
      release();
      state.value = 'idle';
      done(new Blob(parts, { type }));
    };
    recorder.start();
    elapsedMs.value = 0;
    state.value = 'recording';
  };

  const countDown = (from: MediaStream, left: number): void => {
    count.value = left;
    if (left === 0) record(from);
    else timer = setTimeout(() => countDown(from, left - 1), 1000);
  };

  const start = async (): Promise<void> => {
    if (state.value !== 'idle') return;
    trouble.value = undefined;
    if (!isSecureContext) trouble.value = 'insecure';
    else if (!navigator.mediaDevices || typeof MediaRecorder === 'undefined') trouble.value = 'unsupported';
    if (trouble.value) return;
    state.value = 'asking';
    const own = take;
    try {
      const opened = await navigator.mediaDevices.getUserMedia({ audio: wanted });
      stream = opened;
      if (own !== take) {
        release();
        return;
      }
      for (const track of opened.getTracks()) track.onended = lost;
      watchLevel(opened);
      state.value = 'countdown';
      countDown(opened, countdownFrom);
    } catch (error) {
      if (own !== take) return;
      release();
      state.value = 'idle';
      trouble.value = microphoneTroubleOf(error instanceof Error ? error.name : '');
    }
  };
  const stop = (): void => {
    if (state.value !== 'recording' && state.value !== 'paused') return;
    state.value = 'finishing';
    recorder?.stop();
  };
  /** Unplugged: what there is of it is kept. */
  const lost = (): void => {
    trouble.value = 'lost';
    if (state.value === 'recording' || state.value === 'paused') stop();
    else if (state.value !== 'finishing') cancel();
  };
  const cancel = (): void => {
    take += 1;
    if (recorder && recorder.state !== 'inactive') recorder.stop();
    release();
    state.value = 'idle';
  };
  const pause = (): void => {
    if (state.value !== 'recording') return;
    recorder?.pause();
    state.value = 'paused';
  };
  const resume = (): void => {
    if (state.value !== 'paused') return;
    recorder?.resume();
    state.value = 'recording';
  };
  onBeforeUnmount(cancel);

  return { state, trouble, count, elapsedMs, level, peak, verdict, start, stop, cancel, pause, resume };
};
