import type Router from '@koa/router';
import { type PasswordModel, passwordPage } from '../../../views/pages/password.ts';
import { passwordWords } from '../../../views/words/password.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { DeviceCookie } from '../interaction/device-cookie.ts';
import {
  byOf,
  exchangeOf,
  recordRefusal,
  requestOf,
  seeOther,
  sendPage,
  setRetryAfter,
  statusOf,
} from '../interaction/page-answers.ts';
import type { PeopleDeps } from '../interaction/people-deps.ts';
import { single } from '../middleware/form-body.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import type { AccountSessions, PageSession } from './sessions.ts';

/** Adds the page on which users change their own password: `GET` and `POST /account/password`. */
export const addPasswordRoutes = (
  router: Router,
  deps: PeopleDeps,
  sessions: AccountSessions,
  devices: DeviceCookie,
  home: string,
): void => {
  const { accounts, basePath, browserSessions, signIn } = deps;
  // With passwords off there is no password to change, and no such page.
  if (!deps.isPasswordOn) return;

  const page = (session: PageSession, errors: NonNullable<PasswordModel['errors']> = {}) =>
    passwordPage({
      basePath,
      signedInAs: session.signedInAs,
      action: `${home}/password`,
      csrf: session.csrf,
      username: session.account.username,
      minimumLength: deps.passwordMinimumLength,
      errors,
    });

  router.get('/account/password', async (ctx) => {
    const session = await sessions.orSignIn(ctx);
    if (session) sendPage(ctx, 200, page(session));
  });

  router.post('/account/password', async (ctx) => {
    const { form, ...session } = await sessions.withForm(ctx);
    const [current = '', next = '', repeated = ''] = ['current_password', 'new_password', 'repeat_password'].map(
      (name) => single(form, name),
    );
    if (next !== repeated) return sendPage(ctx, 400, page(session, { repeat: passwordWords.differ }));
    const { account } = session;
    try {
      const attempt = { account: account.id, password: current, ...requestOf(ctx) };
      const { passwordHash: instead } = await signIn.confirmPassword(attempt);
      const { document } = await accounts.setPassword(account.id, next, byOf(ctx, account.id), { instead });
      devices.write(ctx, signIn.deviceOf(document, session.assurance.acr));
    } catch (error) {
      if (!isDomainError(error)) throw error;
      const field = error.field === '/password' ? 'new' : ON_CURRENT.includes(error.code) ? 'current' : undefined;
      if (field === undefined) throw error;
      // The audit log already has a wrong current password.
      if (field === 'new') await recordRefusal(deps, ctx, error);
      setRetryAfter(ctx, error);
      return sendPage(ctx, statusOf(error), page(session, { [field]: refusalPhrase(error) }));
    }
    // The change ended all sessions, this one included. The next sign-in uses the new password.
    await browserSessions.end(exchangeOf(ctx));
    seeOther(ctx, `${home}?done=password`);
  });
};

const ON_CURRENT: readonly string[] = ['unauthenticated', 'too_many_requests', 'unavailable'];
