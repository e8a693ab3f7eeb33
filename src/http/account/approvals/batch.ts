import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Phrase } from '../../../../views/html.ts';
import { batchPage } from '../../../../views/pages/approval-batch.ts';
import type { BatchResult } from '../../../../views/pages/approval-model.ts';
import type { ApprovalFacts } from '../../../../views/partials/approval-facts.ts';
import { batchWords } from '../../../../views/words/approvals.ts';
import { type Approval, stateAt } from '../../../domain/approvals/approval.ts';
import { type DomainError, isDomainError } from '../../../domain/vocabulary/errors.ts';
import type { GuardedForms } from '../../interaction/guarded-forms.ts';
import { recordRefusal, requestOf, sendPage, statusOf } from '../../interaction/page-answers.ts';
import { pageRefusal } from '../../interaction/page-refusals.ts';
import type { PeopleDeps } from '../../interaction/people-deps.ts';
import type { FormBinding } from '../../middleware/csrf.ts';
import { refusalPhrase } from '../../refusal-phrase.ts';
import { accountPageRefusal } from '../account-page-refusals.ts';
import type { AccountSessions, PageSession } from '../sessions.ts';
import {
  checkWorthProving,
  denied,
  isEasy,
  isForBatch,
  newestOf,
  readApprovalDecision,
  refusalOf,
} from './deciding.ts';
import { approvalFacts } from './facts.ts';

type Chosen = Pick<Approval, 'id' | 'digest'>;

/** Most requests in a batch: people do not read more at once. */
const MOST = 30;

/**
 * Adds `GET` and `POST /account/approvals/batch`. Each choice holds the digest of the shown request and its own token. The
 * form decides only requests that this person's page showed (AP-16, AP-18).
 */
export const addBatchPage = (
  router: Router,
  deps: PeopleDeps,
  forms: GuardedForms,
  sessions: AccountSessions,
): void => {
  const { basePath, approvals } = deps;
  const { service, clock } = approvals;

  const formBinding = ({ id }: PageSession): FormBinding => ['approval_batch', id];

  const choiceBinding = ({ id: session }: PageSession, { id, digest }: Chosen): FormBinding => [
    'approval_batch',
    session,
    id,
    digest,
  ];

  const show = async (
    ctx: Context,
    session: PageSession,
    status = 200,
    more: { readonly error?: Phrase; readonly results?: readonly BatchResult[] } = {},
  ): Promise<void> => {
    const now = clock.now();
    const open = (await newestOf(deps, session.account.id)).filter((one) => stateAt(one, now) === 'pending');
    const facts = await approvalFacts(deps, open, session.account.id);
    const all = open.flatMap((approval, index) => {
      const shown = facts[index];
      return shown?.state === 'open' ? [{ approval, facts: shown }] : [];
    });
    const isChoice = ({ approval, facts: { unreadable, forWhom } }: (typeof all)[number]): boolean =>
      isForBatch(approval, session, now) && unreadable.length === 0 && forWhom === undefined;
    const choices = all.filter(isChoice);
    const page = batchPage({
      basePath,
      signedInAs: session.signedInAs,
      action: `${basePath}/account/approvals/batch`,
      csrf: forms.token(formBinding(session)),
      choices: choices.slice(0, MOST).map(({ approval, facts: shown }) => ({
        approval: shown,
        value: `${approval.id}.${approval.digest}.${forms.token(choiceBinding(session, approval))}`,
      })),
      apart: [...all.filter((one) => !isChoice(one)), ...choices.slice(MOST)].map((one) => ({
        approval: one.facts,
        why: whyApart(one),
      })),
      results: more.results ?? [],
      ...(more.error === undefined ? {} : { error: more.error }),
    });
    sendPage(ctx, status, page, [], 'scripts');
  };

  const decideOne = async (
    ctx: Context,
    session: PageSession,
    { id, digest }: Chosen,
    decision: 'approve' | 'deny',
  ): Promise<BatchResult | undefined> => {
    const who = { account: session.account.id, as: session.account.id, seen: digest, ...requestOf(ctx) };
    const found = await service.get(id);
    if (!found || !(await service.isAsked(found, session.account.id))) return undefined;
    const factsOf = async (approval: Approval): Promise<ApprovalFacts | undefined> =>
      (await approvalFacts(deps, [approval], session.account.id))[0];
    const before = await factsOf(found);
    if (!before) return undefined;
    try {
      if (decision === 'approve') {
        checkWorthProving(found, who, before.unreadable, clock.now());
        if (!isForBatch(found, session, clock.now())) throw onItsOwn();
      }
      const after =
        decision === 'deny'
          ? await denied(deps, id, who)
          : await service.approve(id, { ...who, assurance: session.assurance });
      const outcome = after.state === 'denied' ? 'denied' : after.state === 'approved' ? 'approved' : 'agreed';
      return { approval: (await factsOf(after)) ?? before, outcome };
    } catch (error) {
      if (!isDomainError(error)) throw error;
      // The audit log already has the refusals by policy.
      if (!error.refused) await recordRefusal(deps, ctx, error);
      return { approval: before, outcome: 'refused', text: refusalOf(error) };
    }
  };

  router.get('/account/approvals/batch', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (session) await show(ctx, session);
  });

  router.post('/account/approvals/batch', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx, formBinding);
    try {
      const decision = readApprovalDecision(form);
      const chosen = [...new Set(form.getAll('chosen'))].slice(0, MOST).map(readChoice);
      if (chosen.length === 0) throw accountPageRefusal('approval_selection_empty', { field: 'chosen' });
      for (const one of chosen) await forms.check(ctx, one.token, choiceBinding(session, one));
      const results: BatchResult[] = [];
      // Sequentially: each is a separate decision.
      for (const one of chosen) {
        const result = await decideOne(ctx, session, one, decision);
        if (result) results.push(result);
      }
      await show(ctx, session, 200, { results });
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'invalid_request') throw error;
      await recordRefusal(deps, ctx, error);
      await show(ctx, session, statusOf(error), { error: refusalPhrase(error) });
    }
  });
};

const whyApart = ({ approval, facts }: { readonly approval: Approval; readonly facts: ApprovalFacts }): Phrase => {
  if (facts.unreadable.length > 0) return batchWords.onlyDenied;
  if (facts.forWhom) return batchWords.forPersonAway;
  return isEasy(approval) ? batchWords.factorOrTooFar : batchWords.ownProof;
};

const readChoice = (value: string): Chosen & { readonly token: string } => {
  const [, id, digest, token] = /^(apv_\w{1,64})\.([\w-]{43})\.([\w-]{1,128})$/.exec(value) ?? [];
  if (id === undefined || digest === undefined || token === undefined) {
    throw pageRefusal('form_malformed', { field: 'chosen' });
  }
  return { id, digest, token };
};

const onItsOwn = (): DomainError => accountPageRefusal('approval_not_in_batch');
