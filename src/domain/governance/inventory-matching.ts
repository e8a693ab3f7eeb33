/**
 * Finds the client, agent or resource server of this server that is the same app as an entry of an inventory.
 *
 * An app elsewhere chooses its name and its addresses, and a client may register itself here with any. So only clients and
 * agents that an owner accepted or an operator registered match, and only when no second one fits. A match by an address is
 * only a hint (`isKnown` of inventory.ts).
 */
import { AGENTS, type Agent } from '../clients/agents/agent.ts';
import { CLIENTS, type Client } from '../clients/clients/client.ts';
import { type Collection, type Document, type DocumentStore, everyDocument } from '../ports/document-store.ts';
import { RESOURCE_SERVERS, type ResourceServer } from '../resources/resource-servers/resource-server.ts';
import type { MatchedBy, StatedApp } from './inventory.ts';

export type Match = { readonly client: string; readonly matchedBy: MatchedBy };

export interface InventoryMatching {
  /**
   * Reads all clients, agents and resource servers once, as far as an app can match them. For an app, only the client that it
   * states and each owner's account are read. The same registered objects and apps give the same matches, in any order of
   * apps. Throws StoreUnavailable.
   */
  matchesOf(apps: readonly StatedApp[]): Promise<(app: StatedApp) => Promise<Match | undefined>>;
}

/** Clients and agents with one name that are compared. Where there are more, none matches by its name. */
const MOST_NAMESAKES = 20;
/** Documents of one read, between two pauses. */
const AT_ONCE = 500;

const LOCAL = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/** Host and port of a web address that is not of this machine. */
const hostOf = (text: string): string | undefined => {
  const url = URL.parse(text);
  return url && /^https?:$/.test(url.protocol) && !LOCAL.test(url.hostname) ? url.host : undefined;
};

const hostsOf = (urls: readonly string[] = []): ReadonlySet<string> =>
  new Set(urls.flatMap((url) => hostOf(url) ?? []));

/** `https://api.example.com` and `https://api.example.com/` are the same address. */
const addressOf = (url: string): string => url.replace(/\/$/, '');

/** A client or agent that can be the same app as one elsewhere. */
type Holder = Document & {
  readonly name: string;
  readonly owner?: string | undefined;
  readonly redirectUris: readonly string[];
};

/** The clients and agents that have a host or a name of an app elsewhere. */
type Holders = {
  /** The one with a redirect URI at a host. Null: there are several. */
  readonly byHost: ReadonlyMap<string, string | null>;
  /** Those with an owner and a name, at most one more than MOST_NAMESAKES. */
  readonly byName: ReadonlyMap<string, readonly Holder[]>;
};

const isAccountableClient = ({ state, expiresAt }: Client): boolean => state !== 'retired' && expiresAt === undefined;
const isAccountableAgent = ({ state }: Agent): boolean => state !== 'retired' && state !== 'pending';

