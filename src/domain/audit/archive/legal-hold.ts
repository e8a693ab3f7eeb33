/**
 * Legal holds: an order to keep records of the audit log in the store. Owns which records a hold covers. A hold stops no copy into
 * an archive. It stops removals from the store (remove-archived.ts). The registry is src/domain/platform/legal-holds.
 */
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { AuditRecord } from '../audit-record.ts';

/** A record is held when it meets all given conditions. A hold without one is of all records. */
export type HoldScope = {
  /** Id of a transaction, account, agent, client or any other object that an event names, anywhere in it. */
  readonly about?: string;
  /** Epoch seconds, both ends inclusive. */
  readonly from?: number;
  readonly to?: number;
};

export type LegalHold = HoldScope & {
  /** `hld_…` */
  readonly id: string;
  readonly state: 'active' | 'released';
  readonly reason: string;
  /** Account or client that created it. */
  readonly createdBy: string;
  readonly releasedBy?: string;
  readonly releasedAt?: number;
  readonly releaseReason?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/** Active holds of a server. Each removal compares them with every record. */
export const MOST_HOLDS = 100;

export const LEGAL_HOLDS = {
  name: 'legal_holds',
  holds: 'one legal hold on records of the audit log, also after its release',
  prefixes: ['hld'],
  events: ['legal_hold'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'it says why records were kept, by whose order, and until when' },
  transfer: 'neither',
  indexes: [{ fields: ['createdAt'] }, { fields: ['state', 'createdAt'] }],
  members: ['state', 'reason', 'createdBy', 'createdAt'],
} as const satisfies OwnedCollection;

/** Whether the hold covers the record. Compares `about` with every text of the event, so that no role of an object is left out. */
export const isHeldBy = (
  { about, from = 0, to = Number.MAX_SAFE_INTEGER }: HoldScope,
  { at, event }: Pick<AuditRecord, 'at' | 'event'>,
): boolean => {
  const second = Math.floor(at / 1000);
  return second >= from && second <= to && (about === undefined || hasText(event, about));
};

const hasText = (value: unknown, text: string): boolean => {
  if (typeof value === 'string') return value === text;
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some((one) => hasText(one, text));
};
