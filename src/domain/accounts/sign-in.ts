import { timingSafeEqual } from 'node:crypto';
import type { AuditEvent, AuditTrail } from '../audit/audit-event.ts';
import { DomainError } from '../errors.ts';
import { sourceNetwork } from '../limits/source-network.ts';
import type { Clock } from '../ports/clock.ts';
import type { EphemeralStore } from '../ports/ephemeral-store.ts';
import type { Identifiers } from '../ports/identifiers.ts';
import type { MasterKey } from '../secrets/master-key.ts';
import type { Account } from './account.ts';
import type { AccountRegister } from './account-register.ts';
import type { Passwords } from './passwords.ts';
import { normaliseUsername } from './username.ts';

type SignInLimits = {
  /** Attempts at one account, from browsers that never signed in to it, in one window. */
  readonly signInPerAccount: number;
  /** Attempts from one client address, or one /64 network, in one window. */
  readonly signInPerSource: number;
  readonly signInWindowSeconds: number;
};

export type SignInDeps = {
  readonly accounts: Pick<AccountRegister, 'get' | 'findByUsername'>;
  readonly passwords: Pick<Passwords, 'verify' | 'verifyNothing'>;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly audit: AuditTrail;
  readonly limits: SignInLimits;
};

export type SignInAttempt = {
  readonly username: string;
  readonly password: string;
  /** Client address. */
  readonly source: string;
  /** What a former sign-in of this browser answered as `device`. */
  readonly device?: string | undefined;
  /** The HTTP request. */
  readonly request: string;
};

export type SignedIn = {
  readonly account: Account;
  /** For the browser to keep, as a cookie: not a credential, only a budget of attempts of its own (LG-02). */
  readonly device: string;
};

/** How long a browser that signed in keeps its own budget of attempts. */
export const DEVICE_TTL_SECONDS = 30 * 86_400;

const REFUSED = 'The username or the password is not right.';
const TOO_MANY = 'There were too many attempts to sign in. Wait and try again.';

/**
 * Sign-in with a username and a password. Attempts are counted before anything is checked, so that
 * parallel guesses cannot pass the limit. A browser that signed in to an account before has a budget
 * of its own there, so that strangers who use up the account's cannot lock its person out (LG-02).
 */
export const passwordSignIn = (deps: SignInDeps) => {
  const { accounts, passwords, ephemeral, clock, identifiers, masterKey, audit, limits } = deps;
  const window = limits.signInWindowSeconds;

  const refused = async (event: Partial<AuditEvent>, error: DomainError): Promise<DomainError> => {
    await audit.append({ ...event, type: 'session.refused', outcome: 'refused', error: error.code });
    return error;
  };

  /** Counts an attempt; throws when it is beyond `limit`. */
  const spend = async (kind: string, value: string, limit: number, event: Partial<AuditEvent>): Promise<void> => {
    const count = await ephemeral.count(`sign_in:${kind}:${masterKey.digest(`sign_in_${kind}`, value)}`, window);
    const over = count - limit;
    if (over <= 0) return;
    const error = new DomainError('too_many_requests', TOO_MANY, { retryAfterSeconds: window });
    // Attempts that are not tried are free to make: the 1st, 2nd, 4th, 8th … of a window are written, each
    // with how many there were, so that they cannot flood the trail (decision D18).
    if ((over & (over - 1)) !== 0) throw error;
    throw await refused({ ...event, count: over, inputs: { reason: `limit_per_${kind}` } }, error);
  };

  /** The number of a device that signed in to this account within `DEVICE_TTL_SECONDS`, or undefined. */
  const knownDevice = (device: string | undefined, account: string): string | undefined => {
    const [, since, nonce, proof] =
      /^(\d{1,12})\.([A-Za-z0-9_-]{20,64})\.([A-Za-z0-9_-]{43})$/.exec(device ?? '') ?? [];
    if (!since || !nonce || !proof) return undefined;
    const age = clock.now() - Number(since);
    if (age < 0 || age > DEVICE_TTL_SECONDS) return undefined;
    const isOurs = masterKey
      .digests('sign_in_device_cookie', account, since, nonce)
      .some((expected) => timingSafeEqual(Buffer.from(expected), Buffer.from(proof)));
    return isOurs ? nonce : undefined;
  };

  const newDevice = (account: string): string => {
    const since = String(clock.now());
    const nonce = identifiers.newSecret().slice(0, 43);
    return `${since}.${nonce}.${masterKey.digest('sign_in_device_cookie', account, since, nonce)}`;
  };

  return {
    /**
     * The account, when it is active and the password is its own. Otherwise DomainError
     * 'unauthenticated' with one text and after the same work for whatever was wrong (LG-01),
     * 'too_many_requests' beyond a limit, 'unavailable' when too many passwords wait to be checked.
     */
    async signIn({ username: typed, password, source, device, request }: SignInAttempt): Promise<SignedIn> {
      const username = normaliseUsername(typed);
      // A name that cannot exist is counted like one that could: an attacker learns nothing from the limit.
      const key = username ?? typed.slice(0, 512);
      const account = (await accounts.findByUsername(typed))?.document;
      // Where no account has the name, it may well be a password in the wrong field.
      const personal = { source, ...(account ? { username: account.username } : {}) };
      const event = { request, personal, ...(account ? { subject: account.id } : {}) };
      const nonce = account && knownDevice(device, account.id);
      if (nonce === undefined) {
        await spend('source', sourceNetwork(source), limits.signInPerSource, event);
        await spend('account', key, limits.signInPerAccount, event);
      } else {
        await spend('device', nonce, limits.signInPerAccount, event);
      }

      const matches =
        account?.passwordHash === undefined
          ? await passwords.verifyNothing(password)
          : await passwords.verify(account.passwordHash, password);
      const reason =
        account === undefined
          ? 'unknown_account'
          : account.passwordHash === undefined
            ? 'no_password'
            : !matches
              ? 'wrong_password'
              : account.state !== 'active'
                ? 'account_disabled'
                : undefined;
      if (reason !== undefined || account === undefined) {
        throw await refused(
          { ...event, inputs: { reason: reason ?? 'unknown_account' } },
          new DomainError('unauthenticated', REFUSED),
        );
      }
      await audit.append({
        ...event,
        type: 'session.started',
        outcome: 'granted',
        subject: account.id,
        caller: account.id,
      });
      return { account, device: newDevice(account.id) };
    },

    /**
     * Makes sure that who holds a session also knows the password. Throws DomainError 'unauthenticated'
     * or 'too_many_requests'; the attempts have a budget of their own for each account.
     */
    async confirmPassword(attempt: {
      readonly account: string;
      readonly password: string;
      readonly source: string;
      readonly request: string;
    }): Promise<void> {
      const { account: id, password, source, request } = attempt;
      const event = { request, personal: { source }, subject: id, caller: id };
      await spend('confirmation', id, limits.signInPerAccount, event);
      const account = (await accounts.get(id))?.document;
      const matches =
        account?.passwordHash === undefined
          ? await passwords.verifyNothing(password)
          : await passwords.verify(account.passwordHash, password);
      if (matches && account?.state === 'active') return;
      throw await refused(
        { ...event, inputs: { reason: 'wrong_password' } },
        new DomainError('unauthenticated', 'The current password is not right.'),
      );
    },
  };
};

export type PasswordSignIn = ReturnType<typeof passwordSignIn>;
