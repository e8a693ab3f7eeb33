import type { Broadcast, Topic } from '../../ports/broadcast.ts';
import type { Identifiers } from '../../ports/identifiers.ts';

/** Maximum number of users who can be asked about one action. */
const MOST = 64;

/**
 * Notifies all nodes of a change that concerns some accounts, so that open pages reload. The message carries neither
 * the change nor the object. No decision depends on it, so the sender needs no authentication.
 */
export interface ChangeBroadcast {
  /** Sends the message. Never throws: a node that misses it sees the change at its next read. */
  tell(accounts: readonly string[]): Promise<void>;
  /** Calls `changed` with the accounts concerned, for each message of another node. */
  hear(changed: (accounts: readonly string[]) => void): void;
}

export const changeBroadcast = (
  broadcast: Broadcast,
  identifiers: Pick<Identifiers, 'newSecret'>,
  topic: Topic,
): ChangeBroadcast => {
  const here = identifiers.newSecret();
  return {
    async tell(accounts): Promise<void> {
      await broadcast.publish(topic, `${here} ${accounts.slice(0, MOST).join(',')}`);
    },

    hear(changed): void {
      broadcast.subscribe(topic, (message) => {
        if (message.length > MOST * 160) return;
        const [from, accounts = ''] = message.split(' ');
        if (from !== here) changed(accounts.split(',').slice(0, MOST));
      });
    },
  };
};
