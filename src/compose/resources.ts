/** The room resources: resource servers here, and those behind peers. Authority exists at these only. */
import type { AgentReader } from '../domain/clients/agents/agent-reader.ts';
import type { ClientReader } from '../domain/clients/clients/client-reader.ts';
import { dutyHolders } from '../domain/clients/clients/duty-holders.ts';
import { type PeerRegistry, peerRegistry } from '../domain/clients/peers/peer-registry.ts';
import { type McpMetadataReader, mcpMetadataReader } from '../domain/resources/mcp-servers/metadata-reader.ts';
import type { ResourceServerLookup } from '../domain/resources/resource-servers/declared-authority.ts';
import {
  type ResourceServerRegistry,
  resourceServerRegistry,
} from '../domain/resources/resource-servers/resource-server-registry.ts';
import { reaching } from './egress.ts';
import type { Foundations } from './foundations.ts';

export interface ResourceServices {
  readonly resourceServers: ResourceServerRegistry;
  readonly peers: PeerRegistry;
  readonly mcpMetadata: McpMetadataReader;
  /** Finds a resource server by its identifier: first here, then behind the peers. */
  readonly resourceCatalog: ResourceServerLookup;
}

export const resourceServices = (
  issuer: string,
  { documents, clock, identifiers, audit, masterKey, trustedFetch }: Foundations,
  { agents, clients }: { readonly agents: AgentReader; readonly clients: ClientReader },
): ResourceServices => {
  const parts = { documents, clock, identifiers, audit, issuer };
  const resourceServers = resourceServerRegistry({
    ...parts,
    digestSecret: (secret) => masterKey.digest('client_secret', secret),
    dutyHolderOf: dutyHolders({ documents }),
  });
  const peers = peerRegistry({ ...parts, checkKeyUrl: trustedFetch.check, resourceServers, agents, clients });
  return {
    resourceServers,
    peers,
    mcpMetadata: mcpMetadataReader(reaching(trustedFetch, 'mcpServers')),
    resourceCatalog: {
      get: resourceServers.get,
      findByIdentifier: async (identifier) =>
        (await resourceServers.findByIdentifier(identifier)) ?? peers.findResource(identifier),
    },
  };
};
