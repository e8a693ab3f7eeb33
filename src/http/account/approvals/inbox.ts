/**
 * The approval pages: the inbox, one approval, a batch, and the change signals. Owns how a page shows an approval, and what a
 * person proves before they approve. Does not own whether the approval takes effect (domain/approvals).
 */
import type Router from '@koa/router';
import { inboxPage } from '../../../../views/pages/approvals.ts';
import { stateAt } from '../../../domain/approvals/approval.ts';
import type { GuardedForms } from '../../interaction/guarded-forms.ts';
import { exchangeOf, sendPage } from '../../interaction/page-answers.ts';
import { activeAccount, type PeopleDeps } from '../../interaction/people-deps.ts';
import { accountPageRefusal } from '../account-page-refusals.ts';
import type { AccountSessions } from '../sessions.ts';
import { isForBatch, newestOf } from './deciding.ts';
import { approvalFacts } from './facts.ts';
import { standingFacts } from './standing.ts';

const DECIDED_SHOWN = 20;

/** Adds `GET /account/approvals` and `GET /account/approvals/events`. */
export const addInbox = (router: Router, deps: PeopleDeps, forms: GuardedForms, sessions: AccountSessions): void => {
  const { basePath, approvals, browserSessions } = deps;
  const path = `${basePath}/account/approvals`;

  router.get('/account/approvals', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const newest = await newestOf(deps, session.account.id);
    const now = approvals.clock.now();
    const isOpen = newest.map((one) => stateAt(one, now) === 'pending');
    const shown = newest
      .filter((_, index) => isOpen[index])
      .concat(newest.filter((_, index) => !isOpen[index]).slice(0, DECIDED_SHOWN));
    const facts = await approvalFacts(deps, shown, session.account.id);
    const open = facts.filter(({ state }) => state === 'open' || state === 'agreed');
    const batch = shown.filter((one) => isForBatch(one, session, now));
    const page = inboxPage({
      basePath,
      signedInAs: session.signedInAs,
      open: open.toSorted((one, other) => Number(one.state === 'agreed') - Number(other.state === 'agreed')),
      standing: await standingFacts(deps, forms, session),
      decided: facts.filter(({ state }) => state !== 'open' && state !== 'agreed'),
      liveHref: `${path}/events`,
      ...(deps.push ? { notificationsHref: `${basePath}/account/notifications` } : {}),
      ...(batch.length > 1 ? { batchHref: `${path}/batch` } : {}),
    });
    sendPage(ctx, 200, page, [], 'live');
  });

  router.get('/account/approvals/events', async (ctx) => {
    const session = await sessions.current(ctx);
    if (!session) throw accountPageRefusal('sign_in_needed');
    const exchange = exchangeOf(ctx);
    const account = session.account.id;
    approvals.live.open(ctx, { session: session.id, account }, async () => {
      const now = await browserSessions.current(exchange);
      // The stream also ends when another user signs in in the same browser.
      return now?.id === session.id && now.account === account && (await activeAccount(deps, account)) !== undefined;
    });
  });
};
