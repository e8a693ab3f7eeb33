import type { Context } from 'koa';

/** One year, for this host alone: its sub-domains belong to their operators. */
export const STRICT_TRANSPORT = 'max-age=31536000';

/**
 * The headers of every answer of our pages except the content security policy, which each page brings itself (WB-01, WB-10,
 * AZ-14). `isHttps` is whether the issuer is.
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
