import type { AuditEvent } from '../../audit/audit-event.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import { type DomainError, isDomainError } from '../../vocabulary/errors.ts';
import type { Account } from '../accounts/account.ts';
import type { AccountRegistry, NewAccount } from '../accounts/account-registry.ts';
import type { OwnerNames } from '../groups/owner-names.ts';
import { chosenUsername } from './chosen-username.ts';
import { ownGroups, type UpstreamPerson } from './upstream-claims.ts';
import type { UpstreamLink, UpstreamLinks } from './upstream-links.ts';
import type { UpstreamProvider } from './upstream-provider.ts';
import { upstreamRefusal } from './upstream-refusals.ts';
import type { UpstreamRegistry } from './upstream-registry.ts';

export type UpstreamAccountsDeps = {
  readonly upstreams: Pick<UpstreamRegistry, 'ownerOfDomain'>;
  readonly links: Pick<UpstreamLinks, 'find' | 'create' | 'noteClaim' | 'remove'>;
  readonly accounts: Pick<
    AccountRegistry,
    'get' | 'findByUsername' | 'hasEmail' | 'create' | 'noteLinkedGroups' | 'update'
  >;
  readonly ownerNames: Pick<OwnerNames, 'isTaken'>;
  readonly identifiers: Identifiers;
  /** Records a refused sign-in and returns the error to throw. */
  readonly refused: (event: Partial<AuditEvent>, error: DomainError) => Promise<DomainError>;
};

/** The accounts here of users of a provider: found by their link, or created. */
export interface UpstreamAccounts {
  /**
   * The account that a user is linked to, if it may sign in. An account that may not is recorded, and treated as
   * unknown (LG-01). A link whose account was never created is `unfinished`.
   */
  linked(
    provider: UpstreamProvider,
    person: UpstreamPerson,
    event: Partial<AuditEvent>,
  ): Promise<{ readonly account?: string; readonly unfinished?: UpstreamLink; readonly isStopped: boolean }>;
  /**
   * Creates an account with its link, if the provider may and no existing account could be meant. `unfinished`: a link
   * whose account was never created. Undefined: no account. All concurrent calls for one user return the same account.
   */
  madeFor(
    provider: UpstreamProvider,
    person: UpstreamPerson,
    by: By,
    unfinished?: UpstreamLink,
  ): Promise<string | undefined>;
  /** Stores the group claim: from now on the link gives these groups. Throws 'unauthenticated' where the link has ended. */
  followClaim(
    provider: UpstreamProvider,
    person: UpstreamPerson,
    link: UpstreamLink,
    at: number,
    by: By,
  ): Promise<void>;
}

export const upstreamAccounts = (deps: UpstreamAccountsDeps): UpstreamAccounts => {
  const { upstreams, links, accounts, identifiers, refused } = deps;

  const linked = async (
    { id }: UpstreamProvider,
    { subject }: UpstreamPerson,
    event: Partial<AuditEvent>,
  ): Promise<{ readonly account?: string; readonly unfinished?: UpstreamLink; readonly isStopped: boolean }> => {
    const link = await links.find(id, subject);
    if (!link) return { isStopped: false };
    const account = (await accounts.get(link.account))?.document;
    if (!account && link.proof === 'created') return { unfinished: link, isStopped: false };
    if (account?.state === 'active') return { account: account.id, isStopped: false };
    const reason = { ...event, subject: link.account, inputs: { reason: 'account_disabled', upstream: id } };
    await refused(reason, upstreamRefusal('upstream_sign_in_forbidden'));
    return { isStopped: true };
  };

  /** Whether the user could mean an existing account: then no account is created. */
  const isLikeSomebody = async ({ username, email }: UpstreamPerson): Promise<boolean> =>
    username === undefined ||
    (await accounts.findByUsername(username)) !== undefined ||
    (email !== undefined && (await accounts.hasEmail(email)));

  /** Refuses a username with a domain of another provider, even while that provider is disabled. */
  const isOthers = async ({ username = '' }: UpstreamPerson, { id }: UpstreamProvider): Promise<boolean> => {
    const other = await upstreams.ownerOfDomain(username);
    return other !== undefined && other.id !== id;
  };

  /** Removes a link whose account is not created, unless another tab has created it in the meantime. */
  const withoutAccount = async (link: UpstreamLink, by: By): Promise<string | undefined> => {
    if (await accounts.get(link.account)) return link.account;
    await links.remove(link.id, by);
    return undefined;
  };

  /** The account for a link of this sign-in, or of one that was interrupted. */
  const madeWith = async (link: UpstreamLink, input: NewAccount, by: By): Promise<string | undefined> => {
    try {
      return (await accounts.create(input, by, link.account)).document.id;
    } catch (error) {
      if (!isDomainError(error) || (error.code !== 'conflict' && error.code !== 'invalid_field')) throw error;
      // Another tab was first, another account has the name now, or the claim is no valid name or address.
      return withoutAccount(link, by);
    }
  };

  const madeFor = async (
    provider: UpstreamProvider,
    person: UpstreamPerson,
    by: By,
    unfinished?: UpstreamLink,
  ): Promise<string | undefined> => {
    const { username, name, email, emailVerified, subject, label } = person;
    const isSomebody =
      provider.create !== 'always' || (await isLikeSomebody(person)) || (await isOthers(person, provider));
    if (isSomebody || username === undefined) return unfinished && withoutAccount(unfinished, by);
    const chosen = await chosenUsername(username, deps.ownerNames);
    if (chosen === undefined) return unfinished && withoutAccount(unfinished, by);
    const about = { username: chosen, name: name ?? username };
    const input = { ...about, ...(email === undefined ? {} : { email, emailVerified }) };
    if (unfinished) return madeWith(unfinished, input, by);
    try {
      const made = { upstream: provider.id, subject, account: identifiers.newId('acc'), label } as const;
      const { document: link } = await links.create({ ...made, proof: 'created' }, by);
      return await madeWith(link, input, by);
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'conflict') throw error;
      return (await links.find(provider.id, subject))?.account;
    }
  };

  /** Removes the account's own groups that the provider maps. */
  const leaveGroups = async (provider: UpstreamProvider, id: string, by: By): Promise<void> => {
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const found: Versioned<Account> | undefined = await accounts.get(id);
      if (!found) return;
      const groups = ownGroups(provider, found.document.groups);
      if (groups.length === found.document.groups.length) return;
      try {
        await accounts.update(id, found.version, { groups }, by);
        return;
      } catch (error) {
        if (!isDomainError(error) || error.code !== 'precondition_failed') throw error;
      }
    }
    throw upstreamRefusal('account_contended', {
      retryAfterSeconds: 1,
    });
  };

  const followClaim = async (
    provider: UpstreamProvider,
    { claimed }: UpstreamPerson,
    link: UpstreamLink,
    at: number,
    by: By,
  ): Promise<void> => {
    await leaveGroups(provider, link.account, by);
    if (claimed.length > 0) await accounts.noteLinkedGroups(link.account);
    await links.noteClaim(link, claimed, at, by);
  };

  return { linked, madeFor, followClaim };
};
