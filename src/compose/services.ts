/** The services of the domain, before anything is served. Called by compose.ts. */

import { cedarPolicyEngine } from '../../adapters/cedar/policy-engine.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { Configuration } from '../../config/configuration.ts';
import { isConsentAlone } from '../domain/approvals/approval.ts';
import { cascadeRevocation } from '../domain/approvals/cascade-revocation.ts';
import { anonymousEvents } from '../domain/audit/anonymous-events.ts';
import { budgetRegistry } from '../domain/authority/budgets/budget-registry.ts';
import { ownerUse } from '../domain/authority/budgets/owner-use.ts';
import { budgetReservations } from '../domain/authority/budgets/reservations.ts';
import { consentRegistry } from '../domain/authority/consent/consent-registry.ts';
import { authorizer } from '../domain/authority/decision/authorize.ts';
import { permitsBy, serverUse } from '../domain/authority/decision/server-use.ts';
import { factsOfAgent, factsOfClient, serverUseCases } from '../domain/authority/decision/server-use-cases.ts';
import { serverUseSimulator } from '../domain/authority/decision/server-use-simulation.ts';
import { simulator } from '../domain/authority/decision/simulation.ts';
import { delegationRegistry } from '../domain/authority/delegation/delegation-registry.ts';
import { delegationRequests } from '../domain/authority/delegation/delegation-requests.ts';
import { newActivePolicy } from '../domain/authority/policy/active-policy.ts';
import { policyRegistry } from '../domain/authority/policy/policy-registry.ts';
import { policyTrials } from '../domain/authority/policy/policy-simulations.ts';
import { latchedKills } from '../domain/authority/revocation/kill.ts';
import { documentsUnderKills, registersUnderKills } from '../domain/authority/revocation/registries-under-kills.ts';
import { revocation as revocationOver } from '../domain/authority/revocation/revocation.ts';
import { agentFindings } from '../domain/clients/agents/agent-findings.ts';
import { agentLifecycleJobs } from '../domain/clients/agents/agent-lifecycle-jobs.ts';
import { type AgentRegistry, agentRegistry } from '../domain/clients/agents/agent-registry.ts';
import { agentsAsTheyStand, standingNow } from '../domain/clients/agents/agent-standing.ts';
import { agentsUnderBlueprints } from '../domain/clients/agents/agents-under-blueprints.ts';
import { blueprintAdmission } from '../domain/clients/agents/blueprint-admission.ts';
import { credentialUse } from '../domain/clients/agents/credential-last-used.ts';
import { credentialLifecycleJobs } from '../domain/clients/agents/credential-lifecycle-jobs.ts';
import { credentialRegistry } from '../domain/clients/agents/credential-registry.ts';
import { handOvers } from '../domain/clients/agents/hand-overs.ts';
import { newOffboarding } from '../domain/clients/agents/offboarding.ts';
import { secretExceptions } from '../domain/clients/agents/secret-exceptions.ts';
import { workloadIdentity } from '../domain/clients/agents/workload-identity.ts';
import { blueprintRegistry } from '../domain/clients/blueprints/blueprint-registry.ts';
import { clientFindings } from '../domain/clients/clients/client-findings.ts';
import { type ClientRegistry, clientRegistry } from '../domain/clients/clients/client-registry.ts';
import { dutyHolders } from '../domain/clients/clients/duty-holders.ts';
import { selfChosen } from '../domain/clients/clients/self-chosen.ts';
import { instanceRegistry } from '../domain/clients/instances/instance-registry.ts';
import { accountLinks } from '../domain/clients/peers/account-links.ts';
import { peerAssertions } from '../domain/clients/peers/peer-assertions.ts';
import { peerRegistry } from '../domain/clients/peers/peer-registry.ts';
import { issuerKeys } from '../domain/clients/workload-identity/issuer-keys.ts';
import { trustedIssuerRegistry } from '../domain/clients/workload-identity/trusted-issuer-registry.ts';
import { workloadTokens } from '../domain/clients/workload-identity/workload-tokens.ts';
import { accountRegistry } from '../domain/identity/accounts/account-registry.ts';
import { leavingAddress } from '../domain/identity/accounts/email-change.ts';
import { passwords } from '../domain/identity/accounts/passwords.ts';
import { factorRegistry } from '../domain/identity/factors/factor-registry.ts';
import { groupRegistry } from '../domain/identity/groups/group-registry.ts';
import { ownerNames } from '../domain/identity/groups/owner-names.ts';
import { ownersOf } from '../domain/identity/groups/owners.ts';
import { sessionRegistry } from '../domain/identity/sessions/session-registry.ts';
import { disablePreview } from '../domain/offboarding/disable-preview.ts';
import { verifiedNames } from '../domain/platform/display-names/verified-names.ts';
import { outbox } from '../domain/platform/outbox/outbox.ts';
import { openRecords } from '../domain/platform/rate-limits/open-records.ts';
import { keysByUrl } from '../domain/platform/remote-keys/keys-by-url.ts';
import { resourceServerRegistry } from '../domain/resources/resource-servers/resource-server-registry.ts';
import { logoutTokens } from '../provider/tokens/logout-tokens.ts';
import { approvalsOf, measureApprovals } from './approvals.ts';
import { clientDocuments } from './client-documents.ts';
import { reaching } from './egress.ts';
import { externalPoint } from './external-point.ts';
import { foundations, type Overrides } from './foundations.ts';
import { notificationServices } from './notifications.ts';
import { pushParts } from './push.ts';
import { killLatch, localProofs, otherSecretOf } from './stores.ts';
import { endsAtUpstreams, upstreamParts } from './upstream.ts';

