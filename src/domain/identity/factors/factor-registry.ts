import type { AuditEvent, AuditLog } from '../../audit/audit-event.ts';
import { type MasterKey, openedOrNothing } from '../../platform/crypto/master-key.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type DocumentStore, update } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { type Assurance, BY_CODE, isOfUnknownAge, MULTI_FACTOR, satisfiesAcr } from '../../vocabulary/assurance.ts';
import {
  asksFactor,
  type Factor,
  type FactorFacts,
  type FactorKind,
  factsOf,
  type PasskeyFactor,
  type RecoveryFactor,
  type TotpFactor,
} from './factor.ts';
import { type Changing, factorName, type NewFactor } from './factor-input.ts';
import { factorRefusal } from './factor-refusals.ts';
import { factorStore } from './factor-store.ts';
import { normalRecoveryCode, RECOVERY_CODES, recoveryCode } from './recovery-codes.ts';
import { stepOf } from './totp.ts';

/** Seconds after a sign-in in which factors can be changed. */
export const RECENT_SECONDS = 600;

/** Each further app is one more valid code at any moment. */
const MOST: Readonly<Record<FactorKind, number>> = { totp: 3, passkey: 10, recovery: 1 };

const AMR = { totp: [BY_CODE.totp], passkey: [], recovery: [BY_CODE.recovery] } as const;

export type FactorRegistryDeps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly audit: AuditLog;
};

/** The factors of all accounts. Each change is validated, then audited, then written. */
export interface FactorRegistry {
  /**
   * Changes one factor by compare-and-swap, without further rules: for a caller who has just proven it. `use` returns
   * the new state of the factor, and may run several times. Returns the new state.
   */
  useOne(account: string, use: (factor: Factor) => Factor | undefined): Promise<Factor | undefined>;
  /**
   * Throws 'forbidden' where a sign-in is too old or too weak to change factors. Called before a challenge or secret
   * for a new factor is issued.
   */
  requireMayChange(account: string, assurance: Assurance): Promise<void>;
  /** The passkeys of an account that are accepted. */
  passkeysOf(account: string): Promise<readonly PasskeyFactor[]>;
  /** The factors of an account, without their secrets. */
  list(account: string): Promise<readonly FactorFacts[]>;
  /** Whether a sign-in to this account asks for a second factor. */
  isAsked(account: string): Promise<boolean>;
  /** Whether a sign-in is recent and strong enough for a change of factors. */
  mayChange(account: string, assurance: Assurance): Promise<boolean>;
  /**
   * Adds a factor that was just proven. The first one also creates recovery codes, which are returned here and never
   * again. Throws DomainError 'invalid_field' for its name, and 'conflict' for a duplicate or beyond the maximum.
   * Throws 'forbidden' where the sign-in is weaker than an existing factor. The age of the sign-in is checked when the
   * factor is offered (`requireMayChange`), so that a user who began in time may finish.
   */
  add(added: NewFactor, changing: Changing): Promise<readonly string[] | undefined>;
  /** Replaces all recovery codes. Throws as `add` does, and 'conflict' where there is no other factor. */
  newRecoveryCodes(changing: Changing): Promise<readonly string[]>;
  /**
   * Removes a factor, and the recovery codes with the last one. Throws as `add` does, and 'not_found'. Calls `onGood`
   * when it may be removed, before anything is changed; an error from it propagates.
   */
  remove(id: string, changing: Changing, onGood?: () => Promise<void>): Promise<void>;
  /** Removes all factors of a user who lost them, so that the password is enough. For administrators. */
  removeAll(account: string, by: By): Promise<void>;
  /**
   * The methods that this code proves, as `amr`. Undefined for a wrong code. Exactly one of several concurrent callers
   * with one code succeeds, and no later caller does (invariant I1, LG-04).
   */
  prove(account: string, code: string): Promise<readonly string[] | undefined>;
  /** Reseals every secret with the first master key, so that the other key can be removed. */
  sealAnew(): Promise<void>;
}

