/**
 * The room offboarding, and the registries of agents and accounts. A change of owner and a departure end objects of other
 * rooms, so these services are created after those rooms. Called by services.ts.
 */

import type { AgentReader } from '../domain/clients/agents/agent-reader.ts';
import { type AgentRegistry, agentRegistry } from '../domain/clients/agents/agent-registry.ts';
import { blueprintAdmission } from '../domain/clients/agents/blueprint-admission.ts';
import { type HandOvers, handOvers } from '../domain/clients/agents/hand-overs.ts';
import { factsAtDeparture, newOffboarding, type Offboarding } from '../domain/clients/agents/offboarding.ts';
import { type SuccessionQueue, successionQueue } from '../domain/clients/successors/succession-queue.ts';
import { newSuccessions, type Successions } from '../domain/clients/successors/successions.ts';
import { type SuccessorRules, successorRules } from '../domain/clients/successors/successor-rules.ts';
import { type AccountRegistry, accountRegistry } from '../domain/identity/accounts/account-registry.ts';
import { leavingAddress } from '../domain/identity/accounts/email-change.ts';
import { DIRECTORIES, type Directory } from '../domain/identity/directories/directory.ts';
import { leaverFacts } from '../domain/identity/directories/leaver-facts.ts';
import { disablePreview, type PreviewDisable } from '../domain/offboarding/disable-preview.ts';
import { type PreviewSeveral, severalPreview } from '../domain/offboarding/disable-several.ts';
import type { Outbox } from '../domain/platform/outbox/outbox.ts';
import type { Revocation } from '../domain/ports/revocation.ts';
import type { ApprovalServices } from './approvals.ts';
import type { AuthorityServices, DelegationServices } from './authority.ts';
import type { AgentServices, ClientServices } from './clients.ts';
import type { Foundations } from './foundations.ts';
import type { IdentityServices, SessionServices } from './identity.ts';
import type { PolicyServices } from './policies.ts';
import type { PushServices } from './push.ts';
import type { ResourceServices } from './resources.ts';

export interface OffboardingServices {
  readonly agents: AgentRegistry;
  readonly accounts: AccountRegistry;
  /** Ends what an agent holds from before a change of owner. */
  readonly handOvers: HandOvers;
  /** Freezes the agents of an account that leaves. */
  readonly offboarding: Offboarding;
  readonly successorRules: SuccessorRules;
  /** Proposes successors for agents without owner. */
  readonly successions: Successions;
  /** Lists what disabling an account would end. Changes nothing. */
  readonly previewDisable: PreviewDisable;
  /** The same for several accounts together. */
  readonly previewSeveral: PreviewSeveral;
}

export const offboardingServices = (
  base: Foundations,
  deps: {
    readonly identity: IdentityServices;
    readonly session: SessionServices;
    readonly resources: ResourceServices;
    readonly policy: PolicyServices;
    readonly client: ClientServices;
    readonly agent: AgentServices;
    readonly delegation: DelegationServices;
    readonly authority: AuthorityServices;
    readonly approvals: ApprovalServices;
    readonly push: PushServices;
    readonly revocation: Revocation;
    readonly agentReader: AgentReader;
    readonly outbox: Pick<Outbox, 'put'>;
  },
): OffboardingServices => {
  const { documents, clock, identifiers, masterKey, audit, uses, mailer, trustedFetch } = base;
  const { identity, client, approvals, delegation, revocation, push } = deps;
  const { groups, owners } = identity;
  const { sessions } = deps.session;
  const parts = { documents, clock, identifiers, audit };
  const following = handOvers({
    ...{ documents, clock, hands: revocation },
    agents: deps.agentReader,
    ends: [
      // First, and once more for rights that a user gave between the check before the transfer and the transfer.
      async ({ id, owner }) => {
        await delegation.ownerUse.carryTo(owner, id);
        return 0;
      },
      ({ id }, { caller }, limit) => delegation.storedDelegations.suspendFormer(id, caller, limit),
      (agent, { caller }, limit) => approvals.standing.endFormer(agent, caller, limit),
      ({ id }, { caller }, limit) => approvals.service.cancelFormer(id, caller, limit),
      (agent, by, limit) => deps.agent.instances.endFormer(agent, by, limit),
    ],
  });
  const factsOf = leaverFacts({ documents });
  const queue = successionQueue({ documents, clock, factsOf });
  const agents = agentRegistry({
    ...{ ...parts, owners, uses },
    permits: deps.policy.permitsAgent,
    names: client.names,
    addresses: client.selfChosen.addresses,
    credentials: deps.agent.credentials,
    resourceServers: deps.resources.resourceCatalog,
    checkKeyUrl: trustedFetch.check,
    admission: blueprintAdmission({ documents, clock, blueprints: client.blueprints }),
    handOver: async (agent, to) => {
      await revocation.handOver(agent.id, agent.owner, clock.now());
      await following.announce(agent);
      await delegation.ownerUse.carryTo(to, agent.id);
    },
    handedOver: following.done,
    orphaning: async (agent) => queue.begin(agent, await factsAtDeparture(documents, factsOf)(agent.owner)),
    onDeclined: ({ id }) => queue.lookAt(id),
  });
  const offboarding = newOffboarding({
    ...{ documents, clock, groups, owners, agents, factsOf },
    leave: async (account, by) => {
      await push.registry?.leave(account, by);
      await queue.candidateLeft(account);
    },
    membersChanged: following.membersChanged,
  });
  const accounts = accountRegistry({
    ...parts,
    passwords: identity.passwords,
    ownerNames: identity.ownerNames,
    ...{ sessions, offboarding },
    ...(mailer === undefined
      ? {}
      : { addressLeaves: leavingAddress({ outbox: deps.outbox, masterKey, identifiers, clock }) }),
  });
  const { delegations } = deps.authority;
  const previewed = { accounts, offboarding, sessions, delegations, standing: approvals.standing };
  return {
    ...successorServices(base, { groups, owners, agents, queue }),
    agents,
    accounts,
    handOvers: following,
    offboarding,
    previewDisable: disablePreview(previewed),
    previewSeveral: severalPreview(previewed),
  };
};

const successorServices = (
  { documents, clock, identifiers, audit }: Foundations,
  {
    groups,
    owners,
    agents,
    queue,
  }: Pick<IdentityServices, 'groups' | 'owners'> & {
    readonly agents: AgentRegistry;
    readonly queue: SuccessionQueue;
  },
): Pick<OffboardingServices, 'successorRules' | 'successions'> => {
  const directories = documents.collection<Directory>(DIRECTORIES);
  const rules = successorRules({
    ...{ documents, audit, clock, identifiers, groups },
    hasDirectory: async (id) => (await directories.get(id)) !== undefined,
    lookAgain: queue.lookAgain,
  });
  return { successorRules: rules, successions: newSuccessions({ documents, clock, queue, owners, agents, rules }) };
};
