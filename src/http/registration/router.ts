/**
 * The client registration endpoint (RFC 7591) and the client configuration endpoint (RFC 7592), below `/reg`. Owns the form
 * of requests and refusals; the domain owns what is registered, and by whom. Not oidc-provider's endpoints, which would write
 * records that our registries do not know. Mounted by src/http/app.ts.
 */

import Router from '@koa/router';
import type { Context } from 'koa';
import type { CountRefusal } from '../../domain/audit/refusal-counter.ts';
import type { DynamicRegistration } from '../../domain/clients/registration/dynamic-registration.ts';
import { type RegistrationError, registrationError } from '../../domain/clients/registration/registration-errors.ts';
import type { From } from '../../domain/clients/registration/registration-events.ts';
import { isOutOfSpace, isStoreUnavailable, NO_SPACE } from '../../domain/ports/document-store.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { type JsonObject, readJsonBody } from '../management/json-body.ts';
import { type ProblemLog, refusalCode } from '../problem.ts';
import { stateOf } from '../request-state.ts';

type Dependencies = {
  readonly issuer: string;
  readonly registration: DynamicRegistration;
  /** Origins of browser pages that may send requests and read the answers. */
  readonly corsOrigins: readonly string[];
  /** Counts a refusal of an unauthenticated caller (decision D18). */
  readonly countRefusal: CountRefusal;
  readonly log: ProblemLog;
};

const PATHS = { '/reg': ['POST'], '/reg/:id': ['GET', 'PUT', 'DELETE'] } as const;
/** b64token of RFC 6750 §2.1. */
const BEARER = /^bearer +([A-Za-z0-9\-._~+/]{1,512}=*)$/i;

export const registrationRouter = (dependencies: Dependencies): Router => {
  const { issuer, registration, corsOrigins, countRefusal, log } = dependencies;
  const router = new Router({ sensitive: true, strict: true });
  router.use(async (ctx, next) => {
    ctx.vary('Origin');
    const origin = ctx.get('Origin');
    // Never allows credentials of the browser: this endpoint uses none.
    if (corsOrigins.includes(origin)) {
      ctx.set('Access-Control-Allow-Origin', origin);
      ctx.set('Access-Control-Expose-Headers', 'Retry-After, WWW-Authenticate');
    }
    await next();
  });

  /** Refuses an unreadable body before it authenticates any caller. */
  const bodyOf = async (ctx: Context): Promise<JsonObject> => {
    try {
      return await readJsonBody(ctx);
    } catch (error) {
      if (refusalCode(error) !== undefined) await countRefusal({ reason: 'invalid_client_metadata', ...fromOf(ctx) });
      throw error;
    }
  };

  const answering = (act: (ctx: Context) => Promise<void>) => async (ctx: Context) => {
    ctx.set('Cache-Control', 'no-store');
    try {
      await act(ctx);
    } catch (error) {
      sendRefusal(ctx, error, issuer, log);
    }
  };

  router.post(
    '/reg',
    answering(async (ctx) => {
      const body = await bodyOf(ctx);
      send(ctx, 201, await registration.register(body, bearerOf(ctx), fromOf(ctx)));
    }),
  );
  router.get(
    '/reg/:id',
    answering(async (ctx) => send(ctx, 200, await registration.read(idOf(ctx), bearerOf(ctx), fromOf(ctx)))),
  );
  router.put(
    '/reg/:id',
    answering(async (ctx) => {
      const body = await bodyOf(ctx);
      send(ctx, 200, await registration.replace(idOf(ctx), body, bearerOf(ctx), fromOf(ctx)));
    }),
  );
  router.delete(
    '/reg/:id',
    answering(async (ctx) => {
      await registration.remove(idOf(ctx), bearerOf(ctx), fromOf(ctx));
      ctx.status = 204;
    }),
  );
  for (const [path, methods] of Object.entries(PATHS)) {
    router.options(path, async (ctx) => {
      ctx.status = 204;
      ctx.set('Allow', methods.join(', '));
      if (!corsOrigins.includes(ctx.get('Origin'))) return;
      ctx.set('Access-Control-Allow-Methods', methods.join(', '));
      ctx.set('Access-Control-Allow-Headers', 'Authorization, Content-Type');
      ctx.set('Access-Control-Max-Age', '3600');
    });
    router.all(path, async (ctx) => {
      ctx.set('Allow', methods.join(', '));
      send(ctx, 405, { error: 'invalid_request', error_description: `this path has ${methods.join(', ')}` });
    });
  }
  return router;
};

const send = (ctx: Context, status: number, body: JsonObject): void => {
  ctx.status = status;
  ctx.body = JSON.stringify(body);
  ctx.type = 'application/json';
};

const refusalOf = (error: unknown): RegistrationError & { readonly retryAfterSeconds?: number | undefined } => {
  if (isDomainError(error)) return { ...registrationError(error), retryAfterSeconds: error.retryAfterSeconds };
  if (isStoreUnavailable(error)) {
    const { message: description, retryAfterSeconds } = isOutOfSpace(error)
      ? NO_SPACE
      : { message: 'the server cannot reach its storage; try again', retryAfterSeconds: 5 };
    return { status: 503, error: 'temporarily_unavailable', description, retryAfterSeconds };
  }
  // A body that is too long, of another type, or encoded.
  if (refusalCode(error) !== undefined) {
    return { status: 400, error: 'invalid_client_metadata', description: (error as Error).message };
  }
  return { status: 500, error: 'server_error', description: 'something failed here' };
};

const sendRefusal = (ctx: Context, caught: unknown, issuer: string, log: ProblemLog): void => {
  const { status, error, description, denial, retryAfterSeconds } = refusalOf(caught);
  if (status >= 500) log(fromOf(ctx).request, caught);
  if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
  if (status === 401) {
    // RFC 6750 §3.1: without a token the challenge has no error.
    const parameters = ctx.get('authorization') === '' ? '' : `, error="${error}"`;
    ctx.set('WWW-Authenticate', `Bearer realm="${issuer}/reg"${parameters}`);
  }
  send(ctx, status, { error, error_description: description, ...(denial ? { denial } : {}) });
};

const idOf = (ctx: Context): string => String((ctx as { readonly params?: { readonly id?: string } }).params?.id ?? '');

/** The bearer token. Treats a header of another form as an invalid token. */
const bearerOf = (ctx: Context): string | undefined => {
  const header = ctx.get('authorization');
  return header === '' ? undefined : (BEARER.exec(header)?.[1] ?? 'malformed');
};

const fromOf = (ctx: Context): From => {
  const { requestId, source } = stateOf(ctx);
  return { request: requestId, source };
};
