import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import { type Changing, factorName } from './factor-input.ts';
import { factorRefusal } from './factor-refusals.ts';
import { type FactorRegistry, RECENT_SECONDS } from './factor-registry.ts';
import { stepOf, totpAddress, totpSecret } from './totp.ts';

export type TotpEnrolmentDeps = {
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly factors: Pick<FactorRegistry, 'add' | 'requireMayChange'>;
  /** Shown in the app beside the username. */
  readonly issuerName: string;
};

/** The data for an authenticator app. */
export type TotpOffer = { readonly secret: string; readonly address: string };

/** Maximum number of codes for one secret: enough for typing errors, too few for guessing. */
const TRIES = 10;

/**
 * Adding an authenticator app. A secret waits, bound to one browser session and one account, until a code shows that
 * the app has it. The strength of the session is checked when the secret is created, and again by the registry at the
 * end.
 */
export interface TotpEnrolment {
  /**
   * Returns the same secret while it waits, so that a reloaded page matches the scanned code. Throws 'forbidden' for a
   * new one where the sign-in of the session is too old or too weak.
   */
  offer(
    account: { readonly id: string; readonly username: string },
    signedIn: { readonly session: string; readonly assurance: Assurance },
  ): Promise<TotpOffer>;
  /**
   * Adds the app. Returns recovery codes as `FactorRegistry.add` does. Throws DomainError 'not_found' when no secret
   * waits, 'invalid_field' for a wrong code or name, and 'too_many_requests' after ten codes. Also throws what `add`
   * throws.
   */
  confirm(
    given: { readonly name: string; readonly code: string; readonly session: string },
    changing: Changing,
  ): Promise<readonly string[] | undefined>;
}

export const totpEnrolment = (deps: TotpEnrolmentDeps): TotpEnrolment => {
  const { ephemeral, clock, identifiers, masterKey, factors, issuerName } = deps;

  const keysOf = (account: string, session: string): readonly string[] =>
    masterKey.digests('totp_enrolment', account, session).map((digest) => `totp_enrolment:${digest}`);

  const waiting = async (keys: readonly string[]): Promise<{ key: string; secret: string } | undefined> => {
    for (const key of keys) {
      const sealed = await ephemeral.get(key);
      const secret = sealed === undefined ? undefined : openedOrNothing(masterKey, key, sealed);
      if (secret !== undefined) return { key, secret };
    }
    return undefined;
  };

  return {
    async offer(account, { session, assurance }): Promise<TotpOffer> {
      const keys = keysOf(account.id, session);
      const found = await waiting(keys);
      if (!found) await factors.requireMayChange(account.id, assurance);
      const secret = found?.secret ?? totpSecret(Buffer.from(identifiers.newSecret(), 'base64url'));
      const [key = ''] = keys;
      if (!found) await ephemeral.set(key, masterKey.seal(key, secret), RECENT_SECONDS);
      return { secret, address: totpAddress(secret, issuerName, account.username) };
    },

    async confirm({ name, code, session }, changing): Promise<readonly string[] | undefined> {
      const found = await waiting(keysOf(changing.account, session));
      if (!found) throw factorRefusal('totp_enrolment_expired');
      const tries = await ephemeral.count(`${found.key}:tries`, RECENT_SECONDS);
      if (tries > TRIES) {
        throw factorRefusal('totp_enrolment_attempts_exceeded', {
          retryAfterSeconds: RECENT_SECONDS,
        });
      }
      const lastStep = stepOf(found.secret, code.replace(/\s/g, ''), clock.nowMillis(), 0);
      if (lastStep === undefined) {
        throw factorRefusal('totp_code_wrong', { field: '/code' });
      }
      // Checked before the secret is used up, so that a scanned secret stays valid.
      factorName(name);
      // One of two concurrent form submissions adds the app.
      if ((await ephemeral.take(found.key)) === undefined) {
        throw factorRefusal('totp_added_already');
      }
      return factors.add({ kind: 'totp', name, secret: found.secret, lastStep }, changing);
    },
  };
};
