/**
 * The dependencies of the management API: registries of the domain, and functions that end objects at oidc-provider. Called
 * by compose.ts.
 */
import { setImmediate as turn } from 'node:timers/promises';
import type { Configuration } from '../../config/configuration.ts';
import { transactionEvidence } from '../domain/authority/transactions/transaction-evidence.ts';
import { transactionReceipts } from '../domain/authority/transactions/transaction-receipts.ts';
import { transactionSteps } from '../domain/authority/transactions/transaction-steps.ts';
import { blueprintPreview } from '../domain/clients/agents/blueprint-preview.ts';
import { repeatableRegistration } from '../domain/clients/registration/repeatable-registration.ts';
import { reviewEvidence } from '../domain/governance/reviews/review-evidence.ts';
import { freshFactor } from '../domain/identity/accounts/fresh-factor.ts';
import { killPreview } from '../domain/offboarding/kill-preview.ts';
import { legalHoldRegistry } from '../domain/platform/legal-holds/hold-registry.ts';
import { serverStateReader } from '../domain/platform/server-state/server-state.ts';
import { operationHandlers } from '../http/management/resource-table.ts';
import { type ManagementDependencies, managementRouter } from '../http/management/router.ts';
import type { Reasons } from '../http/operations.ts';
import { publicPart } from '../provider/build-provider.ts';
import { factsOf } from '../provider/seam/request-facts.ts';
import type { OwnSignatures } from '../provider/tokens/own-signatures.ts';
import type { CallerProofs } from './caller-proofs.ts';
import type { RegistrationServices } from './registration.ts';
import type { Services } from './services.ts';
import { thisServerOf } from './this-server.ts';

type Given = Pick<ManagementDependencies, 'tokens' | 'kills' | 'delegations' | 'countRefusal'> & {
  readonly callers: Pick<CallerProofs, 'verifyProof' | 'provenBy'>;
  readonly registering: RegistrationServices;
  readonly grants: ManagementDependencies['grants']['grants'];
  readonly grantService: ManagementDependencies['grants']['service'];
  /** Makes every node publish the current keys and sign with them. */
  readonly keysChanged: () => Promise<void>;
  /** Why this node cannot serve, as the readiness endpoint says. */
  readonly reasons: () => Promise<Reasons>;
  /** Signs with a published key of this server. */
  readonly signatures: OwnSignatures;
  readonly onUnexpected: (error: unknown, request: string) => void;
};

