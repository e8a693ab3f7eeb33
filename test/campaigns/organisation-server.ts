/** The server of a simulated organisation: its store, its clock, the worker that keeps facts and lets rules act, and what restrictions leave. */
import { memoryDocumentStore } from '../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../adapters/node/identifiers.ts';
import { approvalLimitsOfRestricted, narrowedLimits } from '../../src/domain/authority/decision/restricted-parties.ts';
import { AGENTS, type Agent } from '../../src/domain/clients/agents/agent.ts';
import { agentDocuments } from '../../src/domain/clients/agents/agent-documents.ts';
import { agentRestrictions } from '../../src/domain/clients/agents/agent-restrictions.ts';
import { mostHeld } from '../../src/domain/governance/held-counts.ts';
import { storedFleet } from '../../src/domain/governance/responses/fleet-networks.ts';
import { personWatch } from '../../src/domain/governance/responses/person-watch.ts';
import { RESPONSES, type Response } from '../../src/domain/governance/responses/response.ts';
import { responseActs } from '../../src/domain/governance/responses/response-acts.ts';
import type { ResponseRule } from '../../src/domain/governance/responses/response-rule.ts';
import { responseWorker } from '../../src/domain/governance/responses/response-worker.ts';
import { sharedDeviationsOf } from '../../src/domain/governance/responses/shared-deviations.ts';
import { update } from '../../src/domain/ports/document-store.ts';
import { DAY, SCOPES, type Work } from './organisation-work.ts';

export const START = 20_000 * DAY;
/** As on a server with 4 GiB of heap. */
export const MOST_HELD = mostHeld(4 * 1024 ** 3);

/** Agents of one owner, and of one blueprint. */
const OF_OWNER = 5;
const OF_BLUEPRINT = 10;

const agentOf = (id: string, index: number): Agent => ({
  ...{ owner: `acc_o${Math.floor(index / OF_OWNER)}`, blueprint: `bpt_${Math.floor(index / OF_BLUEPRINT)}` },
  ...{ id, name: id, purpose: 'Works', environment: 'production', state: 'active' },
  ...{ redirectUris: [], grantTypes: [], dpopBoundAccessTokens: false, resourceServers: [] },
  ...{ createdAt: START, updatedAt: START },
});

/** What stops a request: `waits` for a person. */
export type Stop = 'suspended' | 'refused' | 'waits';

/**
 * All that stops it, as the decision of a server does it (decision/restricted-parties.ts). A token without some of its scopes stops an honest agent, and
 * not an attacker, who takes the rest.
 */
const restrictedStops = (agent: Agent, { event, isApproved, isHostile }: Work, now: number): readonly Stop[] => {
  const { resource, subject, scopeGiven = [] } = event;
  if (!agent.restrictions || event.type !== 'token.issued' || resource === undefined) return [];
  const facts = {
    ...{ caller: { ...agent, kind: 'agent' }, through: [], now },
    ...{
      server: { identifier: resource, scopes: SCOPES },
      subject: subject === undefined ? undefined : { id: subject },
    },
    ...(isApproved ? { approval: { id: 'apv_1', approvers: 1 } } : {}),
  } as unknown as Parameters<typeof narrowedLimits>[0];
  const isRefused = narrowedLimits(facts).some(({ holds = [] }) => {
    const left = scopeGiven.filter((scope) => holds.includes(scope));
    return holds.length === 0 || left.length < (isHostile ? 1 : scopeGiven.length);
  });
  const waits = (isApproved ? [] : approvalLimitsOfRestricted(facts)).some(
    ({ holds = [] }) => !scopeGiven.every((scope) => holds.includes(scope)),
  );
  return [...(isRefused ? (['refused'] as const) : []), ...(waits ? (['waits'] as const) : [])];
};

export const newServer = async (ids: readonly string[], rules: readonly ResponseRule[]) => {
  const documents = memoryDocumentStore();
  const time = { now: START };
  const clock = { now: () => time.now, nowMillis: () => time.now * 1000 };
  const agents = documents.collection<Agent>(AGENTS);
  await agents.insertMany(ids.map(agentOf));
  const responses = documents.collection<Response>(RESPONSES);
  const known = new Set<string>();
  let events = 0;
  const audit = {
    async append() {
      events += 1;
      return { stream: 's', sequence: events, hash: '' };
    },
  };
  const changed = async (id: string, change: (agent: Agent) => Agent) => {
    const found = await update(agents, id, change);
    if (!found) throw new Error(`no agent ${id}`);
    return found;
  };
  const stateTo = (state: Agent['state']) => (id: string) =>
    changed(id, (one) => ({ ...one, state, updatedAt: time.now }));
  const acts = responseActs({
    ...{ documents, audit, clock, identifiers: randomIdentifiers },
    agents: {
      ...{ suspend: stateTo('suspended'), resume: stateTo('active') },
      ...agentRestrictions({
        ...{ documentsOf: agentDocuments({ documents, audit, clock }).documentsOf, clock },
        owners: { answersFor: async () => false, accountsSince: async () => [] },
      }),
    },
    approvals: { endAllOf: async () => undefined },
  });
  const worker = responseWorker({
    fleet: storedFleet(documents, (network) => network),
    people: personWatch({
      documents,
      clock,
      pause: async () => undefined,
      digestOf: (_, network) => network,
    }),
    shared: sharedDeviationsOf(documents),
    ...{ documents, clock, acts, rules: { active: async () => rules }, pause: async () => undefined },
    digestOf: (_, network) => network,
    mostHeld: MOST_HELD,
  });
  /** The responses since the last call. */
  const newResponses = async (): Promise<readonly Response[]> => {
    const order = { by: 'createdAt', direction: 'descending' } as const;
    const found = (await responses.find({ order, limit: 50 })).map(({ document }) => document);
    const fresh = found.filter(({ id }) => !known.has(id));
    for (const { id } of fresh) known.add(id);
    return fresh;
  };
  /** All that stops the request, the strongest first. */
  const stopsOf = async (work: Work, caller: string): Promise<readonly Stop[]> => {
    const agent = (await agents.get(caller))?.document;
    return agent?.state === 'active' ? restrictedStops(agent, work, time.now) : ['suspended'];
  };
  /** As an operator does. A response that is over needs none. */
  const lift = async (id: string): Promise<void> => {
    const found = await responses.get(id);
    if (found?.document.state === 'open' && (found.document.until ?? time.now + 1) > time.now)
      await acts.lift(id, { caller: 'acc_operator', isByRole: true });
  };
  return { time, worker, newResponses, stopsOf, lift };
};
