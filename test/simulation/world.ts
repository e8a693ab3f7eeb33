/** What the answer about a token depends on, in the collections of the server, with their real declarations. */
import { CACHED, LINEARIZABLE } from '../../src/compose/collections.ts';
import { DELEGATIONS } from '../../src/domain/authority/delegation/delegation.ts';
import { AGENTS } from '../../src/domain/clients/agents/agent.ts';
import { ACCOUNTS } from '../../src/domain/identity/accounts/account.ts';
import { EPOCHS } from '../../src/domain/platform/epochs/epoch.ts';
import type { CollectionDeclaration } from '../../src/domain/ports/document-store.ts';
import { RESOURCE_SERVERS } from '../../src/domain/resources/resource-servers/resource-server.ts';
import { GRANTS, PROVIDER_RECORDS, REVOKED_TOKENS } from '../../src/provider/seam/records.ts';

/** The documents of the simulation have a value alone, so no member is required. */
const ofValues = (declaration: CollectionDeclaration): CollectionDeclaration => ({ ...declaration, members: [] });

export const DECLARATIONS = {
  tokens: ofValues(PROVIDER_RECORDS),
  grants: ofValues(GRANTS),
  delegations: ofValues(DELEGATIONS),
  agents: ofValues(AGENTS),
  accounts: ofValues(ACCOUNTS),
  resourceServers: ofValues(RESOURCE_SERVERS),
  epochs: ofValues(EPOCHS),
  revokedTokens: ofValues(REVOKED_TOKENS),
} as const;
export type Kind = keyof typeof DECLARATIONS;

export const CACHED_KINDS = CACHED;
export const LINEARIZABLE_KINDS: ReadonlySet<string> = new Set(LINEARIZABLE);

export type Reference = { readonly kind: Kind; readonly id: string };
export const keyOf = ({ kind, id }: Reference): string => `${kind} ${id}`;

/** Kinds whose absence allows something: the documents are inserted while the history runs. */
const ENDS: ReadonlySet<Kind> = new Set<Kind>(['epochs', 'revokedTokens']);
export const isEnd = ({ kind }: Reference): boolean => ENDS.has(kind);
/** Kinds whose documents are also removed. */
export const isRemovable = ({ kind }: Reference): boolean => kind === 'tokens' || kind === 'grants';

/** All that the answer about one token depends on, in the order in which it is read. */
export type Dependencies = readonly Reference[];

/** `tokens` tokens of a tenth as many agents and accounts, for a few resource servers. */
export const dependenciesOf = (tokens: number): readonly Dependencies[] => {
  const several = Math.ceil(tokens / 10);
  return Array.from({ length: tokens }, (_, index) => [
    { kind: 'resourceServers', id: `rs${index % 3}` },
    { kind: 'tokens', id: `AccessToken:${index}` },
    { kind: 'revokedTokens', id: `jti${index}` },
    { kind: 'epochs', id: 'all' },
    { kind: 'epochs', id: `agent${index % several}` },
    { kind: 'grants', id: `grt_${index}` },
    { kind: 'delegations', id: `dlg_${index}` },
    { kind: 'agents', id: `agt_${index % several}` },
    { kind: 'accounts', id: `acc_${(index * 7) % several}` },
  ]);
};
