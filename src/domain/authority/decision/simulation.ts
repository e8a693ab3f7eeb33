/**
 * Simulates a decision without a token: what a caller would be granted for a subject, the result of each layer, and the
 * required changes.
 */

import type { Agent } from '../../clients/agents/agent.ts';
import type { Client } from '../../clients/clients/client.ts';
import { isDocumentId } from '../../clients/clients/metadata-document.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Found } from '../../ports/document-store.ts';
import type { Identifiers } from '../../ports/identifiers.ts';
import type { PolicySummary } from '../../ports/policy-engine.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import type { Assurance } from '../../vocabulary/assurance.ts';
import { fieldRefusal } from '../../vocabulary/field-refusals.ts';
import type { Statement } from '../../vocabulary/statements.ts';
import type { Delegation } from '../delegation/delegation.ts';
import { otherParticipants } from '../transactions/participants.ts';
import { type Transaction, transactionFacts } from '../transactions/transaction.ts';
import { type ActivePolicies, type Authorize, authorizer, type GroupsOf, type SignalsOf } from './authorize.ts';
import type { Decision } from './decision.ts';
import { type ActionFacts, type Approval, agentParty, clientParty, type DecisionFacts, type Route } from './facts.ts';
import { DECISION_LAYERS, type DecisionLayer, LAYERS } from './layers.ts';
import { cutByPolicy } from './policy-layer.ts';
import { policyCase } from './policy-question.ts';
import { type Cell, ROUTE_LAYERS } from './routes.ts';
import { simulationRefusal } from './simulation-refusals.ts';
import { simulationStatement } from './simulation-statements.ts';
import { policySteps, type Step, stepOf, undeclared } from './smallest-change.ts';

export type SimulationRequest = {
  /** Agent or client that would get the token. */
  readonly caller: string;
  /** Account on whose behalf the caller acts. Absent: the caller acts for itself. */
  readonly subject?: string;
  /** Resource indicator. */
  readonly resource: string;
  /** Absent: all scopes. */
  readonly scope?: readonly string[];
  /** Default: token exchange for an agent, authorization code for a client, client credentials without a subject. */
  readonly route?: Extract<Route, 'client_credentials' | 'authorization_code' | 'token_exchange' | 'consent'>;
  /** Assumes the person's consent, to show the remaining obstacles. */
  readonly assumeConsent?: boolean;
  readonly assurance?: Assurance;
  readonly approval?: Approval;
  readonly source?: string;
  /** Id of a declared transaction, open or closed, in which the caller would ask. */
  readonly transaction?: string;
  /** Epoch seconds; default: now. */
  readonly at?: number;
};

/** The result of one layer. */
export type LayerReport = {
  readonly layer: DecisionLayer;
  readonly counts: boolean;
  /** Why the layer does not apply. */
  readonly why?: Statement;
  /** The layer does not apply; `why` is the condition under which it would. */
  readonly isCondition?: true;
  /** The requested scopes that it lets through. Absent where it sets no limit or does not apply. */
  readonly leaves?: readonly string[];
};

export type Simulation = {
  readonly decision: Decision;
  readonly layers: readonly LayerReport[];
  /** Policies that permit or forbid, by scope, independent of the other layers. */
  readonly policies: readonly {
    readonly scope: string;
    readonly effect: 'allow' | 'deny';
    readonly by: readonly PolicySummary[];
  }[];
  /** All required changes for each scope that is not granted; a part of them is not enough. */
  readonly changes: readonly { readonly scope: string; readonly steps: readonly Step[] }[];
  /** Reasons why nothing is granted, independent of the layers: an inactive caller or resource server. */
  readonly stops: readonly Statement[];
};

/** Simulates a decision without a token. */
export interface Simulator {
  /**
   * Decides as the token endpoint would, and records nothing. Throws 'invalid_field' naming what does not exist. An
   * agent that is not active holds nothing; the layers report it in its effective state.
   */
  simulate(asked: SimulationRequest, policies: ActivePolicies | undefined): Promise<Simulation>;
  /**
   * What an agent would ask people to approve, for an account that has consented, and what decides it with these policies.
   * Throws 'invalid_field' naming what does not exist.
   */
  actionOf(
    asked: Required<Pick<SimulationRequest, 'caller' | 'subject' | 'resource' | 'scope'>>,
    policies: ActivePolicies | undefined,
  ): Promise<{ readonly facts: ActionFacts; readonly decide: Authorize }>;
}

