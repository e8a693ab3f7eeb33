/**
 * The most that a request may carry at a resource. oidc-provider calls it for every requested resource, in every grant. A
 * client's registration, the person's own rights and the delegation cut the scope here (decision D4; finding V10:
 * oidc-provider itself does not let a client's scope limit resources).
 */

import { errors, type KoaContextWithOIDC } from 'oidc-provider';
import type { AskingByToken } from '../../domain/approvals/request-token-approval.ts';
import type { Authorize } from '../../domain/authority/decision/authorize.ts';
import type { Decision } from '../../domain/authority/decision/decision.ts';
import {
  agentParty,
  clientParty,
  type DecisionFacts,
  type Party,
  type Route,
} from '../../domain/authority/decision/facts.ts';
import { nothingLeft, refusedDetails } from '../../domain/authority/decision/remedies.ts';
import { targetRefusal } from '../../domain/authority/decision/target-refusals.ts';
import { isEmpty } from '../../domain/authority/delegation/attenuation.ts';
import { type Delegation, delegatedDetails } from '../../domain/authority/delegation/delegation.ts';
import { endIn } from '../../domain/authority/transactions/named-transaction.ts';
import {
  delegatingParticipants,
  type OtherParticipant,
  otherParticipants,
} from '../../domain/authority/transactions/participants.ts';
import { transactionFacts } from '../../domain/authority/transactions/transaction.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { Client } from '../../domain/clients/clients/client.ts';
import { PROVIDER_ROUTES } from '../../domain/clients/clients/grant-types.ts';
import { isDocumentId } from '../../domain/clients/clients/metadata-document.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Found } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { DelegatingParticipant } from '../../domain/ports/issued-tokens.ts';
import { amountsOf, type DetailAmount } from '../../domain/resources/authorization-details/narrowed-details.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { Detail, DetailsByResource } from '../../domain/vocabulary/detail-type.ts';
import { DomainError, type Remedy } from '../../domain/vocabulary/errors.ts';
import { factsOf } from '../seam/request-facts.ts';
import { type OfRequest, requestState } from '../seam/request-state.ts';
import { askAtRefresh } from './approval-at-refresh.ts';
import { noteRefused } from './decision-facts.ts';
import { addDefaultScopes } from './default-scopes.ts';
import { checkFits, type RequestDetails } from './request-details.ts';
import type { RequestTransactions } from './request-transaction.ts';
import { assuranceOf } from './step-up.ts';

/** The form of JWT access tokens. */
export type JwtForm = {
  readonly sign: { readonly alg: ResourceServer['accessTokenSigningAlg'] };
  /** The resource server, if its tokens have an index in a status list. */
  readonly statusListOf?: string;
};

export const jwtFormOf = ({ id, accessTokenSigningAlg: alg, statusList }: ResourceServer): JwtForm => ({
  sign: { alg },
  ...(statusList ? { statusListOf: id } : {}),
});

/** What a token for a resource may carry; members as oidc-provider names them. */
type ResourceServerInfo = {
  scope: string;
  audience: string;
  /** Seconds. */
  accessTokenTTL: number;
  accessTokenFormat: 'jwt' | 'opaque';
  /** Members that are not known by oidc-provider stay here only. */
  jwt: JwtForm;
};

export interface ResourceAuthority {
  /** The last decision about a request, at the resource of its token. */
  decisionOf(of: OfRequest): Decision | undefined;

  /** The other participants of its transaction on whose delegations the token depends. */
  participantsOf(of: OfRequest): readonly DelegatingParticipant[];

  /** Further remedies for a decision that left nothing, besides its own. */
  remediesOf(of: OfRequest): readonly Remedy[];

  /** Amounts for budgets, from the authorization details of the decision. */
  amountsOf(of: OfRequest): readonly DetailAmount[];

  /** The hook `defaultResource` of oidc-provider. `named`: the resources of the request, if it names any. */
  defaultFor(
    ctx: KoaContextWithOIDC,
    clientId: string,
    named: readonly string[] | undefined,
  ): Promise<string | readonly string[] | undefined>;

  /** The hook `getResourceServerInfo` of oidc-provider: the most that this request may carry. */
  at(ctx: KoaContextWithOIDC, resource: string, clientId: string): Promise<ResourceServerInfo>;
}

