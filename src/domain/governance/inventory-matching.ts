/**
 * Finds the client, agent or resource server of this server that is the same app as an entry of an inventory.
 *
 * An app elsewhere chooses its name and its addresses, and a client may register itself here with any. So only clients and
 * agents that an owner accepted or an operator registered match, and only when no second one fits.
 */
import { AGENTS, type Agent } from '../clients/agents/agent.ts';
import { CLIENTS, type Client } from '../clients/clients/client.ts';
import { nameKey } from '../platform/display-names/skeleton.ts';
import { type Document, type DocumentStore, everyDocument } from '../ports/document-store.ts';
import { MATCHES, type MatchedBy, type StatedApp } from './inventory.ts';

export type Match = { readonly client: string; readonly matchedBy: MatchedBy };

export interface InventoryMatching {
  /**
   * Reads all clients and agents once, if an app has addresses. The same registered objects and apps give the same matches, in
   * any order of apps. Throws StoreUnavailable.
   */
  matchesOf(apps: readonly StatedApp[]): Promise<(app: StatedApp) => Promise<Match | undefined>>;
}

/** Clients and agents with one name that are compared. */
const MOST_NAMESAKES = 20;
/** Documents of one read, between two pauses. */
const AT_ONCE = 500;

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Host and port of a web address that is not of this machine. */
const hostOf = (text: string): string | undefined => {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && !LOCAL.test(url.hostname) ? url.host : undefined;
};

const isAccountableClient = ({ state, expiresAt }: Client): boolean => state !== 'retired' && expiresAt === undefined;
const isAccountableAgent = ({ state }: Agent): boolean => state !== 'retired' && state !== 'pending';

export const inventoryMatching = (deps: {
  readonly documents: DocumentStore;
  /** Whether there is a client or agent with this id, of any origin: the caller of the import names it. */
  readonly exists: (id: string) => Promise<boolean>;
  /** Id of the resource server with this identifier. */
  readonly resourceServer: (identifier: string) => Promise<string | undefined>;
  /** Username and address of an account. Empty: there is none. */
  readonly namesOfOwner: (account: string) => Promise<readonly string[]>;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): InventoryMatching => {
  const { documents, exists, resourceServer, namesOfOwner, pause } = deps;
  const clients = documents.collection<Client>(CLIENTS);
  const agents = documents.collection<Agent>(AGENTS);

  /** The one client or agent of each of these hosts. Null: there are several. */
  const holdersOf = async (wanted: ReadonlySet<string>): Promise<ReadonlyMap<string, string | null>> => {
    const holders = new Map<string, string | null>();
    if (wanted.size === 0) return holders;
    const note = ({ id }: Document, redirectUris: readonly string[]): void => {
      for (const host of new Set(redirectUris.flatMap((uri) => hostOf(uri) ?? [])))
        if (wanted.has(host)) holders.set(host, holders.has(host) ? null : id);
    };
    let read = 0;
    const paused = async (): Promise<void> => {
      read += 1;
      if (read % AT_ONCE === 0) await pause();
    };
    for await (const client of everyDocument(clients, { limit: AT_ONCE })) {
      if (isAccountableClient(client)) note(client, client.redirectUris);
      await paused();
    }
    for await (const agent of everyDocument(agents, { limit: AT_ONCE })) {
      if (isAccountableAgent(agent)) note(agent, agent.redirectUris);
      await paused();
    }
    return holders;
  };

  const byId = async (id: string): Promise<string | undefined> => {
    const [client, agent] = [(await clients.get(id))?.document, (await agents.get(id))?.document];
    const isMatch = (client && isAccountableClient(client)) || (agent && isAccountableAgent(agent));
    return isMatch ? id : undefined;
  };

  const byOwner = async ({ name, owner }: StatedApp): Promise<string | undefined> => {
    if (owner === undefined) return undefined;
    const [ofClients, ofAgents] = [
      await clients.find({ where: { name }, limit: MOST_NAMESAKES }),
      await agents.find({ where: { nameKey: nameKey(name) }, limit: MOST_NAMESAKES }),
    ];
    const namesakes = [
      ...ofClients.flatMap(({ document }) => (isAccountableClient(document) ? [document] : [])),
      ...ofAgents.flatMap(({ document }) => (isAccountableAgent(document) && document.name === name ? [document] : [])),
    ];
    const fitting: string[] = [];
    for (const one of namesakes) {
      const names = one.owner === undefined ? [] : await namesOfOwner(one.owner);
      if (names.some((text) => text.toLowerCase() === owner.toLowerCase())) fitting.push(one.id);
    }
    return fitting.length === 1 ? fitting[0] : undefined;
  };

  const byAddress = async (urls: readonly string[]): Promise<string | undefined> => {
    for (const url of urls) {
      const found = (await resourceServer(url)) ?? (await resourceServer(url.replace(/\/$/, '')));
      if (found !== undefined) return found;
    }
    return undefined;
  };

  return {
    async matchesOf(apps) {
      const hostsOf = ({ urls = [] }: StatedApp) => new Set(urls.flatMap((url) => hostOf(url) ?? []));
      const holders = await holdersOf(new Set(apps.flatMap((app) => [...hostsOf(app)])));

      const byHost = (app: StatedApp): string | undefined => {
        const found = new Set([...hostsOf(app)].flatMap((host) => holders.get(host) ?? []));
        return found.size === 1 ? [...found][0] : undefined;
      };

      return async (app) => {
        const { client, externalId, urls = [] } = app;
        if (client !== undefined) return (await exists(client)) ? { client, matchedBy: 'stated' } : undefined;
        const found = {
          client_id: await byId(externalId),
          resource: await byAddress(urls),
          redirect_host: byHost(app),
          name_and_owner: await byOwner(app),
        } satisfies Partial<Record<MatchedBy, string | undefined>>;
        for (const matchedBy of MATCHES) {
          const id = (found as Partial<Record<MatchedBy, string | undefined>>)[matchedBy];
          if (id !== undefined) return { client: id, matchedBy };
        }
        return undefined;
      };
    },
  };
};
