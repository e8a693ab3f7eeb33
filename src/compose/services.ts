/**
 * The services of the domain, each created from those above it. The registries that change agents and accounts come late,
 * because their changes end objects of other services. Until then readers of both are enough. Called by compose.ts.
 */
import type { Configuration } from '../../config/configuration.ts';
import { isConsentAlone } from '../domain/approvals/approval.ts';
import { agentReader } from '../domain/clients/agents/agent-reader.ts';
import { clientReader } from '../domain/clients/clients/client-reader.ts';
import type { KillLatch } from '../domain/ports/kill-latch.ts';
import type { LocalProofs } from '../domain/ports/local-proofs.ts';
import { logoutTokens } from '../provider/tokens/logout-tokens.ts';
import { type ApprovalServices, approvalsOf, measureApprovals } from './approvals.ts';
import { type AuditSinkServices, auditSinkServices } from './audit-sinks.ts';
import { type AuthorityServices, authorityServices, type DelegationServices, delegationServices } from './authority.ts';
import {
  type AgentServices,
  agentServices,
  type ClientServices,
  clientServices,
  type ForeignIdentities,
  foreignIdentities,
} from './clients.ts';
import { type DirectoryServices, directoryServices } from './directories.ts';
import { type Foundations, foundations, type Overrides } from './foundations.ts';
import { type GovernanceServices, governanceServices } from './governance.ts';
import { type IdentityServices, identityServices, type SessionServices, sessionServices } from './identity.ts';
import { type NotificationServices, notificationServices } from './notifications.ts';
import { type OffboardingServices, offboardingServices } from './offboarding.ts';
import { type PlatformServices, platformServices } from './platform.ts';
import { type PolicyServices, policyServices, type RevocationServices, revocationServices } from './policies.ts';
import { type ProvisioningServices, provisioningServices } from './provisioning.ts';
import { type PushServices, pushServices } from './push.ts';
import { type ResourceServices, resourceServices } from './resources.ts';
import { type SignalReceiverServices, signalReceiverServices } from './signal-receiver.ts';
import { type SignalServices, signalServices } from './signals.ts';
import { killLatch, localProofs, otherSecretOf } from './stores.ts';
import { type UpstreamServices, upstreamServices } from './upstream.ts';

/** The basis of pages, the API, oidc-provider and the housekeeping. */
export interface Services
  extends Foundations,
    PlatformServices,
    RevocationServices,
    Omit<IdentityServices, 'accountReader'>,
    SessionServices,
    UpstreamServices,
    Omit<ResourceServices, 'resourceCatalog'>,
    Pick<PolicyServices, 'policies' | 'activePolicy' | 'isPolicyEnforced' | 'serverUse' | 'authorize'>,
    ClientServices,
    ForeignIdentities,
    AgentServices,
    Pick<DelegationServices, 'requests' | 'stepUps' | 'budgets' | 'transactions'>,
    AuthorityServices,
    AuditSinkServices,
    OffboardingServices,
    DirectoryServices,
    ProvisioningServices,
    GovernanceServices,
    SignalServices {
  /** Security events of other systems. */
  readonly signalReceiver: SignalReceiverServices;
  readonly approvals: ApprovalServices;
  readonly push: PushServices;
  readonly notifications: NotificationServices;
  /** Storage of kills besides the store. */
  readonly latch: KillLatch;
  /** Proves that a caller has a shell on this machine. `localProofs` is absent on a node without a folder. */
  readonly localProofs: { readonly localProofs?: LocalProofs };
}

