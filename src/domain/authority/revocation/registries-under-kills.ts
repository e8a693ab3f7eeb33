import type { Agent } from '../../clients/agents/agent.ts';
import type { Client } from '../../clients/clients/client.ts';
import type { DocumentClient } from '../../clients/clients/metadata-document.ts';
import type { Asking, MetadataDocuments } from '../../clients/clients/metadata-documents.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { Versioned } from '../../ports/document-store.ts';
import type { Revocation } from '../../ports/revocation.ts';

type StoredDocument<T> = Promise<Versioned<T> | undefined>;

/**
 * The registries as all granting code sees them. A killed subject looks inactive, so that every check of a state
 * refuses it with its own error. The stored document does not change, and applies again after the lift. The management
 * API uses the registries themselves.
 */
export const registersUnderKills = <
  Accounts extends { get(id: string): StoredDocument<Account>; findByUsername(typed: string): StoredDocument<Account> },
  Agents extends {
    get(id: string): StoredDocument<Agent>;
    getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]>;
  },
  Clients extends { get(id: string): StoredDocument<Client> },
>(
  { accounts, agents, clients }: { accounts: Accounts; agents: Agents; clients: Clients },
  { ended }: Revocation,
) => {
  const ofAccount = async (found: Versioned<Account> | undefined): StoredDocument<Account> =>
    found?.document.state === 'active' && (await ended([{ subject: found.document.id }]))
      ? { ...found, document: { ...found.document, state: 'disabled' } }
      : found;
  const ofAgent = async (found: Versioned<Agent>): Promise<Versioned<Agent>> =>
    found.document.state === 'active' && (await ended([{ parties: [found.document.id], owner: found.document.owner }]))
      ? { ...found, document: { ...found.document, state: 'suspended' } }
      : found;
  const ofClient = async (found: Versioned<Client>): Promise<Versioned<Client>> => {
    const { id, state, roles } = found.document;
    return state === 'active' && (await ended([{ parties: [id] }], roles.includes('administrator')))
      ? { ...found, document: { ...found.document, state: 'disabled' } }
      : found;
  };
  return {
    accounts: {
      ...accounts,
      get: async (id: string) => ofAccount(await accounts.get(id)),
      findByUsername: async (typed: string) => ofAccount(await accounts.findByUsername(typed)),
    },
    agents: {
      ...agents,
      get: async (id: string) => {
        const found = await agents.get(id);
        return found && ofAgent(found);
      },
      getMany: async (ids: readonly string[]) => Promise.all((await agents.getMany(ids)).map(ofAgent)),
    },
    clients: {
      ...clients,
      get: async (id: string) => {
        const found = await clients.get(id);
        return found && ofClient(found);
      },
    },
  };
};

/** The documents of clients that no kill has ended; undefined for a killed client. */
export interface DocumentsUnderKills {
  /** The document as its client publishes it now. */
  current(id: string, asking: Asking): Promise<DocumentClient | undefined>;

  get(id: string): StoredDocument<Client>;

  /** The document as it was when a person allowed it. */
  version(id: string, version: string): Promise<DocumentClient | undefined>;
}

/** Fetches no metadata document of a killed client, and finds no version of it. */
export const documentsUnderKills = (
  documents: Pick<MetadataDocuments, 'current' | 'get' | 'version'>,
  { ended }: Pick<Revocation, 'ended'>,
): DocumentsUnderKills => {
  const unlessKilled = async <T>(id: string, work: () => Promise<T>): Promise<T | undefined> =>
    (await ended([{ parties: [id] }])) === undefined ? work() : undefined;
  return {
    current: (id, asking) => unlessKilled(id, () => documents.current(id, asking)),
    get: (id) => unlessKilled(id, () => documents.get(id)),
    version: (id, version) => unlessKilled(id, () => documents.version(id, version)),
  };
};
