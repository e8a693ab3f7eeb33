import type Router from '@koa/router';
import type { RouterContext } from '@koa/router';
import type { Context } from 'koa';
import { plainText } from '../../../../views/agent-text.ts';
import type { Phrase } from '../../../../views/html.ts';
import { approvalPage } from '../../../../views/pages/approval.ts';
import type { Ask } from '../../../../views/pages/approval-model.ts';
import type { ApproverSlotChoice } from '../../../../views/partials/approver-slot.ts';
import type { RememberOffer } from '../../../../views/partials/standing-approval.ts';
import { consentWarnings } from '../../../../views/words/consent.ts';
import type { Approval } from '../../../domain/approvals/approval.ts';
import { type DomainError, type DomainErrorCode, isDomainError } from '../../../domain/vocabulary/errors.ts';
import type { GuardedForms } from '../../interaction/guarded-forms.ts';
import {
  queryOf,
  recordRefusal,
  requestOf,
  seeOther,
  sendPage,
  setRetryAfter,
  statusOf,
} from '../../interaction/page-answers.ts';
import type { PeopleDeps } from '../../interaction/people-deps.ts';
import type { FormBinding } from '../../middleware/csrf.ts';
import { single } from '../../middleware/form-body.ts';
import { refusalPhrase } from '../../refusal-phrase.ts';
import { accountPageRefusal } from '../account-page-refusals.ts';
import type { AccountSessions, PageSession } from '../sessions.ts';
import { checkWorthProving, denied, readApprovalDecision, refusalOf } from './deciding.ts';
import { approvalFacts, awayAs, freeSlots } from './facts.ts';
import type { ApprovalProofs } from './proof.ts';
import { giveStanding, givingOf, rememberOffer, typedOf, wrongField } from './standing.ts';

/**
 * Adds `GET` and `POST /account/approvals/:id`, and `POST …/standing`. Opening the page decides nothing (AP-15). Its form is
 * valid only for the session, the approval and the digest of the page that showed it (AP-16). An account that is no approver
 * gets 404 (WB-11).
 */
