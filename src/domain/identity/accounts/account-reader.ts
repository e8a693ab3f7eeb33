/**
 * Reads accounts. Needs only the store, so that everything that reads accounts can be created before the registry that
 * changes them (account-registry.ts).
 */
import { NEWEST_FIRST, type Page, type PageQuery, placeIn } from '../../platform/registries/registered-documents.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import { ACCOUNTS, type Account } from './account.ts';
import { emailKey } from './email-key.ts';
import { normaliseUsername } from './username.ts';

/** Indexes find administrators, and accounts by address, without reading all. For this folder only. */
export type StoredAccount = Account & { readonly administrator?: true; readonly emailKey?: string };

/** Maximum number of accounts of one address that are examined. */
const MOST_OF_ADDRESS = 20;

export interface AccountReader {
  /** Reads one account with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<Account> | undefined>;

  /** The accounts found, in the order of `ids`; at most 1000 ids. */
  getMany(ids: readonly string[]): Promise<readonly Account[]>;

  /** The same, with their versions. */
  getVersions(ids: readonly string[]): Promise<readonly Versioned<Account>[]>;

  /** Finds an account by the name as a user typed it: normalises the name first. */
  findByUsername(typed: string): Promise<Versioned<Account> | undefined>;

  /**
   * The one active account with this verified address, compared by its key (email-key.ts). Undefined when several
   * accounts have verified it. Only an address with an ASCII local part identifies a user: others look alike.
   */
  findByVerifiedEmail(email: string): Promise<Account | undefined>;

  /** The active administrators, who can act on agents without an owner; at most 50. */
  administrators(): Promise<readonly Account[]>;

  /** Whether any account has this address, verified or not, compared by its key. */
  hasEmail(email: string): Promise<boolean>;

  /** One page of accounts, newest first. At most 200 on a page; default: 50. */
  list(query?: PageQuery): Promise<Page<Account>>;
}

export const accountReader = ({ documents }: { readonly documents: DocumentStore }): AccountReader => {
  const accounts = documents.collection<StoredAccount>(ACCOUNTS);
  return {
    async get(id) {
      const found = await accounts.get(id);
      return found && published(found);
    },

    getMany: async (ids) => (await accounts.getMany(ids)).map((found) => published(found).document),

    getVersions: async (ids) => (await accounts.getMany(ids)).map(published),

    async findByUsername(typed) {
      const username = normaliseUsername(typed);
      if (username === undefined) return undefined;
      const [found] = await accounts.find({ where: { username }, limit: 1 });
      return found && published(found);
    },

    async findByVerifiedEmail(email) {
      if (email.length > 254 || !/^[\x21-\x7e]+@\S+$/.test(email)) return undefined;
      const found = await accounts.find({ where: { emailKey: emailKey(email) }, limit: MOST_OF_ADDRESS });
      if (found.length === MOST_OF_ADDRESS) return undefined;
      const [first, ...others] = found.filter(({ document }) => document.emailVerified === true);
      const isSure = others.length === 0 && first?.document.state === 'active';
      return isSure ? published(first).document : undefined;
    },

    async administrators() {
      const found = await accounts.find({ where: { administrator: true, state: 'active' }, limit: 50 });
      return found.map((one) => published(one).document);
    },

    hasEmail: async (email) => (await accounts.find({ where: { emailKey: emailKey(email) }, limit: 1 })).length > 0,

    async list(query = {}) {
      const limit = Math.min(Math.max(query.limit ?? 50, 1), 200);
      const { order = NEWEST_FIRST } = query;
      const found = await accounts.find({
        order,
        limit: limit + 1,
        ...(query.after ? { after: query.after } : {}),
      });
      const items = found.slice(0, limit).map(published);
      const last = items.at(-1)?.document;
      return found.length > limit && last ? { items, next: placeIn(last, order) } : { items };
    },
  };
};

/** The account without the members that only indexes use. */
export const published = ({ document, version }: Versioned<StoredAccount>): Versioned<Account> => {
  const known = shown.get(document);
  if (known) return { document: known, version };
  const { administrator: _, emailKey: __, ...account } = document;
  shown.set(document, Object.freeze(account));
  return { document: account, version };
};

/** A request reads the same account several times. */
const shown = new WeakMap<StoredAccount, Account>();
