/** Buttons that need a second factor of the last minutes. A user who has a factor signs in with it, and comes back. */
import type { Context } from 'koa';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { exchangeOf, recordRefusal, seeOther } from '../interaction/page-answers.ts';
import type { ConsoleDeps } from './console-deps.ts';

/**
 * Runs a call of the console and returns whether it was made. If the call needs a fresh second factor and the account has
 * one, sends the browser to sign in anew. The browser returns to `returnTo`, where the person presses the button again.
 * Throws all other errors; without a factor the page says what is missing.
 */
export const stepUp =
  (deps: ConsoleDeps) =>
  async (ctx: Context, account: string, returnTo: string, call: () => Promise<unknown>): Promise<boolean> => {
    try {
      await call();
      return true;
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'insufficient_user_authentication') throw error;
      if (!(await deps.factors.isAsked(account))) throw error;
      await recordRefusal(deps, ctx, error);
      seeOther(ctx, await deps.browserSessions.signInUrl(exchangeOf(ctx), returnTo, 'anew'));
      return false;
    }
  };
