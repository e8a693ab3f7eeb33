import Router from '@koa/router';
import type { Context } from 'koa';
import { assetByPath } from '../../../views/assets.ts';
import { accountPage } from '../../../views/pages/account.ts';
import { homePage } from '../../../views/pages/home.ts';
import { signedOutPage } from '../../../views/pages/sign-out.ts';
import { onwardPage } from '../../../views/pages/upstream-redirect.ts';
import { accountWords } from '../../../views/words/account.ts';
import { ownReviewWords } from '../../../views/words/account-own-review.ts';
import { newOwnerWords } from '../../../views/words/new-owner.ts';
import { stepUpWords } from '../../../views/words/step-up.ts';
import { linkRefusal } from '../../domain/clients/peers/link-refusals.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import { detailId } from '../../domain/resources/authorization-details/detail-id.ts';
import { type DomainError, isDomainError } from '../../domain/vocabulary/errors.ts';
import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import { scopesAt } from '../../domain/vocabulary/scope-sets.ts';
import { sendAsset } from '../assets.ts';
import { readRights } from '../interaction/consent-model.ts';
import { deviceCookie } from '../interaction/device-cookie.ts';
import { guardedForms } from '../interaction/guarded-forms.ts';
import {
  byOf,
  doneOf,
  exchangeOf,
  isLocalPath,
  pages,
  queryOf,
  requestOf,
  seeOther,
  sendOnward,
  sendPage,
} from '../interaction/page-answers.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';
import { upstreamBrowser } from '../interaction/upstream-browser.ts';
import { addAwayRoutes } from './absences.ts';
import { accountModel } from './account-model.ts';
import { accountPageRefusal } from './account-page-refusals.ts';
import { addActivityPage } from './activity.ts';
import { addBatchPage } from './approvals/batch.ts';
import { waitingFor } from './approvals/deciding.ts';
import { addInbox } from './approvals/inbox.ts';
import { addApprovalPage } from './approvals/page.ts';
import { approvalProofs } from './approvals/proof.ts';
import { addStandingApprovals } from './approvals/standing.ts';
import { addDelegationRequestRoutes } from './delegation-request.ts';
import { addEmailRoutes } from './email.ts';
import { accountLinksModel, addLinkRoutes } from './links.ts';
import { addNewOwnerRoutes, agentsInNewHands } from './new-owners.ts';
import { addNotificationRoutes } from './notifications.ts';
import { offeredAgents } from './offered-agents.ts';
import { addKeepRoute } from './own-review.ts';
import { addPasswordRoutes } from './password.ts';
import { addResetRoutes } from './reset.ts';
import { addSecurityRoutes } from './security.ts';
import { addSessionRoutes } from './session-list.ts';
import { accountSessions } from './sessions.ts';
import { addStepUpRoutes } from './step-up.ts';
import { addTransactionsPage } from './transactions.ts';

/** The message about the last action. The link carries a keyword, never a text. */
const DONE = {
  revoked: accountWords.ended,
  narrowed: accountWords.narrowed,
  kept: ownReviewWords.kept,
  nothing: { kind: 'notice', text: accountWords.nothingChosen },
  over: { kind: 'notice', text: accountWords.wasOver },
  allowed: accountWords.allowed,
  confirmed: newOwnerWords.confirmed,
  denied: { kind: 'notice', text: accountWords.denied },
  email: accountWords.addressConfirmed,
  password: accountWords.passwordChanged,
  step_up_confirmed: stepUpWords.confirmed,
  step_up_declined: { kind: 'notice', text: stepUpWords.declined },
} as const;

