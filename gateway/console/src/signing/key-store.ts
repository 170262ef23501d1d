import { callerError, decodeMessage, encodeMessage, errorCode } from '@xiaolaba/protocol';
import { type WrappedKey, wrappedKeySchema } from '@xiaolaba/protocol/web-crypto';

/** What of a browser's storage is needed. */
export type Shelf = Pick<Storage, 'getItem' | 'setItem' | 'removeItem'>;

/** The wrapped key of one account in this browser; without its passphrase it is of no use to whoever takes it. */
export const createKeyStore = (shelf: Shelf, account: string) => {
  const name = `xiaolaba.approver-key.${account}`;
  return {
    read(): WrappedKey | undefined {
      const text = shelf.getItem(name);
      if (text === null) return undefined;
      const read = wrappedKeySchema.safeParse(JSON.parse(text));
      return read.success ? read.data : undefined;
    },
    write(file: WrappedKey): void {
      shelf.setItem(name, JSON.stringify(file));
    },
    remove(): void {
      shelf.removeItem(name);
    },
  };
};
export type KeyStore = ReturnType<typeof createKeyStore>;

/** A file of a key, as the command line and this page write it. @throws XiaolabaError `key-file-unknown` */
export const readKeyFile = (bytes: Uint8Array): WrappedKey => {
  try {
    return decodeMessage(wrappedKeySchema, bytes);
  } catch (cause) {
    throw callerError('key-file-unknown', 'not a file of an approver key', { code: errorCode(cause) }, cause);
  }
};
export const keyFileBytes = (file: WrappedKey): Uint8Array => encodeMessage(file);
