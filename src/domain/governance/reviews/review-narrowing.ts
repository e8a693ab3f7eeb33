/**
 * Replays the recorded tokens of a delegation without some of its scopes: how many would have been different. Removing a scope only
 * removes that scope from a token, and no other layer of the decision gives it back, so the recorded result is enough. Reads only.
 */
import type { AuditFilters, AuditPage } from '../../audit/list-events.ts';
import type { DelegationRegistry } from '../../authority/delegation/delegation-registry.ts';
import type { Cursor } from '../../ports/document-store.ts';
import type { ReviewItem } from './review.ts';

/** Most tokens that are read, and most re-delegations. */
const MOST_TOKENS = 5000;
const MOST_BELOW = 100;
const AT_ONCE = 500;

export type NarrowingReplay = {
  /** Scopes of the item that were not used. */
  readonly remove: readonly string[];
  /** Since when, epoch seconds. */
  readonly from: number;
  /** Tokens from the delegation and from those below it. */
  readonly tokens: number;
  /** Those of them that carried one of the scopes. */
  readonly changed: number;
  /** Further tokens or re-delegations were not read. */
  readonly isMore: boolean;
};

type Deps = {
  readonly delegations: Pick<DelegationRegistry, 'newestLive'>;
  readonly events: { list(filters: AuditFilters): Promise<AuditPage> };
};

/** Undefined: all scopes were used. Throws StoreUnavailable. */
export const narrowingReplay =
  ({ delegations, events }: Deps) =>
  async ({
    delegation,
    unusedScopes: remove,
    unusedFrom: from,
  }: Pick<ReviewItem, 'delegation' | 'unusedScopes' | 'unusedFrom'>): Promise<NarrowingReplay | undefined> => {
    if (remove.length === 0) return undefined;
    const below = await liveBelow(delegations, delegation);
    let [tokens, changed, isMore] = [0, 0, below.isMore];
    for (const id of [delegation, ...below.ids]) {
      let after: Cursor | undefined;
      do {
        if (tokens >= MOST_TOKENS) return { remove, from, tokens, changed, isMore: true };
        const filters = { delegation: id, type: 'token.issued', fromMillis: from * 1000, limit: AT_ONCE };
        const { entries, next } = await events.list({ ...filters, ...(after ? { after } : {}) });
        tokens += entries.length;
        changed += entries.filter(({ event }) => event.scopeGiven?.some((name) => remove.includes(name))).length;
        after = next;
      } while (after);
    }
    return { remove, from, tokens, changed, isMore };
  };

/** The re-delegations below a delegation, which a narrowing reaches, at most MOST_BELOW. */
const liveBelow = async (
  delegations: Deps['delegations'],
  root: string,
): Promise<{ readonly ids: readonly string[]; readonly isMore: boolean }> => {
  const ids: string[] = [];
  const open = [root];
  let isMore = false;
  for (let parent = open.pop(); parent !== undefined && ids.length < MOST_BELOW; parent = open.pop()) {
    const { items, isWhole } = await delegations.newestLive(
      { parent },
      { most: MOST_BELOW - ids.length, mostRead: MOST_BELOW },
    );
    isMore ||= !isWhole;
    ids.push(...items.map(({ id }) => id));
    open.push(...items.map(({ id }) => id));
  }
  return { ids, isMore: isMore || open.length > 0 };
};
