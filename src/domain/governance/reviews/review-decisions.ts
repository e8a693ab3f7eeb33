/**
 * Decisions about items: keep, narrow, transfer, end. Exactly one decision of an item counts. It is stored first, then takes effect. A process that
 * dies in between leaves `unfinishedAt`, and another one completes it.
 */
import type { Delegation } from '../../authority/delegation/delegation.ts';
import { delegationRefusal } from '../../authority/delegation/delegation-refusals.ts';
import type { DelegationRegistry } from '../../authority/delegation/delegation-registry.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import type { AgentRegistry } from '../../clients/agents/agent-registry.ts';
import type { Owners } from '../../identity/groups/owners.ts';
import { documentRefusal } from '../../platform/registries/document-refusals.ts';
import { type By, partiesBehind } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Collection, LOST, retryLost, type Versioned } from '../../ports/document-store.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { type ItemDecision, type Review, type ReviewItem, STATE_AFTER } from './review.ts';
import { type ReviewItems, undecided } from './review-items.ts';
import { reviewRefusal } from './review-refusals.ts';

export type GivenDecision = {
  readonly decision: ItemDecision;
  /** Only of `narrow`: the scopes to remove. */
  readonly remove?: readonly string[];
  /** Only of `transfer`: the account or group to which the agent is offered. */
  readonly owner?: string;
  readonly reason?: string;
};

type Expected = number | undefined;

export interface ReviewDecisions {
  /**
   * Decides an item and stores the effect. The same decision again by the same caller, such as after an answer that was lost, only stores an
   * effect that is outstanding. Throws 'not_found', 'precondition_failed' when the item has another version than expected, 'forbidden' for the owner
   * of the agent where the review says so, 'invalid_field', and 'conflict' when the item is decided otherwise, the delegation has ended or the review
   * is not open.
   */
  decide(id: string, expected: Expected, given: GivenDecision, by: By): Promise<Versioned<ReviewItem>>;
  /** Applies the default of the review to an open item. A lost race changes nothing. */
  decideByDefault(held: Versioned<ReviewItem>, review: Review): Promise<void>;
  /** Hands an open item to another reviewer. Throws as `decide` does, and 'conflict' for an owner who must not decide. */
  assign(id: string, expected: Expected, to: string, by: By): Promise<Versioned<ReviewItem>>;
  /** Throws 'forbidden' for the owner of the agent where the review says so, and 'not_found'. */
  refuseOwner(id: string, by: By): Promise<void>;
  /** Completes decisions that a process did not. Idempotent. Store errors propagate. */
  finish(item: ReviewItem): Promise<void>;
}

const SYSTEM: By = { caller: 'system' };

