/**
 * The folder that survives power loss. Names are relative, `/` between parts.
 * All calls reject with XiaolabaError `storage-full` or `storage-failed` where the medium does not do its work.
 */
export interface Storage {
  read(name: string): Promise<Uint8Array | undefined>;
  /** Temp → fsync → rename: afterwards there is the old or the new, never a part. */
  replace(name: string, bytes: Uint8Array): Promise<void>;
  /** Appends and syncs; a cut may leave a part of the last append. */
  append(name: string, bytes: Uint8Array): Promise<void>;
  remove(name: string): Promise<void>;
  /** Names below a folder. */
  list(folder: string): Promise<readonly string[]>;
  size(name: string): Promise<number | undefined>;
  /** Bytes that may still be written. */
  free(): Promise<number>;
}
