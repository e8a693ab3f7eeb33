import type { AuditLog } from '../../audit/audit-event.ts';
import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { EphemeralStore } from '../../ports/ephemeral-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import type { Account } from '../accounts/account.ts';
import type { PasskeyFactor } from './factor.ts';
import type { Changing } from './factor-input.ts';
import { factorRefusal } from './factor-refusals.ts';
import { type FactorRegistry, RECENT_SECONDS } from './factor-registry.ts';
import {
  challengeIn,
  checkedAssertion,
  claimedBy,
  creationOptions,
  madePasskey,
  relyingParty,
  requestOptions,
} from './webauthn.ts';

export type PasskeysDeps = {
  readonly factors: Pick<FactorRegistry, 'add' | 'passkeysOf' | 'requireMayChange' | 'useOne'>;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly audit: AuditLog;
  readonly issuer: string;
};

/** The purpose of a stored challenge: adding a passkey, or the step after the password. */
type Purpose = 'add' | 'factor';

export type ProvenPasskey = { readonly account: string; readonly amr: readonly string[] };

/**
 * Passkeys: created and proven in the browser. Each challenge is valid once, for one purpose, and for the session or
 * interaction whose page held it (LG-05, OT-10). When a page for an account is shown again, it holds a new challenge,
 * and only that one is valid. The sign-in page is shown to unauthenticated browsers. Its challenge carries, sealed, its
 * interaction and its end, and nothing is stored before it comes back.
 */
export interface Passkeys {
  /** Whether a browser can use passkeys at the address of this server. */
  readonly isAvailable: boolean;
  /**
   * Options for a new passkey, as JSON. Throws DomainError 'not_found' when passkeys are not available. Throws
   * 'forbidden' where the sign-in of the session is too old or too weak: a challenge lets its holder add a permanent
   * sign-in method (LG-07).
   */
  offerNew(
    account: Pick<Account, 'id' | 'username' | 'name'>,
    signedIn: { readonly session: string; readonly assurance: Assurance },
  ): Promise<string>;
  /** Adds the passkey that the browser created. Returns recovery codes and throws as `FactorRegistry.add` does. */
  confirmNew(
    given: { readonly name: string; readonly credential: string; readonly session: string },
    changing: Changing,
  ): Promise<readonly string[] | undefined>;
  /**
   * Options for the step after the password, or for a proof of `uid` alone. Undefined where the account has no
   * passkey. `mustVerify`: the passkey must verify its user (a PIN, a finger), not only be touched.
   */
  offerFactor(account: string, uid: string, mustVerify?: boolean): Promise<string | undefined>;
  /** Options for a sign-in with only a passkey. They are the same for every user (LG-01). */
  offerSignIn(uid: string): Promise<string | undefined>;
  /**
   * The proof of a browser's signature; undefined for an invalid one. With `account`, the passkey must be a factor of
   * that account. Without, the passkey names its account and must have verified its user (a PIN, a finger), as with
   * `mustVerify`.
   */
  prove(
    attempt: {
      readonly uid: string;
      readonly credential: string;
      readonly account?: string;
      readonly mustVerify?: boolean;
    },
    who: { readonly request: string; readonly source: string },
  ): Promise<ProvenPasskey | undefined>;
}