export const services = async (configuration: Configuration, overrides: Overrides) => {
  const { issuer } = configuration;
  const base = await foundations(configuration, overrides);
  const { clock, identifiers, log, metrics, trustedFetch, folder, masterKey, documents, ephemeral } = base;
  const { keys, uses, mailer, audit } = base;

  const hashing = passwords(configuration.passwords);
  const named = ownerNames({ documents, clock });
  const accounts = accountRegistry({
    documents,
    clock,
    identifiers,
    audit,
    passwords: hashing,
    ownerNames: named,
    ...(mailer === undefined ? {} : { addressLeaves: leavingAddress({ ...base, outbox: outbox(base) }) }),
    sessions: { ending: (id, isOver, but) => sessions.ending(id, isOver, but) },
    // Forward reference: offboarding an account needs the agent registry, which is created below.
    offboarding: {
      announce: (id) => offboarding.announce(id),
      left: (id, by) => offboarding.left(id, by),
      returning: (id) => offboarding.returning(id),
    },
  });
  const factors = factorRegistry({ documents, clock, identifiers, masterKey, audit });
  const parts = { documents, clock, identifiers, audit, masterKey };
  const upstream = upstreamParts(configuration, {
    ...{ ...parts, accounts, keys, trustedFetch },
    endSessions: async ({ upstream: provider, subject }, by, keep) =>
      void (await upstreamEnds.upstreamSessions.endAll(
        { provider, subject },
        { until: clock.now(), by, how: 'disconnected', ...(keep === undefined ? {} : { keep }) },
      )),
  });
  if (otherSecretOf(configuration) !== undefined) {
    await factors.sealAnew();
    await upstream.upstreams.sealAnew();
  }
  const accountExists = async (id: string): Promise<boolean> => (await accounts.get(id))?.document.state === 'active';
  const digestSecret = (secret: string): string => masterKey.digest('client_secret', secret);
  const resourceServers = resourceServerRegistry({
    ...{ documents, clock, identifiers, audit, digestSecret, issuer },
    dutyHolderOf: dutyHolders({ documents }),
  });
  const checkKeyUrl = trustedFetch.check;
  /** Calls registries that are created below. */
  const peers = peerRegistry({
    documents,
    clock,
    identifiers,
    audit,
    checkKeyUrl,
    issuer,
    resourceServers,
    agents: { get: (id) => agents.get(id) },
    clients: { get: (id) => clients.get(id) },
  });
  const links = accountLinks({ documents, clock, identifiers, audit, peers, accounts });
  /** The places at which rights can be given: resource servers here, and those behind peers. */
  const resourceCatalog = {
    get: resourceServers.get,
    findByIdentifier: async (identifier: string) =>
      (await resourceServers.findByIdentifier(identifier)) ?? peers.findResource(identifier),
  };
  /** Calls registries that are created below. */
  const names = verifiedNames({
    documents,
    clock,
    ownerOf: async (id) => (await (id.startsWith('agt_') ? agents : clients).get(id))?.document.owner,
  });
  const chosen = selfChosen({ issuer, reserved: configuration.registration.reservedNames });
  const engine = cedarPolicyEngine();
  const activePolicy = newActivePolicy({ documents, engine });
  const isEnforced = configuration.policy.enforcement === 'on';
  if (!isEnforced) log.warn({ event: 'policy.off' }, 'no policy is asked: policy.enforcement is off');
  const managementApi = `${issuer}/api/v1`;
  /** Calls registries that are created below. */
  const useCases = serverUseCases({
    clock,
    accounts,
    clients: { get: (id) => clients.get(id) },
    groupsOf: upstream.groupsOf,
    groups: { ofAccount: (id) => groups.ofAccount(id) },
    resourceServers,
    agents: { get: (id) => agents.get(id) },
    owners: { answersFor: (owner, account) => owners.answersFor(owner, account) },
    managementApi,
  });
  const use = serverUse({
    identifiers,
    policies: isEnforced ? activePolicy : undefined,
    cases: useCases,
    managementApi,
  });
  const permitsAgent = permitsBy(use, factsOfAgent);
  const clients: ClientRegistry = clientRegistry({
    permits: permitsBy(use, factsOfClient),
    names,
    addresses: chosen.addresses,
    documents,
    clock,
    identifiers,
    audit,
    digestSecret,
    accountExists,
    resourceServers: resourceCatalog,
    checkKeyUrl,
  });
  const latched = latchedKills();
  const revocation = revocationOver({ documents, latched });
  const { source } = configuration.sessions;
  const sessions = sessionRegistry({
    documents,
    clock,
    audit,
    accounts,
    revocation,
    source,
    announce: (session, isOver) => told.logouts.ending(session, isOver),
  });
  const servedKeys = keysByUrl(trustedFetch);
  const upstreamEnds = endsAtUpstreams(configuration, {
    ...upstream,
    ...{ sessions, ephemeral, masterKey, identifiers, clock },
    keysByUrl: servedKeys,
  });
  const groups = groupRegistry({ documents, clock, identifiers, audit, accounts });
  const owners = ownersOf({ accounts, groups });
  const blueprints = blueprintRegistry({ documents, clock, identifiers, audit, resourceServers: resourceCatalog });
  const trustedIssuers = trustedIssuerRegistry({ documents, clock, identifiers, audit, checkKeyUrl, issuer });
  const credentials = credentialRegistry({
    documents,
    clock,
    identifiers,
    audit,
    trustedIssuers,
    checkKeyUrl,
    owners,
    permits: permitsAgent,
  });
  const agents: AgentRegistry = agentRegistry({
    permits: permitsAgent,
    names,
    addresses: chosen.addresses,
    documents,
    clock,
    identifiers,
    audit,
    owners,
    uses,
    credentials,
    resourceServers: resourceCatalog,
    checkKeyUrl,
    admission: blueprintAdmission({ documents, clock, blueprints }),
    handOver: async (agent, to) => {
      await revocation.handOver(agent.id, agent.owner, clock.now());
      await following.announce(agent);
      await carried.carryTo(to, agent.id);
    },
    handedOver: (agent, by) => following.done(agent, by),
  });
  /** Agents as they are effective now: within their blueprints, and active only while they have an owner. */
  const standing = standingNow({ owners, clock });
  const effectiveAgents = agentsAsTheyStand(agentsUnderBlueprints(agents, blueprints), standing);
  const lifecycleJobs = agentLifecycleJobs({
    documents,
    audit,
    clock,
    uses,
    settings: {
      inactiveAfterSeconds: configuration.agents.inactiveAfterDays * 86_400,
      noticeSeconds: configuration.agents.noticeDays * 86_400,
    },
    onNotice: ({ id, owner }, { kind, at }) =>
      log.warn({ event: 'agent.notice', agent: id, owner, kind, at }, 'an agent is about to be suspended'),
  });
  const keepCredentials = credentialLifecycleJobs({
    documents,
    audit,
    clock,
    noticeSeconds: configuration.agents.noticeDays * 86_400,
    onNotice: ({ id, owner }, { id: credential, kind, expiresAt }) =>
      log.warn(
        { event: 'credential.notice', agent: id, owner, credential, kind, at: expiresAt },
        'a credential of an agent is about to end',
      ),
  });
  const offboarding = newOffboarding({
    documents,
    clock,
    groups,
    owners,
    agents,
    leave: async (account, by) => push.registry?.leave(account, by),
    membersChanged: (group) => following.membersChanged(group),
  });
  /** Forward reference: an agent loses its earlier authority at a transfer of ownership. */
  const following = handOvers({
    documents,
    clock,
    agents,
    hands: revocation,
    ends: [
      // First, and again for what was given between the check before the transfer and the transfer.
      async ({ id, owner }) => {
        await carried.carryTo(owner, id);
        return 0;
      },
      ({ id }, { caller }, limit) => delegationsHeld.suspendFormer(id, caller, limit),
      (agent, { caller }, limit) => approvals.standing.endFormer(agent, caller, limit),
      ({ id }, { caller }, limit) => approvals.service.cancelFormer(id, caller, limit),
      (agent, by, limit) => instances.endFormer(agent, by, limit),
    ],
  });
  const anonymous = anonymousEvents({
    append: audit.append,
    clock,
    ephemeral,
    perDay: configuration.audit.anonymousEventsPerDay,
  });
  const open = openRecords({
    ephemeral,
    clock,
    limits: configuration.limits,
    room: base.opened.room,
    processes: base.nodes.count,
    onEvicted: (kind, count) => metrics.evicted.inc({ kind }, count),
  });
  const { documentClients, knownClients } = clientDocuments(configuration, clients, {
    documents,
    ephemeral,
    clock,
    anonymous,
    open,
    masterKey,
    trustedFetch,
    names,
    selfChosen: chosen,
    permits: use.document,
  });
  /** The registries as every function that grants something uses them. */
  const effectiveRegistries = {
    ...registersUnderKills({ accounts, agents: effectiveAgents, clients: knownClients }, revocation),
    documentClients: documentsUnderKills(documentClients, revocation),
  };
  const instances = instanceRegistry({
    documents,
    clock,
    audit,
    agents: effectiveRegistries.agents,
    owners,
    revocation,
    settings: {
      lifetimeSeconds: configuration.agents.instanceLifetimeSeconds,
      maxPerAgent: configuration.agents.maxInstances,
    },
  });
  const keysOfIssuers = issuerKeys({ fetcher: reaching(trustedFetch, 'trustedIssuers'), clock });
  const { clockToleranceSeconds } = configuration.clientAuthentication;
  const workloads = workloadIdentity({
    documents,
    clock,
    issuers: trustedIssuers,
    agents: effectiveRegistries.agents,
    tokens: workloadTokens({ keys: keysOfIssuers, clock, issuer, clockToleranceSeconds }),
  });
  const policies = policyRegistry({ documents, clock, identifiers, audit, engine });
  const { maxDepth, maxDurationSeconds, defaultDurationSeconds, requestTtlSeconds, keptSeconds } =
    configuration.delegation;
  const delegationsHeld = delegationRegistry({
    documents,
    clock,
    identifiers,
    audit,
    issuer,
    maxDepth,
    revocation,
    agents: effectiveAgents,
    keptSeconds,
  });
  const requests = delegationRequests({
    ephemeral,
    clock,
    identifiers,
    masterKey,
    issuer,
    ttlSeconds: requestTtlSeconds,
  });
  const budgets = budgetRegistry({ documents, clock, identifiers, audit });
  const carried = ownerUse({ documents, clock, budgets });
  const authorize = authorizer({
    identifiers,
    managementApi,
    groupsOf: upstream.groupsOf,
    policies: isEnforced ? activePolicy : undefined,
    external: externalPoint(configuration, { trustedFetch, clock, metrics }),
    without: overrides.withoutLayer,
  });
  const approvals = approvalsOf(configuration, {
    documents,
    ephemeral,
    clock,
    identifiers,
    masterKey,
    audit,
    revocation,
    accounts: effectiveRegistries.accounts,
    agents: effectiveRegistries.agents,
    people: accounts,
    isSure: factors.mayChange,
    permits: (approval, { account, for: away, assurance, source }) => {
      const { action, risk } = approval;
      const isConsent = isConsentAlone(approval, { account, for: away });
      return use.approval(
        { action, risk, for: away, isConsent },
        { caller: account, assurance, ...(source ? { source } : {}) },
      );
    },
    groups,
    blueprints,
    trustedFetch,
    log,
    /** As `authorize` decides, but without the external decision point: what an approval requires is found by many calls. */
    authorizeHere: authorizer({
      identifiers,
      managementApi,
      groupsOf: upstream.groupsOf,
      policies: isEnforced ? activePolicy : undefined,
      without: overrides.withoutLayer,
    }),
  });
  measureApprovals(approvals, metrics);
  /** Delegations as every caller revokes from them: a standing approval for the same authority ends, too. */
  const delegations = { ...delegationsHeld, ...cascadeRevocation(delegationsHeld, approvals.standing) };
  const consents = consentRegistry({
    authorize,
    managementApi,
    documents,
    clock,
    audit,
    ...effectiveRegistries,
    resourceServers,
    delegations,
    settings: { maxDepth, maxDurationSeconds, defaultDurationSeconds },
    revocation,
    snapshots: documentClients,
  });
  const push = pushParts(configuration, { ...parts, ephemeral, trustedFetch, accounts: effectiveRegistries.accounts });
  const told = notificationServices(configuration, {
    push: push.registry,
    ...approvals.audiences,
    documents,
    ephemeral,
    clock,
    identifiers,
    masterKey,
    audit,
    anonymous,
    log,
    metrics,
    mailer,
    trustedFetch,
    owners,
    resourceServers,
    agents,
    groups,
    accounts,
    clients,
    sessions,
    logoutToken: logoutTokens({ keys, clock, identifiers, issuer }),
  });
  if (otherSecretOf(configuration) !== undefined) {
    await told.webhooks.sealAnew();
    await push.keys.sealAnew();
    await push.registry?.sealAnew();
  }
  return {
    ...base,
    broadcast: base.opened.broadcast,
    passwords: hashing,
    accounts,
    sessions,
    factors,
    ...upstream,
    ...upstreamEnds,
    resourceServers,
    clients,
    documentClients,
    anonymous,
    open,
    agents,
    findings: agentFindings({ agents, counting: effectiveRegistries.agents, clock }),
    clientFindings: clientFindings({ clients }),
    blueprints,
    effectiveAgents,
    groups,
    names,
    selfChosen: chosen,
    owners,
    ownerNames: named,
    offboarding,
    previewDisable: disablePreview({ accounts, offboarding, sessions, delegations, standing: approvals.standing }),
    handOvers: following,
    lifecycleJobs,
    credentials,
    secrets: secretExceptions({ documents, audit, clock, identifiers, digestSecret, owners, permits: permitsAgent }),
    credentialLifecycleJobs: keepCredentials,
    credentialUses: credentialUse({ documents, clock }),
    trustedIssuers,
    peers,
    links,
    assertions: peerAssertions({ peers, keys: keysOfIssuers, clock, issuer, clockToleranceSeconds }),
    keysOfIssuers,
    workloads,
    instances,
    policies,
    budgets,
    reservations: budgetReservations({
      documents,
      clock,
      elapsed: stopwatch,
      identifiers,
      budgets,
      delegations,
      ownersOf: async (ids) => (await agents.getMany(ids)).map(({ document: { id, owner } }) => ({ id, owner })),
    }),
    policyTrials: policyTrials({
      registry: policies,
      active: activePolicy,
      engine,
      simulator: simulator({
        ...effectiveRegistries,
        groupsOf: upstream.groupsOf,
        resourceServers,
        delegations,
        clock,
        identifiers,
        managementApi,
      }),
      useSimulator: serverUseSimulator({ ...effectiveRegistries, blueprints, resourceServers, cases: useCases }),
      audit,
      clock,
      isEnforced,
    }),
    activePolicy: activePolicy,
    isPolicyEnforced: isEnforced,
    serverUse: use,
    delegations,
    requests,
    approvals,
    consents,
    authorize,
    effectiveRegistries,
    revocation,
    latched,
    latch: killLatch(folder),
    localProofs: localProofs(folder, clock),
    keysByUrl: servedKeys,
    notifications: told,
    push,
  };
};
