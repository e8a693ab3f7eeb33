import { type ListOrder, NEWEST_FIRST, type PageQuery, placeIn } from '../platform/registries/registered-documents.ts';
import type { Cursor } from '../ports/document-store.ts';
import { type Approval, shownStateAt } from './approval.ts';
import type { ApprovalService } from './approval-service.ts';

export const SHOWN_STATES = ['pending', 'approved', 'redeemed', 'unused', 'denied', 'cancelled', 'expired'] as const;

export type ApprovalQuery = {
  readonly agent?: string | undefined;
  readonly subject?: string | undefined;
  /** Present state (`shownStateAt`). */
  readonly state?: (typeof SHOWN_STATES)[number] | undefined;
  /** Only break-glass approvals, reviewed or not. */
  readonly review?: 'open' | 'closed' | undefined;
  readonly after?: Cursor | undefined;
  readonly limit?: number | undefined;
  /**
   * Default: newest first. By `createdAt`, or by `expiresAt` where neither agent, subject nor review is given: only there
   * an index has that order.
   */
  readonly order?: ListOrder | undefined;
};

type Listing = Pick<ApprovalService, 'list' | 'ofAgent' | 'ofSubject'> & {
  readonly breakGlass: Pick<ApprovalService['breakGlass'], 'reviews'>;
};

/**
 * Approvals read at a time, and for one page. A page that reaches it may hold fewer than requested, and another page
 * follows.
 */
const AT_A_TIME = 200;
const MOST_READ = 2000;

/** A page of approvals, newest first unless `order` says otherwise. `next` absent: this is the last page. */
export const listApprovals = async (
  service: Listing,
  { agent, subject, state, review, after, limit = 50, order = NEWEST_FIRST }: ApprovalQuery,
  now: number,
): Promise<{ readonly items: readonly Approval[]; readonly next?: Cursor }> => {
  const read = sourceOf(service, { agent, subject, state, review });
  const fits = (one: Approval): boolean =>
    (agent === undefined || one.agent === agent) &&
    (subject === undefined || one.subject === subject) &&
    (review === undefined || one.review === review) &&
    (state === undefined || shownStateAt(one, now) === state);
  const items: Approval[] = [];
  let at = after;
  for (let seen = 0; seen < MOST_READ; seen += AT_A_TIME) {
    const approvals = await read({ ...(at ? { after: at } : {}), limit: AT_A_TIME, order });
    for (const approval of approvals) {
      // One more than the page holds: there is another page.
      if (items.length === limit && fits(approval)) return { items, ...(at ? { next: at } : {}) };
      at = placeIn(approval, order);
      if (items.length < limit && fits(approval)) items.push(approval);
    }
    if (approvals.length < AT_A_TIME) return { items };
  }
  return { items, ...(at ? { next: at } : {}) };
};

/** The narrowest stored list. */
const sourceOf = (
  service: Listing,
  { agent, subject, state, review }: Pick<ApprovalQuery, 'agent' | 'subject' | 'state' | 'review'>,
): ((page: PageQuery) => Promise<readonly Approval[]>) => {
  if (review !== undefined) return (page) => service.breakGlass.reviews(review, page);
  if (agent !== undefined) return (page) => service.ofAgent(agent, page);
  if (subject !== undefined) return (page) => service.ofSubject(subject, page);
  // An approval that expired unused is stored as `approved`.
  if (state === 'unused') return (page) => service.list({ state: 'approved', ...page });
  if (state !== undefined && state !== 'expired') return (page) => service.list({ state, ...page });
  return (page) => service.list(page);
};
