/**
 * Authorization requests by POST (OpenID Connect Core §3.1.2.1). Redirects the browser to the same request by GET. The
 * browser sends no session cookie with a form of another site (`SameSite=Lax`), but sends it with the redirect. oidc-provider
 * checks the GET and records its refusals.
 */
import Router from '@koa/router';
import { isDomainError } from '../domain/vocabulary/errors.ts';
import { isForm, readForm } from './middleware/form-body.ts';
import { stateOf } from './request-state.ts';

/** The remaining length in the longest request target that the front guard accepts. */
const MOST_CHARACTERS = 8000;

const PATH = /^\/auth\/?$/i;

/** Whether this router handles a request, by method and path below the issuer. */
export const isPostedRequest = (method: string | undefined, path: string): boolean =>
  method === 'POST' && PATH.test(path);

/** `refused` counts refusals of requests without a known client, by address and error. */
export const postedRequestRouter = (deps: {
  readonly issuer: string;
  readonly pages: { error(ctx: never, failure: { error: string; error_description: string }): Promise<void> };
  readonly refused: (source: string, error: string, request?: string) => void | Promise<void>;
}): Router => {
  const router = new Router();

  router.post('/auth', async (ctx) => {
    const refuse = async (error_description: string): Promise<void> => {
      const { source, requestId } = stateOf(ctx);
      await deps.refused(source, 'invalid_request', requestId);
      ctx.status = 400;
      const failure = { error: 'invalid_request', error_description };
      if (ctx.accepts('json', 'html') === 'html') await deps.pages.error(ctx as never, failure);
      else ctx.body = failure;
      ctx.status = 400;
    };
    if (!isForm(ctx.req)) {
      await refuse('an authorization request by POST is application/x-www-form-urlencoded');
      return;
    }
    try {
      const form = (await readForm(ctx.req)).toString();
      // Query and body are both the request: oidc-provider refuses a parameter in both as a duplicate.
      const query = [ctx.querystring, form].filter((part) => part !== '').join('&');
      if (query.length > MOST_CHARACTERS) {
        await refuse(
          `the request has more than ${MOST_CHARACTERS} characters: send it to the pushed_authorization_request_endpoint first (RFC 9126)`,
        );
        return;
      }
      ctx.status = 303;
      ctx.set('Location', `${deps.issuer}/auth?${query}`);
    } catch (error) {
      if (!isDomainError(error)) throw error;
      await refuse(error.message);
    }
  });
  return router;
};
