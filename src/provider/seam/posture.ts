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

type Client = { readonly clientAuthMethod?: string; readonly tlsClientCertificateBoundAccessTokens?: boolean };

/**
 * The state of the client as far as a request proves it, for the event of the request: how it authenticated (RFC 7591
 * `token_endpoint_auth_method`), and what a token from this request is bound to. A certificate binds only tokens of clients
 * that are registered for it (RFC 8705 §3.4).
 */
export const postureOf = ({ req, oidc }: Sent): Posture => {
  const { clientAuthMethod = 'none', tlsClientCertificateBoundAccessTokens: isForCertificates = false } =
    (oidc.client ?? {}) as Client;
  const hasProof = (req.headers['dpop'] ?? '') !== '';
  const hasCertificate = isForCertificates && factsOf(req).certificate?.() !== undefined;
  return {
    posture: {
      authentication: clientAuthMethod,
      binding: hasProof ? 'dpop' : hasCertificate ? 'certificate' : 'none',
    },
  };
};
