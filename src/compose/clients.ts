/** The room clients: clients, effective agents, credentials and instances. Called by services.ts. */
import type { Configuration } from '../../config/configuration.ts';
import {
  type DocumentsUnderKills,
  documentsUnderKills,
  registersUnderKills,
} from '../domain/authority/revocation/registries-under-kills.ts';
import { type AgentLifecycleJobs, agentLifecycleJobs } from '../domain/clients/agents/agent-lifecycle-jobs.ts';
import type { AgentReader } from '../domain/clients/agents/agent-reader.ts';
import { agentsAsTheyStand, standingNow } from '../domain/clients/agents/agent-standing.ts';
import { agentsUnderBlueprints } from '../domain/clients/agents/agents-under-blueprints.ts';
import { type CredentialUses, credentialUse } from '../domain/clients/agents/credential-last-used.ts';
import {
  type CredentialLifecycleJobs,
  credentialLifecycleJobs,
} from '../domain/clients/agents/credential-lifecycle-jobs.ts';
import { type CredentialRegistry, credentialRegistry } from '../domain/clients/agents/credential-registry.ts';
import { type SecretExceptions, secretExceptions } from '../domain/clients/agents/secret-exceptions.ts';
import { type WorkloadIdentity, workloadIdentity } from '../domain/clients/agents/workload-identity.ts';
import { type BlueprintRegistry, blueprintRegistry } from '../domain/clients/blueprints/blueprint-registry.ts';
import type { ClientReader } from '../domain/clients/clients/client-reader.ts';
import { type ClientRegistry, clientRegistry } from '../domain/clients/clients/client-registry.ts';
import type { MetadataDocuments } from '../domain/clients/clients/metadata-documents.ts';
import { type SelfChosen, selfChosen } from '../domain/clients/clients/self-chosen.ts';
import { type InstanceRegistry, instanceRegistry } from '../domain/clients/instances/instance-registry.ts';
import { type AccountLinks, accountLinks } from '../domain/clients/peers/account-links.ts';
import { type PeerAssertions, peerAssertions } from '../domain/clients/peers/peer-assertions.ts';
import { type IssuerKeys, issuerKeys } from '../domain/clients/workload-identity/issuer-keys.ts';
import {
  type TrustedIssuerRegistry,
  trustedIssuerRegistry,
} from '../domain/clients/workload-identity/trusted-issuer-registry.ts';
import { workloadTokens } from '../domain/clients/workload-identity/workload-tokens.ts';
import type { AccountReader } from '../domain/identity/accounts/account-reader.ts';
import { type VerifiedNames, verifiedNames } from '../domain/platform/display-names/verified-names.ts';
import type { Revocation } from '../domain/ports/revocation.ts';
import { clientDocuments } from './client-documents.ts';
import { reaching } from './egress.ts';
import type { Foundations } from './foundations.ts';
import type { IdentityServices } from './identity.ts';
import type { PlatformServices } from './platform.ts';
import type { PolicyServices } from './policies.ts';
import type { ResourceServices } from './resources.ts';

const DAY = 86_400;

/** The registries for every function that grants something: an object that a kill ended is not active in them. */
export interface EffectiveRegistries {
  readonly accounts: AccountReader;
  readonly agents: AgentReader;
  /** Registered clients, and clients that are a metadata document. */
  readonly clients: ClientReader;
  readonly documentClients: DocumentsUnderKills;
}

export interface ClientServices {
  readonly names: VerifiedNames;
  /** The values that software may choose when it registers itself. */
  readonly selfChosen: SelfChosen;
  readonly clients: ClientRegistry;
  readonly documentClients: MetadataDocuments;
  readonly blueprints: BlueprintRegistry;
  /** Agents in their effective state: within their blueprints, and active only while they have an owner. */
  readonly effectiveAgents: AgentReader;
  readonly effectiveRegistries: EffectiveRegistries;
}

export const clientServices = (
  configuration: Configuration,
  base: Foundations,
  deps: {
    readonly identity: IdentityServices;
    readonly platform: PlatformServices;
    readonly resources: ResourceServices;
    readonly policy: PolicyServices;
    readonly revocation: Revocation;
    readonly agents: AgentReader;
    readonly clients: ClientReader;
  },
): ClientServices => {
  const { documents, ephemeral, clock, identifiers, masterKey, audit, trustedFetch } = base;
  const { identity, platform, policy, revocation, agents } = deps;
  const { accountReader: accounts, owners } = identity;
  const resourceServers = deps.resources.resourceCatalog;
  const names = verifiedNames({
    documents,
    clock,
    ownerOf: async (id) => (await (id.startsWith('agt_') ? agents : deps.clients).get(id))?.document.owner,
  });
  const chosen = selfChosen({ issuer: configuration.issuer, reserved: configuration.registration.reservedNames });
  const clients = clientRegistry({
    ...{ documents, clock, identifiers, audit, names, resourceServers, owners },
    permits: policy.permitsClient,
    addresses: chosen.addresses,
    digestSecret: (secret) => masterKey.digest('client_secret', secret),
    accountExists: async (id) => (await accounts.get(id))?.document.state === 'active',
    checkKeyUrl: trustedFetch.check,
  });
  const blueprints = blueprintRegistry({ documents, clock, identifiers, audit, resourceServers });
  const effectiveAgents = agentsAsTheyStand(agentsUnderBlueprints(agents, blueprints), standingNow({ owners, clock }));
  const { documentClients, knownClients } = clientDocuments(configuration, clients, {
    ...{ documents, ephemeral, clock, masterKey, trustedFetch, names, selfChosen: chosen },
    anonymous: platform.anonymous,
    open: platform.open,
    permits: policy.serverUse.document,
  });
  return {
    names,
    selfChosen: chosen,
    clients,
    documentClients,
    blueprints,
    effectiveAgents,
    effectiveRegistries: {
      ...registersUnderKills({ accounts, agents: effectiveAgents, clients: knownClients }, revocation),
      documentClients: documentsUnderKills(documentClients, revocation),
    },
  };
};

