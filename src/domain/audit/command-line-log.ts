import { randomBytes } from 'node:crypto';
import type { Clock } from '../ports/clock.ts';
import type { DocumentStore } from '../ports/document-store.ts';
import type { AuditLog } from './audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, prepareEvent } from './audit-record.ts';
import { streamWriter } from './stream-writer.ts';

const COMMAND_LINE_STREAM = 'command-line';

/** Writes the events of commands on the machine to their own stream, whether or not a server runs. */
export const commandLineAuditLog = (documents: DocumentStore, clock: Clock): AuditLog => {
  const stream = streamWriter({
    records: documents.collection<AuditRecord>(AUDIT_RECORDS),
    stream: COMMAND_LINE_STREAM,
    writer: randomBytes(12).toString('base64url'),
    queueLimit: 100,
    defer: setImmediate,
  });
  return { append: async (event) => stream.append(prepareEvent(event, clock.nowMillis())) };
};
