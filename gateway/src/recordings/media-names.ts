import { open } from 'node:fs/promises';
import { callerError } from '@xiaolaba/protocol';

const longestTitle = 60;
const longestStem = 40;

/** A name as people give it, without what can't be seen. @throws XiaolabaError `name-malformed` */
export function titleFrom(given: string): string {
  const title = given
    .normalize('NFC')
    .replace(/[\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Surrogate}\s]+/gu, ' ')
    .trim();
  if (title === '' || [...title].length > longestTitle || !/[\p{L}\p{N}]/u.test(title))
    throw callerError('name-malformed', 'a name has 1 to 60 characters', { limit: longestTitle });
  return title;
}

/** A file's name made of a title and its bytes: other bytes never get a name that a campaign already uses. */
export function fileNameOf(title: string, sha256: string, extension: string): string {
  const stem = [...title.replace(/[^\p{L}\p{M}\p{N}]+/gu, '-')].slice(0, longestStem).join('').replace(/^-|-$/g, '');
  return `${stem}-${sha256.slice(0, 8)}.${extension}`;
}

/** What to call a file that came with imported content. */
export const titleOfFile = (name: string): string =>
  (name.split('/').at(-1) ?? name).replace(/\.[^.]*$/, '').replace(/-[0-9a-f]{8}$/, '') || name;

const extensions = {
  audio: /\.(?:wav|w64|flac|mp3|ogg|oga|opus|m4a|aac|mp4|mka|webm|wma|aif|aiff|amr|caf|au|ape|ac3)$/i,
  video: /\.(?:mp4|m4v|mov|mkv|webm|wmv|asf)$/i,
} as const;

/** Whether a file in a content directory is a recording or film by its name. */
export const looksLike = (kind: 'audio' | 'video', name: string): boolean => extensions[kind].test(name);

/** How to call a film by what its first bytes say of the container. */
export async function filmExtension(path: string): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const head = Buffer.alloc(4);
    await handle.read(head, 0, 4, 0);
    const found = { '1a45dfa3': 'mkv', '3026b275': 'wmv' }[head.toString('hex')];
    return found ?? 'mp4';
  } finally {
    await handle.close();
  }
}
