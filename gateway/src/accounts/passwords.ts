import { hash, verify } from '@node-rs/argon2';
import { callerError } from '@xiaolaba/protocol';
import { createJobGate } from '../library/job-gate.js';

/** Computes and checks argon2id hashes. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
}

/** argon2id (RFC 9106, the library's default) with 19 MiB, two passes and one lane: the least that OWASP asks for. */
const argon2Cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

export const argon2Hasher = (cost = argon2Cost): PasswordHasher => ({
  hash: (password) => hash(password, cost),
  verify: (known, password) => verify(known, password),
});

/** Characters that a password has at least. */
const shortest = 10;
/** What is longer costs time and helps nobody. */
const longestBytes = 512;
/** Hashes computed at once, and those that may wait for it: a flood from many addresses must not take the memory. */
const atOnce = 2;
const waiting = 32;

/** The same password typed on another keyboard is the same. */
const normalised = (password: string): string => password.normalize('NFKC');

/** Passwords: what may be one, and whether one is right. */
export class Passwords {
  readonly #gate = createJobGate(atOnce);
  #pending = 0;
  #turn = 0;

  private constructor(
    private readonly hasher: PasswordHasher,
    /** What a password is held against where there is none to hold it against. */
    private readonly decoy: string,
  ) {}

  static async open(hasher: PasswordHasher, decoy: string): Promise<Passwords> {
    return new Passwords(hasher, await hasher.hash(decoy));
  }

  /** Length counts, not the kinds of characters. @throws XiaolabaError `password-short`, `password-long`, `password-is-login` */
  check(password: string, login: string): void {
    const text = normalised(password);
    if ([...text].length < shortest) throw callerError('password-short', 'the password is too short', { shortest });
    if (Buffer.byteLength(text) > longestBytes)
      throw callerError('password-long', 'the password is too long', { longestBytes });
    if (text.toLowerCase() === login) throw callerError('password-is-login', 'the password is the login name');
  }

  hash(password: string): Promise<string> {
    return this.#compute(() => this.hasher.hash(normalised(password)));
  }

  /** Takes as long whether there is a hash or not. @throws XiaolabaError `login-busy` */
  async verify(known: string | null | undefined, password: string): Promise<boolean> {
    const right = await this.#compute(() => this.hasher.verify(known ?? this.decoy, normalised(password)));
    return right && typeof known === 'string';
  }

  async #compute<T>(work: () => Promise<T>): Promise<T> {
    if (this.#pending >= atOnce + waiting) throw callerError('login-busy', 'too many log-ins at once');
    this.#pending += 1;
    this.#turn += 1;
    try {
      return await this.#gate.run(String(this.#turn), work);
    } finally {
      this.#pending -= 1;
    }
  }
}
