import type { IncomingMessage } from 'node:http';
import type { Context } from 'koa';

export interface OwnCookie {
  /** The value; undefined also for a repeated name, because another party set one of them (WB-04). */
  read(ctx: { readonly req: Pick<IncomingMessage, 'headers'> }): string | undefined;

  /** Sets the cookie in the response, with its full lifetime. */
  write(ctx: Context, value: string): void;
}

/**
 * A cookie of our pages: for the whole host, not available to scripts, sent along when another site links here. It
 * authenticates no user.
 */
export const ownCookie = (issuer: string, plainName: string, maxAgeSeconds: number): OwnCookie => {
  const isHttps = issuer.startsWith('https:');
  // `__Host-` keeps sub-domains from setting it. Browsers accept that name over https only (decision D21).
  const name = isHttps ? `__Host-${plainName}` : plainName;
  return {
    read(ctx: { readonly req: Pick<IncomingMessage, 'headers'> }): string | undefined {
      const { cookie = '' } = ctx.req.headers;
      // Few browsers have it, and each page asks several times.
      if (!cookie.includes(`${name}=`)) return undefined;
      const values = cookie
        .split(';')
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(`${name}=`))
        .map((pair) => pair.slice(name.length + 1));
      return values.length === 1 ? values[0] : undefined;
    },
    write(ctx: Context, value: string): void {
      ctx.append(
        'Set-Cookie',
        `${name}=${value}; Path=/; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`,
      );
    },
  };
};
