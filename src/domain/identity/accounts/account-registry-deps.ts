/** What the registry of accounts needs from others (account-registry.ts). */
import type { AuditLog } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { Account } from './account.ts';
import type { Passwords } from './passwords.ts';
import type { OwnerNamesOfAccounts } from './usernames.ts';

export type AccountRegistryDeps = {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly audit: AuditLog;
  readonly passwords: Passwords;
  readonly ownerNames: OwnerNamesOfAccounts;
  /** Called when an account is disabled or enabled, so that the agents it owns are frozen. */
  readonly offboarding?: {
    announce(id: string): Promise<void>;
    left(id: string, by: By): Promise<void>;
    returning(id: string): Promise<void>;
  };
  /** Called before all sessions of an account end (except a kept one), and again when they have ended. */
  readonly sessions?: { ending(id: string, isOver: boolean, but?: string): Promise<void> };
  /** Called before an account loses its verified address, so that a mail goes there first. */
  readonly addressLeaves?: (account: Account, by: By) => Promise<void>;
};
