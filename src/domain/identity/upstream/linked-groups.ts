/**
 * The effective groups of an account: its own, those of its directory, and those that its links to upstream providers give it. A link gives the
 * groups of the claim at its last sign-in, by the current mapping, while link and provider exist. The groups are not
 * copied into the account, so that they end with the link in every store at once.
 */
import type { Found } from '../../ports/document-store.ts';
import type { Account } from '../accounts/account.ts';
import { isGroupId } from '../groups/group.ts';
import type { UpstreamLink } from './upstream-links.ts';
import type { UpstreamProvider } from './upstream-provider.ts';

/** The groups from one link. */
export const groupsOfLink = (
  { claimed = [], claimedAt = 0 }: Pick<UpstreamLink, 'claimed' | 'claimedAt'>,
  { state, groups, claimsFrom = 0 }: Pick<UpstreamProvider, 'state' | 'groups' | 'claimsFrom'>,
): readonly string[] =>
  state === 'active' && claimedAt >= claimsFrom
    ? claimed.flatMap((there) => (Object.hasOwn(groups, there) ? (groups[there] ?? []) : []))
    : [];

/** Fails closed: store errors propagate. */
export const linkedGroups = ({
  links,
  upstreams,
  ofDirectory,
}: {
  readonly links: { ofAccount(account: string): Promise<readonly UpstreamLink[]> };
  readonly upstreams: { get(id: string): Found<UpstreamProvider> };
  /** The groups that an account has from its directory. */
  readonly ofDirectory: (account: Pick<Account, 'id' | 'roles'>) => Promise<readonly string[]>;
}) => {
  const linked = async (account: string): Promise<readonly string[]> => {
    const given = (await links.ofAccount(account)).map(async (link) => {
      if ((link.claimed ?? []).length === 0) return [];
      const provider = (await upstreams.get(link.upstream))?.document;
      return provider ? groupsOfLink(link, provider) : [];
    });
    return (await Promise.all(given)).flat();
  };

  return async (account: Pick<Account, 'id' | 'groups' | 'hasLinkedGroups' | 'roles'>): Promise<readonly string[]> => {
    const { id, groups, hasLinkedGroups } = account;
    const given = hasLinkedGroups ? [...(await linked(id)), ...(await ofDirectory(account))] : [];
    // Skips names from before the rule: a name that reads as the id of a group makes no account a member of it.
    const all = [...groups, ...given].filter((name) => !isGroupId(name));
    return [...new Set(all)].sort();
  };
};