export const inventoryMatching = (deps: {
  readonly documents: DocumentStore;
  /** Whether there is a client, agent or resource server with this id, of any origin: the caller of the import names it. */
  readonly exists: (id: string) => Promise<boolean>;
  /** Username and address of an account. Empty: there is none. */
  readonly namesOfOwner: (account: string) => Promise<readonly string[]>;
  /** Lets waiting requests run. */
  readonly pause: () => Promise<void>;
}): InventoryMatching => {
  const { documents, exists, namesOfOwner, pause } = deps;
  const clients = documents.collection<Client>(CLIENTS);
  const agents = documents.collection<Agent>(AGENTS);
  const resourceServers = documents.collection<ResourceServer>(RESOURCE_SERVERS);

  const readAll = async <T extends Document>(collection: Collection<T>, note: (document: T) => void): Promise<void> => {
    let read = 0;
    for await (const document of everyDocument(collection, { limit: AT_ONCE })) {
      note(document);
      read += 1;
      if (read % AT_ONCE === 0) await pause();
    }
  };

  const holdersOf = async (apps: readonly StatedApp[]): Promise<Holders> => {
    const hosts = new Set(apps.flatMap(({ urls }) => [...hostsOf(urls)]));
    const names = new Set(apps.flatMap(({ name, owner }) => (owner === undefined ? [] : [name])));
    const byHost = new Map<string, string | null>();
    const byName = new Map<string, Holder[]>();
    if (hosts.size + names.size === 0) return { byHost, byName };
    const note = (holder: Holder): void => {
      const { id, name, owner } = holder;
      for (const host of hostsOf(holder.redirectUris))
        if (hosts.has(host)) byHost.set(host, byHost.has(host) ? null : id);
      if (owner === undefined || !names.has(name)) return;
      const same = byName.get(name) ?? [];
      if (same.length <= MOST_NAMESAKES) byName.set(name, [...same, holder]);
    };
    await readAll(clients, (client) => {
      if (isAccountableClient(client)) note(client);
    });
    await readAll(agents, (agent) => {
      if (isAccountableAgent(agent)) note(agent);
    });
    return { byHost, byName };
  };

  /** Ids of resource servers by identifier, if an app has an address. */
  const serversOf = async (apps: readonly StatedApp[]): Promise<ReadonlyMap<string, string>> => {
    const found = new Map<string, string>();
    if (apps.some(({ urls = [] }) => urls.length > 0))
      await readAll(resourceServers, ({ id, identifier }) => found.set(addressOf(identifier), id));
    return found;
  };

  /** The ids of apps that are ids of clients or agents here. */
  const idsOf = async (apps: readonly StatedApp[]): Promise<ReadonlySet<string>> => {
    const found = new Set<string>();
    for (let at = 0; at < apps.length; at += AT_ONCE) {
      const ids = apps.slice(at, at + AT_ONCE).map(({ externalId }) => externalId);
      for (const { document } of await clients.getMany(ids)) if (isAccountableClient(document)) found.add(document.id);
      for (const { document } of await agents.getMany(ids)) if (isAccountableAgent(document)) found.add(document.id);
      await pause();
    }
    return found;
  };

  /** Reads each account once. */
  const ownerNames = (): ((account: string) => Promise<readonly string[]>) => {
    const read = new Map<string, readonly string[]>();
    return async (account) => {
      const names = read.get(account) ?? (await namesOfOwner(account)).map((name) => name.toLowerCase());
      read.set(account, names);
      return names;
    };
  };

  return {
    async matchesOf(apps) {
      const [ids, servers, { byHost, byName }] = [await idsOf(apps), await serversOf(apps), await holdersOf(apps)];
      const namesOf = ownerNames();

      const byOwner = async ({ name, owner }: StatedApp): Promise<string | undefined> => {
        const namesakes = owner === undefined ? [] : (byName.get(name) ?? []);
        if (owner === undefined || namesakes.length > MOST_NAMESAKES) return undefined;
        const fitting: string[] = [];
        for (const one of namesakes)
          if ((await namesOf(one.owner ?? '')).includes(owner.toLowerCase())) fitting.push(one.id);
        return fitting.length === 1 ? fitting[0] : undefined;
      };

      const byAddress = ({ urls = [] }: StatedApp): string | undefined =>
        urls.flatMap((url) => servers.get(addressOf(url)) ?? [])[0];

      const byRedirect = ({ urls }: StatedApp): string | undefined => {
        const found = new Set([...hostsOf(urls)].flatMap((host) => byHost.get(host) ?? []));
        return found.size === 1 ? [...found][0] : undefined;
      };

      /** The strongest first. */
      const WAYS: readonly (readonly [
        MatchedBy,
        (app: StatedApp) => Promise<string | undefined> | string | undefined,
      ])[] = [
        ['client_id', ({ externalId }) => (ids.has(externalId) ? externalId : undefined)],
        ['name_and_owner', byOwner],
        ['resource', byAddress],
        ['redirect_host', byRedirect],
      ];

      return async (app) => {
        const { client } = app;
        if (client !== undefined) return (await exists(client)) ? { client, matchedBy: 'stated' } : undefined;
        for (const [matchedBy, find] of WAYS) {
          const id = await find(app);
          if (id !== undefined) return { client: id, matchedBy };
        }
        return undefined;
      };
    },
  };
};