/** Adds the start page, all pages below `/account`, the pages behind `consent_required` and a step-up, and `/assets`. */
export const accountRouter = (deps: PeopleDeps): Router => {
  const { issuer, basePath, browserSessions, delegations, grants, grantService, consents } = deps;
  const forms = guardedForms(deps);
  const sessions = accountSessions(deps, forms);
  const browsers = upstreamBrowser(deps);
  const devices = deviceCookie(issuer);
  const router = new Router();
  const home = `${basePath}/account`;
  const done = (ctx: Context, what: string): void => seeOther(ctx, `${home}?done=${what}`);

  router.use(pages(deps));

  router.get('/assets/:file', (ctx) => {
    const { file = '' } = ctx.params;
    const asset = assetByPath(`/assets/${file}`) ?? deps.brand.assetByPath(`/assets/${file}`);
    if (!asset) throw accountPageRefusal('file_not_found');
    sendAsset(ctx, asset);
  });

  router.get('/', async (ctx) => {
    const session = await sessions.current(ctx);
    const { origin } = new URL(issuer);
    const page = homePage({
      basePath,
      issuer,
      ...(session ? { signedInAs: session.signedInAs } : {}),
      links: {
        openidConfiguration: `${issuer}/.well-known/openid-configuration`,
        // RFC 8414 §3.1: between host and path of the issuer.
        oauthMetadata: `${origin}/.well-known/oauth-authorization-server${basePath}`,
        openApi: `${managementApiOf(issuer)}/openapi.json`,
      },
    });
    sendPage(ctx, 200, page);
  });

  router.get('/account', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const page = accountPage({
      basePath,
      signedInAs: session.signedInAs,
      ...doneOf(ctx, DONE),
      csrf: session.csrf,
      offers: await offeredAgents(deps, session.account.id),
      newOwners: await agentsInNewHands(deps, session.account.id),
      openApprovals: await waitingFor(deps, session.account.id),
      links: await accountLinksModel(deps, session.account),
      ...(await accountModel(deps, session.account)),
    });
    sendPage(ctx, 200, page);
  });

  router.get('/account/signed-in', async (ctx) => {
    const back = await browserSessions.finishSignIn(exchangeOf(ctx), queryOf(ctx)).catch(async (error: unknown) => {
      // If two tabs began to sign in, only the later one knows the page to return to.
      if (isDomainError(error) && (await sessions.current(ctx))) return home;
      throw error;
    });
    seeOther(ctx, isLocalPath(back) ? back : home);
  });

  router.get('/account/signed-out', async (ctx) => {
    const browser = browsers.known(ctx);
    const state = queryOf(ctx).get('state');
    const there = deps.upstream.sessions;
    // The browser is back from the provider's sign-out and continues to the app that requested it.
    const next = browser === undefined || state === null ? undefined : await there.returned(state, browser);
    if (next !== undefined) return seeOther(ctx, next);
    const upstream = browser === undefined ? undefined : await there.ended(browser);
    sendPage(ctx, 200, signedOutPage({ basePath, ...(upstream ? { upstream } : {}) }));
  });

  router.post('/account/sign-out', async (ctx) => {
    const { id, account } = await sessions.withForm(ctx);
    await deps.sessions.end(id, byOf(ctx, account.id), 'signed_out');
    await leave(ctx, id);
  });

  /** Ends the session of this browser and removes its cookie. */
  const leave = async (ctx: Context, id: string): Promise<void> => {
    await browserSessions.end(exchangeOf(ctx));
    deps.approvals.live.endSession(id);
    const session = await deps.sessions.get(id);
    const browser = browsers.known(ctx);
    const there = session && browser !== undefined ? await deps.upstream.sessions.end(session, browser) : undefined;
    if (there?.when !== 'now') return seeOther(ctx, `${home}/signed-out`);
    sendOnward(ctx, onwardPage({ basePath, kind: 'out', provider: there.name, href: there.href }), there.href);
  };

  /** Throws 'not_found' if a client holds nothing of the account. */
  const refuseUnheld = async (account: string, clientId: string): Promise<void> => {
    let after: Cursor | undefined;
    do {
      const page = await grants.list({ account, clientId, after, limit: 1 });
      if (page.items.length > 0) return;
      after = page.next;
    } while (after);
    throw notYours();
  };

  router.post('/account/delegations/:id/revoke', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const delegation = await delegations.get(id);
    if (delegation?.subject !== account.id) throw notYours();
    await delegations.revoke(id, account.id, requestOf(ctx).request);
    done(ctx, 'revoked');
  });

  router.post('/account/delegations/:id/narrow', async (ctx) => {
    const { account, form } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const delegation = await delegations.get(id);
    if (delegation?.subject !== account.id || delegation.parent !== null) throw notYours();
    const { resources, detailIds } = readRights(form);
    const scope = scopesAt(resources, delegation.resource) ?? [];
    const details =
      delegation.details?.filter((detail) => detailIds.includes(detailId(delegation.resource, detail))) ?? [];
    if (scope.length + details.length === 0) return done(ctx, 'nothing');
    const narrowed = await delegations.narrow(id, { scope, details }, account.id, requestOf(ctx).request);
    done(ctx, narrowed ? 'narrowed' : 'nothing');
  });

  router.post('/account/agents/:id/revoke', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const held = await delegations.list({ subject: account.id, actor: id, limit: 1 });
    if (held.items.length === 0) await refuseUnheld(account.id, id);
    await delegations.revokeAllOf(account.id, id, account.id, requestOf(ctx).request);
    await consents.forget(account.id, id);
    await grantService.revokeAllOf(account.id, id, byOf(ctx, account.id));
    done(ctx, 'revoked');
  });

  router.post('/account/clients/:id/revoke', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    await refuseUnheld(account.id, id);
    // The page shows an agent without a delegation like an app. Its standing approvals end as well.
    if (id.startsWith('agt_')) {
      await delegations.revokeAllOf(account.id, id, account.id, requestOf(ctx).request);
    }
    const client = (await deps.clients.get(id))?.document;
    // First: otherwise the app would regain every right at the next sign-in.
    if (client?.skipConsent) await consents.askFromNowOn(account.id, id, byOf(ctx, account.id));
    await grantService.revokeAllOf(account.id, id, byOf(ctx, account.id));
    done(ctx, 'revoked');
  });

  router.post('/account/clients/:id/narrow', async (ctx) => {
    const { account, form } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    await refuseUnheld(account.id, id);
    // This app needs no consent, so it would regain every right at the next sign-in (the page offers no such form).
    const client = (await deps.clients.get(id))?.document;
    if (client && (await consents.isUnasked(account.id, client))) throw notYours();
    const narrowed = await grantService.narrowAllOf(account.id, id, readRights(form), byOf(ctx, account.id));
    done(ctx, narrowed > 0 ? 'narrowed' : 'nothing');
  });

  router.post('/account/grants/:id/revoke', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    const { id = '' } = ctx.params;
    const grant = await grants.held(id);
    if (grant?.account !== account.id) throw notYours();
    done(ctx, (await grantService.revoke(grant, byOf(ctx, account.id))) ? 'revoked' : 'over');
  });

  addKeepRoute(router, deps, sessions, done);
  addActivityPage(router, deps, sessions);
  addTransactionsPage(router, deps, sessions);
  addLinkRoutes(router, deps, sessions, done);
  addPasswordRoutes(router, deps, sessions, devices, home);
  addSecurityRoutes(router, deps, sessions, devices, home);
  addSessionRoutes(router, deps, sessions, devices, leave);
  if (deps.emails) addEmailRoutes(router, deps, sessions, deps.emails);
  if (deps.resets) addResetRoutes(router, deps, forms, deps.resets, devices);
  if (deps.push || deps.emails) addNotificationRoutes(router, deps, sessions);
  addNewOwnerRoutes(router, deps, sessions, done);
  addDelegationRequestRoutes(router, deps, forms, sessions, done);
  addStepUpRoutes(router, deps, forms, sessions, done);
  addAwayRoutes(router, deps, sessions);
  addInbox(router, deps, forms, sessions);
  addStandingApprovals(router, deps, sessions);
  // Before the page of a single approval, so that `batch` is not read as an id.
  addBatchPage(router, deps, forms, sessions);
  addApprovalPage(router, deps, forms, sessions, approvalProofs(deps, devices));
  return router;
};

/** Answers as if an object of another person did not exist. */
const notYours = (): DomainError => linkRefusal('holding_not_found');
