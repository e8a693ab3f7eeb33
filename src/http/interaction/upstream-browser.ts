import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';
import { DEVICE_TTL_SECONDS } from '../../domain/identity/accounts/known-devices.ts';
import { ownCookie } from '../middleware/own-cookie.ts';
import type { PeopleDeps } from './people-deps.ts';

/**
 * The cookie that binds a sign-in at a provider to the browser in which it began. The callback is valid in no other browser
 * (LG-08).
 */
export const upstreamBrowser = ({
  issuer,
  upstream,
}: Pick<PeopleDeps, 'issuer'> & { readonly upstream: Pick<PeopleDeps['upstream'], 'newBrowser'> }) => {
  const cookie = ownCookie(issuer, 'behalf_upstream', DEVICE_TTL_SECONDS);
  const known = (ctx: { readonly req: Pick<IncomingMessage, 'headers'> }): string | undefined => {
    const value = cookie.read(ctx);
    return value !== undefined && /^[A-Za-z0-9_-]{43,128}$/.test(value) ? value : undefined;
  };
  return {
    known,
    /** The browser's cookie, or a new one that the response sets. */
    of(ctx: Context): string {
      const value = known(ctx) ?? upstream.newBrowser();
      cookie.write(ctx, value);
      return value;
    },
  };
};
