import type Router from '@koa/router';
import type { Context } from 'koa';
import { type PasskeyPageModel, passkeyPage } from '../../../views/pages/passkey.ts';
import { recoveryCodesPage } from '../../../views/pages/recovery-codes.ts';
import { type SecurityModel, securityPage } from '../../../views/pages/security.ts';
import { type TotpPageModel, totpPage } from '../../../views/pages/totp.ts';
import { onwardPage } from '../../../views/pages/upstream-redirect.ts';
import { securityWords } from '../../../views/words/security.ts';
import type { Changing } from '../../domain/identity/factors/factor-input.ts';
import { MULTI_FACTOR } from '../../domain/vocabulary/assurance.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { DeviceCookie } from '../interaction/device-cookie.ts';
import {
  byOf,
  doneOf,
  exchangeOf,
  languageOf,
  recordRefusal,
  requestOf,
  seeOther,
  sendOnward,
  sendPage,
  setRetryAfter,
  statusOf,
} from '../interaction/page-answers.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';
import { upstreamBrowser } from '../interaction/upstream-browser.ts';
import { single } from '../middleware/form-body.ts';
import { readLanguage } from '../middleware/language.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { accountPageRefusal } from './account-page-refusals.ts';
import type { AccountSessions, PageSession } from './sessions.ts';

