import type { Account } from '../../domain/accounts/account.ts';
import type { Agent } from '../../domain/agents/agent.ts';
import type { AuditEvent } from '../../domain/audit/audit-event.ts';
import type { Client } from '../../domain/clients/client.ts';
import { type Cut, cutScope, type Limit } from '../../domain/delegation/authority.ts';
import type { Delegation } from '../../domain/delegation/delegation.ts';
import type { DelegationRegister } from '../../domain/delegation/delegation-register.ts';
import type { DelegationRequests } from '../../domain/delegation/delegation-requests.ts';
import { type DomainError, isDomainError, type Layer, type Remedy } from '../../domain/errors.ts';
import type { Clock } from '../../domain/ports/clock.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { IssuedTokens } from '../../domain/ports/issued-tokens.ts';
import type { Leases } from '../../domain/ports/leases.ts';
import type { ResourceServer } from '../../domain/resource-servers/resource-server.ts';
import { findSource, leaseOf, limitsAt, type Source } from './authority-source.ts';
import { type ExchangeParameters, GRANT_TYPE, JWT_TYPE, readParameters } from './parameters.ts';
import { type AcceptedSubjectToken, acceptSubjectToken, checkActorToken } from './presented-tokens.ts';
import { type Refuse, refusals } from './refusals.ts';

type Stored<T> = Promise<{ readonly document: T } | undefined>;

export type TokenExchangeDependencies = {
  readonly tokens: IssuedTokens;
  readonly agents: { get(id: string): Stored<Agent> };
  readonly resourceServers: {
    get(id: string): Stored<ResourceServer>;
    findByIdentifier(identifier: string): Stored<ResourceServer>;
  };
  readonly accounts: { get(id: string): Stored<Account> };
  readonly clients: { get(id: string): Stored<Client> };
  readonly leases: Pick<Leases, 'get'>;
  readonly delegations: Pick<DelegationRegister, 'live' | 'consented' | 'sibling' | 'derive' | 'maxDepth'>;
  readonly requests: Pick<DelegationRequests, 'create'>;
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly issuer: string;
  /** Longest life of an exchanged token, at most 600. */
  readonly exchangedTokenTtlSeconds: number;
};

/** The authenticated side of a request. */
export type Caller = {
  readonly id: string;
  readonly clientId: string;
  readonly isAgent: boolean;
  readonly dpopThumbprint: string | undefined;
  note(facts: Partial<AuditEvent>): void;
};

/** What is to be minted; `mint` shortens `notAfter` to the resource server's own limit. */
export type ExchangedToken = {
  readonly subject: string;
  readonly chain: Delegation['chain'];
  readonly resourceServer: ResourceServer;
  readonly scope: readonly string[];
  readonly notAfter: number;
  readonly delegation: string;
  readonly lease: string | undefined;
  readonly txn: string;
  /** Id of the subject token. */
  readonly parent: string;
  readonly issuedTokenType: string;
};

/**
 * Decides an exchange (RFC 8693): caller → form → target → subject token → actor token → source of authority → cut →
 * hop. Throws DomainError with a `denial` for every refusal. The result always names the caller as the outermost actor.
 */
