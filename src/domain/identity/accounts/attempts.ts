import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import type { SignInRefusals } from '../../audit/sign-in-refusals.ts';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import { boundedCounts } from '../../platform/rate-limits/bounded-counts.ts';
import { networkCounts, type Window } from '../../platform/rate-limits/network-counts.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { DomainError } from '../../vocabulary/errors.ts';
import { type KnownDevices, knownDevices } from './known-devices.ts';
import { signInRefusal } from './sign-in-refusals.ts';

export type SignInLimits = {
  /** Maximum number of attempts at one account, from browsers that never signed in to it, in one window. */
  readonly signInPerAccount: number;
  /** Maximum number of failed attempts from one client address or one /64, in one window (`limitedNetworks`). */
  readonly signInPerSource: number;
  readonly signInWindowSeconds: number;
};

export type AttemptsDeps = {
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly audit: AuditLog;
  readonly refusals: Pick<SignInRefusals, 'note'>;
};

/** Counts attempts by kind, and recognises browsers that signed in before. */
export interface Attempts extends KnownDevices {
  /** Records a refusal and returns the error to throw. */
  refused(event: Partial<AuditEvent>, error: DomainError): Promise<DomainError>;
  /** Counts an attempt. Throws DomainError 'too_many_requests' when it is beyond `limit` within `window` seconds. */
  spend(kind: string, value: string, window: Window, event: Partial<AuditEvent>): Promise<void>;
  /** The same for typed text that names no account. */
  spendUnknown(kind: string, typed: string, window: Window, event: Partial<AuditEvent>): Promise<void>;
  /** Counts an attempt from a client address in each of its networks (network-counts.ts, LG-02), as `spend` does. */
  spendOfSource(kind: string, source: string, budget: Window, event: Partial<AuditEvent>): Promise<void>;
  /**
   * Undoes the count of `spendOfSource`, once for each attempt that succeeded. Only failed attempts use up the limit,
   * regardless of the number of users behind one address. Never throws.
   */
  succeededFrom(kind: string, source: string, budget: Window): Promise<void>;
}

export const attempts = (deps: AttemptsDeps): Attempts => {
  const { ephemeral, masterKey, refusals } = deps;
  const bounded = boundedCounts(deps);

  const refused = async (event: Partial<AuditEvent>, error: DomainError): Promise<DomainError> => {
    await refusals.note({ ...event, error: error.code });
    return error;
  };

  const counterOf = (kind: string, value: string): string =>
    `sign_in:${kind}:${masterKey.digest(`sign_in_${kind}`, value)}`;

  /** Throws DomainError 'too_many_requests' for an attempt that is `over` a limit. */
  const refuseBeyond = async (
    kind: string,
    over: number,
    window: number,
    event: Partial<AuditEvent>,
  ): Promise<void> => {
    if (over <= 0) return;
    const error = signInRefusal('sign_in_attempts_exceeded', { retryAfterSeconds: window });
    const inputs = { reason: `limit_per_${kind}` };
    if (event.subject === undefined) throw await refused({ ...event, inputs }, error);
    // Records only the 1st, 2nd, 4th, 8th … attempt of an account beyond the limit in a window, each with the count
    // so far (decision D18).
    if ((over & (over - 1)) !== 0) throw error;
    throw await refused({ ...event, count: over, inputs }, error);
  };

  const ofSource = (kind: string, budget: Window) =>
    networkCounts(bounded, (network) => counterOf(kind, network), budget);

  return {
    refused,

    async spend(kind, value, { limit, window }, event): Promise<void> {
      const count = await ephemeral.count(counterOf(kind, value), window);
      await refuseBeyond(kind, count - limit, window, event);
    },

    async spendUnknown(kind, typed, { limit, window }, event): Promise<void> {
      const count = await bounded.count(counterOf(kind, typed), window);
      await refuseBeyond(kind, count - limit, window, event);
    },

    async spendOfSource(kind, source, budget, event): Promise<void> {
      await refuseBeyond(kind, await ofSource(kind, budget).take(source), budget.window, event);
    },

    succeededFrom: (kind, source, budget): Promise<void> => ofSource(kind, budget).giveBack(source),

    ...knownDevices(deps),
  };
};
