import type Router from '@koa/router';
import type { RememberOffer, StandingFacts } from '../../../../views/pages/approval-model.ts';
import type { Approval } from '../../../domain/approvals/approval.ts';
import { hasRoom, sumOf } from '../../../domain/approvals/standing-approval.ts';
import { isRememberable } from '../../../domain/approvals/standing-approvals.ts';
import type { DetailType } from '../../../domain/details/detail-type.ts';
import { type GuardedForms, requestOf, seeOther } from '../../interaction/page-answers.ts';
import type { PeopleDeps } from '../../interaction/people-deps.ts';
import type { FormBinding } from '../../middleware/csrf.ts';
import { single } from '../../middleware/form-body.ts';
import type { AccountSessions, PageSession } from '../sessions.ts';
import { approvalFacts } from './facts.ts';

type Deps = PeopleDeps;

const typesAt = async (
  { resourceServers }: Pick<Deps, 'resourceServers'>,
  resource: string,
): Promise<readonly DetailType[]> => (await resourceServers.findByIdentifier(resource))?.document.detailTypes ?? [];

const givingOf =
  (approval: string) =>
  ({ id }: PageSession): FormBinding => ['standing_approval', id, 'give', approval];
const endingOf =
  (standing: string) =>
  ({ id }: PageSession): FormBinding => ['standing_approval', id, 'end', standing];

/** What whoever said yes to this one can say besides; undefined: nothing. */
export const rememberOffer = async (
  deps: Deps,
  forms: GuardedForms,
  approval: Approval,
  session: PageSession,
): Promise<RememberOffer | undefined> => {
  if (!isRememberable(approval, session.account.id, deps.approvals.clock.now())) return undefined;
  const amount = sumOf(approval.action, await typesAt(deps, approval.resource));
  return {
    action: `${deps.basePath}/account/approvals/${approval.id}/standing`,
    csrf: forms.token(givingOf(approval.id)(session)),
    ...(amount === undefined ? {} : { amount }),
  };
};

/** What an account approved in advance and counts now, newest first. */
export const standingFacts = async (
  deps: Deps,
  forms: GuardedForms,
  session: PageSession,
): Promise<readonly StandingFacts[]> => {
  const { basePath, approvals } = deps;
  const now = approvals.clock.now();
  const all = (await approvals.standing.ofAccount(session.account.id)).filter((one) => hasRoom(one, 0, now));
  const found = (await Promise.all(all.map(({ approval }) => approvals.desk.get(approval)))).flatMap(
    (one) => one ?? [],
  );
  const facts = await approvalFacts(deps, found, session.account.id);
  return all.flatMap((one) => {
    const approval = facts.find(({ id }) => id === one.approval);
    if (!approval) return [];
    const { id, uses, mostUses, sum, mostSum, expiresAt: until } = one;
    return [
      {
        approval,
        uses,
        mostUses,
        ...(mostSum === undefined ? {} : { sum: { spent: sum, most: mostSum } }),
        until,
        endAction: `${basePath}/account/approvals/standing/${id}/end`,
        csrf: forms.token(endingOf(id)(session)),
      },
    ];
  });
};

/** Adds `POST /account/approvals/:id/standing` and `POST /account/approvals/standing/:id/end`. */
export const addStandingApprovals = (router: Router, deps: Deps, sessions: AccountSessions): void => {
  const { basePath, approvals } = deps;
  const inbox = `${basePath}/account/approvals`;

  router.post('/account/approvals/:id/standing', async (ctx) => {
    const { id = '' } = ctx.params;
    const { account, form } = await sessions.withForm(ctx, givingOf(id));
    const approval = await approvals.desk.get(id);
    // Whose form it is has seen the page of it.
    if (approval) {
      const number = (name: string): number => Number(single(form, name) || Number.NaN);
      const remembered = {
        uses: number('uses'),
        seconds: number('seconds'),
        ...(form.has('sum') ? { sum: number('sum') } : {}),
      };
      const types = await typesAt(deps, approval.resource);
      await approvals.standing.give(account.id, approval, remembered, types, requestOf(ctx).request);
    }
    seeOther(ctx, inbox);
  });

  router.post('/account/approvals/standing/:id/end', async (ctx) => {
    const { id = '' } = ctx.params;
    const { account } = await sessions.withForm(ctx, endingOf(id));
    await approvals.standing.end(id, account.id, requestOf(ctx).request);
    seeOther(ctx, inbox);
  });
};