export interface AgentServices {
  readonly lifecycleJobs: AgentLifecycleJobs;
  readonly credentials: CredentialRegistry;
  readonly credentialLifecycleJobs: CredentialLifecycleJobs;
  readonly credentialUses: CredentialUses;
  readonly secrets: SecretExceptions;
  readonly instances: InstanceRegistry;
}

export const agentServices = (
  { agents: settings }: Configuration,
  base: Foundations,
  deps: {
    readonly identity: IdentityServices;
    readonly policy: PolicyServices;
    readonly client: ClientServices;
    readonly revocation: Revocation;
    readonly trustedIssuers: TrustedIssuerRegistry;
    readonly agents: AgentReader;
  },
): AgentServices => {
  const { documents, clock, identifiers, masterKey, audit, uses, log, trustedFetch } = base;
  const { client, revocation, trustedIssuers } = deps;
  const { owners } = deps.identity;
  const permits = deps.policy.permitsAgent;
  const parts = { documents, clock, audit };
  return {
    lifecycleJobs: agentLifecycleJobs({
      ...{ ...parts, uses },
      settings: {
        inactiveAfterSeconds: settings.inactiveAfterDays * DAY,
        noticeSeconds: settings.noticeDays * DAY,
      },
      onNotice: ({ id, owner }, { kind, at }) =>
        log.warn({ event: 'agent.notice', agent: id, owner, kind, at }, 'an agent is about to be suspended'),
    }),
    credentials: credentialRegistry({
      ...{ ...parts, identifiers, trustedIssuers, owners, permits },
      checkKeyUrl: trustedFetch.check,
    }),
    credentialLifecycleJobs: credentialLifecycleJobs({
      ...parts,
      noticeSeconds: settings.noticeDays * DAY,
      onNotice: ({ id, owner }, { id: credential, kind, expiresAt }) =>
        log.warn(
          { event: 'credential.notice', agent: id, owner, credential, kind, at: expiresAt },
          'a credential of an agent is about to end',
        ),
    }),
    credentialUses: credentialUse({ documents, clock }),
    secrets: secretExceptions({
      ...{ ...parts, identifiers, owners, permits },
      digestSecret: (secret) => masterKey.digest('client_secret', secret),
    }),
    instances: instanceRegistry({
      ...{ ...parts, owners, revocation },
      agents: client.effectiveRegistries.agents,
      settings: { lifetimeSeconds: settings.instanceLifetimeSeconds, maxPerAgent: settings.maxInstances },
    }),
  };
};

export interface ForeignIdentities {
  /** Issuers whose tokens authenticate workloads. */
  readonly trustedIssuers: TrustedIssuerRegistry;
  readonly keysOfIssuers: IssuerKeys;
  readonly workloads: WorkloadIdentity;
  /** Links from users of peers to accounts here. */
  readonly links: AccountLinks;
  /** Checks the assertions of peers (RFC 7523). */
  readonly assertions: PeerAssertions;
}

/** Workloads and users that other servers authenticate. */
export const foreignIdentities = (
  { issuer, clientAuthentication: { clockToleranceSeconds } }: Configuration,
  { documents, clock, identifiers, audit, trustedFetch }: Foundations,
  deps: {
    readonly accounts: AccountReader;
    readonly peers: ResourceServices['peers'];
    readonly effectiveRegistries: EffectiveRegistries;
  },
): ForeignIdentities => {
  const { accounts, peers } = deps;
  const parts = { documents, clock, identifiers, audit };
  const trustedIssuers = trustedIssuerRegistry({ ...parts, checkKeyUrl: trustedFetch.check, issuer });
  const keys = issuerKeys({ fetcher: reaching(trustedFetch, 'trustedIssuers'), clock });
  return {
    trustedIssuers,
    keysOfIssuers: keys,
    workloads: workloadIdentity({
      ...{ documents, clock, issuers: trustedIssuers },
      agents: deps.effectiveRegistries.agents,
      tokens: workloadTokens({ keys, clock, issuer, clockToleranceSeconds }),
    }),
    links: accountLinks({ ...parts, peers, accounts }),
    assertions: peerAssertions({ peers, keys, clock, issuer, clockToleranceSeconds }),
  };
};
