/** Findings: their registry, and the reader of the audit log that makes them. Called by services.ts. */
import { setImmediate as turn } from 'node:timers/promises';
import type { AgentRegistry } from '../domain/clients/agents/agent-registry.ts';
import { type Discovery, discovery } from '../domain/governance/discovery.ts';
import { discoverySweeps } from '../domain/governance/discovery-sweep.ts';
import { examiner } from '../domain/governance/examiner.ts';
import type { Finding } from '../domain/governance/finding.ts';
import { type FindingRegistry, findingRegistry } from '../domain/governance/finding-registry.ts';
import { findingWriter } from '../domain/governance/finding-writer.ts';
import { type InventoryRegistry, inventoryRegistry } from '../domain/governance/inventory-registry.ts';
import { serverFindings } from '../domain/governance/server-findings.ts';
import { registeredStops } from '../domain/governance/subject-stops.ts';
import type { Found } from '../domain/ports/document-store.ts';
import type { ResourceServer } from '../domain/resources/resource-servers/resource-server.ts';
import type { ClientServices } from './clients.ts';
import type { Foundations } from './foundations.ts';
import { type ReviewServices, reviewServices } from './reviews.ts';

export interface GovernanceServices extends ReviewServices {
  readonly inventories: InventoryRegistry;
  readonly findings: FindingRegistry;
  readonly discovery: Discovery;
}

export const governanceServices = (
  base: Foundations,
  deps: {
    readonly agents: AgentRegistry;
    readonly reviewed: Pick<Parameters<typeof reviewServices>[1], 'delegations' | 'owners' | 'accounts' | 'revocation'>;
    readonly client: Pick<ClientServices, 'clients' | 'documentClients' | 'effectiveRegistries'>;
    readonly resourceServers: {
      get(id: string): Found<ResourceServer>;
      findByIdentifier(identifier: string): Found<ResourceServer>;
    };
  },
): GovernanceServices => {
  const { documents, clock, identifiers, audit, masterKey, metrics, recent, state } = base;
  const { agents } = deps;
  const { clients, documentClients, effectiveRegistries } = deps.client;
  const parts = { documents, clock, audit };
  const findings = findingRegistry({ ...parts, identifiers, agents, clients });
  const stops = registeredStops({ agents, clients });
  const writer = findingWriter({ ...parts, onOpened: ({ kind }) => metrics.findings.opened.inc({ kind }) });
  const finish = async (finding: Finding): Promise<void> => {
    await findings.quarantine(finding.id, undefined, { reason: finding.reason ?? '', stops }, { caller: 'system' });
  };
  const examined = examiner({
    ...{ documents, clock, writer, finish, documentClients },
    uses: agents,
    effective: effectiveRegistries.agents,
  });
  const servers = serverFindings({ documents, clock, writer, resourceServers: deps.resourceServers });
  return {
    ...reviewServices(base, { ...deps.reviewed, agents, resourceServers: deps.resourceServers }),
    findings,
    inventories: inventoryRegistry({
      ...{ ...parts, writer, pause: () => turn() },
      exists: async (id) => (await (id.startsWith('agt_') ? agents : clients).get(id)) !== undefined,
    }),
    discovery: discovery({
      ...{ documents, clock, examiner: examined, node: state.node, recent, pause: () => turn() },
      sweeps: discoverySweeps({ documents, examiner: examined, settle: servers.settle }),
      reported: servers.reported,
      digestOf: (client, network) => masterKey.digest('client_network', client, network).slice(0, 22),
    }),
  };
};