export const exchangeToken = (dependencies: TokenExchangeDependencies) => {
  const { delegations, identifiers, clock } = dependencies;
  const refuse = refusals(identifiers);

  return async (caller: Caller, values: (parameter: string) => readonly string[]): Promise<ExchangedToken> => {
    if (!caller.isAgent) throw refuse('caller_not_an_agent');
    const parameters = readParameters(values, refuse);
    if (parameters.scope) caller.note({ scopeAsked: parameters.scope });
    const agent = await activeAgent(dependencies, refuse, caller);
    const target = await findTarget(dependencies, refuse, parameters);
    caller.note({ resource: target.identifier });

    const accepted = await acceptSubjectToken(dependencies, refuse, agent, caller, parameters.subject);
    const { token, account } = accepted;
    caller.note({
      subject: token.subject,
      ...(token.chain ? { chain: token.chain } : {}),
      ...(token.lease ? { grant: token.lease } : {}),
      ...(token.delegation ? { delegation: token.delegation } : {}),
      ...(token.txn ? { txn: token.txn } : {}),
      inputs: { subjectToken: describe(accepted) },
    });
    if (parameters.actor) await checkActorToken(dependencies, refuse, agent, caller, parameters.actor);

    const lease = await leaseOf(dependencies, refuse, accepted);
    const source = await findSource(dependencies, refuse, agent, accepted, target);
    const limits = await limitsAt(dependencies, refuse, agent, account, accepted, lease, source, target);
    const declared = target.scopes.map(({ name }) => name);
    const cut = cutScope(parameters.scope, declared, limits);
    const now = clock.now();
    caller.note({ inputs: inputsOf(accepted, source, declared, limits, cut, now) });

    const ask = (scope: readonly string[]) =>
      askThePerson(dependencies, refuse, { agent, token, resource: target.identifier, scope });
    if (source.kind === 'unconsented') {
      if (cut.scope.length === 0) throw refuse('scope_not_available', { layer: blocking(cut) });
      throw refuse('consent_missing', { remedies: await ask(cut.scope) });
    }
    if (cut.scope.length === 0) {
      const layer = blocking(cut);
      // At a first hop the person can give more, if everybody else would let it through.
      const wanted = cut.removed.filter((each) => each.layer === 'delegation').map(({ scope }) => scope);
      const mayAsk = parameters.scope && layer === 'delegation' && source.kind === 'held' && source.row.depth === 1;
      throw refuse('scope_not_available', { layer, remedies: mayAsk ? await ask(wanted) : undefined });
    }

    const txn = token.txn ?? identifiers.newId('txn');
    const row =
      source.kind === 'held' ? source.row : await hop(delegations, refuse, agent, source.row, cut, txn, caller);
    const scope = cut.scope.filter((name) => row.scope.includes(name));
    if (scope.length === 0) throw refuse('delegation_ended');
    const notAfter = Math.min(
      token.expiresAt,
      row.expiresAt,
      source.row.expiresAt,
      lease?.expiresAt ?? Number.POSITIVE_INFINITY,
      now + dependencies.exchangedTokenTtlSeconds,
    );
    caller.note({ chain: row.chain, delegation: row.id, txn, scopeGiven: scope });
    return {
      subject: token.subject,
      chain: row.chain,
      resourceServer: target,
      scope,
      notAfter,
      delegation: row.id,
      lease: token.lease,
      txn,
      parent: token.id,
      issuedTokenType: parameters.requestedType,
    };
  };
};

/** The caller as an agent that may exchange: active, registered for it, and with an owner who answers for it. */
const activeAgent = async (
  { agents, accounts }: TokenExchangeDependencies,
  refuse: Refuse,
  caller: Caller,
): Promise<Agent> => {
  const agent = (await agents.get(caller.clientId))?.document;
  if (!agent) throw refuse('caller_not_an_agent');
  caller.note({ agent: agent.id, owner: agent.owner });
  if (agent.state !== 'active') throw refuse('agent_not_active');
  if (!agent.grantTypes.includes(GRANT_TYPE)) throw refuse('grant_type_not_registered');
  if ((await accounts.get(agent.owner))?.document.state !== 'active') throw refuse('owner_not_active');
  // A token of this agent is bound to a key, whatever it is exchanged from (RFC 9449 §5.2).
  if (agent.dpopBoundAccessTokens && caller.dpopThumbprint === undefined) throw refuse('proof_required');
  return agent;
};

/** The one resource server the token is for, named by identifier (`resource`), or by identifier or id (`audience`). */
const findTarget = async (
  { resourceServers, issuer }: TokenExchangeDependencies,
  refuse: Refuse,
  { resource, audience, requestedType }: ExchangeParameters,
): Promise<ResourceServer> => {
  const named = async (field: string, name: string): Promise<ResourceServer> => {
    const found =
      field === 'audience' && name.startsWith('rs_')
        ? await resourceServers.get(name)
        : await resourceServers.findByIdentifier(name);
    const server = found?.document;
    if ([name, server?.identifier].some((each) => each !== undefined && isOwn(each, issuer))) {
      throw refuse('target_not_for_agents', { field });
    }
    if (server?.state !== 'active') throw refuse('target_unknown', { field });
    return server;
  };
  const byResource = resource === undefined ? undefined : await named('resource', resource);
  const byAudience = audience === undefined ? undefined : await named('audience', audience);
  const target = byResource ?? byAudience;
  if (!target) throw refuse('target_missing');
  if (byAudience && byAudience.id !== target.id) throw refuse('target_ambiguous');
  if (requestedType === JWT_TYPE && target.accessTokenFormat !== 'jwt') {
    throw refuse('token_type_unsupported', {
      field: 'requested_token_type',
      text: 'this resource server takes opaque tokens',
    });
  }
  return target;
};

