import { openedOrNothing } from '../../platform/crypto/master-key.ts';
import { raisePriority } from '../../ports/write-priority.ts';
import { type Assurance, withFactor } from '../../vocabulary/assurance.ts';
import type { Account } from '../accounts/account.ts';
import { type AttemptsDeps, attempts, type SignInLimits } from '../accounts/attempts.ts';
import { factorRefusal } from './factor-refusals.ts';
import type { FactorRegistry } from './factor-registry.ts';
import type { Passkeys } from './passkeys.ts';

export type SecondFactorDeps = AttemptsDeps & {
  readonly accounts: { get(id: string): Promise<{ readonly document: Account } | undefined> };
  readonly factors: Pick<FactorRegistry, 'prove'>;
  readonly passkeys: Pick<Passkeys, 'prove'>;
  readonly limits: SignInLimits;
};

/** A user proved the password of an account in this interaction. */
export type Waiting = { readonly account: string; readonly assurance: Assurance };

export type FactorAttempt = {
  readonly account: string;
  /** The proof so far. */
  readonly assurance: Assurance;
  /** Whether the user is signed in already and only adds a factor. */
  readonly isStepUp: boolean;
  /** Id of the interaction. */
  readonly uid: string;
  /** A code, or the browser's response with a passkey's signature. */
  readonly proof: { readonly code: string } | { readonly credential: string };
  /** Whether a passkey must verify its user (a PIN, a finger): any person nearby can touch it. */
  readonly mustVerify?: boolean;
  readonly source: string;
  readonly device?: string | undefined;
  readonly request: string;
};

/** Seconds after the password within which the factor must come. */
const WAITING_SECONDS = 600;

/**
 * Maximum number of codes for one account in a day from browsers that never signed in to it. Three codes are valid at a
 * time, so an attacker who has the password guesses one within a year with a probability of 1/30.
 */
const PER_DAY = { limit: 30, window: 86_400 };

/**
 * The step of a sign-in after the password. Between the two steps the user is not signed in: the proof is kept for its
 * interaction. Attempts are counted before a code is checked. They are counted apart from attempts at the password, so
 * that neither uses up the other's limit. A browser that signed in before has its own budget (LG-02).
 */
export interface SecondFactor {
  /** Stores that the password was correct. */
  begin(uid: string, waiting: Waiting): Promise<void>;
  /** The sign-in that waits for its second factor; undefined when none does. */
  waiting(uid: string): Promise<Waiting | undefined>;
  /** Removes the waiting sign-in. Does nothing when there is none. */
  forget(uid: string): Promise<void>;
  /**
   * Checks the factor. Returns what is proven now, and the value that the browser keeps as its `device`. Throws
   * DomainError 'unauthenticated' for a wrong code and 'too_many_requests' beyond a limit.
   */
  prove(attempt: FactorAttempt): Promise<{ readonly assurance: Assurance; readonly device: string }>;
  /**
   * A sign-in with only a passkey that verified its user. There is nothing to guess here, so attempts are counted by
   * source only. Throws as `prove` does, with one text for every cause (LG-01).
   */
  signInWithPasskey(
    factorAttempt: Pick<FactorAttempt, 'uid' | 'source' | 'request'> & { readonly credential: string },
  ): Promise<Waiting & { readonly device: string }>;
}

export const secondFactor = (deps: SecondFactorDeps): SecondFactor => {
  const { accounts, factors, passkeys, ephemeral, masterKey, clock, audit, limits } = deps;
  const { refused, spend, spendOfSource, succeededFrom, knownDevice, newDevice } = attempts(deps);
  const perAccount = { limit: limits.signInPerAccount, window: limits.signInWindowSeconds };
  const perSource = { limit: limits.signInPerSource, window: limits.signInWindowSeconds };

  const keysOf = (uid: string): readonly string[] =>
    masterKey.digests('waiting_factor', uid).map((digest) => `waiting_factor:${digest}`);

  return {
    async begin(uid, { account, assurance }): Promise<void> {
      const [key = ''] = keysOf(uid);
      await ephemeral.set(key, masterKey.seal(key, JSON.stringify({ account, assurance })), WAITING_SECONDS);
    },

    async waiting(uid): Promise<Waiting | undefined> {
      for (const key of keysOf(uid)) {
        const sealed = await ephemeral.get(key);
        const text = sealed === undefined ? undefined : openedOrNothing(masterKey, key, sealed);
        if (text !== undefined) return JSON.parse(text) as Waiting;
      }
      return undefined;
    },

    async forget(uid): Promise<void> {
      for (const key of keysOf(uid)) await ephemeral.take(key);
    },

    async prove(attempt): Promise<{ readonly assurance: Assurance; readonly device: string }> {
      const { account: id, uid, isStepUp, proof, mustVerify = false, source, device, request } = attempt;
      const event = { request, subject: id, caller: id, personal: { source } };
      const account = (await accounts.get(id))?.document;
      const nonce = account && knownDevice(device, account, 'factors');
      if (nonce === undefined) {
        await spendOfSource('factor_source', source, perSource, event);
        await spend('factor', id, perAccount, event);
        await spend('factor_day', id, PER_DAY, event);
      } else {
        raisePriority('authenticated');
        await spend('factor_device', nonce, perAccount, event);
      }
      const isActive = account?.state === 'active';
      const amr = !isActive
        ? undefined
        : 'code' in proof
          ? await factors.prove(id, proof.code)
          : (await passkeys.prove({ uid, account: id, ...proof, mustVerify }, { request, source }))?.amr;
      if (account === undefined || amr === undefined) {
        const reason = isActive ? 'wrong_factor' : 'account_disabled';
        throw await refused(
          { ...event, inputs: { reason } },
          factorRefusal(
            'code' in proof ? 'factor_code_wrong' : mustVerify ? 'passkey_did_not_verify' : 'passkey_refused',
          ),
        );
      }
      raisePriority('authenticated');
      if (nonce === undefined) await succeededFrom('factor_source', source, perSource);
      const assurance = withFactor(attempt.assurance, amr);
      await audit.append({
        ...event,
        type: isStepUp ? 'session.stepped_up' : 'session.started',
        outcome: 'granted',
        inputs: { amr: assurance.amr },
      });
      return { assurance, device: newDevice(account, assurance.acr) };
    },

    async signInWithPasskey({ uid, credential, source, request }): Promise<Waiting & { readonly device: string }> {
      const event = { request, personal: { source } };
      await spendOfSource('passkey_source', source, perSource, event);
      const proven = await passkeys.prove({ uid, credential }, { request, source });
      const owner = proven && (await accounts.get(proven.account))?.document;
      if (!proven || owner?.state !== 'active') {
        const about = proven ? { subject: proven.account, inputs: { reason: 'account_disabled' } } : {};
        throw await refused(
          { ...event, inputs: { reason: 'wrong_passkey' }, ...about },
          factorRefusal('passkey_refused'),
        );
      }
      raisePriority('authenticated');
      await succeededFrom('passkey_source', source, perSource);
      const { account, amr } = proven;
      const assurance = withFactor({ amr: [], authTime: clock.now() }, amr);
      const who = { subject: account, caller: account, inputs: { amr } };
      await audit.append({ ...event, ...who, type: 'session.started', outcome: 'granted' });
      return { account, assurance, device: newDevice(owner, assurance.acr) };
    },
  };
};
