/** Security event tokens (RFC 8417) of this server, as SSF 1.0 §4.1 profiles them. */
import { hash } from 'node:crypto';
import type { AuditRecord } from '../../audit/audit-record.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Found } from '../../ports/document-store.ts';
import { SECURITY_EVENTS, type SecurityEvent } from '../security-events.ts';
import { CLAIMS_OF_MEMBERS, type EventDraft, initiatingEntityOf } from './events-of-audit.ts';
import type { SignalReceiver, StreamEvent } from './signal-stream.ts';

/** Signs claims as a SET with a published key: RS256, `typ` secevent+jwt (CAEP interoperability profile §2.6). */
export type SignEvent = (claims: Readonly<Record<string, unknown>>) => Promise<string>;

/** What is read of an account for its changed claims. */
type Person = Readonly<Record<string, unknown>>;

export interface EventTokens {
  /** The token of an event of the audit log. */
  ofRecord(receiver: SignalReceiver, jti: string, record: AuditRecord, draft: EventDraft): Promise<string>;
  /** The token of an event about the stream itself. */
  ofStream(receiver: SignalReceiver, stream: string, event: StreamEvent): Promise<string>;
}

/** The `jti` of an event of one stream. It follows from the audit record: a repetition has the same one. */
export const jtiOf = (stream: string, record: string, event: SecurityEvent): string =>
  hash('sha256', `${stream} ${record} ${event}`, 'base64url').slice(0, 32);

export const eventTokens = (deps: {
  readonly issuer: string;
  readonly clock: Clock;
  readonly sign: SignEvent;
  readonly accounts: { get(id: string): Found<object> };
}): EventTokens => {
  const { issuer, clock, sign } = deps;

  const claimsOf = async ({ claims, concerns }: EventDraft): Promise<Readonly<Record<string, unknown>>> => {
    if (claims === undefined || concerns.person === undefined) return {};
    const person = ((await deps.accounts.get(concerns.person))?.document ?? {}) as Person;
    const present = Object.entries(CLAIMS_OF_MEMBERS)
      .filter(([member, claim]) => claims.includes(claim) && person[member] !== undefined)
      .map(([member, claim]) => [claim, person[member]]);
    return { claims: { ...Object.fromEntries(claims.map((claim) => [claim, null])), ...Object.fromEntries(present) } };
  };

  const envelope = (receiver: SignalReceiver, jti: string) => ({
    iss: issuer,
    aud: receiver.audience,
    iat: clock.now(),
    jti,
  });

  return {
    async ofRecord(receiver, jti, record, draft) {
      const { event: recorded, at } = record;
      const seconds = Math.floor(at / 1000);
      return sign({
        ...envelope(receiver, jti),
        toe: seconds,
        txn: recorded.txn ?? recorded.request ?? record.id,
        sub_id: draft.subject,
        events: {
          [SECURITY_EVENTS[draft.event]]: {
            event_timestamp: seconds,
            // Orders events of one subject, also within a second.
            occurred_at_ms: at,
            initiating_entity: initiatingEntityOf(recorded),
            reason_admin: { en: draft.reason },
            ...draft.members,
            ...(await claimsOf(draft)),
          },
        },
      });
    },

    async ofStream(receiver, stream, own) {
      const members =
        own.event === 'verification'
          ? own.state === undefined
            ? {}
            : { state: own.state }
          : { status: own.status, reason: own.reason };
      return sign({
        ...envelope(receiver, own.jti),
        sub_id: { format: 'opaque', id: stream },
        events: { [SECURITY_EVENTS[own.event]]: members },
      });
    },
  };
};
