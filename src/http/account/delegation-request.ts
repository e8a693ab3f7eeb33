import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Phrase } from '../../../views/html.ts';
import { consentPage } from '../../../views/pages/consent.ts';
import { consentWords } from '../../../views/words/consent.ts';
import type { AskedConsent } from '../../domain/authority/consent/consent.ts';
import { questionDigest } from '../../domain/authority/consent/question-digest.ts';
import type { DelegationRequest } from '../../domain/authority/delegation/delegation-requests.ts';
import { TYPED_FIELD } from '../../domain/authority/transactions/vouched-intent.ts';
import { type DomainError, isDomainError } from '../../domain/vocabulary/errors.ts';
import { consentModel, ownIntentIn, readConsentForm, readDecision } from '../interaction/consent-model.ts';
import type { GuardedForms } from '../interaction/guarded-forms.ts';
import { byOf, queryOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { namesOf, type PeopleDeps } from '../interaction/people-deps.ts';
import type { FormBinding } from '../middleware/csrf.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { accountPageRefusal } from './account-page-refusals.ts';
import type { AccountSessions, PageSession } from './sessions.ts';

/**
 * Adds the page behind `consent_required` (decision D1 b): `GET` and `POST /delegations/requests/:handle`. The handle gives
 * no access by itself: any account but the one it was created for gets 404 (WB-11). Opening the page changes nothing; a
 * decision uses the handle up.
 */
export const addDelegationRequestRoutes = (
  router: Router,
  deps: PeopleDeps,
  forms: GuardedForms,
  sessions: AccountSessions,
  done: (ctx: Context, what: string) => void,
): void => {
  const { basePath, consents, delegationRequests } = deps;

  const pendingFor = async (handle: string, { account }: PageSession): Promise<DelegationRequest> => {
    const pending = await delegationRequests.peek(handle);
    if (pending?.subject !== account.id) throw gone();
    return pending;
  };

  const bindingOf =
    (handle: string) =>
    ({ id }: PageSession): FormBinding => ['delegation_request', id, handle];

  const show = async (
    ctx: Context,
    handle: string,
    session: PageSession,
    pending: DelegationRequest,
    status = 200,
    error?: Phrase,
    form?: URLSearchParams,
  ): Promise<void> => {
    const question = await consents.question(askedOf(pending));
    const through = (await namesOf(deps, pending.viaClient)) ?? { kind: 'client', name: pending.viaClient };
    const model = await consentModel(deps, question, {
      frame: { basePath },
      action: `${basePath}/delegations/requests/${handle}?seen=${questionDigest(question)}`,
      csrf: forms.token(bindingOf(handle)(session)),
      origin: { kind: 'delegation', through, ...(pending.via === undefined ? {} : { isForItsCalls: true }) },
      ...(error === undefined ? {} : { error }),
      ...(form ? ownIntentIn(form) : {}),
    });
    sendPage(ctx, status, consentPage(model));
  };

  /** Exactly one of several concurrent answers succeeds. */
  const useUp = async (handle: string): Promise<void> => {
    if (!(await delegationRequests.consume(handle))) throw gone();
  };

  router.get('/delegations/requests/:handle', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const { handle = '' } = ctx.params;
    await show(ctx, handle, session, await pendingFor(handle, session));
  });

  router.post('/delegations/requests/:handle', async (ctx) => {
    const { handle = '' } = ctx.params;
    const { form, ...session } = await sessions.withForm(ctx, bindingOf(handle));
    const pending = await pendingFor(handle, session);
    const asked = askedOf(pending);
    const by = byOf(ctx, session.account.id);
    const deny = async (): Promise<void> => {
      await useUp(handle);
      await consents.deny(asked, by);
      done(ctx, 'denied');
    };
    const decision = readDecision(form);
    if (decision === 'deny') return deny();
    // Without rights to allow there is no decision: the request stays until it expires.
    if (decision === 'back') return seeOther(ctx, `${basePath}/account`);
    const answer = readConsentForm(form);
    const seen = single(queryOf(ctx), 'seen') ?? '';
    try {
      await consents.check(asked, seen, answer);
    } catch (error) {
      if (!isDomainError(error)) throw error;
      const again = (status: number, text: Phrase) => show(ctx, handle, session, pending, status, text, form);
      if (error.code === 'precondition_failed') return again(409, refusalPhrase(error));
      if (error.code === 'invalid_field' && error.field === TYPED_FIELD) return again(400, refusalPhrase(error));
      if (error.code === 'access_denied' && error.field === 'decision') return again(400, consentWords.nothingTicked);
      throw error;
    }
    await useUp(handle);
    await consents.allow(asked, seen, answer, by);
    done(ctx, 'allowed');
  });
};

const askedOf = ({ subject, agent, resource, scope, details, txn, via }: DelegationRequest): AskedConsent => ({
  account: subject,
  clientId: agent,
  openidScopes: [],
  resources: { [resource]: scope },
  ...(details === undefined ? {} : { details: { [resource]: details } }),
  ...(txn === undefined ? {} : { txn }),
  ...(via === undefined ? {} : { via }),
});

const gone = (): DomainError => accountPageRefusal('delegation_request_gone');
