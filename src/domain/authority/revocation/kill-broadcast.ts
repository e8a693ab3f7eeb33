/** Notifies the other nodes of a kill that the durable store does not hold yet (decision D24). */

import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
import type { Broadcast } from '../../ports/broadcast.ts';
import type { Kill } from '../../vocabulary/kill.ts';

export type KillBroadcast = {
  /** Returns whether the message was sent. Never throws. */
  tell(kill: Kill): Promise<boolean>;
  listen(hear: (kill: Kill) => void): void;
};

const CONTEXT = 'broadcast/kill';

/** Sealed, so that only nodes of this installation can send a kill and read its reason. */
export const killBroadcast = (broadcast: Broadcast, masterKey: Pick<MasterKey, 'seal' | 'open'>): KillBroadcast => ({
  tell: (kill) => broadcast.publish('kills', masterKey.seal(CONTEXT, JSON.stringify(kill))),
  listen(hear) {
    broadcast.subscribe('kills', (message) => {
      const text = openedOrNothing(masterKey, CONTEXT, message);
      if (text !== undefined) hear(JSON.parse(text) as Kill);
    });
  },
});

/** For a process without other nodes, such as a command. */
export const noBroadcast: KillBroadcast = { tell: async () => false, listen: () => undefined };