export const passkeys = (deps: PasskeysDeps): Passkeys => {
  const { factors, ephemeral, clock, identifiers, masterKey, audit } = deps;
  const party = relyingParty(deps.issuer);

  const keysOf = (purpose: Purpose, ...bound: readonly string[]): readonly string[] =>
    masterKey.digests('passkey_challenge', purpose, ...bound).map((digest) => `passkey_challenge:${digest}`);

  const newChallenge = async (purpose: Purpose, ...bound: readonly string[]): Promise<string> => {
    const challenge = identifiers.newSecret();
    const [key = ''] = keysOf(purpose, ...bound);
    await ephemeral.set(key, masterKey.seal(key, challenge), RECENT_SECONDS);
    return challenge;
  };

  const takeChallenge = async (purpose: Purpose, ...bound: readonly string[]): Promise<string | undefined> => {
    for (const key of keysOf(purpose, ...bound)) {
      const sealed = await ephemeral.take(key);
      if (sealed !== undefined) return openedOrNothing(masterKey, key, sealed);
    }
    return undefined;
  };

  const contextOf = (uid: string): string => `passkey sign-in ${uid}`;

  const openChallenge = (uid: string): string => masterKey.seal(contextOf(uid), String(clock.now() + RECENT_SECONDS));

  /**
   * The challenge of a sign-in that a browser signed, if it was issued for this interaction. One of several concurrent
   * callers gets it.
   */
  const takeOpenChallenge = async (uid: string, credential: string): Promise<string | undefined> => {
    const challenge = challengeIn(credential);
    const end = challenge === undefined ? undefined : openedOrNothing(masterKey, contextOf(uid), challenge);
    const left = Number(end) - clock.now();
    if (challenge === undefined || !(left > 0)) return undefined;
    for (const digest of masterKey.ordered('passkey_challenge', uid, challenge)) {
      if (!(await ephemeral.claim(`passkey_challenge:${digest}`, left + 60))) return undefined;
    }
    return challenge;
  };

  /** Uses a signature with this passkey. Exactly one of several concurrent signatures with one counter is accepted. */
  const use = async (
    account: string,
    passkey: PasskeyFactor,
    counter: number,
    who: { readonly request: string; readonly source: string },
  ): Promise<boolean> => {
    const used = await factors.useOne(account, (factor) => {
      if (factor.kind !== 'passkey' || factor.credential !== passkey.credential || factor.isCopied) return undefined;
      const isOlder = (counter > 0 || factor.counter > 0) && counter <= factor.counter;
      return isOlder ? { ...factor, isCopied: true } : { ...factor, counter, lastUsedAt: clock.now() };
    });
    if (used?.kind === 'passkey' && used.isCopied) {
      await audit.append({
        type: 'factor.copied',
        outcome: 'refused',
        subject: account,
        target: { kind: 'factor', id: used.id },
        request: who.request,
        personal: { source: who.source },
      });
      return false;
    }
    return used !== undefined;
  };

  return {
    isAvailable: party !== undefined,

    async offerNew(account, { session, assurance }): Promise<string> {
      if (!party) throw factorRefusal('passkeys_off');
      await factors.requireMayChange(account.id, assurance);
      const challenge = await newChallenge('add', account.id, session);
      return creationOptions(party, account, challenge, await factors.passkeysOf(account.id));
    },

    async confirmNew({ name, credential, session }, changing): Promise<readonly string[] | undefined> {
      const challenge = await takeChallenge('add', changing.account, session);
      const made = party && challenge ? await madePasskey(party, challenge, credential) : undefined;
      if (!made) throw factorRefusal('passkey_not_created', { field: '/credential' });
      return factors.add({ ...made, name }, changing);
    },

    async offerFactor(account, uid, mustVerify = false): Promise<string | undefined> {
      const allowed = party ? await factors.passkeysOf(account) : [];
      if (!party || allowed.length === 0) return undefined;
      return requestOptions(party, await newChallenge('factor', account, uid), { allowed, mustVerify });
    },

    async offerSignIn(uid): Promise<string | undefined> {
      // A passkey alone must also replace the password.
      return party && requestOptions(party, openChallenge(uid), { mustVerify: true });
    },

    async prove(attempt, who): Promise<ProvenPasskey | undefined> {
      const { uid, credential } = attempt;
      const mustVerify = attempt.account === undefined || attempt.mustVerify === true;
      // Taken before any other check, so that each challenge is tried once.
      const challenge = await (attempt.account === undefined
        ? takeOpenChallenge(uid, credential)
        : takeChallenge('factor', attempt.account, uid));
      const claimed = claimedBy(credential);
      const account = attempt.account ?? claimed?.account;
      if (!party || challenge === undefined || claimed === undefined || account === undefined) return undefined;
      const passkey = (await factors.passkeysOf(account)).find((one) => one.credential === claimed.id);
      const assertion = passkey && (await checkedAssertion(party, challenge, passkey, credential, mustVerify));
      if (!passkey || !assertion || !(await use(account, passkey, assertion.counter, who))) return undefined;
      return { account, amr: amrOf(passkey, assertion.isVerified) };
    },
  };
};

/**
 * RFC 8176: a synced key is in software. A key that cannot leave its device counts as hardware, as the authenticator
 * claims. `user` is the touch that each signature takes. `mfa` says that the user was verified as well.
 */
const amrOf = ({ isSynced }: PasskeyFactor, isVerified: boolean): readonly string[] => [
  isSynced ? 'swk' : 'hwk',
  'user',
  ...(isVerified ? ['mfa'] : []),
];
