import { randomBytes } from 'node:crypto';
import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { fromBase64, toBase64, worldError } from '@xiaolaba/protocol';
import { generateKeyPair, type KeyPair, keyPairFrom } from '@xiaolaba/protocol/node';

/** Where a gateway keeps what it must not lose. */
export interface DataDirectory {
  readonly root: string;
  readonly database: string;
  readonly blobs: string;
  readonly keys: string;
  /** How far the audit log had come, signed. */
  readonly auditHead: string;
  /** The link that makes the first administrator; there while nobody has used it. */
  readonly firstLogin: string;
  readonly backups: string;
  /** What the operator has set; there may be none. */
  readonly settings: string;
}

export const dataDirectory = (root: string): DataDirectory => ({
  root,
  database: join(root, 'gateway.db'),
  blobs: join(root, 'blobs'),
  keys: join(root, 'keys'),
  auditHead: join(root, 'audit.head'),
  firstLogin: join(root, 'keys', 'first-login.txt'),
  backups: join(root, 'backups'),
  settings: join(root, 'gateway.yaml'),
});

/** @throws XiaolabaError `data-unwritable` */
export async function prepareDataDirectory(root: string): Promise<DataDirectory> {
  const data = dataDirectory(root);
  try {
    await mkdir(data.keys, { recursive: true, mode: 0o700 });
    await mkdir(data.blobs, { recursive: true });
  } catch (cause) {
    throw worldError('data-unwritable', `cannot write to ${root}`, { path: root }, cause);
  }
  return data;
}

async function readOrMake(path: string, make: () => string): Promise<string> {
  const known = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw error;
  });
  if (known?.trim()) return known.trim();
  const fresh = make();
  // A key that a power cut tore in two would shut out every device: written whole or not at all.
  const file = await open(`${path}.part`, 'w', 0o600);
  await file.writeFile(`${fresh}\n`);
  await file.sync();
  await file.close();
  await rename(`${path}.part`, path);
  return fresh;
}

/** The key that signs assignments; made at the first start. */
export async function gatewayKeys(data: DataDirectory): Promise<KeyPair> {
  const text = await readOrMake(join(data.keys, 'gateway.key'), () => toBase64(generateKeyPair().seed));
  return keyPairFrom(fromBase64(text) ?? new Uint8Array());
}

/** Bearer token of whoever can read the data directory: the local administrator. */
export const adminToken = (data: DataDirectory): Promise<string> =>
  readOrMake(join(data.keys, 'admin.token'), () => randomBytes(32).toString('base64url'));
