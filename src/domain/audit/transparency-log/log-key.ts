/** The key of a log. Its private part is stored sealed with the master key, which is not in the database. */
import { createPrivateKey, type JsonWebKey, sign } from 'node:crypto';
import type { CoseSigner } from './cose.ts';
import type { LogDocument } from './log-documents.ts';
import { type NoteSigner, noteSigner } from './signed-note.ts';

/** Seals the private key of a log: see MasterKey. */
export type LogSealing = {
  seal(context: string, plaintext: string): string;
  open(context: string, sealed: string): string;
  isSealedWithOther(context: string, sealed: string): boolean;
};

/** What the sealed key of a log is bound to. */
export const sealedFor = (id: string): string => `transparency-log/${id}`;

/** Signs the checkpoints of a log. Throws when neither master key opens its key. */
export const signerOf = (
  masterKey: Pick<LogSealing, 'open'>,
  { id, origin, sealed }: Pick<LogDocument, 'id' | 'origin' | 'sealed'>,
): NoteSigner => noteSigner(origin, JSON.parse(masterKey.open(sealedFor(id), sealed)) as JsonWebKey);

/**
 * Signs COSE receipts with the key of a log. What it signs begins with a byte that begins no UTF-8 text, so it is never a note.
 * Throws when neither master key opens the key.
 */
export const coseSignerOf = (
  masterKey: Pick<LogSealing, 'open'>,
  { id, verifierKey, sealed }: Pick<LogDocument, 'id' | 'verifierKey' | 'sealed'>,
): CoseSigner => {
  const jwk = JSON.parse(masterKey.open(sealedFor(id), sealed)) as JsonWebKey;
  const key = createPrivateKey({ key: jwk, format: 'jwk' });
  return { algorithm: -8, kid: verifierKey, sign: (bytes) => sign(null, bytes, key) };
};
