/** Audit logs of which a test reads each event at once, and which it can make fail. */
import type { AuditEvent } from '../../src/domain/audit/audit-event.ts';
import type { FullAuditLog } from '../../src/domain/audit/audit-log.ts';
import { DomainError } from '../../src/domain/vocabulary/errors.ts';
import { awaitedAppend } from './awaited-append.ts';
import { START } from './standing-clock.ts';

const recorder = () => {
  const events: AuditEvent[] = [];
  const state = { failing: false };
  return {
    events,
    /** `failing` makes the next appends fail, as on a full disk. */
    state,
    of: (type: AuditEvent['type']) => events.filter((event) => event.type === type),
    note(event: AuditEvent): void {
      if (state.failing) throw new DomainError('unavailable', 'The audit log cannot be written.');
      events.push(JSON.parse(JSON.stringify(event)) as AuditEvent);
    },
  };
};

/** The audit log of a composed server, with its events in memory as well. */
export const recordedAudit = (audit: FullAuditLog) => {
  const { note, ...recorded } = recorder();
  return {
    ...audit,
    ...recorded,
    append: awaitedAppend(async (event) => {
      note(event);
      return audit.append(event);
    }),
  };
};

/** An audit log for the test of one part. */
export const recordingAudit = () => {
  const { note, ...recorded } = recorder();
  const { events } = recorded;
  return {
    ...recorded,
    append: awaitedAppend(async (event) => {
      note(event);
      return { stream: 'test', sequence: events.length, hash: '' };
    }),
    async list({ subject }: { readonly subject?: string }) {
      const entries = events
        .map((event, index) => ({
          id: `e${index}`,
          stream: 'test',
          sequence: index,
          at: START * 1000,
          hash: '',
          event,
        }))
        .filter(({ event }) => subject === undefined || event.subject === subject)
        .reverse();
      return { entries };
    },
  };
};
