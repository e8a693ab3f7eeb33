/**
 * Runs after oidc-provider has answered on each OAuth endpoint. Writes one audit event for each attempt before the response
 * leaves (decision D18). Answers 503 with Retry-After when a store failed, and adds members beside `error` to a refusal.
 */
import type { EventEmitter } from 'node:events';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import type { AnonymousEvents } from '../../domain/audit/anonymous-events.ts';
import type { AuditEvent, AuditEventType, AuditLog } from '../../domain/audit/audit-event.ts';
import { isOutOfSpace, NO_SPACE } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import { coarseNetwork } from '../../domain/vocabulary/client-network.ts';
import { type Denial, isDomainError } from '../../domain/vocabulary/errors.ts';
import { type ClientProofs, holdsOwnCredential } from '../client-authentication/client-proofs.ts';
import { askedFacts, askedGrantType } from '../requests/asked-facts.ts';
import { isByClients } from '../seam/endpoint-routes.ts';
import type { ProtocolError } from '../seam/oauth-errors.ts';
import { protocolError } from '../seam/oauth-errors.ts';
import type { ProviderPages } from '../seam/pages.ts';
import { postureOf } from '../seam/posture.ts';
import type { RefusalCounter } from '../seam/refusal-counter.ts';
import { requestEvent, sender } from '../seam/request-event.ts';
import { factsOf } from '../seam/request-facts.ts';
import { requestState } from '../seam/request-state.ts';
import { providerDenial } from './denials.ts';

/** Route of oidc-provider → event of a refusal to an authenticated client. */
const REFUSED: Readonly<Record<string, AuditEventType>> = {
  token: 'token.refused',
  introspection: 'introspection.refused',
  revocation: 'token.revocation_refused',
  pushed_authorization_request: 'authorization.refused',
  device_authorization: 'authorization.refused',
  backchannel_authentication: 'approval.refused',
  authorization: 'authorization.refused',
  resume: 'authorization.refused',
  code_verification: 'authorization.refused',
  device_resume: 'authorization.refused',
};

/** Route of oidc-provider → event of a request that stays open for a person. The person's answer is an event of its own. */
const OPENED: Readonly<Record<string, AuditEventType>> = {
  pushed_authorization_request: 'authorization.pushed',
  device_authorization: 'device.requested',
};

const ERROR_EVENTS = [
  'grant.error',
  'introspection.error',
  'revocation.error',
  'pushed_authorization_request.error',
  'device_authorization.error',
  'backchannel_authentication.error',
  'authorization.error',
  'userinfo.error',
  'end_session.error',
  'end_session_confirm.error',
  'end_session_success.error',
  'code_verification.error',
  'device_resume.error',
  'discovery.error',
  'jwks.error',
  'challenge.error',
  'server_error',
] as const;

