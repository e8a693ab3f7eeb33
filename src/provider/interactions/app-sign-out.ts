import Provider, { type KoaContextWithOIDC } from 'oidc-provider';
import { sessionIdOf } from '../../domain/identity/sessions/session.ts';

/** `session`: our own session id. */
export type SignedOutAt = (where: {
  readonly session: string;
  readonly account: string;
  readonly client: string;
  readonly sid: string;
}) => Promise<void>;

/**
 * At the end-session endpoint oidc-provider calls this for each app to notify. If the session ends, its end notifies all
 * apps. Otherwise only the requesting app is signed out (OpenID Connect RP-Initiated Logout 1.0 §2).
 */
export const toldByUs = (provider: Provider, signedOutAt: SignedOutAt): void => {
  const model = provider.Client.prototype as unknown as {
    clientId: string;
    backchannelLogout(account: string, sid: string): Promise<void>;
  };
  model.backchannelLogout = async function tellLater(account, sid) {
    const { oidc } = Provider.ctx as KoaContextWithOIDC;
    if (oidc.params?.['logout'] || oidc.session === undefined) return;
    await signedOutAt({ session: sessionIdOf(oidc.session.uid), account, client: this.clientId, sid });
  };
};
