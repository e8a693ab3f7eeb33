import { type HoldScope, LEGAL_HOLDS, type LegalHold, MOST_HOLDS } from '../../audit/archive/legal-hold.ts';
import type { AuditLog } from '../../audit/audit-event.ts';
import { beginningsOf } from '../../audit/beginning.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, upsert, type Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { checkText } from '../display-names/display-text.ts';
import { type By, type Page, type PageQuery, registeredDocuments } from '../registries/registered-documents.ts';
import { legalHoldRefusal } from './hold-refusals.ts';

export type NewHold = HoldScope & { readonly reason: string };
export type HoldQuery = PageQuery & { readonly state?: LegalHold['state'] };

const MOST_REASON = 500;

/** Legal holds on records of the audit log. Nothing is ever deleted: a released hold stays on record. */
export interface LegalHoldRegistry {
  get(id: string): Promise<Versioned<LegalHold> | undefined>;
  /** One page, newest first. */
  list(query?: HoldQuery): Promise<Page<LegalHold>>;
  /**
   * Creates a hold. A removal whose statement is not stored yet when this resolves keeps its records. Records that are in an archive only
   * stay there. Throws 'invalid_field' and 'conflict'.
   */
  create(wanted: NewHold, by: By): Promise<Versioned<LegalHold>>;
  /** Releases a hold for good. Throws 'not_found', 'invalid_field', and 'conflict' when it was released before. */
  release(id: string, reason: string, by: By): Promise<Versioned<LegalHold>>;
}

export const legalHoldRegistry = ({
  documents,
  audit,
  clock,
  identifiers,
}: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
}): LegalHoldRegistry => {
  const collection = documents.collection<LegalHold>(LEGAL_HOLDS);
  const scopeOf = ({ about, from, to }: HoldScope): HoldScope => ({
    ...(about === undefined ? {} : { about }),
    ...(from === undefined ? {} : { from }),
    ...(to === undefined ? {} : { to }),
  });
  const documentsOf = registeredDocuments<LegalHold>({
    ...{ collection, kind: 'legal hold', audit, clock },
    facts: (hold) => ({ inputs: { ...scopeOf(hold), reason: hold.releaseReason ?? hold.reason } }),
  });

  return {
    get: (id) => collection.get(id),

    list: ({ state, ...query } = {}) => documentsOf.list({ state }, query),

    async create({ reason, ...scope }, by) {
      checkText(reason, '/reason', MOST_REASON);
      if (scope.from !== undefined && scope.to !== undefined && scope.to < scope.from) {
        throw legalHoldRefusal('hold_times_reversed', { field: '/to' });
      }
      const active = await collection.find({ where: { state: 'active' }, limit: MOST_HOLDS });
      if (active.length === MOST_HOLDS) throw legalHoldRefusal('holds_exceeded', { params: { most: MOST_HOLDS } });
      const now = clock.now();
      const hold: LegalHold = {
        ...{ id: identifiers.newId('hld'), state: 'active', ...scopeOf(scope), reason, createdBy: by.caller },
        ...{ createdAt: now, updatedAt: now },
      };
      const made = await documentsOf.insert(hold, 'legal_hold.created', by);
      // A removal that has read the holds before this one loses its swap, and reads them again.
      await upsert(beginningsOf(documents), 'current', (stored) => ({
        ...(stored ?? { id: 'current' as const }),
        holds: (stored?.holds ?? 0) + 1,
      }));
      return made;
    },

    async release(id, reason, by) {
      checkText(reason, '/reason', MOST_REASON);
      const { document } = await documentsOf.found(id);
      if (document.state === 'released') throw legalHoldRefusal('hold_released');
      return documentsOf.change(id, undefined, 'legal_hold.released', by, (hold) => {
        if (hold.state === 'released') throw legalHoldRefusal('hold_released');
        const released = { releasedBy: by.caller, releasedAt: clock.now(), releaseReason: reason };
        return { ...hold, state: 'released', ...released };
      });
    },
  };
};
