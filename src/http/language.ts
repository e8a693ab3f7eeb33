/** The choice of a language: one form on every page, `POST /language`. It changes a cookie, and what mails are written in. */
import Router from '@koa/router';
import { DomainError } from '../domain/vocabulary/errors.ts';
import { byOf, exchangeOf, isLocalPath, pages, seeOther } from './interaction/page-answers.ts';
import { activeAccount, type PeopleDeps } from './interaction/people-deps.ts';
import { isFromOurPages, isSurelyFromOurPages } from './middleware/csrf.ts';
import { isForm, readForm, single } from './middleware/form-body.ts';
import { readLanguage } from './middleware/language.ts';

type Deps = Pick<
  PeopleDeps,
  'issuer' | 'basePath' | 'readerLanguage' | 'browserSessions' | 'accounts' | 'audit' | 'countRefusal'
>;

/**
 * Fields: `language`, and `back`, a path of ours to read in it. No token, so that one form fits every page, those of the
 * oidc-provider included, which know no session of ours: who is signed in in this browser is remembered to read this language
 * where the browser says that a page of ours sent the form. All that are kept up to date do (Fetch metadata); elsewhere,
 * as for whoever is not signed in, the choice is this browser's alone. What a forged one could do is turn pages and mails
 * into the other language, with an event, until its person turns them back.
 */
export const languageRouter = (deps: Deps): Router => {
  const router = new Router();
  router.use(pages(deps));
  router.post('/language', async (ctx) => {
    if (!isFromOurPages(ctx.req, deps.issuer) || !isForm(ctx.req))
      throw new DomainError(
        'forbidden',
        'This form did not come from a page of this server, or is too old. Open the page again.',
      );
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
