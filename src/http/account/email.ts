import type Router from '@koa/router';
import type { Context } from 'koa';
import { type EmailModel, emailConfirmPage, emailPage } from '../../../views/pages/email.ts';
import type { EmailChange } from '../../domain/identity/accounts/email-change.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import {
  byOf,
  exchangeOf,
  languageOf,
  queryOf,
  recordRefusal,
  seeOther,
  sendPage,
  setRetryAfter,
  statusOf,
} from '../interaction/page-answers.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import type { AccountSessions, PageSession } from './sessions.ts';

/**
 * Adds `/account/email`, where a person requests another address, and `/account/email/:token`, where they confirm it. The
 * request needs a recent sign-in, with a second factor if the account has one: a user with the address can set the password
 * (LG-07).
 */
export const addEmailRoutes = (
  router: Router,
  deps: PeopleDeps,
  sessions: AccountSessions,
  emails: EmailChange,
): void => {
  const { basePath, browserSessions, factors } = deps;
  const path = `${basePath}/account/email`;

  const signInFirst = async (ctx: Context, { account, assurance }: PageSession): Promise<boolean> => {
    if (await factors.mayChange(account.id, assurance)) return false;
    seeOther(ctx, await browserSessions.signInUrl(exchangeOf(ctx), path, 'anew'));
    return true;
  };

  const show = (
    ctx: Context,
    { account, csrf, signedInAs }: PageSession,
    status: number,
    more: Pick<EmailModel, 'isSent' | 'error'>,
  ): void => {
    const { email, emailVerified } = account;
    const known = { ...(email === undefined ? {} : { email }), isVerified: emailVerified === true };
    sendPage(ctx, status, emailPage({ basePath, signedInAs, action: path, csrf, ...known, ...more }));
  };

  router.get('/account/email', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session || (await signInFirst(ctx, session))) return;
    show(ctx, session, 200, queryOf(ctx).get('sent') === '1' ? { isSent: true } : {});
  });

  router.post('/account/email', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    if (await signInFirst(ctx, session)) return;
    try {
      await emails.ask(session.account, single(form, 'email') ?? '', languageOf(ctx));
    } catch (error) {
      if (!isDomainError(error) || !['invalid_field', 'too_many_requests'].includes(error.code)) throw error;
      await recordRefusal(deps, ctx, error);
      setRetryAfter(ctx, error);
      return show(ctx, session, statusOf(error), { error: refusalPhrase(error) });
    }
    seeOther(ctx, `${path}?sent=1`);
  });

  router.get('/account/email/:token', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (!session) return;
    const { token = '' } = ctx.params;
    const email = await emails.addressOf(session.account, token);
    sendPage(ctx, 200, emailConfirmPage({ basePath, action: `${path}/${token}`, csrf: session.csrf, email }));
  });

  router.post('/account/email/:token', async (ctx) => {
    const { account } = await sessions.withForm(ctx);
    await emails.confirm(account, ctx.params['token'] ?? '', byOf(ctx, account.id));
    seeOther(ctx, `${basePath}/account?done=email`);
  });
};