export const managementApi = (
  made: Services,
  configuration: Configuration,
  {
    callers,
    registering,
    tokens,
    kills,
    grants,
    grantService,
    delegations,
    keysChanged,
    reasons,
    countRefusal,
    signatures,
    onUnexpected,
  }: Given,
) => {
  const { issuer } = configuration;
  const { clock, identifiers, documents, masterKey, audit, resourceServers } = made;
  const ofLog = { documents, issuer, transparencyLog: made.transparencyLog };
  const receipts = transactionReceipts({ ...ofLog, clock, audit, signatures, transactions: made.transactions });
  const jwks = async () => ({ keys: (await made.keys.privateJwks()).map(publicPart) });
  const policyText = async (version: number) => (await made.policies.get(String(version)))?.document.text;
  const evidence = transactionEvidence({ ...ofLog, receipts, jwks, policyText });
  const dependencies: ManagementDependencies = {
    ...registering,
    issuer,
    masterKey,
    audit,
    countRefusal,
    requireFreshFactor: freshFactor({ clock, identifiers }),
    ...made.localProofs,
    auditReader: audit,
    transparencyLog: made.transparencyLog,
    tokens,
    kills: killCalls(kills, made, onUnexpected),
    verifyProof: (ctx, accessToken) =>
      callers.verifyProof({ proof: ctx.get('dpop') || undefined, method: ctx.method, path: ctx.path, accessToken }),
    certificateOf: (ctx) => factsOf(ctx.req).certificate?.()?.thumbprint,
    secrets: made.secrets,
    credentials: {
      ...made.credentials,
      lastUses: made.credentialUses.lastUses,
      provenBy: callers.provenBy,
    },
    workloadIdentity: { issuers: made.trustedIssuers, keys: made.keysOfIssuers, workloads: made.workloads },
    peers: { ...made.peers, keys: made.keysOfIssuers, links: made.links },
    upstreams: { ...made.upstreams, links: made.upstreamLinks, issuer },
    ...{ accounts: made.accounts, directories: made.directories, deactivationBrake: made.deactivationBrake },
    ...{
      ...made.signalReceiver,
      factors: made.factors,
      directorySecrets: made.directorySecrets,
      directoryDryRuns: made.directoryDryRuns,
    },
    previewDisable: made.previewDisable,
    previewSeveral: made.previewSeveral,
    previewKill: killPreview({ agents: made.agents, delegations: made.delegations, grants, sessions: made.sessions }),
    ...{ sessions: made.sessions, clients: made.clients },
    agents: made.agents,
    ...{ transactions: made.transactions, steps: transactionSteps({ documents }), receipts, evidence },
    effectiveAgents: made.effectiveRegistries.agents,
    selfChosen: made.selfChosen,
    ...{ findings: made.findings, inventories: made.inventories, reviews: made.reviews },
    reviewEvidence: reviewEvidence({ ...ofLog, audit, clock, policyText, pause: () => turn() }),
    ...{ responses: made.responses, responseRules: made.responseRules },
    ...{ policies: made.policies, serverUse: made.serverUse },
    ...{ approvals: made.approvals.service, absences: made.approvals.absences },
    ...{ clock, budgets: made.budgets },
    notifications: made.notifications,
    auditSinks: made.auditSinks,
    ...{ provisioningTargets: made.provisioningTargets, provisioningReconciler: made.provisioningReconciler },
    ...{ signalReceivers: made.signalReceivers, signalStreams: made.signalStreams },
    legalHolds: legalHoldRegistry({ documents, audit, clock, identifiers }),
    policyTrials: made.policyTrials,
    approverCandidates: made.approverCandidates,
    blueprints: { ...made.blueprints, preview: blueprintPreview({ documents }) },
    groups: made.groups,
    ownerNames: made.ownerNames,
    instances: made.instances,
    registration: repeatableRegistration({ documents, clock, identifiers, agents: made.agents }),
    owners: made.owners,
    ...{ offboarding: made.offboarding, successorRules: made.successorRules },
    resourceServers,
    mcpServers: { metadata: made.mcpMetadata, clientDocuments: configuration.clientIdMetadata },
    grants: { grants, service: grantService, uses: made.grantUses },
    delegations,
    keys: keyCalls(made, keysChanged),
    pushKeys: made.push.keys,
    thisServer: thisServerOf(made, configuration, reasons),
    serverState: serverStateReader({ documents, clock }),
    backups: made.backups,
    log: (request, error) => onUnexpected(error, request),
  };
  // The console calls the same handlers.
  const handlers = operationHandlers(dependencies);
  return { router: managementRouter(dependencies, handlers), handlers };
};

/** A change of the keys reaches every node, also if revoking failed halfway. */
const keyCalls = (
  { keys, audit }: Pick<Services, 'keys' | 'audit'>,
  keysChanged: () => Promise<void>,
): ManagementDependencies['keys'] => ({
  list: keys.list,
  rotate: async (by) => {
    await keys.rotate(audit, by.caller, by.request);
    await keysChanged();
  },
  revoke: async (id, reason, by) => {
    try {
      await keys.revoke(id, reason, audit, by.caller, by.request);
    } finally {
      await keysChanged();
    }
  },
});

/**
 * A kill also closes the transactions of the killed agents and apps, and one of an account notifies apps that their user is signed out.
 * It takes effect without both, and does not wait.
 */
const killCalls = (
  kills: ManagementDependencies['kills'],
  { sessions, transactions }: Pick<Services, 'sessions' | 'transactions'>,
  onUnexpected: (error: unknown, request: string) => void,
): ManagementDependencies['kills'] => ({
  ...kills,
  async order(order, by) {
    const ordered = await kills.order(order, by);
    if (order.scope !== 'token' && order.scope !== 'delegation') {
      const settled = order.scope === 'agent' ? transactions.settle(order.target) : transactions.settle();
      void settled.catch((error: unknown) => onUnexpected(error, 'kill'));
    }
    if (order.scope === 'account') {
      void sessions.ending(order.target, true).catch((error: unknown) => onUnexpected(error, 'kill'));
    }
    return ordered;
  },
});
