import { timingSafeEqual } from 'node:crypto';
import type { AuditEvent, AuditTrail } from '../audit/audit-event.ts';
import { DomainError } from '../errors.ts';
import { limitedNetworks } from '../limits/client-network.ts';
import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { MasterKey } from '../secrets/master-key.ts';
import type { Account } from './account.ts';
import { MULTI_FACTOR, satisfiesAcr } from './assurance.ts';

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
};

/** How long a browser that signed in keeps its own budget of attempts, at most. */
export const DEVICE_TTL_SECONDS = 30 * 86_400;

/** What was proven in a browser when it became known. */
type Strength = 'one_factor' | 'factors';

/** Attempts within a window of seconds. */
type Budget = { readonly limit: number; readonly window: number };

type Owner = Pick<Account, 'id' | 'sessionsValidFrom'>;

const TOO_MANY = 'There were too many attempts to sign in. Wait and try again.';

/** Which browsers signed in before, and how many attempts of what kind there were. */
export const attempts = ({ ephemeral, clock, identifiers, masterKey, audit }: AttemptsDeps) => {
  /** Writes a refusal down and answers it, to be thrown. */
  const refused = async (event: Partial<AuditEvent>, error: DomainError): Promise<DomainError> => {
    await audit.append({ ...event, type: 'session.refused', outcome: 'refused', error: error.code });
    return error;
  };

  /**
   * Good until the sessions of the account are ended, as they are by another password: who signed in with the last one
   * has no budgets left to guess the next. And what one factor made known is not known to whoever asks for two.
   */
  const factsOf = ({ id, sessionsValidFrom }: Owner, since: string, nonce: string, strength: Strength) =>
    ['sign_in_device_cookie', id, since, nonce, strength, String(sessionsValidFrom)] as const;

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
    // Attempts that are not tried are free to make: the 1st, 2nd, 4th, 8th … of a window are written, each
    // with how many there were, so that they cannot flood the trail (decision D18).
    if ((over & (over - 1)) !== 0) throw error;
    throw await refused({ ...event, count: over, inputs: { reason: `limit_per_${kind}` } }, error);
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

    /**
     * The number of a device in which this was proven of an account within `DEVICE_TTL_SECONDS`, and since its sessions were
     * last ended; else undefined.
     */
    knownDevice(device: string | undefined, account: Owner, least: Strength = 'one_factor'): string | undefined {
      const [, since, nonce, proof] =
        /^(\d{1,12})\.([A-Za-z0-9_-]{20,64})\.([A-Za-z0-9_-]{43})$/.exec(device ?? '') ?? [];
      if (!since || !nonce || !proof) return undefined;
      const age = clock.now() - Number(since);
      if (age < 0 || age > DEVICE_TTL_SECONDS) return undefined;
      const strengths: readonly Strength[] = least === 'factors' ? ['factors'] : ['factors', 'one_factor'];
      const isOurs = strengths
        .flatMap((strength) => masterKey.digests(...factsOf(account, since, nonce, strength)))
        .some((expected) => timingSafeEqual(Buffer.from(expected), Buffer.from(proof)));
      return isOurs ? nonce : undefined;
    },

    /** For a browser in which somebody proved as much as this class of sign-in says. */
    newDevice(account: Owner, acr: string | undefined): string {
      const since = String(clock.now());
      const nonce = identifiers.newSecret().slice(0, 43);
      const strength = satisfiesAcr(acr, MULTI_FACTOR) ? 'factors' : 'one_factor';
      return `${since}.${nonce}.${masterKey.digest(...factsOf(account, since, nonce, strength))}`;
    },
  };
};
