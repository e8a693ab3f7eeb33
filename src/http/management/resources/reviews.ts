/** Resource: access reviews. Their items are in review-items.ts. */
import {
  DUE_DAYS,
  REPEAT_DAYS,
  REVIEW_DEFAULTS,
  REVIEW_STATES,
  REVIEWER_RULES,
  type Review,
} from '../../../domain/governance/reviews/review.ts';
import { mostEndedAnHour } from '../../../domain/governance/reviews/review-allowance.ts';
import type { ReviewFigures } from '../../../domain/governance/reviews/review-figures.ts';
import { reviewRefusal } from '../../../domain/governance/reviews/review-refusals.ts';
import {
  type ItemCounts,
  MOST_COUNTED,
  type NewReview,
  type ReviewRegistry,
} from '../../../domain/governance/reviews/review-registry.ts';
import type { OwnerKind, OwnerNames } from '../../../domain/identity/groups/owner-names.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { RISKS } from '../../../domain/resources/resource-servers/highest-risk.ts';
import { ENVIRONMENTS } from '../../../domain/vocabulary/environment.ts';
import { existing, pageOf } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { ADMINISTRATORS, about, PAGE, scopes } from '../route.ts';
import { named, ref } from '../schema.ts';
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
  recordOf,
  seconds,
  string,
  text,
} from '../schema-parts.ts';
import { show } from '../wire-names.ts';

const DAYS = (description: string) => integer(description, { minimum: 1, maximum: 3650 });

/** Which delegations: those that fit all members. */
const SELECTION = {
  owner: text('Only agents of this owner: an id, a username or the name of a group.', 100),
  person: text('Only delegations of this person: an id or a username.', 100),
  agent: text('Only delegations to this agent.', 64),
  resource: text('Only delegations at this resource indicator.', 2048),
  environment: oneOf('Only agents of this environment.', ENVIRONMENTS),
  risk: oneOf('Only delegations whose riskiest scope has at least this risk.', RISKS),
  older_than_days: DAYS('Only delegations that a person gave at least so many days ago.'),
  unused_for_days: DAYS('Only delegations from which no token came for so many days.'),
};

const SETTINGS = {
  name: text('Name to show.', 100),
  ...SELECTION,
  reviewers: oneOf(
    'Who decides. manager: the manager of the owner, as a directory names them; without one the group, else operators. group: the group. Operators may decide in any case. Default: operators.',
    REVIEWER_RULES,
  ),
  group: text('Group that decides: an id or a name.', 100),
  owner_decides: flag('Whether owners may decide about their own agents. Default: false.'),
  default: oneOf('What the server does about items that are not decided in time. Default: keep.', REVIEW_DEFAULTS),
  due_in_days: integer('Days in which reviewers decide. Default: 14.', {
    minimum: DUE_DAYS.least,
    maximum: DUE_DAYS.most,
  }),
  repeat_days: integer('The server begins the next review so many days after this one.', {
    ...{ minimum: REPEAT_DAYS.least, maximum: REPEAT_DAYS.most },
  }),
};

const NEW_REVIEW = named('NewReview', input(SETTINGS, ['name']));
const REVIEW = named(
  'Review',
  output(
    {
      ...identified('Begins with rvw_.'),
      ...SETTINGS,
      state: oneOf(
        'preparing: the server makes the items. open: reviewers decide. completed: every item is decided. cancelled: open items stay as they are.',
        REVIEW_STATES,
      ),
      due_at: seconds('From when on the default applies to items that are not decided.'),
      items: integer('Items that were made so far.'),
      read: integer('Delegations that were read so far.'),
      counts: recordOf(`Items by state, each counted up to ${MOST_COUNTED}.`, integer()),
      default_ends: integer(`Items that the default would end now, counted up to ${MOST_COUNTED}.`),
      default_ends_an_hour: integer(
        'How many of them in an hour, unless an administrator confirms the default. All reviews together: as many as the largest that is due.',
      ),
      confirmed: flag('An administrator let the default end all of them at once.'),
      escalated_at: seconds('When administrators heard of open items.'),
      next_at: seconds('When the next review begins.'),
      completed_at: seconds('When it was completed or cancelled.'),
      created_by: string('Account or client that created it.'),
      ...RECORD,
    },
    [
      ...([
        'owner',
        'person',
        'agent',
        'resource',
        'environment',
        'risk',
        'older_than_days',
        'unused_for_days',
      ] as const),
      ...(['group', 'repeat_days', 'escalated_at', 'next_at', 'completed_at'] as const),
    ],
  ),
);

const REVIEWER = named(
  'ReviewerFigures',
  output(
    {
      reviewer: string('Account or client.'),
      decided: integer('Items that it decided.'),
      kept: integer('How many of them it kept.'),
      median_seconds: integer('Median of the seconds between two decisions, without breaks of over 30 minutes.'),
      hasty: flag('At least 20 decisions, 95 percent of them to keep, at less than 5 seconds each.'),
    },
    ['median_seconds'],
  ),
);
const FIGURES = named(
  'ReviewFigures',
  output({
    reviewers: arrayOf(ref(REVIEWER), 'The one with most decisions first. Without the default.'),
    read: integer('Items that were read.'),
    more: flag('There are further ones, which the figures leave out.'),
  }),
);