/** Adds `/account/security`, a person's second factors. Changing them needs a recent sign-in that is as strong as they are. */
export const addSecurityRoutes = (
  router: Router,
  deps: PeopleDeps,
  sessions: AccountSessions,
  devices: DeviceCookie,
  home: string,
): void => {
  const { basePath, browserSessions, factors, passkeys, totpEnrolment, upstream } = deps;
  const browsers = upstreamBrowser(deps);
  const path = `${home}/security`;

  const mailOf = ({ account: { email, emailVerified } }: PageSession) => ({
    ...(email === undefined ? {} : { address: email }),
    isVerified: emailVerified === true,
  });

  const frameOf = ({ signedInAs }: PageSession) => ({ basePath, signedInAs });

  const changing = (ctx: Context, { account, assurance }: PageSession): Changing => ({
    account: account.id,
    assurance,
    by: byOf(ctx, account.id),
  });

  const signedIn = ({ id: session, assurance }: PageSession) => ({ session, assurance });

  /** Sends the browser to sign in again if that is required first. Returns whether it did. */
  const signInFirst = async (ctx: Context, session: PageSession, backTo: string): Promise<boolean> => {
    if (await factors.mayChange(session.account.id, session.assurance)) return false;
    seeOther(ctx, await browserSessions.signInUrl(exchangeOf(ctx), backTo, 'anew'));
    return true;
  };

  /** Confirms the new factor. The person proved it in this browser, so the browser becomes a known one for codes. */
  const showAdded = (ctx: Context, session: PageSession, codes: readonly string[] | undefined): void => {
    devices.write(ctx, deps.signIn.deviceOf(session.account, MULTI_FACTOR));
    if (codes) showCodes(ctx, session, codes, true);
    else seeOther(ctx, `${path}?done=added`);
  };

  const showCodes = (ctx: Context, session: PageSession, codes: readonly string[], isFirst: boolean): void =>
    sendPage(ctx, 200, recoveryCodesPage({ ...frameOf(session), codes, isFirst, nextHref: path }), [], 'scripts');

  const showTotp = async (
    ctx: Context,
    session: PageSession,
    status = 200,
    again: Pick<TotpPageModel, 'errors' | 'name'> = {},
  ): Promise<void> => {
    const offer = await totpEnrolment.offer(session.account, signedIn(session));
    const page = totpPage({
      ...frameOf(session),
      ...offer,
      ...again,
      action: `${path}/totp`,
      csrf: session.csrf,
      username: session.account.username,
    });
    sendPage(ctx, status, page, [], 'scripts');
  };

  const showPasskey = async (
    ctx: Context,
    session: PageSession,
    status = 200,
    again: Pick<PasskeyPageModel, 'errors' | 'name'> = {},
  ): Promise<void> => {
    const options = await passkeys.offerNew(session.account, signedIn(session));
    const { csrf } = session;
    const page = passkeyPage({ ...frameOf(session), ...again, action: `${path}/passkey`, csrf, options });
    sendPage(ctx, status, page, [], 'scripts');
  };

  const connectionsOf = async ({ account }: PageSession): Promise<Pick<SecurityModel, 'connected' | 'connectable'>> => {
    const linked = await upstream.signInMethods.linked(account.id);
    const active = await upstream.providers.active();
    return {
      connected: linked.map(({ link: { id, label, createdAt }, provider }) => ({
        provider: provider.name,
        ...(label === undefined ? {} : { label }),
        createdAt,
        isOff: provider.state !== 'active',
        removeAction: `${path}/upstream/${id}/remove`,
      })),
      connectable: active
        .filter(({ id }) => linked.every(({ provider }) => provider.id !== id))
        .map(({ id, name }) => ({ id, name })),
    };
  };

  router.get('/account/security', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const page = securityPage({
      ...frameOf(session),
      ...doneOf(ctx, securityWords.done),
      csrf: session.csrf,
      path,
      hasPasskeys: passkeys.isAvailable,
      ...(deps.emails === undefined ? {} : { mail: mailOf(session) }),
      factors: (await factors.list(session.account.id)).map((factor) => ({
        ...factor,
        removeAction: `${path}/factors/${factor.id}/remove`,
      })),
      hasPassword: deps.isPasswordOn,
      language: languageOf(ctx),
      ...(await connectionsOf(session)),
    });
    sendPage(ctx, 200, page);
  });

  router.post('/account/security/language', async (ctx) => {
    const { form, account } = await sessions.withForm(ctx);
    const language = readLanguage(form);
    await deps.accounts.setLanguage(account.id, language, byOf(ctx, account.id));
    deps.readerLanguage.choose(ctx, language);
    seeOther(ctx, `${path}?done=language`);
  });

  router.get('/account/security/totp', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session || (await signInFirst(ctx, session, `${path}/totp`))) return;
    await showTotp(ctx, session);
  });

  router.post('/account/security/totp', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const name = single(form, 'name') ?? '';
    const code = single(form, 'code') ?? '';
    try {
      const codes = await totpEnrolment.confirm({ name, code, session: session.id }, changing(ctx, session));
      showAdded(ctx, session, codes);
    } catch (error) {
      if (!isDomainError(error)) throw error;
      const field = error.field === '/name' ? 'name' : ON_CODE.includes(error.code) ? 'code' : undefined;
      if (field === undefined) throw error;
      await recordRefusal(deps, ctx, error);
      setRetryAfter(ctx, error);
      await showTotp(ctx, session, statusOf(error), {
        name: name.slice(0, 60),
        errors: { [field]: refusalPhrase(error) },
      });
    }
  });

  router.get('/account/security/passkey', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session || (await signInFirst(ctx, session, `${path}/passkey`))) return;
    await showPasskey(ctx, session);
  });

  router.post('/account/security/passkey', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const name = single(form, 'name') ?? '';
    const credential = single(form, 'credential') ?? '';
    try {
      const codes = await passkeys.confirmNew({ name, credential, session: session.id }, changing(ctx, session));
      showAdded(ctx, session, codes);
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'invalid_field') throw error;
      await recordRefusal(deps, ctx, error);
      // The page is shown again with a new challenge, under the same condition as the first time.
      if (await signInFirst(ctx, session, `${path}/passkey`)) return;
      const field = error.field === '/name' ? 'name' : 'credential';
      await showPasskey(ctx, session, 400, {
        name: name.slice(0, 60),
        errors: { [field]: refusalPhrase(error) },
      });
    }
  });

  router.post('/account/security/recovery-codes', async (ctx) => {
    const session = await sessions.withForm(ctx);
    if (await signInFirst(ctx, session, path)) return;
    showCodes(ctx, session, await factors.newRecoveryCodes(changing(ctx, session)), false);
  });

  router.post('/account/security/factors/:id/remove', async (ctx) => {
    const session = await sessions.withForm(ctx);
    if (await signInFirst(ctx, session, path)) return;
    const { id = '' } = ctx.params;
    const { account, assurance } = session;
    const { authTime } = assurance;
    // Other sessions that used the factor must sign in again, without it.
    await upstream.signInMethods.removeFactor(id, changing(ctx, session), async () => {
      const kept = { id: session.id, authTime };
      const { document } = await deps.accounts.endSessions(account.id, byOf(ctx, account.id), kept);
      devices.write(ctx, deps.signIn.deviceOf(document, assurance.acr));
    });
    // Between the two calls the factor was still valid for a sign-in.
    for (const { id: other } of await deps.sessions.ofAccount(account.id)) {
      if (other !== session.id) await deps.sessions.end(other, byOf(ctx, account.id), 'from_elsewhere');
    }
    seeOther(ctx, `${path}?done=removed`);
  });

  router.post('/account/security/upstream', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    if (await signInFirst(ctx, session, path)) return;
    const provider = await upstream.providers.standing(single(form, 'upstream') ?? '');
    if (!provider) throw accountPageRefusal('connectable_provider_unknown');
    const href = await upstream.signIn.begin(provider, {
      purpose: { kind: 'link', session: session.id, account: session.account.id },
      browser: browsers.of(ctx),
      ...requestOf(ctx),
    });
    sendOnward(ctx, onwardPage({ basePath, kind: 'there', provider: provider.name, href }), href);
  });

  router.post('/account/security/upstream/:id/remove', async (ctx) => {
    const session = await sessions.withForm(ctx);
    if (await signInFirst(ctx, session, path)) return;
    const { id = '' } = ctx.params;
    await upstream.signInMethods.disconnect(session.account.id, id, session.id, byOf(ctx, session.account.id));
    seeOther(ctx, `${path}?done=disconnected`);
  });
};

const ON_CODE: readonly string[] = ['invalid_field', 'too_many_requests'];
