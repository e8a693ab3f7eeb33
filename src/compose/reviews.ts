/** Access reviews: their registry, decisions, and what follows the time. Called by governance.ts. */
import { setImmediate as turn } from 'node:timers/promises';
import type { DelegationRegistry } from '../domain/authority/delegation/delegation-registry.ts';
import type { AgentRegistry } from '../domain/clients/agents/agent-registry.ts';
import { type OwnReview, ownReview } from '../domain/governance/reviews/own-review.ts';
import { REVIEWS, type Review, type ReviewItem } from '../domain/governance/reviews/review.ts';
import { reviewAllowance } from '../domain/governance/reviews/review-allowance.ts';
import { type Consequences, consequencesOf } from '../domain/governance/reviews/review-consequences.ts';
import { type ReviewDecisions, reviewDecisions } from '../domain/governance/reviews/review-decisions.ts';
import { type ReviewFigures, reviewFigures } from '../domain/governance/reviews/review-figures.ts';
import { reviewItems } from '../domain/governance/reviews/review-items.ts';
import { type ReviewJobs, reviewJobs } from '../domain/governance/reviews/review-jobs.ts';
import { type NarrowingReplay, narrowingReplay } from '../domain/governance/reviews/review-narrowing.ts';
import { reviewOffers } from '../domain/governance/reviews/review-offers.ts';
import { type ReviewRegistry, reviewRegistry } from '../domain/governance/reviews/review-registry.ts';
import { reviewSelector } from '../domain/governance/reviews/review-selection.ts';
import { type ReviewUndo, reviewUndo } from '../domain/governance/reviews/review-undo.ts';
import { reviewWalk } from '../domain/governance/reviews/review-walk.ts';
import type { Account } from '../domain/identity/accounts/account.ts';
import { leaverFacts } from '../domain/identity/directories/leaver-facts.ts';
import type { Owners } from '../domain/identity/groups/owners.ts';
import type { Found } from '../domain/ports/document-store.ts';
import type { Revocation } from '../domain/ports/revocation.ts';
import type { ResourceServer } from '../domain/resources/resource-servers/resource-server.ts';
import type { Foundations } from './foundations.ts';

interface Reviews extends ReviewRegistry, Pick<ReviewDecisions, 'decide' | 'assign'>, Pick<ReviewUndo, 'undo'> {
  /** How people decided. */
  figures(review: string): Promise<ReviewFigures>;
  /** What ends with a delegation. */
  consequences(delegation: string): Promise<Consequences>;
  /** Which tokens the unused scopes of an item would have changed. */
  narrowing(item: ReviewItem): Promise<NarrowingReplay | undefined>;
}

export interface ReviewServices {
  readonly reviews: Reviews;
  readonly reviewJobs: Pick<ReviewJobs, 'poll'>;
  readonly ownReview: OwnReview;
}

export const reviewServices = (
  base: Foundations,
  deps: {
    readonly agents: AgentRegistry;
    readonly delegations: DelegationRegistry;
    readonly owners: Owners;
    readonly accounts: { get(id: string): Found<Account> };
    readonly revocation: Revocation;
    readonly resourceServers: { findByIdentifier(identifier: string): Found<ResourceServer> };
  },
): ReviewServices => {
  const { documents, clock, identifiers, audit, metrics, state, grantUses, scopeUses } = base;
  const { agents, delegations, owners, accounts, revocation, resourceServers } = deps;
  const parts = { documents, clock, audit };
  const items = reviewItems(parts);
  const registry = reviewRegistry({ ...parts, identifiers, items, owners });
  const selector = reviewSelector({
    ...{ documents, owners, resourceServers, grantUses, scopeUses },
    factsOf: leaverFacts({ documents }),
  });
  const decided = async (item: ReviewItem): Promise<void> => {
    metrics.reviews.decided.inc({ decision: item.state, by: item.isDefault ? 'default' : 'reviewer' });
    await jobs.completeIfDecided(item.review);
  };
  const jobs = reviewJobs({
    ...{ ...parts, node: state.node, items, registry, walk: reviewWalk({ documents, selector }), pause: () => turn() },
    allowance: reviewAllowance({ documents, now: clock.now }),
    offers: reviewOffers({ items, clock, agents, delegations, decided }),
    decisions: () => decisions,
  });
  const undo = reviewUndo({ items, clock, delegations, agents, accounts, revocation, events: audit });
  const decisions: ReviewDecisions = reviewDecisions({
    ...{ items, clock, delegations, agents, owners },
    reviews: documents.collection<Review>(REVIEWS),
    decided,
    finishUndo: undo.finish,
  });
  return {
    reviews: {
      ...registry,
      ...{ decide: decisions.decide, assign: decisions.assign },
      async undo(id, expected, by) {
        await decisions.refuseOwner(id, by);
        return undo.undo(id, expected, by);
      },
      figures: reviewFigures(items),
      consequences: consequencesOf(delegations),
      narrowing: narrowingReplay({ delegations, events: audit }),
    },
    reviewJobs: jobs,
    ownReview: ownReview({ ...parts, grantUses, scopeUses }),
  };
};
