/** The choice of a language: one form on every page, `POST /language`. It changes nothing but a cookie. */
import Router from '@koa/router';
import { isLanguage } from '../../views/language.ts';
import { DomainError } from '../domain/errors.ts';
import { isLocalPath, pages, seeOther } from './interaction/page-answers.ts';
import type { PeopleDeps } from './interaction/people-deps.ts';
import { isFromOurPages } from './middleware/csrf.ts';
import { isForm, readForm, single } from './middleware/form-body.ts';

type Deps = Pick<PeopleDeps, 'issuer' | 'basePath' | 'readerLanguage' | 'audit' | 'countRefusal'>;

/** Fields: `language`, and `back`, a path of ours to read in it. No token: nothing is done in anybody's name. */
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
    const language = single(form, 'language');
    if (!isLanguage(language))
      throw new DomainError('invalid_field', 'There are no pages in this language.', { field: 'language' });
    const back = single(form, 'back') ?? '/';
    deps.readerLanguage.choose(ctx, language);
    seeOther(ctx, `${deps.basePath}${isLocalPath(back) ? back : '/'}`);
  });
  return router;
};
