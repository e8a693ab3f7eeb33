/** The room identity: account readers, groups, factors and sessions. Called by services.ts. */
import type { Configuration } from '../../config/configuration.ts';
import { type AccountReader, accountReader } from '../domain/identity/accounts/account-reader.ts';
import { type Passwords, passwords } from '../domain/identity/accounts/passwords.ts';
import { type FactorRegistry, factorRegistry } from '../domain/identity/factors/factor-registry.ts';
import { type GroupRegistry, groupRegistry } from '../domain/identity/groups/group-registry.ts';
import { type OwnerNames, ownerNames } from '../domain/identity/groups/owner-names.ts';
import { type Owners, ownersOf } from '../domain/identity/groups/owners.ts';
import { type AppLogouts, appLogouts } from '../domain/identity/sessions/app-logout.ts';
import { type SessionRegistry, sessionRegistry } from '../domain/identity/sessions/session-registry.ts';
import type { Outbox } from '../domain/platform/outbox/outbox.ts';
import type { Revocation } from '../domain/ports/revocation.ts';
import type { Foundations } from './foundations.ts';

export interface IdentityServices {
  readonly passwords: Passwords;
  /** Ensures that each name belongs to one account or group at a time. */
  readonly ownerNames: OwnerNames;
  /** For services that are created before the account registry, which offboarding.ts creates. */
  readonly accountReader: AccountReader;
  readonly factors: FactorRegistry;
  readonly groups: GroupRegistry;
  /** Resolves an owner to its accounts. */
  readonly owners: Owners;
}

export const identityServices = (configuration: Configuration, base: Foundations): IdentityServices => {
  const { documents, clock, identifiers, masterKey, audit } = base;
  const accounts = accountReader({ documents });
  const groups = groupRegistry({ documents, clock, identifiers, audit, accounts });
  return {
    passwords: passwords(configuration.passwords),
    ownerNames: ownerNames({ documents, clock }),
    accountReader: accounts,
    factors: factorRegistry({ documents, clock, identifiers, masterKey, audit }),
    groups,
    owners: ownersOf({ accounts, groups }),
  };
};

export interface SessionServices {
  /** Notifies apps when a user signs out. */
  readonly logouts: AppLogouts;
  readonly sessions: SessionRegistry;
}

export const sessionServices = (
  configuration: Configuration,
  base: Foundations,
  deps: {
    readonly accounts: Pick<AccountReader, 'get'>;
    readonly clients: Parameters<typeof appLogouts>[0]['clients'];
    readonly outbox: Pick<Outbox, 'put'>;
    readonly revocation: Revocation;
  },
): SessionServices => {
  const { documents, clock, audit } = base;
  const logouts = appLogouts({ outbox: deps.outbox, clients: deps.clients });
  return {
    logouts,
    sessions: sessionRegistry({
      ...{ documents, clock, audit },
      accounts: deps.accounts,
      revocation: deps.revocation,
      source: configuration.sessions.source,
      announce: logouts.ending,
    }),
  };
};