export const REVIEW_SCOPES = scopes('reviews', {
  read: ['See access reviews and what agents hold for people', 'medium'],
  write: ['Review what agents hold for people, and end or narrow it', 'critical'],
});

const make = about('reviews', REVIEW_SCOPES);

const routes = {
  createReview: make.create(
    '/reviews',
    NEW_REVIEW,
    REVIEW,
    'Begin an access review. The server makes one item for each delegation that a person gave and that fits the selection',
  ),
  listReviews: make.read('/reviews', page(REVIEW), 'List access reviews, newest first', {
    query: { ...PAGE, state: oneOf('Only reviews in this state.', REVIEW_STATES) },
  }),
  getReview: make.read('/reviews/{id}', REVIEW, 'Read an access review'),
  getReviewFigures: make.read(
    '/reviews/{id}/figures',
    FIGURES,
    'Read how people decided: the share they kept, and the time for each item. At most 10,000 decisions',
  ),
  confirmReviewDefault: make.act(
    '/reviews/{id}/confirm',
    REVIEW,
    'Let the default of a review end all its open items at once when it is due, not only five percent of its items in an hour',
    { roles: ADMINISTRATORS, freshFactor: true, ifMatch: 'may' },
  ),
  cancelReview: make.act(
    '/reviews/{id}/cancel',
    REVIEW,
    'Cancel an access review. Open items stay as they are; what was decided stays decided',
  ),
};

type Dependencies = {
  readonly reviews: ReviewRegistry & { figures(review: string): Promise<ReviewFigures> };
  readonly ownerNames: Pick<OwnerNames, 'find'>;
};

const handlers = ({ reviews, ownerNames }: Dependencies): Handlers<typeof routes> => {
  const partyIn = async (
    typed: string | undefined,
    field: 'owner' | 'person' | 'group',
    kinds: readonly OwnerKind[],
  ) => {
    if (typed === undefined) return {};
    const found = await ownerNames.find(typed, { kinds, field });
    if (!found) throw reviewRefusal('review_party_unknown', { field: `/${field}` });
    return { [field]: found.id };
  };

  const shown = async ({ document, version }: Versioned<Review>) => ({
    body: showReview(document, await reviews.count(document.id)),
    version,
  });

  return {
    async createReview({ body, by }) {
      const { owner, person, group, ...rest } = body;
      const given: NewReview = {
        ...rest,
        ...(await partyIn(owner, 'owner', ['account', 'group'])),
        ...(await partyIn(person, 'person', ['account'])),
        ...(await partyIn(group, 'group', ['group'])),
      };
      return shown(await reviews.create(given, by));
    },
    async listReviews(call) {
      const { state } = call.query;
      const { items, next } = await reviews.list({ ...pageOf(call), ...(state === undefined ? {} : { state }) });
      const counts: ItemCounts[] = [];
      // One after the other: each reads up to 1,000 items of each state.
      for (const { document } of items) counts.push(await reviews.count(document.id));
      const bodies = items.flatMap(({ document }, index) =>
        counts.slice(index, index + 1).map((of) => showReview(document, of)),
      );
      return { body: { items: bodies }, next };
    },
    getReview: async ({ id }) => shown(existing(await reviews.get(id))),
    async getReviewFigures({ id }) {
      existing(await reviews.get(id));
      const { reviewers, read, isMore } = await reviews.figures(id);
      const shownReviewers = reviewers.map(({ medianSeconds, isHasty, ...one }) => ({
        ...one,
        ...(medianSeconds === undefined ? {} : { median_seconds: medianSeconds }),
        hasty: isHasty,
      }));
      return { body: { reviewers: shownReviewers, read, more: isMore } };
    },
    confirmReviewDefault: async ({ id, version, by }) =>
      shown(await reviews.confirmDefault(id, version === 0 ? undefined : version, by)),
    cancelReview: async ({ id, by }) => shown(await reviews.cancel(id, by)),
  };
};

const showReview = (review: Review, counts: ItemCounts) => ({
  ...show(review, [
    ...(['id', 'name', 'owner', 'person', 'agent', 'resource', 'environment', 'risk', 'olderThanDays'] as const),
    ...(['unusedForDays', 'reviewers', 'group', 'ownerDecides', 'default', 'dueInDays', 'repeatDays'] as const),
    ...(['state', 'dueAt', 'items', 'read', 'escalatedAt', 'nextAt', 'completedAt', 'createdBy'] as const),
    ...(['createdAt', 'updatedAt'] as const),
  ]),
  counts,
  default_ends: review.default === 'end' && review.state !== 'cancelled' ? counts.open : 0,
  default_ends_an_hour: mostEndedAnHour(review),
  confirmed: review.isConfirmed === true,
});

export const reviews = resource(routes, handlers);