export const addApprovalPage = (
  router: Router,
  deps: PeopleDeps,
  forms: GuardedForms,
  sessions: AccountSessions,
  proofs: ApprovalProofs,
): void => {
  const { basePath, approvals, verifiedNames } = deps;
  const { service, clock } = approvals;

  const approvalFor = async (id: string, { account }: Pick<PageSession, 'account'>): Promise<Approval> => {
    const approval = /^apv_\w{1,64}$/.test(id) ? await service.get(id) : undefined;
    if (!approval || !(await service.isAsked(approval, account.id))) throw notThere();
    return approval;
  };

  const bindingOf =
    (approval: string, digest: string) =>
    ({ id }: PageSession): FormBinding => ['approval', id, approval, digest];

  const show = async (
    ctx: Context,
    session: PageSession,
    approval: Approval,
    status = 200,
    error?: Phrase,
    typed: Pick<RememberOffer, 'values' | 'errors'> = {},
  ): Promise<void> => {
    const { id, digest } = approval;
    const [facts] = await approvalFacts(deps, [approval], session.account.id);
    if (!facts) throw notThere();
    const slot = facts.state === 'open' ? await slotFor(ctx, approval, session, facts.href) : undefined;
    const ask: Ask = facts.state === 'open' ? await proofs.askFor(approval, session) : { kind: 'session' };
    const remember = await rememberOffer(deps, forms, approval, session);
    const likeness = await verifiedNames?.likeness({ id: facts.agent.id, name: facts.agent.name });
    const page = approvalPage({
      basePath,
      signedInAs: session.signedInAs,
      approval: {
        ...facts,
        warnings: [
          ...(likeness ? [consentWarnings.looksLike(plainText(likeness.name, 60), [])] : []),
          ...facts.warnings,
        ],
      },
      action: `${facts.href}?seen=${digest}`,
      csrf: forms.token(bindingOf(id, digest)(session)),
      ask,
      ...(slot ? { slot } : {}),
      ...(remember ? { remember: { ...remember, ...typed } } : {}),
      asksNumber: approval.number !== undefined,
      ...(error === undefined ? {} : { error }),
    });
    sendPage(ctx, status, page, [], 'scripts');
  };

  /** The approver slot that the address names, else the usual one. */
  const slotFor = async (
    ctx: Context,
    approval: Approval,
    { account }: PageSession,
    href: string,
  ): Promise<ApproverSlotChoice | undefined> => {
    const slots = await freeSlots(deps, approval, account.id);
    const as = queryOf(ctx).get('as');
    const slot = slots.find(({ of }) => of === as) ?? slots[0];
    if (!slot) return undefined;
    const names = new Map((await deps.accounts.getMany(slots.map(({ of }) => of))).map(({ id, name }) => [id, name]));
    const nameOf = (id: string): string => names.get(id) ?? id;
    return {
      value: slot.of,
      ...(slot.of === account.id ? {} : { away: awayAs(slot, nameOf) }),
      others: slots
        .filter(({ of }) => of !== slot.of)
        .map(({ of }) => ({ href: `${href}?as=${of}`, ...(of === account.id ? {} : { name: nameOf(of) }) })),
    };
  };

  const decide = async (
    ctx: RouterContext,
    approval: Approval,
    session: PageSession & { readonly form: URLSearchParams },
  ): Promise<void> => {
    const { form, account } = session;
    const seen = single(queryOf(ctx), 'seen') ?? '';
    const who = { account: account.id, as: single(form, 'as'), seen, ...requestOf(ctx) };
    if (readApprovalDecision(form) === 'deny') {
      await denied(deps, approval.id, who);
      return;
    }
    const [facts] = await approvalFacts(deps, [approval], account.id);
    checkWorthProving(approval, who, facts?.unreadable ?? [], clock.now());
    const assurance = await proofs.prove(ctx, approval, session, form);
    await service.approve(approval.id, { ...who, assurance, number: single(form, 'number') });
  };

  router.get('/account/approvals/:id', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const { id = '' } = ctx.params;
    await show(ctx, session, await approvalFor(id, session));
  });

  router.post('/account/approvals/:id', async (ctx) => {
    const { id = '' } = ctx.params;
    const session = await sessions.withForm(ctx, bindingOf(id, single(queryOf(ctx), 'seen') ?? ''));
    const approval = await approvalFor(id, session);
    try {
      await decide(ctx, approval, session);
    } catch (error) {
      if (!isDomainError(error) || !SHOWN.includes(error.code)) throw error;
      // The audit log already has the refused proofs.
      if (!WRITTEN.includes(error.code) && !error.refused) await recordRefusal(deps, ctx, error);
      setRetryAfter(ctx, error);
      await show(ctx, session, await approvalFor(id, session), statusOf(error), refusalOf(error));
      return;
    }
    // The page shows the result at every opening.
    seeOther(ctx, `${basePath}/account/approvals/${id}`);
  });

  router.post('/account/approvals/:id/standing', async (ctx) => {
    const { id = '' } = ctx.params;
    const session = await sessions.withForm(ctx, givingOf(id));
    const approval = await approvalFor(id, session);
    try {
      await giveStanding(deps, approval, session, requestOf(ctx).request);
    } catch (error) {
      const field = isDomainError(error) ? wrongField(error) : undefined;
      if (!isDomainError(error) || field === undefined) throw error;
      await recordRefusal(deps, ctx, error);
      const errors = { [field]: refusalPhrase(error) };
      await show(ctx, session, approval, statusOf(error), undefined, { values: typedOf(session.form), errors });
      return;
    }
    seeOther(ctx, `${basePath}/account/approvals`);
  });
};

const notThere = (): DomainError => accountPageRefusal('approval_page_gone');

/** Refusals after which the person stays on the page. */
const SHOWN: readonly DomainErrorCode[] = [
  'invalid_request',
  'invalid_field',
  'conflict',
  'precondition_failed',
  'insufficient_user_authentication',
  'access_denied',
  'forbidden',
  'unauthenticated',
  'too_many_requests',
];

/** Those among them that the domain has recorded, as it also does for refusals by policy. */
const WRITTEN: readonly DomainErrorCode[] = ['unauthenticated', 'too_many_requests'];
