import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Readable, Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { callerError, XiaolabaError } from '@xiaolaba/protocol';

/**
 * Writes an upload to a file that is gone when the work on it is done.
 * @throws XiaolabaError `upload-too-large`, `upload-empty`, `upload-cut-off`
 */
export async function withUpload<T>(
  body: Readable,
  announced: number | undefined,
  limit: number,
  work: (path: string) => Promise<T>,
): Promise<T> {
  const tooLarge = () => callerError('upload-too-large', 'too large', { limitMb: limit / 1024 / 1024 });
  // What is left unread would keep the connection from carrying the answer.
  if (announced !== undefined && announced > limit) {
    body.resume();
    throw tooLarge();
  }
  const directory = await mkdtemp(join(tmpdir(), 'xiaolaba-upload-'));
  try {
    const path = join(directory, 'upload');
    let bytes = 0;
    const counted = new Transform({
      transform(chunk: Buffer, _encoding, done) {
        bytes += chunk.length;
        // Read on to the end, so that the answer arrives, but keep nothing more.
        if (bytes > limit) done();
        else done(null, chunk);
      },
    });
    await pipeline(body, counted, createWriteStream(path)).catch((error: unknown) => {
      if (error instanceof XiaolabaError) throw error;
      throw callerError('upload-cut-off', 'the upload ended early', {}, error);
    });
    if (bytes > limit) throw tooLarge();
    if (bytes === 0) throw callerError('upload-empty', 'an empty file');
    return await work(path);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}
