/** The events of a stream that its receiver has not acknowledged: taken from the audit log, and made into tokens. */
import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import { passArchived } from '../../audit/past-beginning.ts';
import { recordsAfter, storedRecords, withNewStreams } from '../../audit/records-after.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import { SECURITY_EVENTS } from '../security-events.ts';
import { COMPLEX_MEMBERS, type SubjectIdentifier } from '../subject-identifiers.ts';
import type { EventTokens } from './event-tokens.ts';
import { jtiOf } from './event-tokens.ts';
import { type Concerned, type EventDraft, securityEventsOf } from './events-of-audit.ts';
import type { HandedEvent, SignalReceiver, SignalStream, StreamState } from './signal-stream.ts';
import { deliveredOf } from './stream-input.ts';
import { areIdentical } from './subject-matching.ts';

/** Records read at a time, and in one call. */
const AT_ONCE = 250;
const MOST_READ = 5000;

/** A token with its id. */
export type OutgoingToken = { readonly jti: string; readonly token: string };

export interface OutgoingEvents {
  /**
   * The state with further events in `handed`, up to `most` of them, and with the cursors after all that was read. Writes
   * nothing. `isMore`: further records wait. Throws StoreUnavailable.
   */
  fill(
    stream: SignalStream,
    receiver: SignalReceiver,
    state: StreamState,
    most: number,
  ): Promise<{ readonly state: StreamState; readonly isMore: boolean }>;
  /**
   * The tokens of these events. Leaves out those whose record went into an archive, and those that the stream may no longer
   * have: an administrator took them, their subjects or personal values from the receiver.
   */
  tokens(
    stream: SignalStream,
    receiver: SignalReceiver,
    handed: readonly HandedEvent[],
  ): Promise<readonly OutgoingToken[]>;
}

export const outgoingEvents = (deps: {
  readonly documents: DocumentStore;
  readonly issuer: string;
  readonly makeToken: EventTokens['ofRecord'];
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): OutgoingEvents => {
  const { documents, issuer, makeToken, pause } = deps;
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  let turn = 0;

  /** The events of a record that this stream may have. */
  const draftsOf = (stream: SignalStream, receiver: SignalReceiver, record: AuditRecord): readonly EventDraft[] => {
    const delivered = deliveredOf(stream, receiver);
    return securityEventsOf(record, issuer).filter(
      (draft) =>
        delivered.includes(SECURITY_EVENTS[draft.event]) &&
        mayHear(receiver, draft) &&
        !stream.removed.some((removed) => isWithin(draft.subject, removed)),
    );
  };
  const eventsOf = (stream: SignalStream, receiver: SignalReceiver, record: AuditRecord): readonly HandedEvent[] =>
    draftsOf(stream, receiver, record).map(({ event }) => ({
      ...{ jti: jtiOf(stream.id, record.id, event), record: record.id, event },
    }));

  return {
    async fill(stream, receiver, state, most) {
      const handed = [...state.handed];
      const places = new Map(state.cursors.map(({ stream: name, sequence }) => [name, sequence]));
      let read = 0;
      let isMore = true;
      while (isMore && handed.length < most && read < MOST_READ) {
        turn += 1;
        const known = [...places].map(([name, sequence]) => ({ stream: name, sequence }));
        const cursors = await passArchived(documents, await withNewStreams(records, known));
        for (const { stream: name, sequence } of cursors) places.set(name, sequence);
        const found = await recordsAfter(storedRecords(records), cursors, { most: AT_ONCE, turn, pause });
        isMore = found.length > 0;
        for (const record of found) {
          if (handed.length >= most) break;
          handed.push(...eventsOf(stream, receiver, record));
          places.set(record.stream, record.sequence);
          read += 1;
        }
      }
      const cursors = [...places].map(([name, sequence]) => ({ stream: name, sequence }));
      return { state: { ...state, handed, cursors }, isMore };
    },

    async tokens(stream, receiver, handed) {
      const found = await records.getMany([...new Set(handed.map(({ record }) => record))]);
      const byId = new Map(found.map(({ document }) => [document.id, document]));
      const made: OutgoingToken[] = [];
      for (const { jti, record: id, event } of handed) {
        const record = byId.get(id);
        const draft = record && draftsOf(stream, receiver, record).find((one) => one.event === event);
        if (record && draft) made.push({ jti, token: await makeToken(receiver, jti, record, draft) });
      }
      return made;
    },
  };
};

/** Whether a receiver may hear of those whom an event concerns. Who may not hear of the person hears nothing of the agent either. */
const mayHear = ({ subjects, isPersonal }: SignalReceiver, { concerns, claims }: EventDraft): boolean => {
  if (claims !== undefined && !isPersonal) return false;
  if (concerns.isEveryone || subjects.includes('*')) return true;
  return deciding(concerns).some((id) => id !== undefined && subjects.includes(id));
};

const deciding = ({ person, agent, owner }: Concerned): readonly (string | undefined)[] =>
  person === undefined ? [agent, owner] : [person];

/** Whether a removed subject is this one, or names only members that this one has. */
const isWithin = (subject: SubjectIdentifier, removed: SubjectIdentifier): boolean => {
  if (removed.format !== 'complex') {
    return subject.format === 'complex'
      ? [subject.user, subject.agent].some((member) => member !== undefined && areIdentical(member, removed))
      : areIdentical(subject, removed);
  }
  const named = COMPLEX_MEMBERS.filter((name) => removed[name] !== undefined);
  const whole = subject.format === 'complex' ? subject : { format: 'complex' as const, user: subject };
  return named.every((name) => {
    const [mine, theirs] = [Reflect.get(whole, name), removed[name]];
    return mine !== undefined && theirs !== undefined && areIdentical(mine as SubjectIdentifier, theirs);
  });
};
