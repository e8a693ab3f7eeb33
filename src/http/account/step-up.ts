import type Router from '@koa/router';
import type { Context } from 'koa';
import { stepUpPage } from '../../../views/pages/step-up.ts';
import { stepUpRefusal } from '../../domain/authority/step-ups/step-up-refusals.ts';
import { STEP_UP_SECONDS, type StepUpRequest } from '../../domain/authority/step-ups/step-ups.ts';
import { isReachable, reachableWith, SINGLE_FACTOR, satisfiesAcr } from '../../domain/vocabulary/assurance.ts';
import type { GuardedForms } from '../interaction/guarded-forms.ts';
import { byOf, exchangeOf, seeOther, sendPage } from '../interaction/page-answers.ts';
import { namesOf, type PeopleDeps } from '../interaction/people-deps.ts';
import type { FormBinding } from '../middleware/csrf.ts';
import { single } from '../middleware/form-body.ts';
import type { AccountSessions, PageSession } from './sessions.ts';

/**
 * Adds the page behind a remedy `step_up` (decision 38): `GET` and `POST /step-ups/:handle`. The handle gives no access by itself:
 * any account but the one it was created for gets 404 (WB-11). Opening the page and signing in confirm nothing; an answer uses the
 * handle up.
 */
export const addStepUpRoutes = (
  router: Router,
  deps: PeopleDeps,
  forms: GuardedForms,
  sessions: AccountSessions,
  done: (ctx: Context, what: string) => void,
): void => {
  const { basePath, stepUps, factors, browserSessions } = deps;

  const pendingFor = async (handle: string, { account }: PageSession): Promise<StepUpRequest> => {
    const pending = await stepUps.peek(handle);
    if (pending?.subject !== account.id) throw stepUpRefusal('step_up_gone');
    return pending;
  };

  const bindingOf =
    (handle: string) =>
    ({ id }: PageSession): FormBinding => ['step_up', id, handle];

  /** Name of the asking party. A resource server is the API itself. */
  const partyOf = async ({ party }: StepUpRequest, server: string) =>
    party.startsWith('agt_')
      ? { name: (await namesOf(deps, party))?.name ?? party, isAgent: true }
      : { name: server, isAgent: false };

  const nextFor = async (pending: StepUpRequest, { account, assurance }: PageSession) => {
    if (stepUps.isEnough(pending, assurance)) return 'confirm';
    const reachable = reachableWith(await factors.isAsked(account.id));
    const { acrValues } = pending;
    return acrValues.length === 0 || acrValues.some((acr) => isReachable(acr, reachable))
      ? 'sign_in'
      : 'without_factor';
  };

  const pathOf = (handle: string): string => `${basePath}/step-ups/${handle}`;

  router.get('/step-ups/:handle', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const { handle = '' } = ctx.params;
    const pending = await pendingFor(handle, session);
    const { resource, client, acrValues } = pending;
    const server = (await deps.resourceServers.findByIdentifier(resource))?.document.name ?? resource;
    const page = stepUpPage({
      basePath,
      action: pathOf(handle),
      csrf: forms.token(bindingOf(handle)(session)),
      party: await partyOf(pending, server),
      resource: { identifier: resource, name: server },
      client: (await namesOf(deps, client))?.name ?? client,
      needsFactor: acrValues.length > 0 && !acrValues.some((acr) => satisfiesAcr(SINGLE_FACTOR, acr)),
      next: await nextFor(pending, session),
      minutes: STEP_UP_SECONDS / 60,
      securityHref: `${basePath}/account/security`,
    });
    sendPage(ctx, 200, page);
  });

  router.post('/step-ups/:handle', async (ctx) => {
    const { handle = '' } = ctx.params;
    const { form, ...session } = await sessions.withForm(ctx, bindingOf(handle));
    const pending = await pendingFor(handle, session);
    const by = byOf(ctx, session.account.id);
    const decision = single(form, 'decision');
    if (decision === 'decline') {
      await stepUps.decline(handle, by);
      return done(ctx, 'step_up_declined');
    }
    const isConfirmed = decision === 'confirm' && stepUps.isEnough(pending, session.assurance);
    if (isConfirmed) {
      await stepUps.confirm(handle, session.assurance, by);
      return done(ctx, 'step_up_confirmed');
    }
    // Also where the sign-in has become too old since the page was shown.
    const isWithoutFactor = (await nextFor(pending, session)) === 'without_factor';
    if (decision === 'confirm' || isWithoutFactor) return seeOther(ctx, pathOf(handle));
    seeOther(ctx, await browserSessions.signInUrl(exchangeOf(ctx), pathOf(handle), 'anew'));
  });
};
