import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createLibrary, openBlobStore } from '@xiaolaba/gateway/library';
import { type Profile, type Rendition, type Video, videoProfile, worldError } from '@xiaolaba/protocol';

/** What the bench can put on air. Plain warnings of the common fraud types; nobody's case. */
const spoken = [
  {
    id: 'police-call',
    title: '冒充公检法',
    dialect: 'cmn',
    words: '自称公检法要求转账的都是诈骗。不轻信，不转账，请拨打九六一一零。',
  },
  {
    id: 'police-call-yue',
    title: '冒充公检法（粤语）',
    dialect: 'yue',
    words: '自称公检法叫你转账嘅，全部都系诈骗。唔好信，唔好转账，请打九六一一零。',
  },
  { id: 'brushing', title: '刷单返利', dialect: 'cmn', words: '刷单就是诈骗。先垫钱，再返利，都是圈套。' },
  { id: 'bike-prompt', title: '开锁提示', dialect: 'cmn', words: '陌生链接不要点，验证码不要给。' },
] as const;

const texts = [
  { id: 'slogan', title: '口号', text: '不轻信 不透露 不转账' },
  { id: 'short', title: '短句', text: '谨防诈骗' },
  {
    id: 'case-warning',
    title: '案例提醒',
    text: '近期有人冒充快递客服，以包裹丢失理赔为由骗取验证码。凡是要验证码的“客服”都是骗子，遇事请拨打96110。',
  },
] as const;

export interface SpokenItem {
  readonly id: string;
  readonly title: string;
  readonly dialect: string;
  readonly words: string;
  readonly rendition: Rendition;
  readonly lufs: number;
  readonly content: Uint8Array;
  /** Peaks, 0 to 1, in equal steps over the whole file. */
  readonly envelope: readonly number[];
}

export interface TextItem {
  readonly id: string;
  readonly title: string;
  readonly text: string;
  /** For a screen. */
  readonly film?: { readonly video: Video; readonly content: Uint8Array };
}

export interface BenchContent {
  readonly spoken: readonly SpokenItem[];
  readonly texts: readonly TextItem[];
}

const envelopeSteps = 240;
const quiet = { debug() {}, warn() {} };

/**
 * Voices what a profile can say, or finds it where it was voiced before.
 * @throws XiaolabaError `no-voice-at-all` where this machine can say none of it; `ffmpeg-missing`, `espeak-missing`
 */
export async function benchContent(profile: Profile, cacheDirectory: string): Promise<BenchContent> {
  if (profile === 'booth-sign') return { spoken: [], texts };
  const directory = join(cacheDirectory, 'blobs');
  await mkdir(directory, { recursive: true });
  const blobs = await openBlobStore(directory);
  const library = createLibrary({ blobs, cacheDirectory, log: quiet });
  const items: SpokenItem[] = [];
  for (const { id, title, dialect, words } of spoken) {
    const rendered = await library.render({ dialect, text: words }, [profile]);
    const made = rendered.kind === 'rendered' ? rendered.renditions[0] : undefined;
    if (!made) continue;
    const { sha256, bytes, durationMs, format, lufs } = made;
    const { peaks } = await library.waveform(sha256, envelopeSteps);
    items.push({
      id,
      title,
      dialect,
      words,
      lufs,
      envelope: peaks,
      rendition: { profile, sha256, bytes, durationMs, format, leadInMs: 0 },
      content: await readFile(blobs.path(sha256)),
    });
  }
  if (items.length === 0) throw worldError('no-voice-at-all', 'nothing can be voiced on this machine', {});
  if (profile !== videoProfile) return { spoken: items, texts: [] };
  const video = await library.renderVideo(fileURLToPath(new URL('../../fixtures/bench-film.mp4', import.meta.url)));
  const film = { video, content: await readFile(blobs.path(video.sha256)) };
  return { spoken: items, texts: texts.map((item) => (item.id === 'slogan' ? { ...item, film } : item)) };
}
