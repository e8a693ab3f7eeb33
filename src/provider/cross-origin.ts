/**
 * CORS (WB-08). oidc-provider lets any origin read an answer until it knows which client the answer is
 * for; here an origin reads it only once that client is known to have registered the origin. What a
 * preflight is told holds for no answer yet. No answer ever allows credentials.
 */
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { isPublicDocument } from './endpoint-routes.ts';

const ALLOWED = 'Access-Control-Allow-Origin';
/** What sandboxed frames and local files send: nobody's origin. */
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
