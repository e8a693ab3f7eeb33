/**
 * The request listener: front guard, access log, then our own routes or oidc-provider. Owns the mount order only; the folders
 * beside this file own the routes.
 */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Router } from '@koa/router';
import Koa from 'koa';
import type { Logger } from 'pino';
import type { Brand } from '../../views/brand.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { StoreConfirmation } from '../domain/ports/store-confirmation.ts';
import { isBrokenConnection } from './broken-connections.ts';
import { answerConfirmed } from './confirmed-answers.ts';
import type { Series } from './durations.ts';
import type { FrontGuard, GuardedRequest } from './front-guard.ts';
import { indexedRoutes } from './indexed-router.ts';
import type { LazyRouter } from './lazy-router.ts';
import { loggedPath } from './logged-path.ts';
import type { Metrics } from './metrics.ts';
import type { ReaderLanguage } from './middleware/language.ts';
import { isPostedRequest } from './posted-requests.ts';
import type { ProviderPages } from './provider-pages.ts';
import { answerInTime } from './request-deadline.ts';
import { beginState, stateOf } from './request-state.ts';
import { surfaceOf } from './surfaces.ts';

type Handler = (request: IncomingMessage, response: ServerResponse) => void;

/** Paths below the issuer's path that are ours; all others are oidc-provider's. */
const OURS =
  /^\/(?:$|api\/|interaction\/|upstream\/|account(?:\/|$)|console(?:\/|$)|language$|delegations\/|step-ups\/|assets\/|reg(?:\/|$)|access\/v1\/|scim\/v2(?:\/|$)|ssf\/v1(?:\/|$)|signals\/|status-lists(?:\/|$)|log\/|\.well-known\/(?:authzen|ssf)-configuration$)/;

export const requestListener = (deps: {
  readonly guard: FrontGuard;
  readonly routers: readonly Router[];
  readonly lazyRouters: readonly LazyRouter[];
  readonly oidcProvider: { handle: Handler };
  readonly pages: Pick<ProviderPages, 'error'>;
  readonly readerLanguage: ReaderLanguage;
  readonly brand?: Brand | undefined;
  readonly remember: (request: IncomingMessage, facts: GuardedRequest) => void;
  /** The facts of a request that went through `remember`. */
  readonly factsOf: (request: IncomingMessage) => Pick<GuardedRequest, 'id' | 'source'>;
  readonly log: Logger;
  readonly metrics: Metrics;
  readonly clock: Clock;
  /** Absent: the store needs none. */
  readonly confirmation?: StoreConfirmation | undefined;
  /** Deadline for the response; default: that of production. */
  readonly deadlineMilliseconds?: number | undefined;
}): Handler => {
  const { guard, routers, oidcProvider, remember, log, metrics, clock, confirmation } = deps;
  const unconfirmed = (when: 'before' | 'after'): void => metrics.unconfirmed.inc({ when });
  const app = new Koa({ proxy: true });
  const series = new Map<string, Series>();
  const durationOf = (surface: string): Series => {
    const made = series.get(surface) ?? metrics.seconds.series({ surface });
    series.set(surface, made);
    return made;
  };

  app.use(async (ctx, next) => {
    beginState(ctx, deps.factsOf(ctx.req), deps.readerLanguage.of(ctx.req), clock.now(), deps.brand);
    await next();
    // Does not wait for the unread rest of a body (IN-06).
    if (!ctx.req.complete) ctx.set('Connection', 'close');
    const { status } = ctx;
    if ((status === 404 || status === 405) && !ctx.body) {
      const error = status === 404 ? 'not_found' : 'method_not_allowed';
      // The router has set `Allow` (RFC 9110 §15.5.6).
      const there = `this path has ${ctx.response.get('Allow')}`;
      ctx.body = { error, error_description: status === 404 ? 'there is nothing at this path' : there };
      if (ctx.accepts('json', 'html') === 'html') await deps.pages.error(ctx, { error });
      ctx.status = status;
    }
  });
  for (const router of routers) app.use(indexedRoutes(router));
  for (const { routes } of deps.lazyRouters) app.use(routes);
  app.on('error', (error: unknown, ctx?: Koa.Context) => {
    if (isBrokenConnection(error)) return;
    log.error({ event: 'request.failed', request: ctx && stateOf(ctx).requestId, err: error }, 'request failed');
  });
  const ours = app.callback();

  return (request, response) => {
    const began = clock.nowMillis();
    const url = request.url ?? '';
    const surface = surfaceOf(url);
    let known: GuardedRequest | undefined;
    metrics.inFlight.inc();
    response.once('close', () => {
      const milliseconds = clock.nowMillis() - began;
      metrics.inFlight.dec();
      metrics.requests.inc({ surface, method: methodLabel(request.method), status: String(response.statusCode) });
      durationOf(surface)(milliseconds / 1000);
      if (!log.isLevelEnabled('info')) return;
      log.info({
        event: 'request',
        request: known?.id ?? response.getHeader('x-request-id'),
        method: request.method,
        path: loggedPath(url),
        status: response.statusCode,
        ms: milliseconds,
        source: known?.source,
      });
    });
    known = guard.admit(request, response);
    if (!known) return;
    remember(request, known);
    answerInTime(request, response, deps.deadlineMilliseconds);
    const handle = (): void => {
      const target = String(request.url).split('?')[0] ?? '/';
      if (OURS.test(target) || isPostedRequest(request.method, target)) ours(request, response);
      else oidcProvider.handle(request, response);
    };
    if (confirmation) answerConfirmed(request, response, confirmation, { handle, refused: unconfirmed });
    else handle();
  };
};

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const methodLabel = (method: string | undefined): string => (METHODS.has(method ?? '') ? String(method) : 'other');
