import type { Context } from 'koa';

/** One year, for this host alone. The operators of sub-domains decide about those. */
export const STRICT_TRANSPORT = 'max-age=31536000';

const OF_PAGES = Object.entries({
  'Cache-Control': 'no-store',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
});

/**
 * The headers of every response of our pages, except the content security policy, which each page sets itself (WB-01, WB-10,
 * AZ-14). `isHttps`: whether the issuer is https.
 */
export const setSecurityHeaders = ({ res }: Pick<Context, 'res'>, isHttps: boolean): void => {
  // The front guard has set most of them, and a look costs a third of setting one.
  for (const [name, value] of OF_PAGES) if (res.getHeader(name) !== value) res.setHeader(name, value);
  if (isHttps && !res.hasHeader('Strict-Transport-Security'))
    res.setHeader('Strict-Transport-Security', STRICT_TRANSPORT);
};
