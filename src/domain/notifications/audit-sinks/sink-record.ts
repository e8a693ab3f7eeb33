import type { AuditRecord } from '../../audit/audit-record.ts';
import { type AuditEntry, entryOf } from '../../audit/list-events.ts';
import type { RecentRecord } from '../../audit/recent-records.ts';

/** A record as sinks receive it. */
export type SinkRecord = Pick<AuditEntry, 'id' | 'stream' | 'sequence' | 'at' | 'hash' | 'event'> & {
  /** JSON of the event, where it is written already. */
  readonly text?: string;
};

/** The server that sends. */
export type SinkSource = {
  readonly issuer: string;
  /** Version of this software. */
  readonly version: string;
};

/** The record without members that only this server uses, and without personal values unless the sink receives them. */
export const sinkRecordOf = (
  record: RecentRecord & Partial<Pick<AuditRecord, 'erasable'>>,
  isPersonal: boolean,
): SinkRecord => {
  const { id, stream, sequence, at, hash, event } = entryOf(record);
  if (isPersonal) return { id, stream, sequence, at, hash, event };
  const { personal: _, ...rest } = event;
  const { text } = record;
  return { id, stream, sequence, at, hash, event: rest, ...(text === undefined ? {} : { text }) };
};

/** The record as JSON. */
export const sinkJson = ({ text, ...record }: SinkRecord): string => {
  if (text === undefined) return JSON.stringify(record);
  const { event: _, ...place } = record;
  return `${JSON.stringify(place).slice(0, -1)},"event":${text}}`;
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
