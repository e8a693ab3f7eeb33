import type Router from '@koa/router';
import type { RememberOffer, StandingFacts } from '../../../../views/partials/standing-approval.ts';
import type { Approval } from '../../../domain/approvals/approval.ts';
import { worthOf } from '../../../domain/approvals/standing-approval.ts';
import { isRememberable } from '../../../domain/approvals/standing-approvals.ts';
import type { DetailType } from '../../../domain/vocabulary/detail-type.ts';
import type { DomainError } from '../../../domain/vocabulary/errors.ts';
import type { GuardedForms } from '../../interaction/guarded-forms.ts';
import { requestOf, seeOther } from '../../interaction/page-answers.ts';
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

export const givingOf =
  (approval: string) =>
  ({ id }: PageSession): FormBinding => ['standing_approval', id, 'give', approval];
const endingOf =
  (standing: string) =>
  ({ id }: PageSession): FormBinding => ['standing_approval', id, 'end', standing];

/** The standing approval that the approver of this request can add; undefined: none. */
export const rememberOffer = async (
  deps: Deps,
  forms: GuardedForms,
  approval: Approval,
  session: PageSession,
): Promise<RememberOffer | undefined> => {
  const types = await typesAt(deps, approval.resource);
  if (!isRememberable(approval, session.account.id, types, deps.approvals.clock.now())) return undefined;
  const worth = worthOf(approval.action, types);
  const amount = worth.isCounted ? worth.amount : undefined;
  return {
    action: `${deps.basePath}/account/approvals/${approval.id}/standing`,
    csrf: forms.token(givingOf(approval.id)(session)),
    ...(amount === undefined ? {} : { amount }),
  };
};

/** Active standing approvals of an account, newest first. */
export const standingFacts = async (
  deps: Deps,
  forms: GuardedForms,
  session: PageSession,
): Promise<readonly StandingFacts[]> => {
  const { basePath, approvals } = deps;
  const all = await approvals.standing.ofAccount(session.account.id);
  const found = (await Promise.all(all.map(({ approval }) => approvals.service.get(approval)))).flatMap(
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

const FIELDS = ['uses', 'seconds', 'sum'] as const;

/** The typed values of a form, for showing it again after an error. */
export const typedOf = (form: URLSearchParams): NonNullable<RememberOffer['values']> => {
  const typed = (name: (typeof FIELDS)[number]): string => (single(form, name) ?? '').slice(0, 20);
  return { uses: typed('uses'), seconds: typed('seconds'), sum: typed('sum') };
};

/** The field that a refusal refers to, or undefined. */
export const wrongField = ({ field }: DomainError): (typeof FIELDS)[number] | undefined =>
  FIELDS.find((name) => field === `/${name}`);

/** Gives the standing approval that the form describes; throws as `StandingApprovals.give` does. */
export const giveStanding = async (
  deps: Deps,
  approval: Approval,
  { account, form }: Pick<PageSession, 'account'> & { readonly form: URLSearchParams },
  request: string,
): Promise<void> => {
  const { service, standing } = deps.approvals;
  // Decimal digits only: no hexadecimal, no exponent.
  const number = (name: string): number =>
    /^\s*\d{1,16}\s*$/.test(single(form, name) ?? '') ? Number(single(form, name)) : Number.NaN;
  const remembered = {
    uses: number('uses'),
    seconds: number('seconds'),
    ...(form.has('sum') ? { sum: number('sum') } : {}),
  };
  await standing.give(account.id, approval, remembered, await typesAt(deps, approval.resource), request);
  // The person in another tab, or another approver, denied the request at the same moment.
  if ((await service.get(approval.id))?.state === 'denied') {
    await standing.endGivenWith(approval.id, account.id, request);
  }
};

/** Adds `POST /account/approvals/standing/:id/end`. */
export const addStandingApprovals = (router: Router, deps: Deps, sessions: AccountSessions): void => {
  const { basePath, approvals } = deps;

  router.post('/account/approvals/standing/:id/end', async (ctx) => {
    const { id = '' } = ctx.params;
    const { account } = await sessions.withForm(ctx, endingOf(id));
    await approvals.standing.end(id, account.id, requestOf(ctx).request);
    seeOther(ctx, `${basePath}/account/approvals`);
  });
};
