/** Checks that a form came from one of our own pages, before any page reads it. */
import type { Context } from 'koa';
import { type Csrf, csrf, type FormBinding, isFromOurPages } from '../middleware/csrf.ts';
import { isForm, isFormWithFiles, readForm, readFormWithFiles, single } from '../middleware/form-body.ts';
import { formRefusal } from '../middleware/form-refusals.ts';
import type { PostedForm } from '../middleware/multipart-form.ts';
import { stateOf } from '../request-state.ts';
import { appendRefusal, rememberSender } from './page-answers.ts';
import type { PeopleDeps } from './people-deps.ts';

export interface GuardedForms {
  /** Value of the field `csrf` for this binding. */
  token(binding: FormBinding): string;

  /**
   * The form that a page of ours sent for `binding`. Refuses any other form with 403 and an event (WB-02): from another site,
   * with another kind of body, without a token, or with the token of another session or interaction. `account` is the
   * signed-in account. `uid` is the interaction that the form has to name (V21, AP-16). `largest`: bytes of the form;
   * default: the usual limit.
   */
  read(ctx: Context, binding: FormBinding, account?: string, uid?: string, largest?: number): Promise<URLSearchParams>;

  /** The same for a page that takes files, of at most `most` bytes together with the fields. */
  readWithFiles(ctx: Context, binding: FormBinding, account: string, most: number): Promise<PostedForm>;

  /** Checks a further token within a form. Refuses it like the form itself when it was issued for another binding. */
  check(ctx: Context, token: string, binding: FormBinding): Promise<void>;

  /** Refuses a form without a signed-in account: no token can be valid for it. */
  refuseUnbound(ctx: Context): Promise<never>;
}

/** Reads forms that our own pages sent. */
export const guardedForms = (
  deps: Pick<PeopleDeps, 'masterKey' | 'issuer' | 'audit' | 'countRefusal'>,
): GuardedForms => {
  const guard: Csrf = csrf(deps);

  const refuse = async (ctx: Context, reason: string): Promise<never> => {
    await appendRefusal(deps, ctx, 'forbidden', reason);
    const error = formRefusal('form_forged');
    stateOf(ctx).recordedRefusal = error;
    throw error;
  };

  /** Before the body is read. */
  const checkSender = async (ctx: Context, account: string | undefined, isReadable: boolean): Promise<void> => {
    rememberSender(ctx, account);
    if (!isFromOurPages(ctx.req, deps.issuer)) await refuse(ctx, 'cross_site_form');
    if (!isReadable) await refuse(ctx, 'not_a_form');
  };

  const checkToken = async (ctx: Context, form: URLSearchParams, binding: FormBinding): Promise<void> => {
    if (!guard.isToken(single(form, 'csrf'), binding)) await refuse(ctx, 'csrf_token');
  };

  return {
    token: guard.token,

    async read(
      ctx: Context,
      binding: FormBinding,
      account?: string,
      uid?: string,
      largest?: number,
    ): Promise<URLSearchParams> {
      await checkSender(ctx, account, isForm(ctx.req));
      const form = await readForm(ctx.req, largest);
      await checkToken(ctx, form, binding);
      if (uid !== undefined && single(form, 'uid') !== uid) return refuse(ctx, 'other_interaction');
      return form;
    },

    async readWithFiles(ctx: Context, binding: FormBinding, account: string, most: number): Promise<PostedForm> {
      await checkSender(ctx, account, isFormWithFiles(ctx.req));
      const posted = await readFormWithFiles(ctx.req, most);
      await checkToken(ctx, posted.form, binding);
      return posted;
    },

    async check(ctx: Context, token: string, binding: FormBinding): Promise<void> {
      if (!guard.isToken(token, binding)) await refuse(ctx, 'csrf_token');
    },

    refuseUnbound: (ctx: Context): Promise<never> => refuse(ctx, 'no_session'),
  };
};
