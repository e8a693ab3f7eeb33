import { AUDIT_RECORDS, type AuditRecord } from '../../audit/audit-record.ts';
import type { Clock } from '../../ports/clock.ts';
import {
  type DocumentStore,
  isDocumentConflict,
  StoreUnavailable,
  type Versioned,
} from '../../ports/document-store.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import { MOST_AHEAD_SECONDS, MOST_LATE_SECONDS, REPORT_CLAIMS, type ReportClaim } from './report.ts';

/**
 * Seconds for which the request that made a claim may still write the event. Longer than the deadline of a request and of each
 * call to a store, so that a later request does not write the event a second time.
 */
const HELD_SECONDS = 30;
/** Difference of the clocks of nodes: a claim outlives its report at each of them. */
const CLOCKS_SECONDS = 3600;
/** Conflicts of one request with others, after which it gives up. */
const MOST_CONFLICTS = 20;

/** A name with what it stands for. `time`: of the report, epoch seconds. */
export type Claimed = { readonly id: string; readonly digest: string; readonly time: number };

/**
 * `own`: this request writes the event now. `known`: the event is in the audit log. `other`: the name stands for another report.
 * `held`: another request may be writing the event.
 */
export type ClaimState = 'own' | 'known' | 'other' | 'held';

export interface ReportClaims {
  /** How each of the names stands, by name, without a change. A name that is absent is free. Throws StoreUnavailable. */
  look(names: readonly Claimed[]): Promise<ReadonlyMap<string, Exclude<ClaimState, 'own'> | 'lapsed'>>;
  /** Claims the names for a request. Of several requests exactly one gets each. Throws StoreUnavailable. */
  take(names: readonly Claimed[], holder: string): Promise<ReadonlyMap<string, ClaimState>>;
}

/** Claims on the names of reports, over all nodes. */
export const reportClaims = (deps: { readonly documents: DocumentStore; readonly clock: Clock }): ReportClaims => {
  const claims = deps.documents.collection<ReportClaim>(REPORT_CLAIMS);
  const records = deps.documents.collection<AuditRecord>(AUDIT_RECORDS);

  /** The target of an event is part of what its digest covers, and the index only finds it. */
  const isRecorded = async (id: string): Promise<boolean> => {
    const found = await records.find({ where: { target: id }, limit: 1 });
    return found.some(({ document: { event } }) => event.target?.id === id);
  };

  const stateOf = async (
    { document }: Versioned<ReportClaim>,
    { id, digest }: Claimed,
  ): Promise<Exclude<ClaimState, 'own'> | 'lapsed'> => {
    if (document.digest !== digest) return 'other';
    if (await isRecorded(id)) return 'known';
    return document.heldUntil > deps.clock.now() ? 'held' : 'lapsed';
  };

  const stored = async (names: readonly Claimed[]): Promise<ReadonlyMap<string, Versioned<ReportClaim>>> =>
    new Map((await claims.getMany(names.map(({ id }) => id))).map((one) => [one.document.id, one]));

  const claimFor = ({ id, digest, time }: Claimed, holder: string): ReportClaim => ({
    ...{ id, digest, holder },
    heldUntil: deps.clock.now() + HELD_SECONDS,
    endsAt: time + MOST_LATE_SECONDS + MOST_AHEAD_SECONDS + CLOCKS_SECONDS,
  });

  /** Takes over a claim whose request has not written its event. */
  const takeOver = async (found: Versioned<ReportClaim>, name: Claimed, holder: string): Promise<ClaimState> => {
    const state = await stateOf(found, name);
    if (state !== 'lapsed') return state;
    return (await claims.replace(claimFor(name, holder), found.version)) ? 'own' : 'held';
  };

  return {
    async look(names) {
      const found = await stored(names);
      const states = new Map<string, Exclude<ClaimState, 'own'> | 'lapsed'>();
      await fewAtOnce(names, async (name) => {
        const claim = found.get(name.id);
        if (claim) states.set(name.id, await stateOf(claim, name));
      });
      return states;
    },

    async take(names, holder) {
      const states = new Map<string, ClaimState>();
      const before = await stored(names);
      let free = names.filter(({ id }) => !before.has(id));
      for (let conflicts = 0; free.length > 0; conflicts += 1) {
        if (conflicts === MOST_CONFLICTS) throw new StoreUnavailable('other requests claimed the same reports again');
        try {
          await claims.insertMany(free.map((name) => claimFor(name, holder)));
          for (const { id } of free) states.set(id, 'own');
          break;
        } catch (error) {
          if (!isDocumentConflict(error)) throw error;
          // Another request claimed one meanwhile. Those of this request before it may be stored.
          const now = await stored(free);
          for (const [id, { document }] of now) states.set(id, document.holder === holder ? 'own' : 'held');
          free = free.filter(({ id }) => !now.has(id));
        }
      }
      await fewAtOnce(names, async (name) => {
        const claim = before.get(name.id);
        if (claim) states.set(name.id, await takeOver(claim, name, holder));
      });
      return states;
    },
  };
};