export const reviewDecisions = (deps: {
  readonly items: ReviewItems;
  readonly reviews: Pick<Collection<Review>, 'get'>;
  readonly clock: Clock;
  readonly delegations: Pick<DelegationRegistry, 'get' | 'revoke' | 'narrow'>;
  readonly agents: Pick<AgentRegistry, 'get' | 'update'>;
  readonly owners: Pick<Owners, 'answersFor' | 'isActive'>;
  /** Called after an item was decided. */
  readonly decided: (item: ReviewItem) => Promise<void>;
  /** Completes an undo. */
  readonly finishUndo: (item: ReviewItem) => Promise<void>;
}): ReviewDecisions => {
  const { items, reviews, clock, delegations, agents, owners } = deps;

  /** Of an open item. Throws 'conflict' for another one. */
  const openReview = async ({ state, review: of }: ReviewItem): Promise<Review> => {
    const review = (await reviews.get(of))?.document;
    if (state === 'over') throw reviewRefusal('review_item_over');
    if (state !== 'open') throw reviewRefusal('review_item_decided', { params: { state } });
    if (review?.state !== 'open')
      throw reviewRefusal('review_not_open', { params: { state: review?.state ?? 'over' } });
    return review;
  };

  /** Whether an account owns the agent now, or did when the item was made. */
  const isOwner = async ({ agent, owner }: ReviewItem, account: string): Promise<boolean> => {
    const now = (await agents.get(agent))?.document.owner ?? owner;
    return (await owners.answersFor(owner, account)) || (await owners.answersFor(now, account));
  };

  /** What an owner must not decide, they must not hand to a friend either. */
  const refuseOwnerOf = async (item: ReviewItem, review: Review | undefined, by: By): Promise<void> => {
    if (review?.ownerDecides) return;
    for (const party of partiesBehind(by)) if (await isOwner(item, party)) throw reviewRefusal('review_by_owner');
  };

  const standing = async ({ delegation }: ReviewItem): Promise<Delegation | undefined> => {
    const found = await delegations.get(delegation);
    return found && found.state !== 'revoked' && found.expiresAt > clock.now() ? found : undefined;
  };

  /** What the decision adds to the item. Throws 'invalid_field' and 'conflict'. */
  const changeOf = async (
    { decision, remove = [], owner, reason }: GivenDecision,
    { scope, details = [] }: Delegation,
    by: By,
  ): Promise<Partial<ReviewItem>> => {
    const because = reason === undefined ? {} : { reason };
    if (decision !== 'narrow' && remove.length > 0)
      throw reviewRefusal('review_member_unfit', { field: '/remove', params: { decision } });
    if (decision !== 'transfer' && owner !== undefined)
      throw reviewRefusal('review_member_unfit', { field: '/owner', params: { decision } });
    if (decision === 'narrow') {
      if (remove.length === 0) throw reviewRefusal('review_scope_missing', { field: '/remove' });
      const foreign = remove.findIndex((name) => !scope.includes(name));
      if (foreign >= 0) throw delegationRefusal('delegation_holds_less', { field: `/remove/${foreign}` });
      const isLeft = details.length > 0 || scope.some((name) => !remove.includes(name));
      if (!isLeft) throw delegationRefusal('narrowing_leaves_nothing');
      return { ...because, removed: scopesOf(remove) };
    }
    if (decision === 'transfer') {
      if (owner === undefined) throw reviewRefusal('review_owner_missing', { field: '/owner' });
      if (!(await owners.isActive(owner))) throw reviewRefusal('review_party_unknown', { field: '/owner' });
      // Who may accept for the new owner would have the agent at once: a reviewer could take any agent over.
      for (const party of partiesBehind(by))
        if (await owners.answersFor(owner, party)) throw reviewRefusal('review_transfer_to_self', { field: '/owner' });
      return { ...because, newOwner: owner };
    }
    return because;
  };

  /** Offers the agent to an owner. Another change of the agent at the same time is no reason to fail. */
  const offer = (agent: string, owner: string, by: By): Promise<Versioned<Agent>> =>
    retryLost(agent, async () => {
      const held = await agents.get(agent);
      if (!held) throw documentRefusal('document_not_found', { params: { kind: 'agent' } });
      return orLost(agents.update(agent, held.version, { owner }, by));
    });

  /** Stores the effect. Each call is idempotent, and has an event of its own. */
  const apply = async (item: ReviewItem, by: By): Promise<Partial<ReviewItem>> => {
    const { state, delegation, decidedAt = 0, removed = [], newOwner, agent, subject } = item;
    if (state === 'ended') {
      const ended = await delegations.revoke(delegation, by.caller, by.request);
      const isMine = ended?.revokedBy === by.caller && (ended.revokedAt ?? 0) >= decidedAt && by.caller !== subject;
      return isMine ? { isEnd: true } : {};
    }
    if (state === 'narrowed') await delegations.narrow(delegation, { scope: removed }, by.caller, by.request);
    if (state === 'offered' && newOwner !== undefined) {
      const { document } = await offer(agent, newOwner, by);
      return document.owner === newOwner ? { state: 'transferred', offer: 'accepted' } : { offer: 'offered' };
    }
    return {};
  };

  /** The item as it was before the decision. */
  const reopened = async (id: string, by: By, note: string): Promise<void> => {
    const held = await items.found(id, undefined);
    if (held.document.unfinishedAt === undefined) return;
    const { newOwner: _, offer: __, ...before } = undecided(held.document);
    await items.swap(held, 'review.item_reopened', by, before, { reason: note });
  };

  const settled = async ({ document }: Versioned<ReviewItem>, by: By): Promise<Versioned<ReviewItem>> => {
    try {
      const done = await items.finished(document.id, await apply(document, by));
      await deps.decided(done.document);
      return done;
    } catch (error) {
      // Such as an agent that was retired meanwhile. The decision cannot take effect, so there is none.
      if (isDomainError(error) && error.code !== 'unavailable') await reopened(document.id, by, error.code);
      throw error;
    }
  };

  const over = async (held: Versioned<ReviewItem>, by: By): Promise<void> => {
    const next: ReviewItem = { ...held.document, state: 'over', decidedAt: clock.now() };
    await deps.decided((await items.swap(held, 'review.item_over', by, next)).document);
  };

  const decided = (held: Versioned<ReviewItem>, decision: ItemDecision, by: By, change: Partial<ReviewItem>) => {
    const now = clock.now();
    const { removed, newOwner, reason, isDefault } = change;
    const next: ReviewItem = {
      ...{ ...held.document, ...change, state: STATE_AFTER[decision], decidedBy: by.caller, decidedAt: now },
      ...{ unfinishedAt: now },
    };
    return items.swap(held, 'review.item_decided', by, next, {
      decision,
      ...(removed ? { removed } : {}),
      ...(newOwner === undefined ? {} : { newOwner }),
      ...(reason === undefined ? {} : { reason }),
      ...(isDefault ? { isDefault } : {}),
    });
  };

  /** The item with this decision, whose effect may be outstanding. */
  const decidedAs = async (id: string, expected: Expected, given: GivenDecision, by: By) => {
    const held = await items.found(id, expected);
    if (isRepeated(held.document, given, by)) return held;
    await refuseOwnerOf(held.document, await openReview(held.document), by);
    const delegation = await standing(held.document);
    if (!delegation) {
      await over(held, SYSTEM);
      throw reviewRefusal('review_item_over');
    }
    return decided(held, given.decision, by, await changeOf(given, delegation, by));
  };

  return {
    async decide(id, expected, given, by) {
      // Who expects no version is not refused because of one: the item is read again.
      const once = () => decidedAs(id, expected, given, by);
      const item = await (expected === undefined ? retryLost(id, () => orLost(once())) : once());
      return item.document.unfinishedAt === undefined ? item : settled(item, by);
    },

    async decideByDefault(held, review) {
      try {
        // An operator may cancel it while the default runs.
        if ((await reviews.get(review.id))?.document.state !== 'open') return;
        if (!(await standing(held.document))) return await over(held, SYSTEM);
        await settled(await decided(held, review.default, SYSTEM, { isDefault: true }), SYSTEM);
      } catch (error) {
        // A person decided at the same time.
        if (!isDomainError(error) || error.code !== 'precondition_failed') throw error;
      }
    },

    async assign(id, expected, to, by) {
      const held = await items.found(id, expected);
      const review = await openReview(held.document);
      await refuseOwnerOf(held.document, review, by);
      if (!(await owners.isActive(to))) throw reviewRefusal('review_party_unknown', { field: '/to' });
      const { owner } = held.document;
      if (!review.ownerDecides && (to === owner || (await isOwner(held.document, to))))
        throw reviewRefusal('review_assigned_to_owner', { field: '/to' });
      const next: ReviewItem = { ...held.document, reviewer: to, assignedBy: by.caller };
      return items.swap(held, 'review.item_assigned', by, next, { to });
    },

    async refuseOwner(id, by) {
      const { document: item } = await items.found(id, undefined);
      await refuseOwnerOf(item, (await reviews.get(item.review))?.document, by);
    },

    async finish(item) {
      if (item.state === 'undone') return deps.finishUndo(item);
      try {
        await settled({ document: item, version: 0 }, { caller: item.decidedBy ?? SYSTEM.caller });
      } catch (error) {
        // The item is open again.
        if (!isDomainError(error) || error.code === 'unavailable') throw error;
      }
    },
  };
};

/** `LOST` when another change was faster. */
const orLost = async <T>(change: Promise<T>): Promise<T | typeof LOST> => {
  try {
    return await change;
  } catch (error) {
    if (isDomainError(error) && error.code === 'precondition_failed') return LOST;
    throw error;
  }
};

const scopesOf = (remove: readonly string[]): readonly string[] => [...new Set(remove)].sort();

/** Whether the item is decided by this caller, in exactly this way. */
const isRepeated = (item: ReviewItem, { decision, remove = [], owner, reason }: GivenDecision, by: By): boolean => {
  const state = item.state === 'transferred' ? 'offered' : item.state;
  // An item keeps the owner of an earlier offer, which was declined.
  const newOwner = decision === 'transfer' ? item.newOwner : undefined;
  return (
    state === STATE_AFTER[decision] &&
    item.decidedBy === by.caller &&
    item.reason === reason &&
    newOwner === owner &&
    (item.removed ?? []).join(' ') === scopesOf(remove).join(' ')
  );
};
