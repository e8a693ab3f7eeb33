/**
 * Limits on requests and mails for password reset links. Owns the limits in front of the outbox, for any typed text,
 * and the budgets of one account behind it.
 */

import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { boundedCounts } from '../../platform/rate-limits/bounded-counts.ts';
import { networkCounts } from '../../platform/rate-limits/network-counts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import { clientNetwork, clientNetworks } from '../../vocabulary/client-network.ts';
import type { Account } from './account.ts';
import type { SignInLimits } from './attempts.ts';
import { LINK_SECONDS } from './mail-links.ts';

/**
 * Maximum number of mails to one account, requested from one network or one known device. The window is as long as a
 * link is valid. When this budget is used up, a valid link is in the mailbox.
 */
const PER_ASKER = { limit: 2, window: LINK_SECONDS };
/**
 * Maximum number of mails to one account, requested from all networks. It exceeds the budget of one network, so that
 * one attacker does not use it up alone.
 */
const PER_ACCOUNT = { limit: 3, window: LINK_SECONDS / 2 };
/** Maximum number of requests from all networks. */
const IN_ALL = { limit: 300, window: 60 };
/**
 * Counts only the first request of a network in that time, so that many requests from few networks block no other
 * network.
 */
const FIRST_IN_ALL = { limit: 3000, window: 60 };

/** Limits how many password resets a source and an account can request. */
export interface ResetBudget {
  /** Length of one window, seconds. */
  readonly windowSeconds: number;
  /** Counts a request for any typed text. False: it is beyond the limit of its network, or of all. */
  takeRequest(source: string): Promise<boolean>;
  /**
   * Counts a mail to an account. False: no mail is sent, and a recently sent link is still valid. The budgets restart
   * with each new password and address, because no earlier link is valid then. `device`: number of a browser that
   * signed in before; other browsers do not use up its budget.
   */
  takeMail(account: Account, source: string, device: string | undefined): Promise<boolean>;
}

export const resetBudget = ({
  ephemeral,
  masterKey,
  clock,
  limits,
}: {
  readonly ephemeral: Pick<EphemeralStore, 'count'>;
  readonly masterKey: Pick<MasterKey, 'digest'>;
  readonly clock: Pick<Clock, 'now'>;
  readonly limits: SignInLimits;
}): ResetBudget => {
  const bounded = boundedCounts({ ephemeral, clock });
  const keyOf = (kind: string, parts: readonly string[]): string =>
    `reset:${kind}:${masterKey.digest(`reset_${kind}`, ...parts)}`;
  const counted = (kind: string, parts: readonly string[], window: number): Promise<number> =>
    ephemeral.count(keyOf(kind, parts), window);
  const ofSource = networkCounts(bounded, (network) => keyOf('source', [network]), {
    limit: limits.signInPerSource,
    window: limits.signInWindowSeconds,
  });

  const isFirstOf = async (network: string): Promise<boolean> =>
    (await bounded.count(keyOf('network', [network]), IN_ALL.window)) === 1;

  return {
    windowSeconds: limits.signInWindowSeconds,

    async takeRequest(source): Promise<boolean> {
      if ((await ofSource.take(source)) > 0) return false;
      const [, , wide] = clientNetworks(source);
      const [kind, { limit, window }] = (await isFirstOf(wide)) ? ['first', FIRST_IN_ALL] : ['all', IN_ALL];
      return (await counted(kind, [], window)) <= limit;
    },

    async takeMail(account, source, device): Promise<boolean> {
      const { id, sessionsValidFrom, emailFrom = 0 } = account;
      const version = [id, String(sessionsValidFrom), String(emailFrom)];
      const asker = device === undefined ? clientNetwork(source) : `device ${device}`;
      if ((await counted('asker', [...version, asker], PER_ASKER.window)) > PER_ASKER.limit) return false;
      if (device !== undefined) return true;
      return (await counted('account', version, PER_ACCOUNT.window)) <= PER_ACCOUNT.limit;
    },
  };
};
