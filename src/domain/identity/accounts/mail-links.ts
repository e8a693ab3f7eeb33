import type { MasterKey } from '../../platform/crypto/master-key.ts';
import type { Clock } from '../../ports/clock.ts';
import type { DocumentStore } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Account } from './account.ts';

/** The purpose of a link in a mail. */
export type LinkPurpose = 'reset' | 'email';

/** A link that was mailed to a user. It is valid once, until it expires, and only while the account is unchanged. */
export type MailLink = {
  /** Keyed digest of the token in the link (LG-07). */
  readonly id: string;
  readonly account: string;
  /** `sessionsValidFrom` of the account: setting a password or disabling the account ends its links. */
  readonly validFrom: number;
  /**
   * The address to confirm, or, for a new password, the address to which the link was mailed. The link ends when the
   * account loses that address.
   */
  readonly email?: string;
  /** `emailFrom` of the account: an address that returns restores no link. */
  readonly emailFrom?: number;
  /** Set on a link for a new password. */
  readonly isOfAddress?: true;
  readonly expiresAt: number;
};

/** A record that is not understood gives no access. */
export const MAIL_LINKS = {
  name: 'mail_links',
  holds: 'one mailed link, as a keyed digest',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'sweeper', once: 'half an hour has passed; the registry removes it at its use' },
  transfer: 'gives authority',
  indexes: [],
  expiresAt: 'expiresAt',
  members: ['account', 'validFrom', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export const LINK_SECONDS = 1800;

/** Whether an account is unchanged since the link was mailed. */
export const isGoodFor = (link: MailLink, { state, sessionsValidFrom, ...account }: Account): boolean => {
  const { email, emailFrom = 0, isOfAddress, validFrom } = link;
  if (state !== 'active' || sessionsValidFrom !== validFrom) return false;
  if (!isOfAddress) return true;
  return account.emailVerified === true && account.email === email && (account.emailFrom ?? 0) === emailFrom;
};

const TOKEN = /^[A-Za-z0-9_-]{40,128}$/;

/**
 * Links that are mailed to users. Only their digests are stored. Exactly one of several concurrent uses of one link
 * succeeds.
 */
export interface MailLinks {
  /** The token of a new link. */
  make(purpose: LinkPurpose, account: Account, email: string): Promise<string>;
  /** The record and account of a link. Undefined when the link is unknown or no longer valid. Changes nothing. */
  peek(purpose: LinkPurpose, token: string): Promise<(MailLink & { readonly of: Account }) | undefined>;
  /** Uses up the link. Returns whether it was still unused. */
  use(purpose: LinkPurpose, token: string): Promise<boolean>;
}

export const mailLinks = (deps: {
  readonly documents: DocumentStore;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly masterKey: MasterKey;
  readonly accounts: { get(id: string): Promise<{ readonly document: Account } | undefined> };
}): MailLinks => {
  const { documents, clock, identifiers, masterKey, accounts } = deps;
  const links = documents.collection<MailLink>(MAIL_LINKS);

  const idsOf = (purpose: LinkPurpose, token: string): readonly string[] =>
    TOKEN.test(token) ? masterKey.digests('mail_link', purpose, token) : [];

  /** The account, while the link is valid for it. */
  const holds = async (link: MailLink | undefined): Promise<Account | undefined> => {
    if (link === undefined || link.expiresAt <= clock.now()) return undefined;
    const account = (await accounts.get(link.account))?.document;
    return account && isGoodFor(link, account) ? account : undefined;
  };

  return {
    async make(purpose, account, email): Promise<string> {
      const token = identifiers.newSecret();
      const { id, sessionsValidFrom, emailFrom } = account;
      const about = {
        account: id,
        validFrom: sessionsValidFrom,
        email,
        ...(purpose === 'reset' ? { isOfAddress: true as const } : {}),
        ...(emailFrom === undefined ? {} : { emailFrom }),
      };
      const digest = masterKey.digest('mail_link', purpose, token);
      await links.insert({ id: digest, ...about, expiresAt: clock.now() + LINK_SECONDS });
      return token;
    },

    async peek(purpose, token): Promise<(MailLink & { readonly of: Account }) | undefined> {
      for (const id of idsOf(purpose, token)) {
        const link = (await links.get(id))?.document;
        const of = await holds(link);
        if (link && of) return { ...link, of };
      }
      return undefined;
    },

    async use(purpose, token): Promise<boolean> {
      for (const id of idsOf(purpose, token)) {
        if ((await holds(await links.take(id))) !== undefined) return true;
      }
      return false;
    },
  };
};
