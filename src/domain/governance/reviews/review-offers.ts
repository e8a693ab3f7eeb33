/**
 * What becomes of the agents that reviewers offered to another owner. The registry of agents owns the offer; its owner may withdraw
 * it, and the other one may decline it. The item then is open again: nothing was decided. Called by review-jobs.ts.
 */
import type { Delegation } from '../../authority/delegation/delegation.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import type { AgentRegistry } from '../../clients/agents/agent-registry.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Cursor, Versioned } from '../../ports/document-store.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { OFFER_DAYS, type ReviewItem } from './review.ts';
import { type ReviewItems, undecided } from './review-items.ts';

const SYSTEM: By = { caller: 'system' };
const DAY = 86_400;
/** Offers of one call; the next one goes on behind them. */
const MOST_OFFERS = 100;

type Outcome = Exclude<NonNullable<ReviewItem['offer']>, 'offered'>;

export interface ReviewOffers {
  /**
   * Looks at 100 outstanding offers, and settles those that were accepted, withdrawn or not answered. One that fails holds up no
   * other; then throws the first error. Throws StoreUnavailable.
   */
  settle(): Promise<void>;
}

export const reviewOffers = (deps: {
  readonly items: ReviewItems;
  readonly clock: Clock;
  readonly agents: Pick<AgentRegistry, 'getMany' | 'update'>;
  readonly delegations: { get(id: string): Promise<Delegation | undefined> };
  /** Called after an item was decided. */
  readonly decided: (item: ReviewItem) => Promise<void>;
}): ReviewOffers => {
  const { items, clock, agents, delegations, decided } = deps;
  let after: Cursor | undefined;

  /** Undefined: the offer stands. */
  const outcomeOf = ({ newOwner, decidedAt = 0 }: ReviewItem, agent: Agent | undefined): Outcome | undefined => {
    if (!agent || agent.state === 'retired') return 'withdrawn';
    if (agent.owner === newOwner) return 'accepted';
    // The time first: another item of the agent that lapsed with this one has withdrawn the offer of both.
    if (decidedAt + OFFER_DAYS * DAY <= clock.now()) return 'lapsed';
    return agent.transferTo === newOwner ? undefined : 'withdrawn';
  };

  const isStanding = async ({ delegation }: ReviewItem): Promise<boolean> => {
    const found = await delegations.get(delegation);
    return found !== undefined && found.state !== 'revoked' && found.expiresAt > clock.now();
  };

  const settleOne = async (held: Versioned<ReviewItem>, agent: Versioned<Agent> | undefined): Promise<void> => {
    const item = held.document;
    const offer = item.unfinishedAt === undefined ? outcomeOf(item, agent?.document) : undefined;
    if (offer === undefined) return;
    if (offer === 'accepted') {
      const next: ReviewItem = { ...item, state: 'transferred', offer };
      return decided((await items.swap(held, 'review.item_transferred', SYSTEM, next)).document);
    }
    // It must not be accepted any more once the item is open. An acceptance at the same time makes this fail, and counts.
    if (offer === 'lapsed' && agent && agent.document.transferTo === item.newOwner)
      await agents.update(agent.document.id, agent.version, { owner: agent.document.owner }, SYSTEM);
    const before: ReviewItem = { ...undecided(item), offer };
    if (await isStanding(item))
      return void (await items.swap(held, 'review.item_reopened', SYSTEM, before, { reason: `offer_${offer}` }));
    const over: ReviewItem = { ...before, state: 'over', decidedAt: clock.now() };
    await decided((await items.swap(held, 'review.item_over', SYSTEM, over)).document);
  };

  return {
    async settle() {
      const order = { by: 'createdAt', direction: 'ascending' } as const;
      const from = after ? { after } : {};
      const page = await items.collection.find({ where: { state: 'offered' }, order, limit: MOST_OFFERS, ...from });
      const last = page.at(-1)?.document;
      after = page.length === MOST_OFFERS && last ? { value: last.createdAt, id: last.id } : undefined;
      const offered = await agents.getMany([...new Set(page.map(({ document }) => document.agent))]);
      const failures: unknown[] = [];
      const byId = new Map(offered.map((agent) => [agent.document.id, agent]));
      for (const held of page)
        try {
          await settleOne(held, byId.get(held.document.agent));
        } catch (error) {
          // Another process, or the new owner, was faster: the next look sees what it stored.
          if (!isDomainError(error) || error.code !== 'precondition_failed') failures.push(error);
        }
      if (failures.length > 0) throw failures[0];
    },
  };
};
