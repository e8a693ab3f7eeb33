import { agentParty, clientParty, type DecisionFacts, type DetailFacts } from '../../authority/decision/facts.ts';
import type { StandingToken } from '../../authority/decision/standing-token.ts';
import { type Delegation, delegatedDetails } from '../../authority/delegation/delegation.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import type { Client } from '../../clients/clients/client.ts';
import { SIGN_IN_GRANT_TYPES, TOKEN_EXCHANGE } from '../../clients/clients/grant-types.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { Found } from '../../ports/document-store.ts';
import type { IssuedToken } from '../../ports/issued-tokens.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import type { AccessContext, Entity } from './access-question.ts';

/** The registries in their effective state, as all grants use them. */
export type AccessRegistries = {
  readonly accounts: { get(id: string): Found<Account> };
  readonly agents: { get(id: string): Found<Agent> };
  readonly clients: { get(id: string): Found<Client> };
  readonly delegations: {
    consented(subject: string, actor: string, resource: string): Promise<Delegation | undefined>;
  };
  readonly tokens: {
    standing(token: string): Promise<StandingToken | undefined>;
  };
  readonly clock: { now(): number };
};

/** The reason why there is nothing to decide: the answer is a denial. */
export type Unknown = { readonly reason: UnknownReason; readonly layer: Layer };

export type UnknownReason =
  | 'resource_not_known'
  | 'subject_not_known'
  | 'subject_not_of_token'
  | 'actor_required'
  | 'token_required'
  | 'token_not_live'
  | 'not_approved';

/** All facts about the acting party. */
export type Acting = {
  readonly facts: Omit<DecisionFacts, 'asked' | 'details'>;
  /** Authorization details with their holders. */
  readonly held: Omit<DetailFacts, 'asked'>;
  readonly token?: IssuedToken;
  readonly delegation?: string;
};

const ID = /^[A-Za-z0-9_-]{1,128}$/;

/** Grants by which an agent can act for a person. */
const FOR_PERSON: readonly string[] = [...SIGN_IN_GRANT_TYPES, TOKEN_EXCHANGE];

/**
 * The facts behind a subject, from our own registries or the token alone. A subject that cannot act now is unknown, and
 * the answer does not reveal the reason.
 */
export const accessFacts = (deps: AccessRegistries) => {
  const { accounts, agents, clients, delegations, tokens, clock } = deps;

  const ofToken = async (server: ResourceServer, subject: Entity, value: string): Promise<Acting | Unknown> => {
    const found = await tokens.standing(value);
    // A resource server learns nothing about tokens for others (decision D11).
    if (found?.token.audience !== server.identifier) return { reason: 'token_not_live', layer: 'subject_token' };
    const { token } = found;
    const { details, ...facts } = found.facts;
    // A gateway that confuses two requests must not get an answer about the wrong one.
    if (subject.id !== token.subject && subject.id !== token.clientId) {
      return { reason: 'subject_not_of_token', layer: 'subject' };
    }
    return {
      token,
      ...(token.delegation === undefined ? {} : { delegation: token.delegation }),
      held: { delegation: details?.delegation, subjectToken: token.details ?? [] },
      facts: {
        ...facts,
        route: 'access_evaluation',
        subjectToken: token.scope,
        assurance: token.assurance,
        isBound: token.jkt !== undefined || token.x5t !== undefined,
        // The current policies apply, not those under which the token was issued.
        madeUnder: undefined,
      },
    };
  };

  const agentNow = async (id: string, grants: readonly string[]): Promise<Agent | undefined> => {
    const agent = ID.test(id) && id.startsWith('agt_') ? (await agents.get(id))?.document : undefined;
    return agent?.state === 'active' && agent.grantTypes.some((grant) => grants.includes(grant)) ? agent : undefined;
  };

  const itself = async (server: ResourceServer, { type, id }: Entity): Promise<Acting | Unknown> => {
    const known = { route: 'access_evaluation' as const, now: clock.now(), server, through: [] };
    if (type === 'agent') {
      const agent = await agentNow(id, ['client_credentials']);
      return agent ? { held: {}, facts: { ...known, caller: agentParty(agent), actors: [id] } } : NOT_KNOWN;
    }
    const client = ID.test(id) && id.startsWith('app_') ? (await clients.get(id))?.document : undefined;
    const mayAct = client?.state === 'active' && client.grantTypes.includes('client_credentials');
    return mayAct ? { held: {}, facts: { ...known, caller: clientParty(client) } } : NOT_KNOWN;
  };

  const forAccount = async (server: ResourceServer, id: string, context: AccessContext): Promise<Acting | Unknown> => {
    const actor = context.agent;
    if (actor === undefined) return { reason: 'actor_required', layer: 'request' };
    // Only its token shows what a person allowed an application.
    if (!actor.startsWith('agt_')) return { reason: 'token_required', layer: 'request' };
    const agent = await agentNow(actor, FOR_PERSON);
    const account = ID.test(id) ? (await accounts.get(id))?.document : undefined;
    if (!agent || account?.state !== 'active') return NOT_KNOWN;
    const delegation = await delegations.consented(id, actor, server.identifier);
    return {
      ...(delegation ? { delegation: delegation.id } : {}),
      held: { delegation: delegatedDetails(delegation) },
      facts: {
        route: 'access_evaluation',
        now: clock.now(),
        server,
        caller: agentParty(agent),
        through: [],
        subject: account,
        delegation: delegation?.scope ?? [],
        actors: [actor],
      },
    };
  };

  return async (server: ResourceServer, subject: Entity, context: AccessContext): Promise<Acting | Unknown> => {
    if (context.token !== undefined) return ofToken(server, subject, context.token);
    if (subject.type === 'account') return forAccount(server, subject.id, context);
    return subject.type === 'agent' || subject.type === 'client' ? itself(server, subject) : NOT_KNOWN;
  };
};

const NOT_KNOWN: Unknown = { reason: 'subject_not_known', layer: 'subject' };
