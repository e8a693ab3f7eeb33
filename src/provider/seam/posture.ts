import type { IncomingMessage } from 'node:http';
import { factsOf } from './request-facts.ts';

/** The part of a request to an endpoint of oidc-provider that this file reads. */
type Sent = {
  readonly req: IncomingMessage;
  readonly oidc: { readonly client?: object | undefined };
};

type Posture = {
  readonly posture: { readonly authentication: string; readonly binding: 'dpop' | 'certificate' | 'none' };
};

/**
 * The state of the client as far as a request proves it, for the event of the request: how it authenticated (RFC 7591
 * `token_endpoint_auth_method`), and what a token from this request is bound to.
 */
export const postureOf = (ctx: Sent): Posture => {
  const hasCertificate = factsOf(ctx.req).certificate?.() !== undefined;
  const binding = (ctx.req.headers['dpop'] ?? '') === '' ? (hasCertificate ? 'certificate' : 'none') : 'dpop';
  const { clientAuthMethod = 'none' } = (ctx.oidc.client ?? {}) as { readonly clientAuthMethod?: string };
  return { posture: { authentication: clientAuthMethod, binding } };
};
