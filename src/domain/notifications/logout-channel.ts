import type { Client } from '../clients/clients/client.ts';
import type { AppLogout } from '../identity/sessions/app-logout.ts';
import { isByOperator } from '../platform/remote-keys/operator-urls.ts';
import { fetchReasonOf, fetchStatusOf, type TrustedPost } from '../ports/trusted-fetch.ts';
import type { Sender } from './delivery-worker.ts';

/**
 * Creates a logout token for an app (OpenID Connect Back-Channel Logout 1.0 §2.4) right before it is sent. The token is
 * valid for two minutes.
 */
export type MakeLogoutToken = (about: {
  readonly client: Client;
  readonly account: string;
  /** Only for an app that requires the session. */
  readonly sid?: string;
}) => Promise<string>;

const TIMEOUT_MILLISECONDS = 2500;
/** §2.8: the request was understood, and a retry will fail again. */
const REFUSED = 400;

/** Notifies apps that a session has ended. The guarded fetch checks the address at each attempt. */
export const logoutChannel = (deps: {
  readonly clients: { get(id: string): Promise<{ readonly document: Client } | undefined> };
  /** Whether this session has ended by now. */
  readonly isOver: (session: string) => Promise<boolean>;
  readonly tokenFor: MakeLogoutToken;
  readonly post: TrustedPost['post'];
}): Sender => ({
  async send({ to, body }) {
    const { account, sid, session } = JSON.parse(body) as AppLogout;
    const client = (await deps.clients.get(to))?.document;
    if (client?.backchannelLogoutUri === undefined) return 'over';
    // The announced end has not happened: no app is notified.
    if (session !== undefined && !(await deps.isOver(session))) return 'over';
    const about = { client, account, ...(client.backchannelLogoutSessionRequired ? { sid } : {}) };
    const form = new URLSearchParams({ logout_token: await deps.tokenFor(about) });
    try {
      await deps.post({
        url: client.backchannelLogoutUri,
        purpose: 'app_logout',
        internal: isByOperator(client, client.backchannelLogoutUri) ? 'appLogout' : undefined,
        body: String(form),
        timeoutMilliseconds: TIMEOUT_MILLISECONDS,
      });
      return 'sent';
    } catch (error) {
      const reason = fetchReasonOf(error);
      if (reason === undefined) throw error;
      const status = fetchStatusOf(error);
      return { failure: reason, status, isFinal: status === REFUSED };
    }
  },
});