export const services = async (configuration: Configuration, overrides: Overrides): Promise<Services> => {
  const base = await foundations(configuration, overrides);
  const { documents, ephemeral, clock, identifiers, masterKey, audit, trustedFetch, keys, folder } = base;
  const platform = platformServices(configuration, base);
  const { revocation, latched } = revocationServices(base);
  const agents = agentReader(base);
  const clients = clientReader(base);

  const identity = identityServices(configuration, base);
  const { accountReader: accounts, groups, owners, factors } = identity;
  const { outbox, keysByUrl } = platform;
  const session = sessionServices(configuration, base, { accounts, clients, outbox, revocation });
  const { sessions } = session;
  const upstream = upstreamServices(configuration, overrides, base, { accounts, sessions, keysByUrl });

  const resources = resourceServices(configuration.issuer, base, { agents, clients });
  const { resourceServers, peers } = resources;
  const { groupsOf } = upstream;
  const policy = policyServices(configuration, overrides, base, { identity, resources, groupsOf, agents, clients });
  const client = clientServices(configuration, base, {
    ...{ identity, platform, resources, policy, revocation, agents, clients },
  });
  const { effectiveRegistries, effectiveAgents, blueprints, documentClients } = client;
  const foreign = foreignIdentities(configuration, base, { accounts, peers, effectiveRegistries });
  const agent = agentServices(configuration, base, {
    ...{ identity, policy, client, revocation, agents },
    trustedIssuers: foreign.trustedIssuers,
  });

  const delegation = delegationServices(configuration, base, { effectiveAgents, revocation });
  const approvals = approvalServices(configuration, base, { identity, policy, client, revocation });
  const authority = authorityServices(configuration, base, {
    ...{ policy, delegation, upstream, revocation, resourceServers, effectiveRegistries, agents, blueprints },
    documentClients,
    standing: approvals.standing,
    people: approvals.people,
  });

  const push = pushServices(configuration, {
    ...{ documents, ephemeral, clock, identifiers, masterKey, audit, trustedFetch },
    accounts: effectiveRegistries.accounts,
  });
  const offboarding = offboardingServices(base, {
    ...{ identity, session, resources, policy, client, agent, delegation, authority, approvals, push, revocation },
    ...{ agentReader: agents, outbox },
  });
  const directories = directoryServices(base, {
    ...{ accounts: offboarding.accounts, agents: offboarding.agents, blueprints },
    ...{ clients, links: upstream.upstreamLinks },
  });
  const ofReceiver = { upstream, policy, delegation, offboarding, platform };
  const signalReceiver = signalReceiverServices(configuration, base, ofReceiver);
  const notifications = notificationServices(configuration, base, {
    ...{ outbox, owners, resourceServers, agents, groups, clients, sessions },
    push: push.registry,
    audiences: approvals.audiences,
    anonymous: platform.anonymous,
    accounts: offboarding.accounts,
    logoutToken: logoutTokens({ keys, clock, identifiers, issuer: configuration.issuer }),
  });

  const sinks = auditSinkServices(configuration, base);
  const signals = signalServices(configuration, base, { clients, accounts });
  const provisioning = provisioningServices(configuration, base, { agents, accounts, groups });
  const reviewed = { delegations: authority.delegations, owners, accounts: offboarding.accounts, revocation };
  const governed = { agents: offboarding.agents, client, resourceServers, reviewed, approvals };
  const governance = governanceServices(base, governed);
  const sealed = [...sealedIn({ ...sinks, ...signals, ...provisioning }), signalReceiver.transmitters];

  if (otherSecretOf(configuration) !== undefined)
    await sealAnew([factors, upstream.upstreams, notifications.webhooks, ...sealed, ...sealedBy(push)]);
  return {
    ...{ ...base, ...platform, revocation, latched },
    ...{ ...identity, ...session, ...upstream, ...resources },
    ...{ ...policy, ...client, ...foreign, ...agent },
    ...{ ...delegation, ...authority, ...offboarding, ...directories },
    ...{ ...sinks, ...signals, ...provisioning, ...governance, signalReceiver },
    ...{ approvals, push, notifications },
    latch: killLatch(folder),
    localProofs: localProofs(folder, clock),
  };
};

const approvalServices = (
  configuration: Configuration,
  { documents, ephemeral, clock, identifiers, masterKey, audit, trustedFetch, log, metrics }: Foundations,
  {
    identity,
    policy,
    client,
    revocation,
  }: {
    readonly identity: IdentityServices;
    readonly policy: PolicyServices;
    readonly client: ClientServices;
    readonly revocation: RevocationServices['revocation'];
  },
): ApprovalServices => {
  const { accounts, agents } = client.effectiveRegistries;
  const approvals = approvalsOf(configuration, {
    ...{ documents, ephemeral, clock, identifiers, masterKey, audit, revocation, trustedFetch, log },
    ...{ accounts, agents, groups: identity.groups, blueprints: client.blueprints },
    people: identity.accountReader,
    isSure: identity.factors.mayChange,
    authorizeHere: policy.authorizeHere,
    permits: (approval, { account, for: away, assurance, source }) => {
      const { action, risk } = approval;
      const isConsent = isConsentAlone(approval, { account, for: away });
      return policy.serverUse.approval(
        { action, risk, for: away, isConsent },
        { caller: account, assurance, ...(source ? { source } : {}) },
      );
    },
  });
  measureApprovals(approvals, metrics);
  return approvals;
};

type Sealing = Pick<Services, 'auditSinks' | 'signalStreams' | 'provisioningTargets'>;

const sealedIn = ({ auditSinks, signalStreams, provisioningTargets }: Sealing) => [
  auditSinks,
  signalStreams,
  provisioningTargets,
];

const sealedBy = ({ keys, registry }: PushServices) => [keys, registry];

/** Seals the secrets of each registry under the current master key, one registry after the other. */
const sealAnew = async (registries: readonly ({ sealAnew(): Promise<unknown> } | undefined)[]): Promise<void> => {
  for (const registry of registries) await registry?.sealAnew();
};
