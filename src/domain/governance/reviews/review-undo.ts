/**
 * Undoes the end of a delegation by a review. It makes a new delegation with what the ended one held: the ended one and its tokens stay dead. The event comes first,
 * so that the notification to the person is stored before the agent may act again. The person's own decisions come before an undo.
 */
import type { AuditFilters, AuditPage } from '../../audit/list-events.ts';
import type { Delegation } from '../../authority/delegation/delegation.ts';
import type { DelegationRegistry } from '../../authority/delegation/delegation-registry.ts';
import { partOf } from '../../authority/delegation/delegation-slots.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Found, Versioned } from '../../ports/document-store.ts';
import type { Revocation } from '../../ports/revocation.ts';
import type { ReviewItem } from './review.ts';
import type { ReviewItems } from './review-items.ts';
import { reviewRefusal } from './review-refusals.ts';

/** Hours in which an end can be undone. */
export const UNDO_HOURS = 24;
/** Events of the person since the end that are read. With more of them, an undo is refused. */
const MOST_EVENTS = 1000;

/** Events by which a person takes something from an agent, or denies it. */
const OWN_DECISIONS: ReadonlySet<string> = new Set([
  'consent.denied',
  'delegation.narrowed',
  'delegation.revoked',
  'grant.narrowed',
  'grant.revoked',
]);

export interface ReviewUndo {
  /**
   * Undoes an end of this review. Throws 'not_found', 'precondition_failed', and 'conflict' when the review did not end it, when it is too late, or when
   * the person, a kill or a change of owner decided since.
   */
  undo(id: string, expected: number | undefined, by: By): Promise<Versioned<ReviewItem>>;
  /**
   * Completes an undo that a process did not. Idempotent. If the person, a kill or a change of owner decided since, the item says
   * `ended` again.
   */
  finish(item: ReviewItem): Promise<void>;
}

export const reviewUndo = (deps: {
  readonly items: ReviewItems;
  readonly clock: Clock;
  readonly delegations: Pick<DelegationRegistry, 'get' | 'consented' | 'suspendedAt' | 'recordConsent'>;
  readonly agents: { get(id: string): Found<Agent> };
  readonly accounts: { get(id: string): Found<Account> };
  readonly revocation: Pick<Revocation, 'ended'>;
  readonly events: { list(filters: AuditFilters): Promise<AuditPage> };
}): ReviewUndo => {
  const { items, clock, delegations, agents, accounts, revocation, events } = deps;

  /** Whether the person took something from the agent since, or denied it. */
  const hasDecided = async ({ subject, agent, decidedAt = 0 }: ReviewItem): Promise<boolean> => {
    const filters = { subject, caller: subject, fromMillis: decidedAt * 1000, limit: MOST_EVENTS };
    const { entries, next } = await events.list(filters);
    const isAbout = ({ event }: (typeof entries)[number]): boolean =>
      OWN_DECISIONS.has(event.type) && (event.agent === agent || event.target?.id === agent);
    return next !== undefined || entries.some(isAbout);
  };

  /** Whether the delegation would be live, had the review not ended it. */
  const wouldStand = async (ended: Delegation): Promise<boolean> => {
    const { subject, actor, resource, via, expiresAt } = ended;
    const [agent, account] = [(await agents.get(actor))?.document, (await accounts.get(subject))?.document];
    if (expiresAt <= clock.now() || agent?.state !== 'active' || account?.state !== 'active') return false;
    if (ownershipOf(agent) !== ownershipOf(ended)) return false;
    if ((await revocation.ended([partOf(ended)])) !== undefined) return false;
    const isTaken =
      (await delegations.consented(subject, actor, resource, via)) ??
      (await delegations.suspendedAt(subject, actor, resource, via));
    return isTaken === undefined;
  };

  /** The delegation that this undo has made already: a process stopped before it noted that. */
  const madeBefore = async ({ unfinishedAt = 0 }: ReviewItem, ended: Delegation): Promise<Delegation | undefined> => {
    const { subject, actor, resource, via, expiresAt } = ended;
    const made = await delegations.consented(subject, actor, resource, via);
    return made && made.createdAt >= unfinishedAt && made.expiresAt === expiresAt ? made : undefined;
  };

  /**
   * The end stands. The person, who was told of the undo, is told of that. Returns the item if the undo is complete instead:
   * another process has made the delegation meanwhile.
   */
  const refused = async (id: string, by: By): Promise<Versioned<ReviewItem> | undefined> => {
    const held = await items.found(id, undefined);
    const { unfinishedAt, undoneBy: _, ...rest } = held.document;
    if (rest.state !== 'undone') return undefined;
    if (unfinishedAt === undefined) return held;
    const next: ReviewItem = { ...rest, state: 'ended', undoRefusedAt: clock.now() };
    await items.swap(held, 'review.item_undo_refused', by, next);
    return undefined;
  };

  /** Undefined: no delegation came of it, and the end stands. */
  const renewed = async (item: ReviewItem, ended: Delegation, by: By): Promise<Versioned<ReviewItem> | undefined> => {
    const { subject, actor, resource, via, scope, details, expiresAt, delegableTo, ownership } = ended;
    const made = await delegations.recordConsent({
      ...{ subject, actor, resource, via, asked: scope, scope, expiresAt, delegableTo },
      ...(details ? { askedDetails: details, details } : {}),
      ...(ownership === undefined ? {} : { ownership }),
      ...{ by: by.caller, request: by.request },
    });
    return made ? items.finished(item.id, { newDelegation: made.id }) : refused(item.id, by);
  };

  return {
    async undo(id, expected, by) {
      const held = await items.found(id, expected);
      const item = held.document;
      if (item.state !== 'ended' || !item.isEnd || item.unfinishedAt !== undefined)
        throw reviewRefusal('review_item_not_ended');
      if ((item.decidedAt ?? 0) + UNDO_HOURS * 3600 <= clock.now())
        throw reviewRefusal('review_undo_late', { params: { hours: UNDO_HOURS } });
      const ended = await delegations.get(item.delegation);
      if (!ended || (await hasDecided(item)) || !(await wouldStand(ended))) throw reviewRefusal('review_undo_refused');
      const { undoRefusedAt: _, ...rest } = item;
      const next: ReviewItem = { ...rest, state: 'undone', unfinishedAt: clock.now(), undoneBy: by.caller };
      const undone = await items.swap(held, 'review.item_undone', by, next);
      const made = await renewed(undone.document, ended, by);
      if (!made) throw reviewRefusal('review_undo_refused');
      return made;
    },

    async finish(item) {
      const by: By = { caller: item.undoneBy ?? 'system' };
      const ended = await delegations.get(item.delegation);
      const made = ended && (await madeBefore(item, ended));
      if (made) return void (await items.finished(item.id, { newDelegation: made.id }));
      // What happened since the crash counts as well.
      if (!ended || (await hasDecided(item)) || !(await wouldStand(ended))) {
        await refused(item.id, by);
        return;
      }
      await renewed(item, ended, by);
    },
  };
};
