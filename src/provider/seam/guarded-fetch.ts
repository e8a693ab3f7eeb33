import Provider, { type Configuration as ProviderConfiguration } from 'oidc-provider';
import type { Clock } from '../../domain/ports/clock.ts';
import type { TrustedFetch } from '../../domain/ports/trusted-fetch.ts';
import { factsOf } from './request-facts.ts';

type FetchHook = NonNullable<ProviderConfiguration['fetch']>;

/**
 * The guarded fetch for oidc-provider itself, which fetches client metadata documents only and posts nothing.
 * client-keys-by-url.ts finds the keys of clients.
 */
export const providerFetch =
  ({ trustedFetch, clock }: { readonly trustedFetch: TrustedFetch; readonly clock: Clock }): FetchHook =>
  async (url, { method = 'GET' } = {}) => {
    if (method !== 'GET') throw new Error('oidc-provider may only GET');
    const context = Provider.ctx;
    const source = context && factsOf(context.req).source;
    const request = {
      url: String(url),
      purpose: 'client_metadata',
      internal: 'clientMetadata',
      ...(source === undefined ? {} : { source }),
    } as const;
    const { body, mediaType, freshUntil } = await trustedFetch.get(request);
    const headers = {
      'content-type': mediaType,
      'cache-control': `max-age=${Math.max(0, freshUntil - clock.now())}`,
    };
    return new Response(Buffer.from(body), { status: 200, headers });
  };
