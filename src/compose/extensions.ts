/** The grants and endpoints that we add to oidc-provider, one of each folder in src/extensions. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import type { hasAgentRelationship } from '../domain/approvals/agent-relationship.ts';
import type { pollingInterval } from '../domain/platform/rate-limits/polling-interval.ts';
import { backchannelSource } from '../extensions/backchannel-approval/backchannel-source.ts';
import { backchannelApproval } from '../extensions/backchannel-approval/grant.ts';
import { dynamicRegistration } from '../extensions/dynamic-registration/endpoint.ts';
import { jwtBearer } from '../extensions/jwt-bearer/grant.ts';
import { approvedExchange } from '../extensions/token-exchange/approval-channel.ts';
import { tokenExchange } from '../extensions/token-exchange/grant.ts';
import type { grantRegistry } from '../provider/grants/grants.ts';
import type { issuedTokens } from '../provider/tokens/issued-tokens.ts';
import { signIns } from '../provider/tokens/sign-ins.ts';
import type { tokenLiveness } from '../provider/tokens/token-liveness.ts';
import type { services } from './services.ts';

export const extensionsOf = (
  made: Awaited<ReturnType<typeof services>>,
  configuration: Configuration,
  {
    tokens,
    grants,
    liveness,
    knows,
    pace,
  }: {
    readonly tokens: ReturnType<typeof issuedTokens>;
    readonly grants: ReturnType<typeof grantRegistry>;
    readonly liveness: ReturnType<typeof tokenLiveness>;
    readonly knows: ReturnType<typeof hasAgentRelationship>;
    readonly pace: ReturnType<typeof pollingInterval>;
  },
) => {
  const { issuer } = configuration;
  const { clock, identifiers, documents, masterKey, resourceServers, delegations, requests } = made;
  const { accounts, agents, clients } = made.effectiveRegistries;
  const exchanging = {
    tokens,
    agents,
    resourceServers,
    accounts,
    clients,
    grants,
    delegations,
    requests,
    approvals: made.approvals,
    authorize: made.authorize,
    peers: made.peers,
    signIns: signIns({ documents, clock, masterKey, tokens, liveness }),
    instances: made.instances,
    clock,
    identifiers,
    issuer,
    exchangedTokenTtlSeconds: configuration.tokens.exchangedTokenTtlSeconds,
    trustDomain: configuration.tokens.trustDomain,
  };
  return [
    dynamicRegistration(issuer),
    tokenExchange(exchanging),
    backchannelApproval({
      ...made.approvals,
      sources: {
        token_exchange: approvedExchange(exchanging),
        backchannel: backchannelSource({ delegations, knows, clock, identifiers, issuer }),
      },
      agents,
      accounts,
      resourceServers,
      authorize: made.authorize,
      pace,
      clock,
      identifiers,
      pollIntervalSeconds: configuration.approvals.pollIntervalSeconds,
    }),
    jwtBearer({
      assertions: made.assertions,
      links: made.links,
      agents,
      clients,
      accounts,
      accountsByAddress: made.accounts,
      resourceServers,
      authorize: made.authorize,
      clock,
      identifiers,
      issuer,
    }),
  ];
};
