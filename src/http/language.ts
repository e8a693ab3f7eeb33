/** The choice of a language: one form on every page, `POST /language`. Sets a cookie, and the language of mails. */
import Router from '@koa/router';
import { byOf, exchangeOf, isLocalPath, pages, seeOther } from './interaction/page-answers.ts';
import { activeAccount, type PeopleDeps } from './interaction/people-deps.ts';
import { isFromOurPages, isSurelyFromOurPages } from './middleware/csrf.ts';
import { isForm, readForm, single } from './middleware/form-body.ts';
import { formRefusal } from './middleware/form-refusals.ts';
import { readLanguage } from './middleware/language.ts';

type Deps = Pick<
  PeopleDeps,
  'issuer' | 'basePath' | 'readerLanguage' | 'browserSessions' | 'accounts' | 'audit' | 'countRefusal'
>;

/**
 * Fields: `language`, and `back`, a path of ours to return to. There is no token, so that one form fits every page, including
 * those of oidc-provider, which know no session of ours.
 *
 * The signed-in account remembers the language if the browser says that a page of ours sent the form, as all current browsers
 * do (Fetch metadata). Otherwise, and without a signed-in account, the choice applies to this browser alone. A forged form
 * can only switch the language of pages and mails, with an event, until the user switches it back.
 */
export const languageRouter = (deps: Deps): Router => {
  const router = new Router();
  router.use(pages(deps));
  router.post('/language', async (ctx) => {
    if (!isFromOurPages(ctx.req, deps.issuer) || !isForm(ctx.req)) throw formRefusal('form_forged');
    const form = await readForm(ctx.req);
    const language = readLanguage(form);
    const back = single(form, 'back') ?? '/';
    const session = await deps.browserSessions.current(exchangeOf(ctx));
    const account = session && (await activeAccount(deps, session.account));
    if (account && isSurelyFromOurPages(ctx.req, deps.issuer))
      await deps.accounts.setLanguage(account.id, language, byOf(ctx, account.id));
    deps.readerLanguage.choose(ctx, language);
    seeOther(ctx, `${deps.basePath}${isLocalPath(back) ? back : '/'}`);
  });
  return router;
};
