/** Events of a transaction in an audit log, written at chosen times. */
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, linkRecord, prepareEvent } from '../../../src/domain/audit/audit-record.ts';
import type { DocumentStore } from '../../../src/domain/ports/document-store.ts';
import { START } from '../../support/standing-clock.ts';

/** `record` writes events so many seconds after `START`; `last` is the sequence of the last one. */
export const recordedEvents = (documents: DocumentStore) => {
  let sequence = 0;
  return {
    last: (): number => sequence,
    async record(seconds: number, ...events: readonly AuditEvent[]): Promise<void> {
      const made = events.map((event) => {
        sequence += 1;
        const prepared = prepareEvent(event, (START + seconds) * 1000);
        return linkRecord('test', sequence === 1 ? undefined : { sequence: sequence - 1, hash: 'h' }, prepared, 'test');
      });
      await documents.collection<AuditRecord>(AUDIT_RECORDS).insertMany(made);
    },
  };
};
