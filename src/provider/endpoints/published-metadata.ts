/**
 * Extends both discovery documents (OIDC Discovery, RFC 8414): the members that oidc-provider leaves out, and their cache
 * lifetime.
 */
import type Provider from 'oidc-provider';
import type { Configuration } from '../../../config/configuration.ts';
import type { Extension } from '../../extensions/extension.ts';
import { detailsMember, type RequestDetails } from '../requests/request-details.ts';
import type { ResourceAuthority } from '../requests/resource-authority.ts';
import type { ProviderPages } from '../seam/pages.ts';

const CACHE_SECONDS = 300;

export const publishedMetadata = (
  provider: Provider,
  {
    extensions,
    configuration,
    details,
    authority,
    pages,
  }: {
    readonly extensions: readonly Extension[];
    readonly configuration: Configuration;
    readonly details: Pick<RequestDetails, 'published'>;
    readonly authority: Pick<ResourceAuthority, 'decisionOf'>;
    readonly pages: Pick<ProviderPages, 'languages'>;
  },
): void => {
  const { request, header } = configuration.listen.clientCertificates;
  const takesCertificates = request || header !== undefined;
  const added = Object.assign({}, ...extensions.map(({ metadata }) => metadata ?? {}));
  const authMethods = [
    ...['private_key_jwt', 'client_secret_basic', 'client_secret_post', 'none'],
    'attest_jwt_client_auth',
    ...(takesCertificates ? ['tls_client_auth', 'self_signed_tls_client_auth'] : []),
  ];
  provider.use(async (ctx, next) => {
    await next();
    const route = ctx['oidc']?.route as string | undefined;
    if (ctx.status === 200 && route === 'token') {
      const given = detailsMember(authority.decisionOf(ctx)?.details);
      if ('authorization_details' in given) ctx.body = { ...(ctx.body as object), ...given };
    }
    if (ctx.status !== 200 || (route !== 'discovery' && route !== 'jwks')) return;
    ctx.set('Cache-Control', `public, max-age=${CACHE_SECONDS}`);
    if (route === 'discovery') {
      ctx.body = {
        ...(ctx.body as object),
        token_endpoint_auth_methods_supported: authMethods,
        tls_client_certificate_bound_access_tokens: takesCertificates,
        // Agents do not introspect, and no other client authenticates with an attestation.
        introspection_endpoint_auth_methods_supported: authMethods.filter(
          (method) => !['none', 'attest_jwt_client_auth'].includes(method),
        ),
        revocation_endpoint_auth_methods_supported: authMethods,
        ...(configuration.clientIdMetadata.accept ? { client_id_metadata_document_supported: true } : {}),
        authorization_details_types_supported: await details.published(),
        // draft-parecki-oauth-global-token-revocation §4.
        global_token_revocation_endpoint: `${configuration.issuer}/signals/revocations`,
        status_list_aggregation_endpoint: `${configuration.issuer}/status-lists`,
        ui_locales_supported: pages.languages,
        ...added,
      };
    }
  });
};
