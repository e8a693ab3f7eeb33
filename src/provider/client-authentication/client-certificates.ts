/**
 * Certificates by which clients and resource servers authenticate (RFC 8705 §2), for oidc-provider. It has the method
 * `tls_client_auth` and provides the metadata value in place of a name; that value holds our whole rule. Certificates of
 * agents are credentials (presented-credentials.ts).
 */
import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import { type CertificateRule, certificateLack } from '../../domain/platform/certificates/certificate-rule.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import { factsOf } from '../seam/request-facts.ts';
import type { ClientProofs } from './client-proofs.ts';

/** Metadata of a client that is identified by this rule. */
export const knownByCertificate = (rule: CertificateRule): Readonly<Record<string, string>> => ({
  token_endpoint_auth_method: 'tls_client_auth',
  tls_client_auth_subject_dn: JSON.stringify(rule),
});

/** oidc-provider's settings for certificates. */
export const clientCertificates = ({
  clock,
  proofs,
}: {
  readonly clock: Clock;
  readonly proofs: Pick<ClientProofs, 'remember'>;
}) => ({
  enabled: true,
  certificateBoundAccessTokens: true,
  tlsClientAuth: true,
  getCertificate: (ctx: KoaContextWithOIDC) => factsOf(ctx.req).certificate?.()?.x509,
  // `certificateLack` checks whether an authority vouches for it, because the rule may need none.
  certificateAuthorized: () => true,
  certificateSubjectMatches(ctx: KoaContextWithOIDC, _property: string, rule: string): boolean {
    const certificate = factsOf(ctx.req).certificate?.();
    const lack = certificate
      ? certificateLack(JSON.parse(rule) as CertificateRule, certificate, clock.now())
      : 'there is none';
    // For the owner; the caller gets invalid_client.
    if (lack !== undefined) throw new errors.InvalidClientAuth(`certificate: ${lack}`);
    if (ctx.oidc.client) proofs.remember(ctx, ctx.oidc.client.clientId);
    return true;
  },
});
