import type { AuditEvent, AuditEventType, AuditLog } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import { type Collection, type DocumentStore, update, type Versioned } from '../../ports/document-store.ts';
import { ACCOUNTS, type Account } from './account.ts';
import { withDerived } from './account-changes.ts';
import { published, type StoredAccount } from './account-reader.ts';
import { accountRefusal } from './account-refusals.ts';

/** The stored accounts. An account changes by compare-and-swap, after its audit event. */
export interface AccountStore {
  readonly accounts: Collection<StoredAccount>;
  /** Appends an event about an account. `changed`: names of members. */
  record(
    type: AuditEventType,
    id: string,
    by: By,
    changed?: readonly string[],
    more?: Partial<AuditEvent>,
  ): Promise<unknown>;
  /** Reads one account. Throws 'not_found'. */
  existing(id: string): Promise<Versioned<StoredAccount>>;
  /** Reads, audits and writes. Returns the account unchanged when `change` changes nothing. Throws 'not_found'. */
  changeState(
    id: string,
    type: AuditEventType,
    change: (account: StoredAccount) => StoredAccount | undefined,
    by: By,
    more?: Partial<AuditEvent>,
  ): Promise<Versioned<Account>>;
}

export const accountStore = ({
  documents,
  clock,
  audit,
}: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly audit: AuditLog;
}): AccountStore => {
  const accounts = documents.collection<StoredAccount>(ACCOUNTS);

  const record = (
    type: AuditEventType,
    id: string,
    by: By,
    changed?: readonly string[],
    more: Partial<AuditEvent> = {},
  ) =>
    audit.append({
      ...more,
      type,
      outcome: 'done',
      caller: by.caller,
      target: { kind: 'account', id },
      ...(by.request === undefined ? {} : { request: by.request }),
      ...(by.source === undefined ? {} : { personal: { ...more.personal, source: by.source } }),
      ...(changed ? { changed } : {}),
    });

  const existing = async (id: string): Promise<Versioned<StoredAccount>> => {
    const found = await accounts.get(id);
    if (!found) throw accountRefusal('account_not_found');
    return found;
  };

  const changeState = async (
    id: string,
    type: AuditEventType,
    change: (account: StoredAccount) => StoredAccount | undefined,
    by: By,
    more?: Partial<AuditEvent>,
  ): Promise<Versioned<Account>> => {
    const found = await existing(id);
    if (!change(found.document)) return published(found);
    await record(type, id, by, undefined, more);
    const written = await update(accounts, id, (account) => {
      const next = change(account);
      return next && withDerived(next, account, clock.now());
    });
    if (!written) throw accountRefusal('account_not_found');
    return published(written);
  };

  return { accounts, record, existing, changeState };
};
