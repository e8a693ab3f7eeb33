/** The beginning and the end of a log as audit events, and how far it is behind the records. */
import { type Collection, type DocumentStore, everyDocument, update } from '../../ports/document-store.ts';
import type { AuditLog } from '../audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord } from '../audit-record.ts';
import { storedBeginning } from '../beginning.ts';
import { type LogDocument, TRANSPARENCY_LOGS } from './log-documents.ts';

const logsOf = (documents: DocumentStore): Collection<LogDocument> => documents.collection(TRANSPARENCY_LOGS);

const currentLog = async (documents: DocumentStore): Promise<LogDocument | undefined> =>
  (await logsOf(documents).find({ where: { isCurrent: true }, limit: 1 }))[0]?.document;

/**
 * Appends `transparency_log.opened` for the log of this store, unless there is such an event. The event is what remains of a log
 * that an editor of the database removes. Two nodes that start at once may both append it.
 */
export const recordOpened = async (documents: DocumentStore, audit: AuditLog): Promise<void> => {
  const log = await currentLog(documents);
  if (!log) return;
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  // Its event may be in the archive.
  if ((await storedBeginning(documents))?.log.origin === log.origin) return;
  const where = { target: log.id, type: 'transparency_log.opened' };
  if ((await records.find({ where, limit: 1 })).length > 0) return;
  await audit.append({
    type: 'transparency_log.opened',
    outcome: 'done',
    caller: 'system',
    target: { kind: 'transparency log', id: log.id },
    inputs: { origin: log.origin, verifierKey: log.verifierKey },
  });
};

/**
 * Ends the log of a store that was put back to an older state: its checkpoints name entries that the store lost. The next
 * start begins another log. False when there was none.
 */
export const endLog = async (documents: DocumentStore, audit: AuditLog, now: number): Promise<boolean> => {
  const log = await currentLog(documents);
  if (!log) return false;
  await audit.append({
    type: 'transparency_log.ended',
    outcome: 'done',
    caller: 'system',
    target: { kind: 'transparency log', id: log.id },
    inputs: { origin: log.origin, size: log.size },
  });
  await update(logsOf(documents), log.id, ({ isCurrent: _, ...rest }) => ({ ...rest, endedAt: now }));
  return true;
};

/** Of one stream: its first record that the log does not have. */
export type Unlogged = { readonly stream: string; readonly sequence: number; readonly at: number };

/**
 * The first record of each stream that the log does not have. `logged`: the last sequence that it has of a stream; none for a
 * stream that is left out. One read for each stream.
 */
export const unloggedIn = async (
  documents: DocumentStore,
  logged: ReadonlyMap<string, number>,
): Promise<readonly Unlogged[]> => {
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const found: Unlogged[] = [];
  for await (const { stream } of everyDocument(records, { where: { opens: true }, limit: 500 })) {
    const [next] = await records.find({
      where: { stream },
      range: { field: 'sequence', gte: (logged.get(stream) ?? 0) + 1 },
      order: { by: 'sequence', direction: 'ascending' },
      limit: 1,
    });
    if (next) found.push({ stream, sequence: next.document.sequence, at: next.document.at });
  }
  return found;
};

/** Seconds since the oldest record was written that the log does not have; 0 when it has all. Throws StoreUnavailable. */
export const logLag = async (documents: DocumentStore, nowMillis: number): Promise<number> => {
  const log = await currentLog(documents);
  const logged = new Map((log?.cursors ?? []).map(({ stream, sequence }) => [stream, sequence]));
  const oldest = (await unloggedIn(documents, logged)).reduce((first, { at }) => Math.min(first, at), nowMillis);
  return Math.max(0, (nowMillis - oldest) / 1000);
};