export const resourceAuthority = (deps: {
  readonly agents: { get(id: string): Found<Agent> };
  readonly clients: { get(id: string): Found<Client> };
  readonly accounts: { get(id: string): Found<Account> };
  readonly resourceServers: { findByIdentifier(identifier: string): Found<ResourceServer> };
  readonly delegations: {
    consented(subject: string, actor: string, resource: string): Promise<Delegation | undefined>;
  };
  readonly clock: Clock;
  readonly authorize: Authorize;
  readonly details: Pick<RequestDetails, 'ofTokenRequest'>;
  readonly transactions: Pick<RequestTransactions, 'of' | 'checkPerson'>;
  readonly identifiers: Identifiers;
  readonly approvals: AskingByToken;
}): ResourceAuthority => {
  const askPeople = askAtRefresh(deps);

  /** The agent or client that gets a token; undefined for an unknown agent. */
  const partyOf = async (clientId: string): Promise<Party | undefined> => {
    if (clientId.startsWith('agt_')) {
      const agent = (await deps.agents.get(clientId))?.document;
      return agent && agentParty(agent);
    }
    const client = (await deps.clients.get(clientId))?.document;
    return clientParty({ ...client, id: clientId }, isDocumentId(clientId));
  };

  const find = async (resource: string): Promise<ResourceServer> => {
    const server = (await deps.resourceServers.findByIdentifier(resource))?.document;
    if (server?.state !== 'active') throw new errors.InvalidTarget('no such resource server');
    return server;
  };

  /**
   * The default resource of a client that acts for itself and names none (RFC 8707 §2): the one at which it has authority.
   * Throws 'invalid_target' for several resources or none: no server accepts a token for no resource.
   */
  const ownResource = async (clientId: string): Promise<string> => {
    const authority = Object.entries((await partyOf(clientId))?.authority ?? {});
    const held = authority.filter(([, scopes]) => scopes.length > 0).map(([resource]) => resource);
    const servers = await Promise.all(held.map((one) => deps.resourceServers.findByIdentifier(one)));
    const active = held.filter((_, index) => servers[index]?.document.state === 'active').sort();
    const [only, ...others] = active;
    if (only !== undefined && others.length === 0) return only;
    const options = {
      field: 'resource',
      denial: { id: deps.identifiers.newId('dny'), layer: 'request', reason: 'target_missing' },
    } as const;
    throw only === undefined
      ? targetRefusal('own_authority_missing', options)
      : targetRefusal('own_authority_ambiguous', { ...options, params: { count: active.length, resource: only } });
  };

  const factsAt = async (
    ctx: KoaContextWithOIDC,
    server: ResourceServer,
    clientId: string,
  ): Promise<DecisionFacts & { readonly consented?: Delegation; readonly others?: readonly OtherParticipant[] }> => {
    const route = routeOf(ctx);
    const caller = await partyOf(clientId);
    if (!caller) throw new errors.InvalidClient('no such agent');
    const about = route === 'client_credentials' ? undefined : subjectOf(ctx);
    const now = deps.clock.now();
    const known = {
      route,
      now,
      server,
      caller,
      through: [],
      subject: about === undefined ? undefined : (await deps.accounts.get(about))?.document,
      source: factsOf(ctx.req).source,
      isBound: isBound(ctx),
    };
    if (route === 'authorization_request') return known;
    const transaction = await deps.transactions.of(ctx);
    deps.transactions.checkPerson(transaction, about);
    const place = { agent: clientId, resource: server.identifier };
    const others = await otherParticipants(deps, transaction, about, place);
    const forWhom = {
      ...known,
      ...(transaction ? { transaction: transactionFacts(transaction, about) } : {}),
      ...(others ? { others, participants: others.map(({ facts }) => facts) } : {}),
      asked: askedOf(ctx),
      assurance: assuranceOf(ctx),
      actors: caller.kind === 'agent' ? [clientId] : [],
    };
    const askedDetails = deps.details.ofTokenRequest(ctx, server);
    const details = { asked: askedDetails, ...(about === undefined ? {} : { grant: grantedAt(ctx, server) }) };
    if (about === undefined || caller.kind !== 'agent') return { ...forWhom, details };
    const delegation = await deps.delegations.consented(about, clientId, server.identifier);
    return {
      ...forWhom,
      details: { ...details, delegation: delegatedDetails(delegation) },
      delegation: delegation?.scope ?? [],
      ...(delegation ? { consented: delegation } : {}),
    };
  };

  return {
    decisionOf: (of: OfRequest): Decision | undefined => requestState(of).decision,
    participantsOf: (of: OfRequest): readonly DelegatingParticipant[] => requestState(of).participants ?? [],
    remediesOf: (of: OfRequest): readonly Remedy[] => requestState(of).remedies ?? [],
    amountsOf: (of: OfRequest): readonly DetailAmount[] => requestState(of).amounts ?? [],
    async defaultFor(
      ctx: KoaContextWithOIDC,
      clientId: string,
      named: readonly string[] | undefined,
    ): Promise<string | readonly string[] | undefined> {
      if (named !== undefined) return named;
      const { route, params } = ctx.oidc;
      const isForItself = route === 'token' && params?.['grant_type'] === 'client_credentials';
      return isForItself ? ownResource(clientId) : undefined;
    },
    async at(ctx: KoaContextWithOIDC, resource: string, clientId: string) {
      const server = await find(resource);
      const { consented: delegation, others = [], ...facts } = await factsAt(ctx, server, clientId);
      const decision = await deps.authorize(facts);
      const state = requestState(ctx);
      state.decision = decision;
      const transaction = facts.route === 'authorization_request' ? undefined : await deps.transactions.of(ctx);
      const isOfAll = (decision.participants?.scope ?? []).length > 0;
      const held = isOfAll ? others.flatMap((one) => one.held ?? []) : [];
      state.participants = delegatingParticipants(held);
      state.amounts = amountsOf(server.detailTypes ?? [], decision.details);
      // Named details are given or refused as a whole: half of an action is another action.
      if (facts.details?.asked !== undefined && decision.removedDetails.length > 0) {
        noteRefused(ctx, decision);
        const { code, text, ...denial } = refusedDetails(decision);
        const isAsked = denial.reason === 'approval_required' && facts.route === 'refresh_token';
        const waiting = isAsked ? await askPeople(ctx, { facts, chain: delegation?.chain, txn: transaction?.id }) : [];
        throw new DomainError(code, text, {
          field: 'authorization_details',
          denial: { id: deps.identifiers.newId('dny'), ...denial, remedies: [...denial.remedies, ...waiting] },
        });
      }
      // Asks approvers only about a scope that this request names: other rights that it could have are no reason to ask.
      const isNamed = facts.route === 'refresh_token' && Boolean(ctx.oidc.params?.['scope']);
      if (isNamed && isEmpty(decision) && nothingLeft(decision).reason === 'approval_required') {
        state.remedies = await askPeople(ctx, { facts, chain: delegation?.chain, txn: transaction?.id });
      }
      checkFits(server, decision.details);
      if (facts.route === 'authorization_request') addDefaultScopes(ctx, server, decision.scope);
      const scope = decision.scope.join(' ');
      // RFC 6749 §3.3 leaves the default to the server: everything that the client holds there, never more.
      const { params } = ctx.oidc ?? {};
      if (facts.route === 'client_credentials' && params && !params['scope']) params['scope'] = scope;
      return {
        scope,
        audience: resource,
        accessTokenTTL: Math.max(
          1,
          Math.min(
            server.accessTokenTtlSeconds,
            most(decision.maxSeconds),
            most(delegation?.expiresAt) - facts.now,
            endIn(transaction) - facts.now,
            ...held.map(({ expiresAt }) => expiresAt - facts.now),
          ),
        ),
        accessTokenFormat: server.accessTokenFormat,
        jwt: jwtFormOf(server),
      };
    },
  };
};

