import type { IncomingMessage } from 'node:http';
import type Provider from 'oidc-provider';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { sessionIdOf } from '../../domain/identity/sessions/session.ts';
import type { ProviderPages } from '../seam/pages.ts';

/** Where an ended session can end, too. `now`: sends the browser there before it continues to `next`. */
export type WhereToSignOut = (
  request: IncomingMessage,
  session: string,
  next: string,
) => Promise<{ readonly name: string; readonly href: string; readonly when: 'now' | 'later' } | undefined>;

/**
 * Sign-out at the end-session endpoint (OpenID Connect RP-Initiated Logout 1.0) continues at the provider where the session
 * began, like the sign-out on our own pages.
 */
export const signOutThere = (
  provider: Provider,
  {
    issuer,
    whereTo,
    pages,
  }: { readonly issuer: string; readonly whereTo: WhereToSignOut; readonly pages: Pick<ProviderPages, 'onward'> },
): void => {
  const ownPage = `${issuer}/session/end/success`;
  provider.use(async (ctx, next) => {
    await next();
    const { oidc } = ctx as KoaContextWithOIDC;
    if (oidc?.route !== 'end_session_confirm' || ctx.status !== 303 || !oidc.params?.['logout']) return;
    const target = ctx.response.get('Location');
    const isOurs = target === ownPage;
    const ended = isOurs ? `${issuer}/account/signed-out` : target;
    const there = oidc.session && (await whereTo(ctx.req, sessionIdOf(oidc.session.uid), ended));
    if (there?.when === 'now') pages.onward(ctx, there);
    // The page that offers it.
    else if (there && isOurs) ctx.redirect(ended);
  });
};
