/** Resource: items of access reviews, and the decisions about them. */
import { FINDING_KINDS } from '../../../domain/governance/finding.ts';
import {
  ITEM_DECISIONS,
  ITEM_STATES,
  OFFER_DAYS,
  OFFER_STATES,
  type ReviewItem,
} from '../../../domain/governance/reviews/review.ts';
import type { Consequences } from '../../../domain/governance/reviews/review-consequences.ts';
import type { ReviewDecisions } from '../../../domain/governance/reviews/review-decisions.ts';
import type { NarrowingReplay } from '../../../domain/governance/reviews/review-narrowing.ts';
import { reviewRefusal } from '../../../domain/governance/reviews/review-refusals.ts';
import type { ItemQuery, ReviewRegistry } from '../../../domain/governance/reviews/review-registry.ts';
import { type ReviewUndo, UNDO_HOURS } from '../../../domain/governance/reviews/review-undo.ts';
import type { GroupRegistry } from '../../../domain/identity/groups/group-registry.ts';
import type { OwnerNames } from '../../../domain/identity/groups/owner-names.ts';
import { partiesOf } from '../../../domain/identity/groups/owners.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { RISKS } from '../../../domain/resources/resource-servers/highest-risk.ts';
import { ENVIRONMENTS } from '../../../domain/vocabulary/environment.ts';
import { type Call, existing, objectAnswer, pageAnswer, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, OWN, PAGE } from '../route.ts';
import { named } from '../schema.ts';
import {
  arrayOf,
  flag,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  strings,
  text,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';
import { REVIEW_SCOPES } from './reviews.ts';

const ENDS_WITH_IT = output({
  redelegations: integer('Re-delegations below it. At most 100 are counted.'),
  agents: arrayOf(string(), 'Agents that act by them.'),
  more: flag('There may be further ones.'),
});

const WITHOUT_UNUSED = {
  ...output({
    remove: arrayOf(string(), 'The scopes: `unused_scopes`.'),
    from: seconds('Since when tokens were read: `unused_from`.'),
    tokens: integer('Tokens from the delegation and from those below it. At most about 5,000 are read.'),
    changed: integer('Those that would have had fewer scopes. 0: narrowing would have changed nothing.'),
    more: flag('There may be further ones.'),
  }),
  description:
    'Of one open item with unused scopes: the recorded tokens, replayed without these scopes. A re-delegation may have used what the delegation itself did not.',
};

const OPTIONAL = [
  ...(['risk', 'last_used_at', 'reviewer', 'assigned_by', 'decided_by', 'decided_at', 'reason', 'removed'] as const),
  ...(['new_owner', 'offer', 'new_delegation', 'undo_refused_at', 'ends_with_it', 'without_unused'] as const),
];

const ITEM = named(
  'ReviewItem',
  output(
    {
      ...identified('Begins with rvi_. One for each review and delegation.'),
      review: string('Review that it belongs to.'),
      delegation: string('Delegation that it is about.'),
      subject: string('Account on whose behalf the agent acts.'),
      agent: string('Agent that acts.'),
      agent_name: string('Its name when the item was made. The agent chose it.'),
      owner: string('Account or group that owned the agent when the item was made.'),
      owner_gone: flag('That owner is disabled or has left.'),
      environment: oneOf('Environment of the agent.', ENVIRONMENTS),
      resource: string('Resource indicator.'),
      scope: arrayOf(string(), 'What the delegation held when the item was made.'),
      risk: oneOf('Of its riskiest scope. Absent: no resource server declares all scopes.', RISKS),
      given_at: seconds('When the person gave it.'),
      ends_at: seconds('When it expires.'),
      last_used_at: seconds('When a token came from it last. Absent: not known.'),
      unused_scopes: arrayOf(string(), 'Scopes that no token carried since `unused_from`.'),
      unused_from: seconds(
        'At most 90 days before the item was made; later, where the server has watched for less time.',
      ),
      findings: arrayOf(oneOf('A kind.', FINDING_KINDS), 'Open findings about the agent.'),
      reviewer: string('Account or group that decides. Absent: operators.'),
      assigned_by: string('Who handed it to that reviewer.'),
      state: oneOf(
        'offered: the agent was offered to another owner. transferred: they accepted it. over: the delegation ended before a decision. undone: the end was undone.',
        ITEM_STATES,
      ),
      decided_by: string('Account or client that decided; system: the default of the review.'),
      decided_at: seconds('When.'),
      reason: string('Why.'),
      by_default: flag('The server decided, after the review was due.'),
      removed: arrayOf(string(), 'Scopes that the decision removed.'),
      new_owner: string('Account or group to which the agent was offered.'),
      offer: oneOf(
        `Where the offer to new_owner stands. withdrawn: also declined, or replaced by another one. lapsed: not answered within ${OFFER_DAYS} days. The item is then open again.`,
        OFFER_STATES,
      ),
      in_effect: flag('The effect of the decision is stored. False for some seconds after a crash.'),
      undoable: flag(`The end can be undone: within ${UNDO_HOURS} hours, unless the person decided since.`),
      new_delegation: string('Delegation that an undo made.'),
      undo_refused_at: seconds(
        'When an undo came to nothing, because the person, a kill or a change of owner had decided before it took effect. The person can consent again.',
      ),
      ends_with_it: ENDS_WITH_IT,
      without_unused: WITHOUT_UNUSED,
      ...RECORD,
    },
    OPTIONAL,
  ),
);

const DECISION = named(
  'ReviewDecision',
  input(
    {
      decision: oneOf('transfer: the agent is offered to another owner, who accepts it.', ITEM_DECISIONS),
      remove: strings('Only of narrow: the scopes to remove.', 200, 200),
      owner: text('Only of transfer: an id, a username or the name of a group.', 100),
      reason: text('Why, for later readers.', 500),
    },
    ['decision'],
  ),
);
const ASSIGNMENT = named(
  'ReviewAssignment',
  input({ to: text('Who decides: an id, a username or the name of a group.', 100) }, ['to']),
);

const make = about('reviews', REVIEW_SCOPES);

const routes = {
  listReviewItems: make.read('/review-items', page(ITEM), 'List items of access reviews, the oldest first', {
    ...OWN,
    query: {
      ...PAGE,
      review: givenId('Only items of this review.'),
      state: oneOf(
        'Only items in this state. For an account without a role: open, unless it says otherwise.',
        ITEM_STATES,
      ),
    },
  }),
  getReviewItem: make.read('/review-items/{id}', ITEM, 'Read an item, with what ends with the delegation', OWN),
  decideReviewItem: make.act(
    '/review-items/{id}/decide',
    ITEM,
    'Keep, narrow or end a delegation, or offer its agent to another owner. Exactly one decision of an item counts; the same one may be sent again',
    { ...OWN, body: DECISION, ifMatch: 'may' },
  ),
  assignReviewItem: make.act('/review-items/{id}/assign', ITEM, 'Hand an open item to another reviewer', {
    ...{ ...OWN, body: ASSIGNMENT, ifMatch: 'may' },
  }),
  undoReviewItem: make.act(
    '/review-items/{id}/undo',
    ITEM,
    'Undo the end of a delegation within 24 hours. The person is told, and gets a new delegation with the same rights',
    { ifMatch: 'may' },
  ),
};

type Dependencies = {
  readonly reviews: Pick<ReviewRegistry, 'getItem' | 'listItems'> &
    Pick<ReviewDecisions, 'decide' | 'assign'> &
    Pick<ReviewUndo, 'undo'> & {
      consequences(delegation: string): Promise<Consequences>;
      narrowing(item: ReviewItem): Promise<NarrowingReplay | undefined>;
    };
  readonly clock: { now(): number };
  readonly groups: Pick<GroupRegistry, 'ofAccount'>;
  readonly ownerNames: Pick<OwnerNames, 'find'>;
};

/** An account without a role sees the items that it or one of its groups decides. */
const handlers = ({ reviews, clock, groups, ownerNames }: Dependencies): Handlers<typeof routes> => {
  const reviewers = async ({ access, caller }: Call): Promise<readonly string[] | undefined> =>
    access === 'all' ? undefined : partiesOf(groups, caller.account ?? caller.id);

  const found = async (call: Call): Promise<Versioned<ReviewItem>> => {
    const some = await reviewers(call);
    return existing(await reviews.getItem(call.id), ({ document: { reviewer } }) =>
      some === undefined ? true : reviewer !== undefined && some.includes(reviewer),
    );
  };

  const partyOf = async (typed: string, field: string): Promise<string> => {
    const party = await ownerNames.find(typed, { field });
    if (!party) throw reviewRefusal('review_party_unknown', { field: `/${field}` });
    return party.id;
  };

  const shown = (item: ReviewItem) => showItem(item, clock.now());

  return {
    async listReviewItems(call) {
      const { review, state } = call.query;
      const of = await reviewers(call);
      const query: ItemQuery = {
        ...pageOf(call),
        ...(review === undefined ? {} : { review }),
        ...(state === undefined ? {} : { state }),
        ...(of === undefined ? {} : { reviewers: of }),
      };
      return pageAnswer(await reviews.listItems(query), shown);
    },
    async getReviewItem(call) {
      const { document, version } = await found(call);
      const { redelegations, agents, isMore } = await reviews.consequences(document.delegation);
      const replay = document.state === 'open' ? await reviews.narrowing(document) : undefined;
      const body = {
        ...shown(document),
        ends_with_it: { redelegations, agents, more: isMore },
        ...(replay ? { without_unused: withoutUnused(replay) } : {}),
      };
      return { body, version };
    },
    async decideReviewItem(call) {
      await found(call);
      const { id, version, body, by } = call;
      const owner = body.owner === undefined ? {} : { owner: await partyOf(body.owner, 'owner') };
      return objectAnswer(await reviews.decide(id, expectedOf(version), { ...body, ...owner }, by), shown);
    },
    async assignReviewItem(call) {
      await found(call);
      const { id, version, body, by } = call;
      return objectAnswer(await reviews.assign(id, expectedOf(version), await partyOf(body.to, 'to'), by), shown);
    },
    undoReviewItem: async ({ id, version, by }) => objectAnswer(await reviews.undo(id, expectedOf(version), by), shown),
  };
};

/** Versions begin at 1; 0: the caller sent none. */
const expectedOf = (version: number): number | undefined => (version === 0 ? undefined : version);

const withoutUnused = ({ remove, from, tokens, changed, isMore: more }: NarrowingReplay) => ({
  ...{ remove, from, tokens, changed, more },
});

const showItem = (item: ReviewItem, now: number) => ({
  ...show(item, [
    ...(['id', 'review', 'delegation', 'subject', 'agent', 'agentName', 'owner', 'environment', 'resource'] as const),
    ...(['risk', 'givenAt', 'endsAt', 'lastUsedAt', 'unusedFrom', 'reviewer', 'assignedBy', 'state'] as const),
    ...([
      'decidedBy',
      'decidedAt',
      'reason',
      'newOwner',
      'offer',
      'newDelegation',
      'undoRefusedAt',
      'createdAt',
      'updatedAt',
    ] as const),
  ]),
  scope: item.scope,
  unused_scopes: item.unusedScopes,
  findings: item.findings,
  ...(item.removed === undefined ? {} : { removed: item.removed }),
  owner_gone: item.isOwnerGone === true,
  by_default: item.isDefault === true,
  in_effect: item.unfinishedAt === undefined,
  undoable: item.state === 'ended' && item.isEnd === true && (item.decidedAt ?? 0) + UNDO_HOURS * 3600 > now,
});

export const reviewItems = resource(routes, handlers);