export const factorRegistry = (deps: FactorRegistryDeps): FactorRegistry => {
  const { documents, clock, identifiers, masterKey, audit } = deps;
  const { stored, all, write } = factorStore({ documents, clock });

  const record = (type: AuditEvent['type'], account: string, by: By, more: Partial<AuditEvent> = {}) =>
    audit.append({
      type,
      outcome: 'done',
      subject: account,
      caller: by.caller,
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { source: by.source } }),
      ...more,
    });

  /** LG-04: if there is a factor, a sign-in by password alone changes nothing. */
  const requireStrength = (factors: readonly Factor[], { acr }: Assurance): void => {
    if (asksFactor(factors) && !satisfiesAcr(acr, MULTI_FACTOR)) {
      throw factorRefusal('second_factor_sign_in_needed');
    }
  };

  const isRecent = ({ authTime, amr }: Assurance): boolean =>
    clock.now() - authTime <= RECENT_SECONDS && !isOfUnknownAge(amr);

  const requireRecent = (assurance: Assurance): void => {
    if (!isRecent(assurance)) throw factorRefusal('recent_sign_in_needed');
  };

  const recoveryOf = (account: string, codes: readonly string[]): RecoveryFactor => ({
    id: identifiers.newId('fac'),
    kind: 'recovery',
    name: 'Recovery codes',
    codes: codes.map((code) => masterKey.digest('recovery_code', account, String(normalRecoveryCode(code)))),
    createdAt: clock.now(),
  });

  const newCodes = (): readonly string[] => Array.from({ length: RECOVERY_CODES }, () => recoveryCode(identifiers));

  /** The factor as it is after `code` was proven with it, or undefined. */
  const proven = (account: string, factor: Factor, code: string): Factor | undefined => {
    if (factor.kind === 'passkey') return undefined;
    const lastUsedAt = clock.now();
    if (factor.kind === 'recovery') {
      const normal = normalRecoveryCode(code);
      const digests = normal === undefined ? [] : masterKey.digests('recovery_code', account, normal);
      const codes = factor.codes.filter((digest) => !digests.includes(digest));
      return codes.length < factor.codes.length ? { ...factor, codes, lastUsedAt } : undefined;
    }
    const secret = openedOrNothing(masterKey, contextOf(account, factor.id), factor.secret);
    const step =
      secret === undefined ? undefined : stepOf(secret, code.replace(/\s/g, ''), clock.nowMillis(), factor.lastStep);
    return step === undefined ? undefined : { ...factor, lastStep: step, lastUsedAt };
  };

  /** The factor sealed with the first master key. Undefined when it is sealed with that key already. */
  const sealedAnew = (account: string, factor: Factor): TotpFactor | undefined => {
    const context = contextOf(account, factor.id);
    if (factor.kind !== 'totp' || !masterKey.isSealedWithOther(context, factor.secret)) return undefined;
    const secret = openedOrNothing(masterKey, context, factor.secret);
    return secret === undefined ? undefined : { ...factor, secret: masterKey.seal(context, secret) };
  };

  const useOne = async (account: string, use: (factor: Factor) => Factor | undefined): Promise<Factor | undefined> => {
    let used: Factor | undefined;
    await update(stored, account, (document) => {
      used = undefined;
      for (const factor of document.factors) {
        used = use(factor);
        const next = used;
        if (next) return { ...document, factors: document.factors.map((one) => (one === factor ? next : one)) };
      }
      return undefined;
    });
    return used;
  };

  const requireMayChange = async (account: string, assurance: Assurance): Promise<void> => {
    requireStrength(await all(account), assurance);
    requireRecent(assurance);
  };

  return {
    useOne,

    requireMayChange,

    passkeysOf: async (account): Promise<readonly PasskeyFactor[]> =>
      (await all(account)).filter((factor) => factor.kind === 'passkey' && !factor.isCopied) as PasskeyFactor[],

    list: async (account): Promise<readonly FactorFacts[]> => (await all(account)).map(factsOf),

    isAsked: async (account): Promise<boolean> => asksFactor(await all(account)),

    mayChange: async (account, assurance): Promise<boolean> =>
      isRecent(assurance) && (!asksFactor(await all(account)) || satisfiesAcr(assurance.acr, MULTI_FACTOR)),

    async add(added, { account, assurance, by }): Promise<readonly string[] | undefined> {
      const name = factorName(added.name);
      const check = (factors: readonly Factor[]): void => {
        requireStrength(factors, assurance);
        if (factors.filter(({ kind }) => kind === added.kind).length >= MOST[added.kind]) {
          throw factorRefusal('factors_exceeded', { params: { most: MOST[added.kind] } });
        }
        if (added.kind === 'passkey' && factors.some((one) => isSamePasskey(one, added))) {
          throw factorRefusal('passkey_added_already');
        }
      };
      check(await all(account));
      const id = identifiers.newId('fac');
      const { kind } = added;
      const given = { id, name, createdAt: clock.now() };
      const factor: Factor =
        added.kind === 'totp'
          ? { ...added, ...given, secret: masterKey.seal(contextOf(account, id), added.secret) }
          : { ...added, ...given };
      const codes = newCodes();
      const recovery = recoveryOf(account, codes);
      await record('factor.added', account, by, { target: { kind: 'factor', id }, inputs: { kind } });
      let isShown = false;
      await write(account, (factors) => {
        check(factors);
        isShown = !factors.some((one) => one.kind === 'recovery');
        return [...factors, factor, ...(isShown ? [recovery] : [])];
      });
      return isShown ? codes : undefined;
    },

    async newRecoveryCodes({ account, assurance, by }): Promise<readonly string[]> {
      const check = (factors: readonly Factor[]): void => {
        requireStrength(factors, assurance);
        if (!asksFactor(factors)) throw factorRefusal('recovery_codes_without_factor');
      };
      requireRecent(assurance);
      check(await all(account));
      const codes = newCodes();
      const recovery = recoveryOf(account, codes);
      await record('factor.recovery_codes_made', account, by, { target: { kind: 'factor', id: recovery.id } });
      await write(account, (factors) => {
        check(factors);
        return [...factors.filter(({ kind }) => kind !== 'recovery'), recovery];
      });
      return codes;
    },

    async remove(id, { account, assurance, by }, onGood): Promise<void> {
      const check = (factors: readonly Factor[]): Factor => {
        requireStrength(factors, assurance);
        const found = factors.find((one) => one.id === id && one.kind !== 'recovery');
        if (found === undefined) throw factorRefusal('factor_not_found');
        return found;
      };
      requireRecent(assurance);
      const { kind } = check(await all(account));
      await onGood?.();
      await record('factor.removed', account, by, { target: { kind: 'factor', id }, inputs: { kind } });
      await write(account, (factors) => {
        const left = factors.filter((one) => one !== check(factors));
        return asksFactor(left) ? left : [];
      });
    },

    async removeAll(account, by): Promise<void> {
      const kinds = (await all(account)).map(({ kind }) => kind);
      await record('factor.all_removed', account, by, { target: { kind: 'account', id: account }, inputs: { kinds } });
      await write(account, () => []);
    },

    async prove(account, code): Promise<readonly string[] | undefined> {
      const used = await useOne(account, (factor) => proven(account, factor, code));
      return used && AMR[used.kind];
    },

    async sealAnew(): Promise<void> {
      let last: string | undefined;
      do {
        const page = await stored.find({ limit: 200, ...(last === undefined ? {} : { after: { id: last } }) });
        for (const { document } of page) {
          if (!document.factors.some((factor) => sealedAnew(document.id, factor))) continue;
          await update(stored, document.id, (now) => ({
            ...now,
            factors: now.factors.map((factor) => sealedAnew(now.id, factor) ?? factor),
          }));
        }
        last = page.length < 200 ? undefined : page.at(-1)?.document.id;
      } while (last !== undefined);
    },
  };
};

const contextOf = (account: string, id: string): string => `factor/${account}/${id}`;

const isSamePasskey = (factor: Factor, { credential }: { readonly credential: string }): boolean =>
  factor.kind === 'passkey' && factor.credential === credential;
