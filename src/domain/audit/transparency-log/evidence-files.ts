/** Files of an archive of evidence: records of the audit log with their proofs against one checkpoint. */
import type { AuditRecord } from '../audit-record.ts';
import { auditRefusal } from '../audit-refusals.ts';
import type { LogSnapshot } from './log-snapshot.ts';
import type { TransparencyLog } from './transparency-log.ts';

const MOST_BATCHES = 20;

/** `name`: a relative path in ASCII. The content is read once, when the files before it have been. */
export type EvidenceFile = { readonly name: string; readonly content: AsyncIterable<string | Buffer> };

/** A file whose content is known. */
export const evidenceFile = (name: string, content: string | Buffer): EvidenceFile => ({
  name,
  content: (async function* () {
    yield content;
  })(),
});

/**
 * A state of the log that has all these records; `needed` are their streams and sequences. Appends to the log until it does.
 * Throws 'unavailable' when the log cannot have them yet.
 */
export const snapshotWith = async (
  transparencyLog: Pick<TransparencyLog, 'snapshot' | 'append'>,
  needed: readonly (readonly [stream: string, sequence: number])[],
): Promise<LogSnapshot> => {
  for (let batch = 0; batch < MOST_BATCHES; batch += 1) {
    const snapshot = await transparencyLog.snapshot();
    const found = await Promise.all(needed.map(([stream, sequence]) => snapshot.inclusion(stream, sequence)));
    if (found.every((one) => one !== undefined)) return snapshot;
    await transparencyLog.append();
  }
  throw auditRefusal('event_not_logged', { retryAfterSeconds: 1 });
};

/** The line of a record: its content, with commitments in place of personal values, and its proof. Throws 'unavailable' for one that the state lacks. */
export const provenLine = async (snapshot: LogSnapshot, record: AuditRecord): Promise<string> => {
  const { stream, sequence, at, prev, event, salt, hash } = record;
  const inclusion = await snapshot.inclusion(stream, sequence);
  if (!inclusion) throw auditRefusal('event_not_logged', { retryAfterSeconds: 1 });
  const proof = { index: inclusion.index, proof: inclusion.proof.map((one) => one.toString('base64')) };
  return `${JSON.stringify({ stream, sequence, at, prev, event, ...(salt === undefined ? {} : { salt }), hash, ...proof })}\n`;
};
