import type { Context } from 'koa';
import type { SignedInAs } from '../../../views/layout.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { Assurance } from '../../domain/vocabulary/assurance.ts';
import type { GuardedForms } from '../interaction/guarded-forms.ts';
import { exchangeOf, rememberReader, rememberSender, seeOther } from '../interaction/page-answers.ts';
import { activeAccount, type PeopleDeps } from '../interaction/people-deps.ts';
import type { FormBinding } from '../middleware/csrf.ts';
import type { PostedForm } from '../middleware/multipart-form.ts';
import { stateOf } from '../request-state.ts';

export type PageSession = {
  readonly id: string;
  readonly account: Account;
  readonly assurance: Assurance;
  /** Value of the field `csrf` in forms bound to the session. */
  readonly csrf: string;
  readonly signedInAs: SignedInAs;
};

export interface AccountSessions {
  /** The browser's session with its active account; undefined if no account is signed in. Sets the language of the response. */
  current(ctx: Context): Promise<PageSession | undefined>;

  /** The session. Without one, sends the browser to sign in and return to this page, and returns undefined. */
  orSignIn(ctx: Context): Promise<PageSession | undefined>;

  /** The session, and the form that its page sent. Refuses any other session or form with 403 (WB-02). */
  withForm(
    ctx: Context,
    bindingOf?: (session: PageSession) => FormBinding,
    largest?: number,
  ): Promise<PageSession & { readonly form: URLSearchParams }>;

  /**
   * The same for a page that takes files. `most`: bytes of fields and files together. `permit` throws for an account that may
   * not send them: before the server reads any, since they are much.
   */
  withFiles(ctx: Context, most: number, permit: (account: Account) => void): Promise<PageSession & PostedForm>;
}

/** The signed-in account, for the pages of an account. */
export const accountSessions = (deps: PeopleDeps, forms: GuardedForms): AccountSessions => {
  const { basePath, browserSessions } = deps;

  const current = async (ctx: Context): Promise<PageSession | undefined> => {
    const session = await browserSessions.current(exchangeOf(ctx));
    const account = session && (await activeAccount(deps, session.account));
    if (!session || !account) {
      rememberReader(ctx);
      return undefined;
    }
    rememberSender(ctx, account.id, session.assurance);
    stateOf(ctx).language = deps.readerLanguage.of(ctx.req, undefined, account.language);
    const csrf = forms.token(['session', session.id]);
    const { name, username } = account;
    const signedInAs = {
      ...{ name, username, hasNotifications: deps.push !== undefined || deps.emails !== undefined },
      signOut: { action: `${basePath}/account/sign-out`, csrf },
    };
    rememberReader(ctx, signedInAs);
    return { id: session.id, account, assurance: session.assurance, csrf, signedInAs };
  };

  return {
    current,

    async orSignIn(ctx: Context): Promise<PageSession | undefined> {
      const session = await current(ctx);
      if (!session) {
        seeOther(ctx, await browserSessions.signInUrl(exchangeOf(ctx), `${basePath}${ctx.path}${ctx.search}`));
      }
      return session;
    },

    async withForm(
      ctx: Context,
      bindingOf: (session: PageSession) => FormBinding = ({ id }) => ['session', id],
      largest?: number,
    ): Promise<PageSession & { readonly form: URLSearchParams }> {
      const session = await current(ctx);
      if (!session) return forms.refuseUnbound(ctx);
      return { ...session, form: await forms.read(ctx, bindingOf(session), session.account.id, undefined, largest) };
    },

    async withFiles(ctx: Context, most: number, permit: (account: Account) => void): Promise<PageSession & PostedForm> {
      const session = await current(ctx);
      if (!session) return forms.refuseUnbound(ctx);
      const { id, account } = session;
      permit(account);
      return { ...session, ...(await forms.readWithFiles(ctx, ['session', id], account.id, most)) };
    },
  };
};
