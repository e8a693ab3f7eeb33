import { hash } from 'node:crypto';
import { messageId } from '../../platform/outbox/delivery.ts';
import type { Outbox } from '../../platform/outbox/outbox.ts';
import type { Session, SignedInApp } from './session.ts';

/** A logout notification to an app, as it waits in the outbox. */
export type AppLogout = {
  readonly account: string;
  /** The app's id of the session. */
  readonly sid: string;
  /** The session that ended; absent where only the sign-in at this app ended. */
  readonly session?: string;
};

/** Maximum time for delivery to an app. The app's own sessions rarely last longer. */
const LIFETIME_SECONDS = 6 * 3600;
/** Longer than the time from the announcement of an end until the end is stored. */
const HOLD_SECONDS = 15;

export interface AppLogouts {
  /**
   * Call it before a session ends, and again when it has ended. A process that crashes in between has stored the
   * announced end. If the end did not happen, no app is notified (src/domain/notifications/logout-channel.ts).
   */
  ending(session: Session, isOver: boolean): Promise<void>;

  /** An app asked to end its own sign-in; the user stays signed in here. */
  left(account: string, app: SignedInApp, at: number): Promise<void>;
}

/** Notifies apps that a user has been signed out (OpenID Connect Back-Channel Logout 1.0), through the outbox. */
export const appLogouts = (deps: {
  readonly outbox: Pick<Outbox, 'put'>;
  readonly clients: {
    get(id: string): Promise<{ readonly document: { readonly backchannelLogoutUri?: string } } | undefined>;
  };
}): AppLogouts => {
  const put = async (
    { client, sid }: SignedInApp,
    told: AppLogout,
    at: number,
    more: { readonly holdSeconds?: number },
  ): Promise<void> => {
    if ((await deps.clients.get(client))?.document.backchannelLogoutUri === undefined) return;
    await deps.outbox.put({
      // Derived from the ended session, so that a repeated call sends one notification.
      id: messageId(at * 1000, hash('sha256', JSON.stringify([told.session ?? '', client, sid]), 'base64url')),
      channel: 'app',
      to: client,
      kind: 'app.logout',
      body: JSON.stringify(told),
      lifetimeSeconds: LIFETIME_SECONDS,
      ...more,
    });
  };

  return {
    async ending({ id, account, apps, startedAt }: Session, isOver: boolean): Promise<void> {
      for (const app of apps) {
        const told = { account, sid: app.sid, session: id };
        await put(app, told, startedAt, isOver ? {} : { holdSeconds: HOLD_SECONDS });
      }
    },

    left: (account: string, app: SignedInApp, at: number): Promise<void> => put(app, { account, sid: app.sid }, at, {}),
  };
};
