import type { AuditEntry } from '../../audit/list-events.ts';

/** A record as sinks receive it. */
export type SinkRecord = Pick<AuditEntry, 'id' | 'stream' | 'sequence' | 'at' | 'hash' | 'event'>;

/** The server that sends. */
export type SinkSource = {
  readonly issuer: string;
  /** Version of this software. */
  readonly version: string;
};

/** The record without members that only this server uses, and without personal values unless the sink receives them. */
export const sinkRecordOf = (
  { id, stream, sequence, at, hash, event }: AuditEntry,
  isPersonal: boolean,
): SinkRecord => {
  if (isPersonal || event.personal === undefined) return { id, stream, sequence, at, hash, event };
  const { personal: _, ...rest } = event;
  return { id, stream, sequence, at, hash, event: rest };
};

export type Gravity = 'informational' | 'refused' | 'finding';

/** Events that say that a credential was copied, or that stored data was changed. */
const FINDINGS: ReadonlySet<string> = new Set([
  'token.replayed',
  'instance.replayed',
  'factor.copied',
  'audit.mismatch_found',
]);

/** How serious an event is: a finding about misuse, a refusal, or neither. */
export const gravityOf = ({ type, outcome }: SinkRecord['event']): Gravity =>
  FINDINGS.has(type) ? 'finding' : outcome === 'refused' ? 'refused' : 'informational';

/** Why the server refused, in one line; undefined when it did not. */
export const reasonOf = ({ denial, error, note }: SinkRecord['event']): string | undefined =>
  denial?.reason ?? note ?? error;