/** The issuer and everything under `/api` of it: an agent's token never opens this server itself (decision D22). */
const isOwn = (identifier: string, issuer: string): boolean =>
  identifier === issuer || identifier === `${issuer}/` || `${identifier}/`.startsWith(`${issuer}/api/`);

const hop = async (
  delegations: TokenExchangeDependencies['delegations'],
  refuse: Refuse,
  agent: Agent,
  parent: Delegation,
  cut: Cut,
  txn: string,
  caller: Caller,
): Promise<Delegation> => {
  try {
    return await delegations.derive({
      parent,
      actor: agent.id,
      resource: parent.resource,
      scope: cut.scope,
      expiresAt: parent.expiresAt,
      passOn: { agents: parent.passOn.agents, depth: parent.passOn.depth - 1 },
      txn,
      request: caller.id,
    });
  } catch (error) {
    // Depth and passing on were checked above: left are a hop that was ended, and a parent that ended in between.
    if (!isDomainError(error)) throw error;
    if (error.code === 'access_denied') throw refuse('hop_ended', { cause: error });
    if (error.code === 'invalid_request') throw refuse('delegation_ended', { cause: error });
    throw error;
  }
};

const askThePerson = async (
  { requests }: TokenExchangeDependencies,
  refuse: Refuse,
  wanted: {
    readonly agent: Agent;
    readonly token: AcceptedSubjectToken['token'];
    readonly resource: string;
    readonly scope: readonly string[];
  },
): Promise<readonly Remedy[]> => {
  const { agent, token, resource, scope } = wanted;
  try {
    const { url, expiresIn } = await requests.create({
      subject: token.subject,
      agent: agent.id,
      resource,
      scope,
      ...(token.txn ? { txn: token.txn } : {}),
      viaClient: token.clientId,
    });
    return [{ kind: 'consent', url, expires_in: expiresIn }];
  } catch (error) {
    throw isTooMany(error) ? refuse('too_many_consent_requests', { cause: error }) : error;
  }
};

const isTooMany = (error: unknown): error is DomainError => isDomainError(error) && error.code === 'too_many_requests';

/** Of the layers that took something away, the one nearest to a yes. */
const blocking = (cut: Cut): Layer => {
  const layers = cut.removed.map(({ layer }) => layer);
  return NEAREST_FIRST.find((layer) => layers.includes(layer)) ?? 'resource_server';
};

const NEAREST_FIRST: readonly Layer[] = [
  'delegation',
  'subject_token',
  'grant',
  'subject',
  'agent',
  'client',
  'resource_server',
];

const describe = ({ token, received }: AcceptedSubjectToken) => ({
  id: token.id,
  clientId: token.clientId,
  audience: token.audience ?? null,
  scope: token.scope,
  delegation: token.delegation ?? null,
  expiresAt: token.expiresAt,
  isBound: token.jkt !== undefined,
  received,
});

/** The facts the decision used, so that it can be made again from the audit trail (decision D18). */
const inputsOf = (
  accepted: AcceptedSubjectToken,
  source: Source,
  declared: readonly string[],
  limits: readonly Limit[],
  cut: Cut,
  now: number,
) => ({
  now,
  subjectToken: describe(accepted),
  declared,
  limits: limits.map(({ layer, holds }) => ({ layer, holds: holds ?? null })),
  removed: cut.removed,
  source:
    source.kind === 'unconsented'
      ? { kind: source.kind }
      : {
          kind: source.kind,
          delegation: source.row.id,
          depth: source.row.depth,
          expiresAt: source.row.expiresAt,
          passOn: source.row.passOn,
        },
});