const most = (seconds: number | undefined): number => seconds ?? Number.POSITIVE_INFINITY;

/** The decision route: at the token endpoint by grant type; every other endpoint asks a user. */
const routeOf = (ctx: KoaContextWithOIDC): Route => {
  if (ctx.oidc?.route !== 'token') return 'authorization_request';
  const route = PROVIDER_ROUTES.get(String(ctx.oidc.params?.['grant_type']));
  if (!route) throw new errors.InvalidTarget('this grant takes no resource from oidc-provider');
  return route;
};

/** Scope of the token: that of this request, else the authorized scope; undefined: everything. */
const askedOf = (ctx: KoaContextWithOIDC): readonly string[] | undefined => {
  const { AuthorizationCode, RefreshToken, DeviceCode } = ctx.oidc.entities;
  const scope = ctx.oidc.params?.['scope'] ?? (AuthorizationCode ?? RefreshToken ?? DeviceCode)?.scope;
  return typeof scope === 'string' && scope !== '' ? scope.split(' ') : undefined;
};

/** The details that the person allowed the client at this resource. */
const grantedAt = (ctx: KoaContextWithOIDC, { identifier }: ResourceServer): readonly Detail[] => {
  const { details } = (ctx.oidc.entities.Grant ?? {}) as { readonly details?: DetailsByResource };
  return details !== undefined && Object.hasOwn(details, identifier) ? (details[identifier] ?? []) : [];
};

/** Whether the request has a proof of possession. Its validity is checked before a token is made. */
const isBound = (ctx: KoaContextWithOIDC): boolean =>
  ctx.get('dpop') !== '' || ctx.oidc?.client?.['tlsClientCertificateBoundAccessTokens'] === true;

/** The person that a request of oidc-provider is about, as far as known yet. */
const subjectOf = (ctx: KoaContextWithOIDC): string | undefined => {
  const { AuthorizationCode, RefreshToken, DeviceCode, Account } = ctx.oidc?.entities ?? {};
  return (
    AuthorizationCode?.accountId ??
    RefreshToken?.accountId ??
    (ctx.oidc?.route === 'token' ? DeviceCode?.accountId : undefined) ??
    Account?.accountId
  );
};
