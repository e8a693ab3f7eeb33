/** The grants and endpoints that we add to oidc-provider, one of each folder in src/extensions. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import type { HasAgentRelationship } from '../domain/approvals/agent-relationship.ts';
import type { PollingInterval } from '../domain/platform/rate-limits/polling-interval.ts';
import type { Grants } from '../domain/ports/grants.ts';
import { backchannelSource } from '../extensions/backchannel-approval/backchannel-source.ts';
import { backchannelApproval } from '../extensions/backchannel-approval/grant.ts';
import { dynamicRegistration } from '../extensions/dynamic-registration/endpoint.ts';
import { jwtBearer } from '../extensions/jwt-bearer/grant.ts';
import { approvedExchange } from '../extensions/token-exchange/approval-channel.ts';
import { tokenExchange } from '../extensions/token-exchange/grant.ts';
import { agentsAsPresented } from '../provider/client-authentication/presented-compositions.ts';
import type { OwnTokens } from '../provider/tokens/issued-tokens.ts';
import { signIns } from '../provider/tokens/sign-ins.ts';
import type { TokenLiveness } from '../provider/tokens/token-liveness.ts';
import type { Services } from './services.ts';

export const extensionsOf = (
  made: Services,
  configuration: Configuration,
  {
    tokens,
    grants,
    liveness,
    knows,
    pace,
  }: {
    readonly tokens: OwnTokens;
    readonly grants: Grants;
    readonly liveness: TokenLiveness;
    readonly knows: HasAgentRelationship;
    readonly pace: PollingInterval;
  },
) => {
  const { issuer } = configuration;
  const { clock, identifiers, documents, masterKey, resourceServers, delegations, requests, stepUps } = made;
  const { accounts, clients } = made.effectiveRegistries;
  const agents = agentsAsPresented(made.effectiveRegistries.agents);
  const exchanging = {
    tokens,
    agents,
    resourceServers,
    accounts,
    clients,
    grants,
    delegations,
    requests,
    stepUps,
    transactions: made.transactions,
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
        backchannel: backchannelSource({
          ...{ accounts, delegations, knows, clock, identifiers, issuer },
          transactions: made.transactions,
        }),
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
      transactions: made.transactions,
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
