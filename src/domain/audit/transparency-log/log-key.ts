/** The key of a log. Its private part is stored sealed with the master key, which is not in the database. */
import type { JsonWebKey } from 'node:crypto';
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
