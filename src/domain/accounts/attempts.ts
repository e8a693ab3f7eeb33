import type { AuditEvent, AuditTrail } from '../audit/audit-event.ts';
import type { SignInRefusals } from '../audit/sign-in-refusals.ts';
import { DomainError } from '../errors.ts';
import { limitedNetworks } from '../limits/client-network.ts';
import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { MasterKey } from '../secrets/master-key.ts';
import { knownDevices } from './known-devices.ts';

export type SignInLimits = {
  /** Attempts at one account, from browsers that never signed in to it, in one window. */
  readonly signInPerAccount: number;
  /** Attempts that did not succeed, from one client address or one /64, in one window (`limitedNetworks`). */
  readonly signInPerSource: number;
  readonly signInWindowSeconds: number;
};

export type AttemptsDeps = {
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly audit: AuditTrail;
  readonly refusals: Pick<SignInRefusals, 'note'>;
};

/** Attempts within a window of seconds. */
type Budget = { readonly limit: number; readonly window: number };

const TOO_MANY = 'There were too many attempts to sign in. Wait and try again.';

/** How many attempts of what kind there were, and which browsers signed in before. */
export const attempts = (deps: AttemptsDeps) => {
  const { ephemeral, masterKey, refusals } = deps;

  /** Notes a refusal and answers it, to be thrown. */
  const refused = async (event: Partial<AuditEvent>, error: DomainError): Promise<DomainError> => {
    await refusals.note({ ...event, error: error.code });
    return error;
  };

  const counterOf = (kind: string, value: string): string =>
    `sign_in:${kind}:${masterKey.digest(`sign_in_${kind}`, value)}`;

  /** Counts an attempt; throws DomainError 'too_many_requests' when it is beyond `limit` within `window` seconds. */
  const spend = async (
    kind: string,
    value: string,
    { limit, window }: Budget,
    event: Partial<AuditEvent>,
  ): Promise<void> => {
    const count = await ephemeral.count(counterOf(kind, value), window);
    const over = count - limit;
    if (over <= 0) return;
    const error = new DomainError('too_many_requests', TOO_MANY, { retryAfterSeconds: window });
    const inputs = { reason: `limit_per_${kind}` };
    if (event.subject === undefined) throw await refused({ ...event, inputs }, error);
    // Of an account the 1st, 2nd, 4th, 8th … of a window are noted, each with how many there were (decision D18).
    if ((over & (over - 1)) !== 0) throw error;
    throw await refused({ ...event, count: over, inputs }, error);
  };

  return {
    refused,
    spend,

    /**
     * Counts an attempt from a client address in each of its networks (`limitedNetworks`), as `spend` does. Counting
     * before anything is checked keeps parallel guesses within the limit (LG-02).
     */
    async spendOfSource(
      kind: string,
      source: string,
      { limit, window }: Budget,
      event: Partial<AuditEvent>,
    ): Promise<void> {
      for (const { network, times } of limitedNetworks(source)) {
        await spend(kind, network, { limit: limit * times, window }, event);
      }
    },

    /**
     * Takes back what `spendOfSource` counted, once for each attempt that succeeded: only failed ones use up the limit,
     * however many people sign in behind one address. Never throws.
     */
    async succeededFrom(kind: string, source: string, { window }: Pick<Budget, 'window'>): Promise<void> {
      // Where this fails the store only counts too much, and the person has proven who they are.
      await Promise.allSettled(
        limitedNetworks(source).map(({ network }) => ephemeral.count(counterOf(kind, network), window, -1)),
      );
    },

    ...knownDevices(deps),
  };
};
