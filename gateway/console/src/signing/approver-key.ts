import { type EnvelopeType, keyClaimBytes, sealEnvelope, toBase64 } from '@xiaolaba/protocol';
import { type ApproverKey, generateApproverKey, openWrappedKey, type WrappedKey } from '@xiaolaba/protocol/web-crypto';
import { computed, ref, shallowRef } from 'vue';
import { type KeyStore, keyFileBytes, readKeyFile } from './key-store.js';

/** An unlocked key locks itself after so long. */
export const unlockedMs = 5 * 60_000;

export interface ApproverKeyPorts {
  readonly store: KeyStore;
  /** Calls once after so long; returns how to call it off. */
  readonly after: (milliseconds: number, call: () => void) => () => void;
}

/** The approver's key in this browser: none, locked, or unlocked for a few minutes. It never leaves unwrapped. */
export const createApproverKey = ({ store, after }: ApproverKeyPorts) => {
  const file = shallowRef<WrappedKey | undefined>(store.read());
  const unlocked = shallowRef<ApproverKey>();
  const working = ref(false);
  let callOff = (): void => undefined;

  const lock = (): void => {
    callOff();
    unlocked.value = undefined;
  };
  const hold = (key: ApproverKey): void => {
    callOff();
    unlocked.value = key;
    callOff = after(unlockedMs, lock);
  };
  const keep = (next: WrappedKey): void => {
    store.write(next);
    file.value = next;
  };
  /** Stretching a passphrase takes a phone a second. */
  const busy = async <T>(work: () => Promise<T>): Promise<T> => {
    working.value = true;
    try {
      return await work();
    } finally {
      working.value = false;
    }
  };

  return {
    file,
    working,
    isUnlocked: computed(() => unlocked.value !== undefined),
    /** @throws XiaolabaError `passphrase-short`; `NotSupportedError` of a browser without Ed25519 */
    make: (passphrase: string): Promise<void> =>
      busy(async () => {
        const { file: made, ...key } = await generateApproverKey(passphrase);
        keep(made);
        hold(key);
      }),
    /** Takes a key from its file; it is locked. @throws XiaolabaError `key-file-unknown` */
    take(bytes: Uint8Array): void {
      const taken = readKeyFile(bytes);
      lock();
      keep(taken);
    },
    /** @throws XiaolabaError `passphrase-wrong` */
    unlock: (passphrase: string): Promise<void> =>
      busy(async () => {
        if (file.value) hold(await openWrappedKey(keyFileBytes(file.value), passphrase));
      }),
    lock,
    forget(): void {
      lock();
      store.remove();
      file.value = undefined;
    },
    /** Shows that the key is this account's, base64; nothing where the key is locked. */
    async claim(account: string): Promise<string | undefined> {
      const key = unlocked.value;
      return key && toBase64(await key.signer.sign(keyClaimBytes(account, key.signer.kid)));
    },
    /** An envelope over these very bytes; nothing where the key is locked. */
    async seal(type: EnvelopeType, payload: Uint8Array): Promise<Uint8Array | undefined> {
      const key = unlocked.value;
      return key && (await sealEnvelope(type, payload, [key.signer]));
    },
  };
};
export type ApproverKeyHolder = ReturnType<typeof createApproverKey>;
