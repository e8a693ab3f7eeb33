import type { Context } from 'koa';
import { DEVICE_TTL_SECONDS } from '../../domain/accounts/attempts.ts';

/** The cookie by which a browser is known that signed in before (LG-02). It lets nobody in. */
export const deviceCookie = (issuer: string) => {
  const isHttps = issuer.startsWith('https:');
  // `__Host-` keeps sub-domains from setting it; browsers take that name over https only (decision D21).
  const name = isHttps ? '__Host-behalf_device' : 'behalf_device';
  return {
    /** Undefined also when the name came twice: one of them was set by somebody else (WB-04). */
    read(ctx: Context): string | undefined {
      const values = (ctx.req.headers.cookie ?? '')
        .split(';')
        .map((pair) => pair.trim())
        .filter((pair) => pair.startsWith(`${name}=`))
        .map((pair) => pair.slice(name.length + 1));
      return values.length === 1 ? values[0] : undefined;
    },
    write(ctx: Context, device: string): void {
      ctx.append(
        'Set-Cookie',
        `${name}=${device}; Path=/; Max-Age=${DEVICE_TTL_SECONDS}; HttpOnly; SameSite=Lax${isHttps ? '; Secure' : ''}`,
      );
    },
  };
};

export type DeviceCookie = ReturnType<typeof deviceCookie>;
