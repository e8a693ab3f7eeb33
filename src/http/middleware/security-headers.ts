import type { Context } from 'koa';

/** One year, for this host alone. The operators of sub-domains decide about those. */
export const STRICT_TRANSPORT = 'max-age=31536000';

/**
 * The headers of every response of our pages, except the content security policy, which each page sets itself (WB-01, WB-10,
 * AZ-14). `isHttps`: whether the issuer is https.
 */
export const setSecurityHeaders = (ctx: Context, isHttps: boolean): void => {
  ctx.set({
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cross-Origin-Opener-Policy': 'same-origin',
    'Cross-Origin-Resource-Policy': 'same-origin',
  });
  if (isHttps) ctx.set('Strict-Transport-Security', STRICT_TRANSPORT);
};