export const simulator = (deps: {
  readonly agents: { get(id: string): Found<Agent> };
  readonly clients: { get(id: string): Found<Client> };
  readonly accounts: { get(id: string): Found<Account> };
  readonly groupsOf: GroupsOf;
  readonly signalsOf: SignalsOf;
  readonly resourceServers: { findByIdentifier(identifier: string): Found<ResourceServer> };
  readonly delegations: {
    consented(subject: string, actor: string, resource: string): Promise<Delegation | undefined>;
  };
  readonly transactions: { get(id: string): Found<Transaction> };
  readonly clock: Clock;
  readonly identifiers: Identifiers;
  readonly managementApi: string;
}): Simulator => {
  const factsOf = async (
    asked: SimulationRequest,
  ): Promise<DecisionFacts & { readonly stops: readonly Statement[] }> => {
    const server = (await deps.resourceServers.findByIdentifier(asked.resource))?.document;
    if (!server) throw simulationRefusal('simulated_resource_unknown', { field: '/resource' });
    const isAgent = asked.caller.startsWith('agt_');
    const caller = isAgent
      ? (await deps.agents.get(asked.caller))?.document
      : (await deps.clients.get(asked.caller))?.document;
    if (!caller) throw simulationRefusal('simulated_caller_unknown', { field: '/caller' });
    const account = asked.subject === undefined ? undefined : (await deps.accounts.get(asked.subject))?.document;
    const subject = account && { ...account, groups: await deps.groupsOf(account) };
    if (asked.subject !== undefined && !subject) {
      throw fieldRefusal('account_unknown', { field: '/subject' });
    }
    const route =
      asked.route ?? (subject === undefined ? 'client_credentials' : isAgent ? 'token_exchange' : 'authorization_code');
    if (subject === undefined && route !== 'client_credentials') {
      throw simulationRefusal('simulated_subject_missing', { field: '/subject' });
    }
    const delegation =
      isAgent && subject ? await deps.delegations.consented(subject.id, caller.id, server.identifier) : undefined;
    const transaction =
      asked.transaction === undefined ? undefined : (await deps.transactions.get(asked.transaction))?.document;
    const isOwn = transaction?.agent === caller.id || transaction?.opener === caller.id;
    if (asked.transaction !== undefined && !isOwn) {
      throw simulationRefusal('simulated_transaction_unknown', { field: '/transaction' });
    }
    const place = { agent: caller.id, resource: server.identifier };
    const others = await otherParticipants(deps, transaction, subject?.id, place);
    const everything = server.scopes.map(({ name }) => name);
    return {
      route,
      now: asked.at ?? deps.clock.now(),
      server,
      asked: asked.scope,
      caller: isAgent ? agentParty(caller as Agent) : clientParty(caller as Client, isDocumentId(caller.id)),
      through: [],
      subject: route === 'client_credentials' ? undefined : subject,
      ...(isAgent && subject ? { delegation: asked.assumeConsent ? everything : (delegation?.scope ?? []) } : {}),
      actors: isAgent ? [caller.id] : [],
      assurance: asked.assurance,
      approval: asked.approval,
      source: asked.source,
      ...(transaction ? { transaction: transactionFacts(transaction, subject?.id) } : {}),
      ...(others ? { participants: others.map((one) => one.facts) } : {}),
      stops: [
        ...(caller.state === 'active'
          ? []
          : [simulationStatement('party_not_active', { party: caller.id, state: caller.state })]),
        ...(server.state === 'active'
          ? []
          : [simulationStatement('resource_server_not_active', { server: server.id, state: server.state })]),
      ],
    };
  };

  const decideWith = (policies: ActivePolicies | undefined): Authorize =>
    authorizer({
      identifiers: deps.identifiers,
      managementApi: deps.managementApi,
      signalsOf: deps.signalsOf,
      policies: { current: async () => policies },
    });

  return {
    async actionOf(asked, policies) {
      const {
        stops: _stops,
        route: _route,
        approval: _approval,
        assurance: _assurance,
        ...facts
      } = await factsOf({
        ...asked,
        assumeConsent: true,
      });
      return { facts: { ...facts, asked: asked.scope, details: { asked: [] } }, decide: decideWith(policies) };
    },

    async simulate(asked, policies): Promise<Simulation> {
      const { stops, ...facts } = await factsOf(asked);
      const signals = facts.subject && (await deps.signalsOf(facts.subject, facts.now));
      const isOwnApi = facts.server.identifier === deps.managementApi;
      const decide = decideWith(policies);
      const decision = await decide(facts);
      const declared = facts.server.scopes.map(({ name }) => name);
      const wanted = [...new Set(facts.asked ?? declared)].sort();
      const known = wanted.filter((name) => declared.includes(name));
      const cut = policies && cutByPolicy(policies.policies, policyCase({ ...facts, isOwnApi, signals }, known));
      // Assumed consent removes the denials of policy that only consent would lift.
      const consented = policies && facts.delegation !== undefined ? everythingConsented(facts) : undefined;
      const strict =
        consented && policies
          ? cutByPolicy(policies.policies, policyCase({ ...consented, isOwnApi, signals }, known))
          : cut;
      const leaves = (layer: DecisionLayer): readonly string[] | undefined => {
        if (LAYERS[layer].by === 'policies') return cut?.scope ?? [];
        if (LAYERS[layer].by === 'participants') {
          return known.filter((name) => !decision.removed.some((one) => one.layer === layer && one.scope === name));
        }
        const limits = decision.limits.filter((limit) => limit.layer === layer && limit.holds !== undefined);
        if (limits.length === 0) return undefined;
        return known.filter((name) => limits.every(({ holds }) => holds?.includes(name) || holds?.includes('*')));
      };
      const layers = DECISION_LAYERS.map((layer) => report(layer, ROUTE_LAYERS[facts.route][layer], facts, leaves));
      return {
        decision,
        layers,
        policies: known.map((scope) => ({
          scope,
          effect: cut?.scope.includes(scope) ? ('allow' as const) : ('deny' as const),
          by: (cut?.removed.find((one) => one.scope === scope)?.policies ?? cut?.by.get(scope) ?? []).flatMap(
            (id) => policies?.policies.policies.get(id) ?? [],
          ),
        })),
        changes: decision.removed.map(({ scope }) => ({
          scope,
          steps: known.includes(scope)
            ? layers
                .filter(({ leaves: left }) => left !== undefined && !left.includes(scope))
                .flatMap(({ layer }): readonly Step[] => {
                  if (LAYERS[layer].by !== 'policies') return stepOf(layer, scope, facts);
                  if (policies === undefined) return [{ layer, ...simulationStatement('activate_policies') }];
                  const withheld = strict?.removed.find((one) => one.scope === scope);
                  return withheld ? policySteps(withheld, policies.policies.policies) : [];
                })
            : [undeclared(scope, facts)],
        })),
        stops,
      };
    },
  };
};

/** The facts as if the person had consented to everything. */
const everythingConsented = (facts: DecisionFacts): DecisionFacts => ({
  ...facts,
  delegation: facts.server.scopes.map(({ name }) => name),
});

const report = (
  layer: DecisionLayer,
  cell: Cell,
  facts: DecisionFacts,
  leaves: (layer: DecisionLayer) => readonly string[] | undefined,
): LayerReport => {
  const declared = LAYERS[layer];
  if (declared.by === 'elsewhere') return { layer, counts: false, why: declared.whyNotSimulated };
  if (cell !== 'counts' && 'not' in cell) return { layer, counts: false, why: cell.not };
  if (cell !== 'counts' && !cell.if(facts)) return { layer, counts: false, why: cell.when, isCondition: true };
  const left = leaves(layer);
  return { layer, counts: true, ...(left === undefined ? {} : { leaves: left }) };
};
