import { timingSafeEqual } from 'node:crypto';
import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { MULTI_FACTOR, satisfiesAcr } from '../../vocabulary/assurance.ts';
import type { Account } from './account.ts';

/** Maximum time for which a browser that signed in keeps its own budget of attempts. */
export const DEVICE_TTL_SECONDS = 30 * 86_400;

/** The strength that was proven in a browser when it became known. */
type Strength = 'one_factor' | 'factors';

type Owner = Pick<Account, 'id' | 'sessionsValidFrom'>;

/** Recognises browsers that signed in to an account before. */
export interface KnownDevices {
  /**
   * The number of a device in which this strength was proven for an account. The proof must be within
   * `DEVICE_TTL_SECONDS` and after the account's sessions were last ended. Otherwise undefined.
   */
  knownDevice(device: string | undefined, account: Owner, least?: Strength): string | undefined;
  /** The device value for a browser in which a user proved this class of sign-in. */
  newDevice(account: Owner, acr: string | undefined): string;
}

export const knownDevices = ({
  clock,
  identifiers,
  masterKey,
}: {
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
}): KnownDevices => {
  /**
   * Valid until the sessions of the account are ended, for example by a new password. A browser that knew the old
   * password therefore has no budget left to guess the new one. A device that was proven with one factor is not
   * known where two are required.
   */
  const factsOf = ({ id, sessionsValidFrom }: Owner, since: string, nonce: string, strength: Strength) =>
    ['sign_in_device_cookie', id, since, nonce, strength, String(sessionsValidFrom)] as const;

  return {
    knownDevice(device, account, least = 'one_factor'): string | undefined {
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

    newDevice(account, acr): string {
      const since = String(clock.now());
      const nonce = identifiers.newSecret().slice(0, 43);
      const strength = satisfiesAcr(acr, MULTI_FACTOR) ? 'factors' : 'one_factor';
      return `${since}.${nonce}.${masterKey.digest(...factsOf(account, since, nonce, strength))}`;
    },
  };
};
