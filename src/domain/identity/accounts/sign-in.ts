import { raisePriority } from '../../ports/write-priority.ts';
import { type Assurance, SINGLE_FACTOR } from '../../vocabulary/assurance.ts';
import type { Account } from './account.ts';
import type { AccountRegistry } from './account-registry.ts';
import { type AttemptsDeps, attempts, type SignInLimits } from './attempts.ts';
import type { Passwords } from './passwords.ts';
import { signInRefusal } from './sign-in-refusals.ts';
import { normaliseUsername } from './username.ts';

export type SignInDeps = AttemptsDeps & {
  readonly accounts: Pick<AccountRegistry, 'get' | 'findByUsername'>;
  readonly passwords: Pick<Passwords, 'verify' | 'verifyNothing'>;
  /** Whether an account needs more than the password. */
  readonly factors: { isAsked(account: string): Promise<boolean> };
  readonly limits: SignInLimits;
  /** Whether users may sign in with a password at all. Default: true. */
  readonly isOn?: boolean;
};

export type SignInAttempt = {
  readonly username: string;
  readonly password: string;
  /** Client address. */
  readonly source: string;
  /** The `device` value that an earlier sign-in of this browser returned. */
  readonly device?: string | undefined;
  /** The HTTP request. */
  readonly request: string;
};

/** `factor`: the password was correct and a second factor is required. The user is not signed in yet. */
export type SignedIn =
  | { readonly next: 'done'; readonly account: Account; readonly device: string; readonly assurance: Assurance }
  | { readonly next: 'factor'; readonly account: Account; readonly assurance: Assurance };

/**
 * Sign-in with a username and a password. Attempts are counted before anything is checked, so that parallel guesses
 * cannot pass the limit. A browser that signed in to an account before has its own budget there. An attacker who uses
 * up the account's budget therefore cannot lock out its user (LG-02).
 */
export interface PasswordSignIn {
  /**
   * Returns the account, when it is active and the password is correct, and whether a second factor is still required.
   * Throws DomainError 'unauthenticated' with one text and after the same work for every cause (LG-01). Throws
   * 'too_many_requests' beyond a limit, and 'unavailable' when too many passwords wait to be checked.
   */
  signIn(attempt: SignInAttempt): Promise<SignedIn>;
  /**
   * Creates a device cookie for a browser in which a user is signed in to this account, with the strength of that
   * sign-in.
   */
  deviceOf(account: Pick<Account, 'id' | 'sessionsValidFrom'>, acr: string | undefined): string;
  /**
   * Checks that the holder of a session also knows the password. Returns the account of the session. Throws
   * DomainError 'unauthenticated' or 'too_many_requests'; these attempts have their own budget for each account.
   */
  confirmPassword(attempt: {
    readonly account: string;
    readonly password: string;
    readonly source: string;
    readonly request: string;
  }): Promise<Account>;
}

export const passwordSignIn = (deps: SignInDeps): PasswordSignIn => {
  const { accounts, passwords, factors, clock, audit, limits, isOn = true } = deps;
  const { refused, spend, spendUnknown, spendOfSource, succeededFrom, knownDevice, newDevice } = attempts(deps);
  const perAccount = { limit: limits.signInPerAccount, window: limits.signInWindowSeconds };
  const perSource = { limit: limits.signInPerSource, window: limits.signInWindowSeconds };

  return {
    async signIn({ username: typed, password, source, device, request }): Promise<SignedIn> {
      // The time when the password is read. A hash may wait in the queue; a change of the password, or an end of all
      // sessions in the meantime, also ends this sign-in.
      const authTime = clock.now();
      const username = normaliseUsername(typed);
      // A name that cannot exist is counted like one that could: an attacker learns nothing from the limit.
      const key = username ?? typed.slice(0, 512);
      const account = (await accounts.findByUsername(typed))?.document;
      // If no account has the name, the name may be a password that the user typed into the wrong field.
      const personal = { source, ...(account ? { username: account.username } : {}) };
      const event = { request, personal, ...(account ? { subject: account.id } : {}) };
      const nonce = account && knownDevice(device, account);
      if (nonce === undefined) {
        await spendOfSource('source', source, perSource, event);
        await (account ? spend : spendUnknown)('account', key, perAccount, event);
      } else {
        // The cookie proves an earlier sign-in. On a full volume this sign-in may use the space that is reserved for
        // clients.
        raisePriority('authenticated');
        await spend('device', nonce, perAccount, event);
      }

      if (!isOn) {
        const error = signInRefusal('passwords_off');
        throw await refused({ ...event, inputs: { reason: 'passwords_off' } }, error);
      }
      const matches =
        account?.passwordHash === undefined
          ? await passwords.verifyNothing(password, source)
          : await passwords.verify(account.passwordHash, password, source);
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
          signInRefusal('credentials_wrong'),
        );
      }
      raisePriority('authenticated');
      if (nonce === undefined) await succeededFrom('source', source, perSource);
      const who = { subject: account.id, caller: account.id };
      const assurance = { acr: SINGLE_FACTOR, amr: ['pwd'], authTime };
      if (await factors.isAsked(account.id)) {
        await audit.append({ ...event, ...who, type: 'session.factor_asked', outcome: 'done' });
        // No device: otherwise an attacker who knows the password would get their own budget of attempts.
        return { next: 'factor', account, assurance };
      }
      await audit.append({ ...event, ...who, type: 'session.started', outcome: 'granted' });
      return { next: 'done', account, assurance, device: newDevice(account, assurance.acr) };
    },

    deviceOf: newDevice,

    async confirmPassword(attempt): Promise<Account> {
      const { account: id, password, source, request } = attempt;
      const event = { request, personal: { source }, subject: id, caller: id };
      await spend('confirmation', id, perAccount, event);
      const account = (await accounts.get(id))?.document;
      const matches =
        account?.passwordHash === undefined
          ? await passwords.verifyNothing(password, source)
          : await passwords.verify(account.passwordHash, password, source);
      if (matches && account?.state === 'active') return account;
      throw await refused({ ...event, inputs: { reason: 'wrong_password' } }, signInRefusal('current_password_wrong'));
    },
  };
};
