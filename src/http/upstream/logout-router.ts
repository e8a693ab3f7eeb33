/**
 * Receives logout notifications of providers (OpenID Connect Back-Channel Logout 1.0 §2.5): `POST /upstream/logout`. Owns the
 * form of requests and responses; the domain decides whether a token is valid and what it ends. Mounted by src/http/app.ts.
 */

import Router from '@koa/router';
import type { CountRefusal } from '../../domain/audit/refusal-counter.ts';
import type { UpstreamLogout } from '../../domain/identity/upstream/upstream-logout.ts';
import { isOutOfSpace, isStoreUnavailable, NO_SPACE } from '../../domain/ports/document-store.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { isForm, readForm, single } from '../middleware/form-body.ts';
import { formRefusal } from '../middleware/form-refusals.ts';
import type { ProblemLog } from '../problem.ts';
import { stateOf } from '../request-state.ts';

type Answer = {
  readonly status: number;
  readonly error: string;
  readonly description: string;
  readonly retryAfterSeconds?: number | undefined;
};

const MOST_BYTES = 20_000;

export const upstreamLogoutRouter = (deps: {
  readonly logout: UpstreamLogout;
  /** Counts a refusal: no party is authenticated before its token is verified (decision D18). */
  readonly countRefusal: CountRefusal;
  readonly log: ProblemLog;
}): Router => {
  const router = new Router({ sensitive: true, strict: true });

  router.post('/upstream/logout', async (ctx) => {
    const { source, requestId: request } = stateOf(ctx);
    const from = { source, request };
    ctx.set('Cache-Control', 'no-store');
    try {
      if (!isForm(ctx.req)) throw formRefusal('logout_form_missing', { field: 'form' });
      const token = single(await readForm(ctx.req, MOST_BYTES), 'logout_token');
      if (!token) throw formRefusal('logout_token_missing', { field: 'form' });
      await deps.logout.receive(token, from);
      ctx.status = 200;
      ctx.body = '';
    } catch (error) {
      const { status, description, retryAfterSeconds, ...answer } = answerTo(error);
      if (status === 400) {
        const check = (isDomainError(error) && error.field) || 'form';
        await deps.countRefusal({ reason: `upstream_logout ${check}`, ...from });
      } else deps.log(from.request, error);
      if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
      ctx.status = status;
      ctx.type = 'application/json';
      ctx.body = JSON.stringify({ ...answer, error_description: description });
    }
  });

  router.all('/upstream/logout', (ctx) => {
    ctx.status = 405;
    ctx.set('Allow', 'POST');
    ctx.type = 'application/json';
    ctx.body = JSON.stringify({ error: 'invalid_request', error_description: 'this path has POST' });
  });
  return router;
};

const answerTo = (error: unknown): Answer => {
  if (isDomainError(error) && error.code === 'invalid_request') {
    return { status: 400, error: 'invalid_request', description: error.message };
  }
  if (isDomainError(error) && error.code === 'unavailable') {
    const { message: description, retryAfterSeconds } = error;
    return { status: 503, error: 'temporarily_unavailable', description, retryAfterSeconds };
  }
  if (isStoreUnavailable(error)) {
    const { message: description, retryAfterSeconds } = isOutOfSpace(error)
      ? NO_SPACE
      : { message: 'the server cannot reach its storage; try again', retryAfterSeconds: 5 };
    return { status: 503, error: 'temporarily_unavailable', description, retryAfterSeconds };
  }
  return { status: 500, error: 'server_error', description: 'something failed here' };
};
