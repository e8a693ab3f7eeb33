import type Router from '@koa/router';
import type { Context } from 'koa';
import type { Phrase } from '../../../views/html.ts';
import { type ResetModel, resetAskPage, resetPage } from '../../../views/pages/reset.ts';
import { passwordWords } from '../../../views/words/password.ts';
import type { PasswordReset } from '../../domain/identity/accounts/password-reset.ts';
import { SINGLE_FACTOR } from '../../domain/vocabulary/assurance.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { DeviceCookie } from '../interaction/device-cookie.ts';
import type { GuardedForms } from '../interaction/guarded-forms.ts';
import {
  languageOf,
  queryOf,
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

/**
 * Adds the password reset for users who cannot sign in: `/account/reset`, and `/account/reset/:token` behind the link in the
 * mail. Opening either page changes nothing.
 */
export const addResetRoutes = (
  router: Router,
  deps: PeopleDeps,
  forms: GuardedForms,
  resets: PasswordReset,
  devices: DeviceCookie,
): void => {
  const { basePath, passwordMinimumLength: minimumLength } = deps;
  const path = `${basePath}/account/reset`;

  const showAsk = (ctx: Context, status: number, more: { readonly isSent?: boolean; readonly error?: Phrase }): void =>
    sendPage(ctx, status, resetAskPage({ basePath, action: path, csrf: forms.token(['mail_link', 'ask']), ...more }));

  router.get('/account/reset', (ctx) => showAsk(ctx, 200, queryOf(ctx).get('sent') === '1' ? { isSent: true } : {}));

  router.post('/account/reset', async (ctx) => {
    const form = await forms.read(ctx, ['mail_link', 'ask']);
    try {
      const asked = { typed: single(form, 'username') ?? '', device: devices.read(ctx), ...requestOf(ctx) };
      await resets.ask(asked, languageOf(ctx));
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'too_many_requests') throw error;
      await recordRefusal(deps, ctx, error);
      setRetryAfter(ctx, error);
      return showAsk(ctx, statusOf(error), { error: refusalPhrase(error) });
    }
    seeOther(ctx, `${path}?sent=1`);
  });

  const show = async (
    ctx: Context,
    token: string,
    status: number,
    errors: NonNullable<ResetModel['errors']> = {},
  ): Promise<void> => {
    const { username } = await resets.of(token);
    const csrf = forms.token(['mail_link', token]);
    sendPage(ctx, status, resetPage({ basePath, action: `${path}/${token}`, csrf, username, minimumLength, errors }));
  };

  router.get('/account/reset/:token', (ctx) => show(ctx, ctx.params['token'] ?? '', 200));

  router.post('/account/reset/:token', async (ctx) => {
    const { token = '' } = ctx.params;
    const form = await forms.read(ctx, ['mail_link', token]);
    const next = single(form, 'new_password') ?? '';
    if (next !== single(form, 'repeat_password')) {
      return show(ctx, token, 400, { repeat: passwordWords.differ });
    }
    try {
      const account = await resets.reset(token, next, requestOf(ctx));
      // Guesses of other parties cannot lock the user out of the browser in which they set the password (LG-02).
      devices.write(ctx, deps.signIn.deviceOf(account, SINGLE_FACTOR));
    } catch (error) {
      if (!isDomainError(error) || error.field !== '/password') throw error;
      await recordRefusal(deps, ctx, error);
      return show(ctx, token, statusOf(error), { new: refusalPhrase(error) });
    }
    // A reset signs no user in: the account page asks for the new password, and for the second factor.
    seeOther(ctx, `${basePath}/account?done=password`);
  });
};
