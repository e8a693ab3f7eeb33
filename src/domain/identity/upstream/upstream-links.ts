/** Links from users of an upstream provider to accounts here. Owns the collection UPSTREAM_LINKS. */
import { createHash } from 'node:crypto';
import type { AuditLog } from '../../audit/audit-event.ts';
import {
  type By,
  type Page,
  type PageQuery,
  registeredDocuments,
} from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore, Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { isDomainError } from '../../vocabulary/errors.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import { upstreamRefusal } from './upstream-refusals.ts';

export type UpstreamLink = {
  /** `upl_…` */
  readonly id: string;
  readonly upstream: string;
  /** `sub` at the provider, compared character by character. */
  readonly subject: string;
  /** Digest of provider and subject; unique. */
  readonly key: string;
  readonly account: string;
  /** The user's name there, shown to them. */
  readonly label?: string;
  /** The groups in the claim of the last sign-in that the provider maps, by their names there. Absent: none yet. */
  readonly claimed?: readonly string[];
  /** When that was proven. */
  readonly claimedAt?: number;
  /** How both sides were proven. */
  readonly proof: LinkProof;
  readonly createdBy: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

/**
 * `created`: the account was created for this user. `sign_in`: the user proved the account during the sign-in at the
 * provider. `session`: the other way round. `administrator`: a caller who may change accounts vouches for it.
 */
export type LinkProof = 'created' | 'sign_in' | 'session' | 'administrator';

export const UPSTREAM_LINKS = {
  name: 'upstream_links',
  holds: 'which account a person of an upstream provider is',
  prefixes: ['upl'],
  events: ['upstream_link'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'the person or an administrator removes the link' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['key'], unique: true },
    { fields: ['account'] },
    { fields: ['upstream'] },
    { fields: ['createdAt'] },
  ],
  members: ['upstream', 'subject', 'key', 'account', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export type NewUpstreamLink = Pick<UpstreamLink, 'upstream' | 'subject' | 'account' | 'label' | 'proof'>;

/** Whether a user can be linked under this `sub`: 1 to 255 UTF-16 units (OpenID Connect Core §2). */
export const isSubject = (subject: string): boolean => subject !== '' && subject.length <= LONGEST_SUBJECT;

const LONGEST_SUBJECT = 255;
const MOST_OF_ACCOUNT = 20;

/** A digest, so that no store treats different spellings as equal: case, Unicode form, NUL. */
const keyOf = (upstream: string, subject: string): string =>
  createHash('sha256')
    .update(JSON.stringify([upstream, subject]))
    .digest('base64url');

/** Links from users of an upstream provider to accounts here. */
export interface UpstreamLinks {
  /** Reads one link with its version. Undefined when there is none. */
  get(id: string): Promise<Versioned<UpstreamLink> | undefined>;
  /** All links of an account. */
  ofAccount(account: string): Promise<readonly UpstreamLink[]>;
  /** The link of a subject of a provider; undefined when there is none. */
  find(upstream: string, subject: string): Promise<UpstreamLink | undefined>;
  /** One page of links, newest first. `query` may name a provider or an account. */
  list(query?: PageQuery & { readonly upstream?: string; readonly account?: string }): Promise<Page<UpstreamLink>>;
  /**
   * Creates a link. Throws 'invalid_field', and 'conflict' when the user is connected already: the first of several
   * concurrent calls wins. With the proof `created` the account is created after the link. After a crash in between,
   * the next sign-in finds the link and creates the account.
   */
  create(given: NewUpstreamLink, by: By): Promise<Versioned<UpstreamLink>>;
  /**
   * Stores the group claim of a sign-in that was proven `at`; an older one changes nothing. Appends an event where the
   * claim differs from the previous one. Throws 'unauthenticated' where the link has ended or belongs to another
   * account.
   */
  noteClaim(link: UpstreamLink, claimed: readonly string[], at: number, by: By): Promise<void>;
  /** Removes a link. Also ends the sessions that began by it, except `keep`. Throws 'not_found'. */
  remove(id: string, by: By, keep?: string): Promise<void>;
}

export const upstreamLinks = (deps: {
  readonly documents: DocumentStore;
  readonly audit: AuditLog;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly upstreams: { get(id: string): Promise<object | undefined> };
  readonly accounts: { get(id: string): Promise<object | undefined> };
  /** Ends the sessions that began by this link, except `keep`. */
  readonly endSessions: (link: UpstreamLink, by: By, keep?: string) => Promise<void>;
}): UpstreamLinks => {
  const { clock, identifiers, audit } = deps;
  const collection = deps.documents.collection<UpstreamLink>(UPSTREAM_LINKS);
  const documentsOf = registeredDocuments<UpstreamLink>({
    collection,
    kind: 'upstream link',
    audit,
    clock,
    facts: ({ account, upstream, proof }) => ({ subject: account, inputs: { upstream, proof } }),
    taken: () => upstreamRefusal('upstream_person_connected', { field: '/subject' }),
    derived: ['claimedAt'],
  });

  const ofAccount = async (account: string): Promise<readonly UpstreamLink[]> =>
    (await collection.find({ where: { account }, limit: MOST_OF_ACCOUNT })).map(({ document }) => document);

  return {
    get: (id): Promise<Versioned<UpstreamLink> | undefined> => collection.get(id),
    ofAccount,

    async find(upstream, subject): Promise<UpstreamLink | undefined> {
      const [found] = await collection.find({ where: { key: keyOf(upstream, subject) }, limit: 1 });
      // Two subjects never share a digest. If a store returns another subject all the same, there is no link.
      return found?.document.upstream === upstream && found.document.subject === subject ? found.document : undefined;
    },

    list: ({ upstream, account, ...query } = {}): Promise<Page<UpstreamLink>> =>
      documentsOf.list({ upstream, account }, query),

    async create(given, by): Promise<Versioned<UpstreamLink>> {
      if (!isSubject(given.subject)) {
        throw fieldRefusal('subject_length_wrong', { field: '/subject', params: { most: LONGEST_SUBJECT } });
      }
      if (!(await deps.upstreams.get(given.upstream))) {
        throw upstreamRefusal('linked_upstream_unknown', { field: '/upstream' });
      }
      if (given.proof !== 'created' && !(await deps.accounts.get(given.account))) {
        throw fieldRefusal('account_unknown', { field: '/account' });
      }
      if ((await ofAccount(given.account)).length >= MOST_OF_ACCOUNT) {
        throw upstreamRefusal('upstream_links_exceeded', { params: { most: MOST_OF_ACCOUNT } });
      }
      const now = clock.now();
      const made = { id: identifiers.newId('upl'), createdBy: by.caller, createdAt: now, updatedAt: now };
      const link = { ...given, ...made, key: keyOf(given.upstream, given.subject) };
      return documentsOf.insert(link, 'upstream_link.created', by);
    },

    async noteClaim(link, claimed, at, by): Promise<void> {
      const over = upstreamRefusal('upstream_link_ended');
      try {
        await documentsOf.change(link.id, undefined, 'upstream_link.updated', by, (now) => {
          if (now.account !== link.account) throw over;
          if (at < (now.claimedAt ?? 0)) return now;
          return { ...now, claimed: [...claimed], claimedAt: at };
        });
      } catch (error) {
        throw isDomainError(error) && error.code === 'not_found' ? over : error;
      }
    },

    async remove(id, by, keep): Promise<void> {
      const { document: link } = await documentsOf.found(id);
      // Once before, so that a failure half-way can be retried, and once after, for sign-ins in the meantime.
      await deps.endSessions(link, by, keep);
      await documentsOf.remove(id, 'upstream_link.removed', by);
      await deps.endSessions(link, by, keep);
    },
  };
};
