/** Findings: their registry, and the reader of the audit log that makes them. Called by services.ts. */
import { setImmediate as turn } from 'node:timers/promises';
import { heapLimit } from '../../adapters/node/heap.ts';
import { heldDocuments } from '../domain/audit/held-documents.ts';
import type { AgentRegistry } from '../domain/clients/agents/agent-registry.ts';
import { isDocumentId } from '../domain/clients/clients/metadata-document.ts';
import { CLIENT_ACTIVITY, type ClientActivity } from '../domain/governance/client-activity.ts';
import { type Discovery, discovery } from '../domain/governance/discovery.ts';
import { dueSubjects } from '../domain/governance/discovery-due.ts';
import { discoverySweeps } from '../domain/governance/discovery-sweep.ts';
import { examiner } from '../domain/governance/examiner.ts';
import type { Finding } from '../domain/governance/finding.ts';
import { type FindingRegistry, findingRegistry } from '../domain/governance/finding-registry.ts';
import { findingWriter } from '../domain/governance/finding-writer.ts';
import { mostHeld } from '../domain/governance/held-counts.ts';
import { inventoryMatching } from '../domain/governance/inventory-matching.ts';
import { type InventoryRegistry, inventoryRegistry } from '../domain/governance/inventory-registry.ts';
import { networkDigests } from '../domain/governance/network-digests.ts';
import { reporterFindings } from '../domain/governance/reporter-findings.ts';
import { storedFleet } from '../domain/governance/responses/fleet-networks.ts';
import { personWatch } from '../domain/governance/responses/person-watch.ts';
import { type ResponseActs, responseActs } from '../domain/governance/responses/response-acts.ts';
import { type ResponseList, responseList } from '../domain/governance/responses/response-list.ts';
import {
  type ResponseRuleRegistry,
  responseRuleRegistry,
} from '../domain/governance/responses/response-rule-registry.ts';
import { responseWorker } from '../domain/governance/responses/response-worker.ts';
import { type RuleReplays, ruleReplays } from '../domain/governance/responses/rule-replay.ts';
import { sharedDeviationsOf } from '../domain/governance/responses/shared-deviations.ts';
import { registeredStops } from '../domain/governance/subject-stops.ts';
import type { Found } from '../domain/ports/document-store.ts';
import type { ResourceServer } from '../domain/resources/resource-servers/resource-server.ts';
import { TRUSTED_TRANSMITTERS, type Transmitter } from '../domain/signals/receiver/transmitter.ts';
import type { ApprovalServices } from './approvals.ts';
import type { ClientServices } from './clients.ts';
import type { Foundations } from './foundations.ts';
import { type ReviewServices, reviewServices } from './reviews.ts';

export interface GovernanceServices extends ReviewServices {
  readonly inventories: InventoryRegistry;
  readonly findings: FindingRegistry;
  readonly discovery: Discovery;
  readonly responseRules: ResponseRuleRegistry & RuleReplays;
  readonly responses: ResponseList & Pick<ResponseActs, 'lift'>;
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
    readonly approvals: Pick<ApprovalServices, 'service' | 'standing'>;
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
  const pause = () => turn();
  const most = mostHeld(heapLimit());
  const activities = heldDocuments(documents.collection<ClientActivity>(CLIENT_ACTIVITY), {
    ...{ most, clock, pause },
  });
  const examined = examiner({
    ...{ documents, clock, writer, finish, documentClients, activities },
    uses: agents,
    effective: effectiveRegistries.agents,
  });
  const transmitters = documents.collection<Transmitter>(TRUSTED_TRANSMITTERS);
  const reporters = reporterFindings({
    ...{ documents, clock, writer },
    nameOf: {
      unknown_tokens: async (id) => (await deps.resourceServers.get(id))?.document.name,
      unknown_subjects: async (id) => (await transmitters.get(id))?.document.name,
    },
  });
  const digestOf = networkDigests(masterKey);
  const { responseRules, responses, worker } = responseServices(base, { ...deps, digestOf, pause, most });
  return {
    ...reviewServices(base, { ...deps.reviewed, agents, resourceServers: deps.resourceServers }),
    ...{ findings, responseRules, responses },
    inventories: inventoryRegistry({
      ...{ ...parts, writer, pause },
      matching: inventoryMatching({
        ...{ documents, pause },
        exists: async (id) => {
          if (id.startsWith('rs_')) return (await deps.resourceServers.get(id)) !== undefined;
          const readers = id.startsWith('agt_') ? agents : isDocumentId(id) ? documentClients : clients;
          const found = await readers.get(id);
          return found !== undefined && found.document.state !== 'retired';
        },
        async namesOfOwner(account) {
          const { username, email, emailVerified } = (await deps.reviewed.accounts.get(account))?.document ?? {};
          return [username, emailVerified ? email : undefined].filter((name) => name !== undefined);
        },
      }),
    }),
    discovery: discovery({
      ...{ documents, clock, examiner: examined, node: state.node, recent, pause, digestOf, activities },
      responses: worker,
      mostHeld: most,
      due: dueSubjects({ documents, examiner: examined, clock }),
      sweeps: discoverySweeps({ documents, examiner: examined, settle: reporters.settle }),
      reported: reporters.reported,
    }),
  };
};

/** Most approvals and standing approvals of one agent that a response ends. */
const MOST_ENDED = 10_000;

const responseServices = (
  base: Foundations,
  deps: Pick<Parameters<typeof governanceServices>[1], 'agents' | 'approvals'> & {
    readonly digestOf: (agent: string, network: string) => string;
    readonly pause: () => Promise<void>;
    /** Agents whose facts stay in memory. */
    readonly most: number;
  },
) => {
  const { documents, clock, identifiers, audit, metrics, log } = base;
  const { agents, approvals, digestOf, pause, most } = deps;
  const rules = responseRuleRegistry({ documents, audit, clock, identifiers });
  const acts = responseActs({
    ...{ documents, audit, clock, identifiers, agents },
    approvals: {
      async endAllOf(agent, by) {
        await approvals.service.cancelOf(agent, by, MOST_ENDED);
        await approvals.standing.endOf(agent, by, MOST_ENDED);
      },
    },
    onActed({ id, rule, agent, act, isBraked, isAlready }) {
      metrics.responses.acted.inc({ act, did: isBraked ? 'braked' : isAlready ? 'already' : 'done' });
      if (isBraked)
        log.warn(
          { event: 'response.braked', response: id, rule, agent },
          'response rules suspended or restricted too many agents within an hour: further ones are only notified',
        );
    },
  });
  const replays = ruleReplays({
    ...{ rules, clock, digestOf, pause },
    list: (filters) => audit.list(filters),
    agentsOf: async (ids) => (await agents.getMany(ids)).map(({ document }) => document),
  });
  return {
    responseRules: { ...rules, ...replays },
    responses: { ...responseList({ documents }), lift: acts.lift },
    worker: responseWorker({
      ...{ documents, clock, rules, acts, digestOf, pause, mostHeld: most },
      fleet: storedFleet(documents, (network) => digestOf('', network)),
      people: personWatch({ documents, clock, digestOf, pause }),
      shared: sharedDeviationsOf(documents),
      onFailed: (agent, err) =>
        log.error(
          { event: 'response.not_examined', agent, err },
          agent === undefined ? 'responses could not be finished' : 'response rules could not examine an agent',
        ),
    }),
  };
};
