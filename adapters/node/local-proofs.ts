import { createHash, randomBytes } from 'node:crypto';
import { existsSync, lstatSync, readdirSync, rmSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock } from '../../src/domain/ports/clock.ts';
import type { LocalProofs } from '../../src/domain/ports/local-proofs.ts';
import { readPrivateFile, writePrivateFile } from './key-files.ts';

const LIFETIME_SECONDS = 60;
const MODES_OF_OTHERS = 0o077;
const SECRET = /^[A-Za-z0-9_-]{43}$/;
const FILE = /^[0-9a-f]{64}\.json$/;

type Written = { readonly client_id: string; readonly expires_at: number };

/** Named by a digest: a user who lists the folder cannot use its content. */
const fileOf = (folder: string, secret: string): string =>
  join(folder, `${createHash('sha256').update(secret).digest('hex')}.json`);

/** Writes a proof for one call of this client into `folder` (mode 0700), and returns its secret. */
export const writeLocalProof = (folder: string, clientId: string, clock: Pick<Clock, 'now'>): string => {
  removeOld(folder, clock);
  const secret = randomBytes(32).toString('base64url');
  const written: Written = { client_id: clientId, expires_at: clock.now() + LIFETIME_SECONDS };
  writePrivateFile(fileOf(folder, secret), JSON.stringify(written));
  return secret;
};

/** Removes proofs that were never used. */
const removeOld = (folder: string, clock: Pick<Clock, 'now'>): void => {
  if (!existsSync(folder)) return;
  for (const name of readdirSync(folder).filter((one) => FILE.test(one))) {
    const path = join(folder, name);
    const { mtimeMs = Number.POSITIVE_INFINITY } = lstatSync(path, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs < (clock.now() - 10 * LIFETIME_SECONDS) * 1000) rmSync(path, { force: true });
  }
};

/** Reads proofs in `folder`. A file that another user wrote, or that others may read, is not accepted. */
export const fileLocalProofs = (folder: string, clock: Pick<Clock, 'now'>): LocalProofs => ({
  async take(secret, clientId) {
    if (!SECRET.test(secret)) return false;
    const path = fileOf(folder, secret);
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (!found?.isFile() || !isOurs(found)) return false;
    const text = readPrivateFile(path);
    if (text === undefined || !isTaken(path)) return false;
    const { client_id: writtenFor, expires_at: expiresAt } = JSON.parse(text) as Written;
    return writtenFor === clientId && expiresAt >= clock.now() && expiresAt <= clock.now() + LIFETIME_SECONDS;
  },
});

/** Windows has no such users or modes. */
const isOurs = ({ uid, mode }: { readonly uid: number; readonly mode: number }): boolean =>
  process.geteuid === undefined || (uid === process.geteuid() && (mode & MODES_OF_OTHERS) === 0);

/** Of several processes that remove one file at once, one succeeds. */
const isTaken = (path: string): boolean => {
  try {
    unlinkSync(path);
    return true;
  } catch (error) {
    if ((error as { code?: unknown }).code === 'ENOENT') return false;
    throw error;
  }
};
