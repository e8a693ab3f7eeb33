/** Links from users of a peer to accounts here. Owns the collection ACCOUNT_LINKS. */
import { createHash } from 'node:crypto';
import type { AuditLog } from '../../audit/audit-event.ts';
import type { Account } from '../../identity/accounts/account.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Found, Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import { endedLinks } from './ended-links.ts';
import { linkRefusal } from './link-refusals.ts';
import type { Peer } from './peer.ts';

export type AccountLink = {
  /** `lnk_…` */
  readonly id: string;
  readonly peer: string;
  /** `sub` at the peer, compared character by character. */
  readonly subject: string;
  /** Digest of peer and subject; unique. */
  readonly key: string;
  readonly account: string;
  /** Creator of the link: an account or client, or the peer itself by a verified address. */
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const ACCOUNT_LINKS = {
  name: 'account_links',
  holds: 'which account a person of a peer is',
  prefixes: ['lnk'],
  events: ['account_link'],
  consistency: 'linearizable',
  cached: false,
  retention: { removedBy: 'registry', once: 'the person or an operator ends the link' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['key'], unique: true },
    { fields: ['account'] },
    { fields: ['peer'] },
    { fields: ['createdAt'] },
  ],
  members: ['peer', 'subject', 'key', 'account', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export type NewAccountLink = { readonly peer: string; readonly subject: string; readonly account: string };

/** UTF-16 units. */
export const LONGEST_SUBJECT = 1024;

/** A digest, so that no store treats different spellings as equal: case, Unicode form, NUL (JB-09). */
const keyOf = (peer: string, subject: string): string =>
  createHash('sha256')
    .update(JSON.stringify([peer, subject]))
    .digest('base64url');

/**
 * Whether a peer may assert an account. An account with a role decides about others here, which needs a sign-in here.
 * An earlier link has no effect while the account has a role.
 */
export const isLinkable = ({ roles }: Pick<Account, 'roles'>): boolean => roles.length === 0;

/** Links from users of a peer to accounts here. */
export interface AccountLinks {
  /** Reads one link with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<AccountLink> | undefined>;
  /** The link of a subject of a peer; undefined when there is none. */
  find(peer: string, subject: string): Promise<AccountLink | undefined>;
  /** One page of links, newest first. `query` may name a peer or an account. */
  list(query?: PageQuery & { readonly peer?: string; readonly account?: string }): Promise<Page<AccountLink>>;
  /**
   * Creates a link. Throws 'invalid_field', also for an account with a role, and 'conflict' when the subject is linked
   * already.
   */
  create(given: NewAccountLink, by: By): Promise<Versioned<AccountLink>>;
  /**
   * Returns the existing link, or creates it: the first of several concurrent callers wins. Undefined: the link was
   * ended before, and only an administrator may create it again.
   */
  ensure(given: NewAccountLink, by: By): Promise<AccountLink | undefined>;
  /** A valid link with its peer. Undefined when link or peer no longer exists or the peer is no longer trusted. */
  standing(
    id: string,
  ): Promise<{ readonly link: AccountLink; readonly peer: Peer & Required<Pick<Peer, 'inbound'>> } | undefined>;
  /**
   * Ends a link: tokens that depend on it are revoked, and no verified address creates it again. `of`: only a link of
   * this account. Throws 'not_found'.
   */
  remove(id: string, by: By, of?: string): Promise<void>;
}

export const accountLinks = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly peers: { get(id: string): Found<Peer> };
  readonly accounts: { get(id: string): Found<Account> };
}): AccountLinks => {
  const { clock, identifiers } = deps;
  const collection = deps.documents.collection<AccountLink>(ACCOUNT_LINKS);
  const ended = endedLinks(deps.documents);
  const documentsOf = registeredDocuments<AccountLink>({
    collection,
    kind: 'account link',
    audit: deps.audit,
    clock,
    facts: ({ account, peer }) => ({ subject: account, inputs: { peer } }),
    taken: () => linkRefusal('subject_linked', { field: '/subject' }),
  });

  const find = async (peer: string, subject: string): Promise<AccountLink | undefined> => {
    const [found] = await collection.find({ where: { key: keyOf(peer, subject) }, limit: 1 });
    // Two subjects never share a digest. If a store returns another subject all the same, there is no link.
    return found?.document.peer === peer && found.document.subject === subject ? found.document : undefined;
  };

  const insert = (given: NewAccountLink, by: By): Promise<Versioned<AccountLink>> => {
    const now = clock.now();
    const key = keyOf(given.peer, given.subject);
    const made = { id: identifiers.newId('lnk'), createdBy: by.caller, createdAt: now, updatedAt: now };
    return documentsOf.insert({ ...given, ...made, key }, 'account_link.created', by);
  };

  return {
    get: (id): Promise<Versioned<AccountLink> | undefined> => collection.get(id),
    find,

    list: ({ peer, account, ...query } = {}): Promise<Page<AccountLink>> => documentsOf.list({ peer, account }, query),

    async create(given, by): Promise<Versioned<AccountLink>> {
      if (given.subject === '' || given.subject.length > LONGEST_SUBJECT) {
        throw fieldRefusal('subject_length_wrong', { field: '/subject', params: { most: LONGEST_SUBJECT } });
      }
      if (!(await deps.peers.get(given.peer))) throw linkRefusal('linked_peer_unknown', { field: '/peer' });
      const account = (await deps.accounts.get(given.account))?.document;
      if (!account) throw fieldRefusal('account_unknown', { field: '/account' });
      if (!isLinkable(account)) {
        throw linkRefusal('linked_account_has_role', { field: '/account' });
      }
      const linked = await insert(given, by);
      await ended.forget(linked.document.key);
      return linked;
    },

    async ensure(given, by): Promise<AccountLink | undefined> {
      const key = keyOf(given.peer, given.subject);
      if (await ended.has(key)) return undefined;
      try {
        const { document } = await insert(given, by);
        // Since the look-up, other callers may have created and ended it.
        if (!(await ended.has(key))) return document;
        await collection.take(document.id);
        return undefined;
      } catch (error) {
        const found = await find(given.peer, given.subject);
        if (!found || !isDomainError(error) || error.code !== 'conflict') throw error;
        return found;
      }
    },

    async standing(
      id,
    ): Promise<{ readonly link: AccountLink; readonly peer: Peer & Required<Pick<Peer, 'inbound'>> } | undefined> {
      const link = (await collection.get(id))?.document;
      const peer = link && (await deps.peers.get(link.peer))?.document;
      return link && peer?.state === 'active' && peer.inbound
        ? { link, peer: { ...peer, inbound: peer.inbound } }
        : undefined;
    },

    async remove(id, by, of): Promise<void> {
      const { document } = await documentsOf.found(id);
      if (of !== undefined && document.account !== of) throw linkRefusal('holding_not_found');
      const { key, account } = document;
      await documentsOf.remove(id, 'account_link.removed', by, () =>
        ended.keep({ id: key, account, endedBy: by.caller, createdAt: clock.now() }),
      );
    },
  };
};