export const auditEndpoints = (
  provider: Provider,
  deps: {
    readonly audit: AuditLog;
    readonly refusals: RefusalCounter;
    /** Counts by client and failed check. */
    readonly authenticationRefusals: RefusalCounter;
    /** Events of requests with an unknown sender, within a budget. */
    readonly anonymous: Pick<AnonymousEvents, 'note'>;
    readonly proofs: ClientProofs;
    readonly identifiers: Identifiers;
    readonly pages: Pick<ProviderPages, 'error'>;
    readonly onUnexpected: (error: unknown, requestId: string) => void;
  },
): void => {
  const emitter: EventEmitter = provider;
  for (const event of ERROR_EVENTS) {
    emitter.on(event, (ctx: KoaContextWithOIDC, error: unknown) => {
      requestState(ctx).failure = error as ProtocolError;
      if (event === 'server_error') deps.onUnexpected(error, factsOf(ctx.req).id);
    });
  }

  // Without a listener oidc-provider prints errors that it cannot send to the console (IN-05).
  emitter.on('error', (error: unknown, ctx?: KoaContextWithOIDC) => {
    deps.onUnexpected(error, ctx === undefined ? 'unknown' : factsOf(ctx.req).id);
  });

  const refusedEvent = (ctx: KoaContextWithOIDC, type: AuditEventType, failure: ProtocolError): AuditEvent => {
    const { client, params, session } = ctx.oidc;
    const sent = {
      ...sender(client?.clientId),
      ...(session?.accountId === undefined ? {} : { subject: session.accountId }),
      ...askedGrantType(params),
      ...askedFacts(params),
    };
    const result = {
      ...(failure.denial ? { denial: recorded(failure.denial) } : {}),
      note: String(failure.error_detail ?? failure.error_description ?? '').slice(0, 300),
      ...(type.startsWith('token.') ? { inputs: postureOf(ctx) } : {}),
    };
    const error = failure.error ?? 'server_error';
    return requestEvent(ctx, { type, outcome: 'refused', error }, { sent, result });
  };

  /** A `client_id` does not authenticate the sender of a browser redirect. Attributes to a client only what it proved. */
  const isAuthenticated = (ctx: KoaContextWithOIDC): boolean =>
    isByClients(ctx.oidc.route) ? deps.proofs.has(ctx) : ctx.oidc.session?.accountId !== undefined;

  provider.use(async (ctx, next) => {
    const context = ctx as KoaContextWithOIDC;
    try {
      await next();
    } catch (error) {
      // A middleware of ours threw it outside of oidc-provider's own error handler.
      await requestState(ctx).unit?.release?.();
      unavailable(context, error);
      return;
    }
    // Does not wait for the unread rest of a body (IN-06).
    if (!ctx.req.complete) ctx.set('Connection', 'close');
    if (ctx.status === 404 && !ctx.body) {
      ctx.body = { error: 'not_found', error_description: 'there is nothing at this path' };
      if (ctx.accepts('json', 'html') === 'html') {
        await deps.pages.error(ctx, { error: 'not_found' }, new Error('nothing at this path'));
      }
      ctx.status = 404;
    }
    if (!context.oidc) {
      if (ctx.status === 429 && isJsonAnswer(ctx.body)) await refusedInFront(context);
      return;
    }
    if (holdsOwnCredential(context)) deps.proofs.rememberGiven(ctx, String(context.oidc.client?.clientId));
    const { failure } = requestState(ctx);
    // No token was issued after all, regardless of the step that failed.
    if (failure) await requestState(ctx).unit?.release?.();
    const wasAnsweredAfterAll = ctx.status === 200 && ['introspection', 'revocation'].includes(context.oidc.route);
    if (failure && !wasAnsweredAfterAll) await refuse(context, failure);
    else await succeed(context);
  });

  /** Records the refusal of a limit of ours, before oidc-provider saw the request. */
  const refusedInFront = async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { error } = ctx.body as { readonly error: string };
    try {
      await deps.refusals.note(factsOf(ctx.req).source, error);
    } catch (cause) {
      unavailable(ctx, cause);
    }
  };

  const refuse = async (ctx: KoaContextWithOIDC, failure: ProtocolError): Promise<void> => {
    const { source } = factsOf(ctx.req);
    const type = REFUSED[ctx.oidc.route];
    const isKnown = isAuthenticated(ctx);
    const lack = lackOfOurs(failure);
    const isOurs = lack !== undefined;
    if (lack) {
      ctx.status = 503;
      ctx.body = { error: lack.error, error_description: lack.error_description };
    }
    if (ctx.oidc.route === 'token' && isKnown && !failure.denial) {
      const why = providerDenial(failure);
      if (why) failure.denial = { id: deps.identifiers.newId('dny'), ...why };
    }
    try {
      if (type && isKnown) await deps.audit.append(refusedEvent(ctx, type, failure));
      else await deps.refusals.note(source, isOurs ? 'temporarily_unavailable' : (failure.error ?? 'server_error'));
      if (!isKnown && failure.error === 'invalid_client' && ctx.oidc.client) {
        const check = String(failure.error_detail ?? 'no reason').slice(0, 200);
        await deps.authenticationRefusals.note(ctx.oidc.client.clientId, check, factsOf(ctx.req).id);
      }
    } catch (error) {
      unavailable(ctx, error);
      return;
    }
    const retryAfterSeconds = lack?.retryAfterSeconds ?? failure.retryAfterSeconds;
    if (retryAfterSeconds !== undefined) ctx.set('Retry-After', String(retryAfterSeconds));
    if (failure.denial && isJsonAnswer(ctx.body)) ctx.body = { ...ctx.body, denial: failure.denial };
  };

  const succeed = async (ctx: KoaContextWithOIDC): Promise<void> => {
    const { route, client, params } = ctx.oidc;
    const type = OPENED[route];
    if (type === undefined) return;
    const caller = client?.clientId;
    const sent = { ...(caller === undefined ? {} : { caller }), ...askedFacts(params) };
    const event = requestEvent(ctx, { type, outcome: 'granted' }, { sent });
    try {
      if (isAuthenticated(ctx)) await deps.audit.append(event);
      else await deps.anonymous.note(event, { share: 'requests', group: coarseNetwork(factsOf(ctx.req).source) });
    } catch (error) {
      unavailable(ctx, error);
    }
  };

  /** Replaces oidc-provider's response, which must not leave: its event is not durable. */
  const unavailable = (ctx: KoaContextWithOIDC, cause: unknown): void => {
    const failure = protocolError(cause) as ProtocolError;
    deps.onUnexpected(cause, factsOf(ctx.req).id);
    ctx.remove('Location');
    ctx.status = 503;
    const { message, retryAfterSeconds } = isOutOfSpace(cause)
      ? NO_SPACE
      : { message: 'the attempt could not be recorded, so it was not answered; try again', retryAfterSeconds: 1 };
    ctx.set('Retry-After', String(retryAfterSeconds));
    ctx.type = 'json';
    ctx.body = { error: failure.error ?? 'temporarily_unavailable', error_description: message };
  };
};

/**
 * oidc-provider treats every assertion that it cannot verify as a failed authentication. If this server had no capacity to
 * fetch the keys, the client is not at fault.
 */
const lackOfOurs = (failure: ProtocolError): ProtocolError | undefined => {
  if (failure.error !== 'invalid_client') return undefined;
  for (let cause: unknown = failure.cause; cause instanceof Error; cause = cause.cause) {
    if (isDomainError(cause) && cause.code === 'unavailable') return protocolError(cause) as ProtocolError;
  }
  return undefined;
};

/** Leaves out the address of a page, which is a bearer value (decision D14). */
const recorded = ({ remedies, ...denial }: Denial): NonNullable<AuditEvent['denial']> => ({
  ...denial,
  ...(remedies ? { remedies: remedies.map(({ kind }) => ({ kind })) } : {}),
});

const isJsonAnswer = (body: unknown): body is Record<string, unknown> =>
  typeof body === 'object' && body !== null && Object.getPrototypeOf(body) === Object.prototype;
