/**
 * CORS (WB-08). oidc-provider lets any origin read a response until it knows the client of the request. Here an origin may
 * read a response only once the client is known, and has registered the origin. The response to a preflight does not permit
 * that yet. No response ever allows credentials.
 */
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { isPublicDocument } from '../seam/endpoint-routes.ts';

const ALLOWED = 'Access-Control-Allow-Origin';
/** The origin that sandboxed frames and local files send. It belongs to no site. */
const OPAQUE = 'null';

export const crossOrigin = (provider: Provider): void => {
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    if (!ctx.response.get(ALLOWED) || oidc === undefined) return;
    const route = oidc.route.replace(/^cors\./, '');
    if (isPublicDocument(route)) {
      ctx.set(ALLOWED, '*');
      return;
    }
    const isPreflight = route !== oidc.route;
    if (ctx.get('Origin') === OPAQUE || (!isPreflight && oidc.client === undefined)) ctx.remove(ALLOWED);
  });
};
