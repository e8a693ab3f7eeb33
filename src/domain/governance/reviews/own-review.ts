/**
 * The question to a person once a quarter: is what agents hold for them, and do not use, still right? Owns KEPT_DELEGATIONS. What a
 * person removes or ends is up to the registry of delegations.
 */
import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { type Delegation, decidedAtOf } from '../../authority/delegation/delegation.ts';
import { slotOf } from '../../authority/delegation/delegation-record.ts';
import type { GrantUses } from '../../authority/grants/grant-last-used.ts';
import type { ScopeUses } from '../../authority/grants/scope-last-used.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, upsert } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { UNUSED_DAYS } from './review.ts';

/** `id`: that of the delegation. */
type KeptDelegation = {
  readonly id: string;
  readonly subject: string;
  readonly keptAt: number;
  /** From when on the person is asked again. */
  readonly expiresAt: number;
};

export const KEPT_DELEGATIONS = {
  name: 'kept_delegations',
  holds: 'that a person wants to keep a delegation that is not used',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'the person answered 90 days ago, and is asked again' },
  transfer: 'neither',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['subject', 'keptAt', 'expiresAt'],
} as const satisfies OwnedCollection;

const QUARTER = UNUSED_DAYS * 86_400;
/** Questions of one page; the next visit has further ones. */
const MOST_ASKED = 20;
const MOST_AT_ONCE = 1000;

/** A delegation about which the person is asked. */
export type AskedDelegation = {
  readonly delegation: Delegation;
  /** Scopes that no token carried for a quarter, of the delegation or below it. */
  readonly unused: readonly string[];
  /** When a token came from it last. Absent: never. */
  readonly lastUsedAt?: number;
};

export interface OwnReview {
  /**
   * What to ask a person, the longest unused first, at most 20. `held`: all live delegations of the person. Asks about what they gave
   * a quarter ago or earlier, of which no token carried some scope since, unless they answered within a quarter. Asks nothing
   * before the server has watched for a quarter. Reads only. Throws StoreUnavailable.
   */
  asks(held: readonly Delegation[]): Promise<readonly AskedDelegation[]>;
  /** The person keeps a delegation of theirs, and is not asked for a quarter. Idempotent. */
  keep(delegation: Pick<Delegation, 'id' | 'subject' | 'actor' | 'resource'>, by: By): Promise<void>;
}

export const ownReview = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly grantUses: Pick<GrantUses, 'lastUses'>;
  readonly scopeUses: Pick<ScopeUses, 'lastUses' | 'since'>;
}): OwnReview => {
  const { audit, clock, grantUses, scopeUses } = deps;
  const kept = deps.documents.collection<KeptDelegation>(KEPT_DELEGATIONS);

  const answered = async (ids: readonly string[]): Promise<ReadonlySet<string>> => {
    const found = await kept.getMany(ids.slice(0, MOST_AT_ONCE));
    return new Set(found.flatMap(({ document: { id, expiresAt } }) => (expiresAt > clock.now() ? [id] : [])));
  };

  return {
    async asks(held) {
      const from = clock.now() - QUARTER;
      const old = held.filter((one) => isOwn(one) && decidedAtOf(one) <= from).slice(0, MOST_AT_ONCE);
      if (old.length === 0 || (await scopeUses.since()) > from) return [];
      const known = await answered(old.map(({ id }) => id));
      const open = old.filter(({ id }) => !known.has(id));
      // A narrowing reaches re-delegations: a scope that only another agent uses is in use.
      const below = new Map(open.map(({ id }) => [id, held.filter((one) => one.ancestors.includes(id))]));
      const all = [...open, ...[...below.values()].flat()];
      const [scopes, uses] = [await scopeUses.lastUses(all), await grantUses.lastUses(open.map(({ id }) => id))];
      const isUsed = (ids: readonly string[], name: string): boolean =>
        ids.some((id) => (scopes.get(id)?.get(name) ?? 0) > from);
      const asked = open.flatMap((delegation): readonly AskedDelegation[] => {
        const ids = [delegation.id, ...(below.get(delegation.id) ?? []).map(({ id }) => id)];
        const unused = delegation.scope.filter((name) => !isUsed(ids, name));
        const lastUsedAt = uses.get(delegation.id);
        const isIdle = delegation.scope.length === 0 && (lastUsedAt ?? 0) <= from;
        if (unused.length === 0 && !isIdle) return [];
        return [{ delegation, unused, ...(lastUsedAt === undefined ? {} : { lastUsedAt }) }];
      });
      return asked.sort((one, other) => (one.lastUsedAt ?? 0) - (other.lastUsedAt ?? 0)).slice(0, MOST_ASKED);
    },

    async keep({ id, subject, actor, resource }, by) {
      if ((await answered([id])).has(id)) return;
      const event: AuditEvent = {
        ...{ type: 'delegation.kept', outcome: 'done', caller: by.caller, subject, agent: actor },
        ...{ delegation: id, resource },
        ...(by.request === undefined ? {} : { request: by.request }),
        ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      };
      await audit.append(event);
      const now = clock.now();
      await upsert(kept, id, () => ({ id, subject, keptAt: now, expiresAt: now + QUARTER }));
    },
  };
};

/** What the person gave, and no single approved action. */
const isOwn = ({ parent, state, subject, actor, resource, via, slot }: Delegation): boolean =>
  parent === null && state === 'active' && slot === slotOf(subject, null, actor, resource, via);
