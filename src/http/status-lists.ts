/**
 * Token Status Lists below `/status-lists`, and their aggregation at it (draft-ietf-oauth-status-list §8, §9). Owns paths,
 * statuses and caching. domain/authority/status-lists owns what a list says. Mounted by app.ts.
 */
import Router from '@koa/router';
import type { Context } from 'koa';
import type { StatusListTokens } from '../domain/authority/status-lists/status-list-tokens.ts';
import { isDomainError } from '../domain/vocabulary/errors.ts';
import { type AnsweringDeps, answeringServers, challenge, type SendError } from './authzen/answering.ts';
import { httpProblem, type ProblemLog, sendProblem } from './problem.ts';

const LISTS = '/status-lists';
const TYPE = 'application/statuslist+jwt';

export const statusListRouter = (
  deps: AnsweringDeps & { readonly statusLists: StatusListTokens; readonly log: ProblemLog },
): Router => {
  const { statusLists, log } = deps;
  const router = new Router({ sensitive: true, strict: true });

  router.get(`${LISTS}/:name`, async (ctx) => {
    // Any page may read a list: its URI is all that is needed.
    ctx.set('Access-Control-Allow-Origin', '*');
    ctx.set('Cache-Control', 'no-store');
    try {
      await send(ctx, statusLists);
    } catch (error) {
      sendProblem(ctx, error, log);
    }
  });

  // A list shows how many tokens of an API have ended, so each resource server learns its own URIs only.
  router.get(
    LISTS,
    answeringServers(deps)(sendRefusal, async ({ id }) => ({ body: { status_lists: await statusLists.urisOf(id) } })),
  );
  return router;
};

const send = async (ctx: Context, statusLists: StatusListTokens): Promise<void> => {
  if (ctx.query['time'] !== undefined) {
    throw httpProblem('not_implemented', 'This server has no earlier lists. Leave out time.');
  }
  if (!ctx.accepts(TYPE)) throw httpProblem('not_acceptable', `This path has ${TYPE}.`);
  const { token, gzipped, tag } = await statusLists.read((ctx['params'] as { readonly name: string }).name);
  // Each use asks again: `ttl` and `exp` of the list say how long it may be kept.
  ctx.set('Cache-Control', 'public, no-cache');
  ctx.set('Vary', 'Accept-Encoding');
  ctx.set('Access-Control-Expose-Headers', 'ETag');
  // Weak: the list is the same with and without gzip (RFC 9110 §8.8.3).
  ctx.set('ETag', `W/"${tag}"`);
  // Not `ctx.fresh`: a client that fetches conditionally may also send `Cache-Control: no-cache`, which means caches.
  if (isNamed(tag, ctx.get('If-None-Match'))) {
    ctx.status = 304;
    return;
  }
  ctx.status = 200;
  if (ctx.acceptsEncodings('gzip') === 'gzip') {
    ctx.set('Content-Encoding', 'gzip');
    ctx.body = gzipped;
  } else ctx.body = token;
  ctx.set('Content-Type', TYPE);
};

/** By weak comparison (RFC 9110 §13.1.2): a proxy that compresses makes a weak tag of a strong one. */
const isNamed = (tag: string, header: string): boolean => {
  const named = header.split(',').map((one) => one.trim());
  return named.includes('*') || named.some((one) => one.replace(/^W\//, '') === `"${tag}"`);
};

/** RFC 9457. */
const sendRefusal: SendError = (ctx, error, issuer, log) => {
  if (isDomainError(error) && error.code === 'unauthenticated') challenge(ctx, issuer);
  sendProblem(ctx, error, log);
};
