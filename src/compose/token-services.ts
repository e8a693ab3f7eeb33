/** Services that read, end and issue tokens and grants, over the services of the domain. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import { type HasAgentRelationship, hasAgentRelationship } from '../domain/approvals/agent-relationship.ts';
import { endOfSignIn } from '../domain/approvals/cascade-revocation.ts';
import { type GrantService, newGrantService } from '../domain/authority/grants/grant-service.ts';
import { killBroadcast } from '../domain/authority/revocation/kill-broadcast.ts';
import { type KillSwitch, killSwitch } from '../domain/authority/revocation/kill-switch.ts';
import { type PollingInterval, pollingInterval } from '../domain/platform/rate-limits/polling-interval.ts';
import type { Grants } from '../domain/ports/grants.ts';
import { managementApiOf } from '../domain/vocabulary/management-api.ts';
import { type ProviderClients, providerClients } from '../provider/client-authentication/client-metadata.ts';
import { closedByKills } from '../provider/client-authentication/kill-gate.ts';
import { agentsAsPresented } from '../provider/client-authentication/presented-compositions.ts';
import { grantRegistry } from '../provider/grants/grants.ts';
import { type RequestDetails, requestDetails } from '../provider/requests/request-details.ts';
import { type RequestTransactions, requestTransactions } from '../provider/requests/request-transaction.ts';
import { type ResourceAuthority, resourceAuthority } from '../provider/requests/resource-authority.ts';
import { type ConsumptionRegistry, consumptionRegistry } from '../provider/seam/consumption-registry.ts';
import { documentClients } from '../provider/storage/document-clients.ts';
import { issuedTokens, type OwnTokens } from '../provider/tokens/issued-tokens.ts';
import { type OwnSignatures, ownSignatures } from '../provider/tokens/own-signatures.ts';
import { presentedGrant } from '../provider/tokens/presented-grant.ts';
import { type TokenLiveness, tokenLiveness } from '../provider/tokens/token-liveness.ts';
import type { Overrides } from './foundations.ts';
import type { Services } from './services.ts';

export interface TokenServices {
  /** Clients as oidc-provider sees them, without those that a kill has ended. */
  readonly known: ProviderClients;
  /** Marks of used one-time credentials. */
  readonly consumptions: ConsumptionRegistry;
  readonly liveness: TokenLiveness;
  readonly tokens: OwnTokens;
  /** Without keys until oidc-provider is created. */
  readonly signatures: OwnSignatures;
  /** Not started: its `start` reads the kills in the latch. */
  readonly kills: KillSwitch;
  readonly grants: Grants;
  readonly grantService: GrantService;
  readonly details: RequestDetails;
  readonly namedTransactions: RequestTransactions;
  readonly authority: ResourceAuthority;
  /** Whether an agent may send requests to a person at all. */
  readonly knows: HasAgentRelationship;
  readonly pace: PollingInterval;
}

export const tokenServices = (
  made: Services,
  { issuer }: Pick<Configuration, 'issuer'>,
  overrides: Pick<Overrides, 'grants'>,
): TokenServices => {
  const { clock, identifiers, documents, ephemeral, broadcast, masterKey, audit } = made;
  const { resourceServers, delegations, revocation, approvals, authorize } = made;
  const { accounts, agents, clients } = made.effectiveRegistries;
  const byDocument = documentClients(
    made.effectiveRegistries.documentClients,
    presentedGrant({ documents, ephemeral, masterKey }),
  );
  const liveness = tokenLiveness({
    ...{ documents, clock, resourceServers, delegations, revocation, authorize },
    // Token liveness checks kills itself, and compares each with the creation time of the object.
    clients: providerClients({ ...made, agents: made.effectiveAgents }, issuer),
    accounts: made.accounts,
    instances: made.instances,
    links: made.links,
    approvals: approvals.service,
    sessions: made.sessions,
    transactions: made.transactions,
    managementApi: managementApiOf(issuer),
  });
  const tokens = issuedTokens({ documents, clock, masterKey, issuer, liveness });
  const kills = killSwitch({
    ...{ documents, clock, identifiers, audit },
    latch: made.latch,
    latched: made.latched,
    broadcast: killBroadcast(broadcast, masterKey),
    ends: { delegation: (id, by) => delegations.revoke(id, by.caller, by.request), token: tokens.endById },
    newestEvent: async () => Math.floor(((await audit.list({ limit: 1 })).entries[0]?.at ?? 0) / 1000),
  });
  const grants = overrides.grants ?? grantRegistry({ documents, clock, liveness });
  const ending = endOfSignIn(approvals.standing, delegations);
  const details = requestDetails({ resourceServers, clock });
  const namedTransactions = requestTransactions({ transactions: made.transactions, identifiers, issuer });
  return {
    known: closedByKills(
      providerClients({ agents, clients, resourceServers, documentClients: byDocument }, issuer),
      revocation,
    ),
    consumptions: consumptionRegistry({ documents, clock }),
    liveness,
    tokens,
    signatures: ownSignatures(),
    kills,
    grants,
    grantService: newGrantService({ grants, consents: made.consents, audit, ending }),
    details,
    namedTransactions,
    authority: resourceAuthority({
      agents: agentsAsPresented(agents),
      ...{ details, identifiers, approvals, clients, accounts, resourceServers, delegations, clock, authorize },
      transactions: namedTransactions,
    }),
    knows: hasAgentRelationship({ delegations, owners: made.owners }),
    pace: pollingInterval({ ephemeral, clock }),
  };
};
