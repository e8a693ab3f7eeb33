/**
 * The layers of a decision, each declared as one object: what it permits, how it narrows, and what its denial says. The
 * decision, its refusals, the simulation and the reference page read this table; `routes.ts` says where each layer applies.
 */
import { type AgentLayer, LIMITS_OF_AGENT } from '../../clients/agents/effective-agent.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import { type Limit, scopesAt } from '../../vocabulary/scope-sets.ts';
import { type StatementTable, statementsOf } from '../../vocabulary/statements.ts';
import type { DeclaredLayer, LayerDenial, LayerOfFacts } from './declared-layer.ts';
import {
  type AgentParty,
  actsForItself,
  type ClientParty,
  isForPersonToAllow,
  type KnownFacts,
  type Party,
  partiesOf,
} from './facts.ts';
import { approvalLimitsOfRestricted, isWithheldDetail, narrowedLimits, needsApprovalOf } from './restricted-parties.ts';

/** The change that makes a layer let a scope through. */
export const LAYER_STATEMENTS = {
  simulation_skips_external_point: 'a simulation does not ask the external decision point',
  register_document_client: 'Register {client} here: a client without an owner cannot hold {scope} at {resource}.',
  give_client_scope: 'Client {client}: give it {scope} at {resource}.',
  give_agent_scope: 'Agent {agent}: give it {scope} at {resource}.',
  allow_in_blueprint: 'Blueprint {blueprint}, and what agent {agent} narrowed itself to: allow {scope} at {resource}.',
  allow_in_ceilings: 'Ceilings of agent {agent}: allow {scope} at {resource}.',
  accept_environment: 'Resource server {server}: take agents of the environment {environment}; it takes {accepted}.',
  approve_each_time: 'An approval, each time: the ceilings ask for one for {scope} at {resource}.',
  entitle_account: 'Account {account}: entitle it to {scope} at {resource}.',
  enable_account: 'Account {account}: enable it.',
  allow_client: 'The person allows the client this scope.',
  present_wider_token: 'A subject token that holds this scope.',
  consent_to_agent: 'The person consents: {agent} may have {scope} at {resource}.',
  permit_at_external_point: 'The external decision point: permit {scope} at {resource}.',
  lift_narrowing:
    'The response that narrowed an agent of the chain: an operator lifts it, or it ends by itself. Until then {scope} at {resource} is new, or withheld.',
  allowed_by_participants: 'Every participant of the transaction consents: {agent} may have {scope} at {resource}.',
} as const satisfies StatementTable;

const statement = statementsOf(LAYER_STATEMENTS);

const isAgent = (party: Party): party is AgentParty => party.kind === 'agent';
const isClient = (party: Party): party is ClientParty => party.kind === 'client';

/** The limit of each agent of the chain. */
const ofAgents =
  (layer: AgentLayer) =>
  (facts: KnownFacts): readonly Limit[] =>
    partiesOf(facts)
      .filter(isAgent)
      .map((agent) => ({ layer, holds: LIMITS_OF_AGENT[layer](agent, facts.server, actsForItself(facts)) }));

/**
 * The authority of a client is what it may do in its own name. It does not cut what people allow the client. It does
 * cut what the server grants without asking a person.
 */
const heldByClient = ({ authority, skipsConsent, isDocument }: ClientParty, facts: KnownFacts): Limit['holds'] => {
  // A client without an owner may not administer, even if an attacker persuades an administrator to allow it.
  if (isDocument && facts.isOwnApi) return [];
  const own = scopesAt(authority, facts.server.identifier);
  if (actsForItself(facts)) return own ?? [];
  return isForPersonToAllow(facts) && !skipsConsent ? undefined : own;
};

/** A grant, a token and a delegation hold scopes by name; only configured rights may contain `*`. */
const named = (scope: readonly string[] | undefined): readonly string[] => (scope ?? []).filter((name) => name !== '*');

const approvalOfAgents = ofAgents('approval');

/** In order of evaluation: where several layers deny a scope, the decision names the first. */
const DECLARED = {
  response: {
    by: 'facts',
    permits:
      'for each agent of the chain that a response rule narrowed: APIs and scopes that it used before, for people for whom it acted; of these what is of low or medium risk, where a rule withholds the rest',
    limits: narrowedLimits,
    refusesDetail: isWithheldDetail,
    // The smallest: to ask a person, or for an approval, would not help.
    distance: 5,
    reason: 'narrowed_by_response',
    contact: 'operator',
    page: '/console/responses',
    refusal: 'a response rule narrowed what an agent of the chain may do',
    step: (what) => statement('lift_narrowing', what),
  },
  client: {
    by: 'facts',
    permits:
      'what a client may do in its own name: where it acts for itself, and where the server asks no person (`skip_consent`, assertions of peers)',
    limits: (facts) =>
      partiesOf(facts)
        .filter(isClient)
        .map((client) => ({ layer: 'client', holds: heldByClient(client, facts) })),
    isOwnRights: true,
    distance: 90,
    reason: 'scope_not_available',
    contact: 'operator',
    refusal: 'the app the token was issued to has no right to any of this scope at this resource',
    step: (what, { caller }) =>
      caller.kind === 'client' && caller.isDocument
        ? statement('register_document_client', { client: caller.id, ...what })
        : statement('give_client_scope', { client: caller.id, ...what }),
  },
  agent: {
    by: 'facts',
    permits: 'registered rights of every agent in the chain',
    limits: ofAgents('agent'),
    isOwnRights: true,
    distance: 80,
    reason: 'scope_not_available',
    contact: 'owner',
    refusal: 'an agent of the chain has no right to any of this scope at this resource',
    step: (what, { caller }) => statement('give_agent_scope', { agent: caller.id, ...what }),
  },
  blueprint: {
    by: 'facts',
    permits: 'current ceilings of their blueprints',
    limits: ofAgents('blueprint'),
    refusesDetail: (facts, { type }) =>
      partiesOf(facts).some((party) => isAgent(party) && party.ceilings?.detailTypes?.includes(type) === false),
    distance: 100,
    reason: 'scope_not_available',
    contact: 'operator',
    refusal: 'the blueprint of an agent of the chain allows nothing of this scope at this resource',
    heldAs: 'ceilings of the blueprint',
    step: (what, { caller }) =>
      caller.kind === 'agent' && caller.blueprint !== undefined
        ? statement('allow_in_blueprint', { blueprint: caller.blueprint, agent: caller.id, ...what })
        : statement('allow_in_ceilings', { agent: caller.id, ...what }),
  },
  environment: {
    by: 'facts',
    permits: 'whether the resource server accepts agents of their environments',
    limits: ofAgents('environment'),
    distance: 110,
    reason: 'scope_not_available',
    contact: 'operator',
    refusal: 'this resource is not for the environment of an agent of the chain',
    step: (_, { caller, server }) =>
      statement('accept_environment', {
        server: server.id,
        environment: caller.kind === 'agent' ? caller.environment : '',
        accepted: (server.environments ?? []).join(', ') || 'none',
      }),
  },
  approval: {
    by: 'facts',
    permits: 'what a blueprint, a policy or a response rule requires approval for each time',
    // People approved this very action.
    limits: (facts) =>
      facts.approval === undefined ? [...approvalOfAgents(facts), ...approvalLimitsOfRestricted(facts)] : [],
    refusesDetail: (facts, detail) => facts.approval === undefined && needsApprovalOf(facts, detail),
    distance: 50,
    reason: 'approval_required',
    step: (what) => statement('approve_each_time', what),
  },
  subject: {
    by: 'facts',
    permits: 'rights of the person',
    limits: ({ subject, server }) => [
      { layer: 'subject', holds: subject?.state === 'active' ? scopesAt(subject.entitlements, server.identifier) : [] },
    ],
    distance: 40,
    reason: 'scope_not_available',
    contact: 'operator',
    refusal: 'the person has no right to any of this scope at this resource',
    step: (what, { subject }) =>
      subject?.state === 'active'
        ? statement('entitle_account', { account: subject.id, ...what })
        : statement('enable_account', { account: subject?.id ?? '' }),
  },
  grant: {
    by: 'facts',
    permits: 'what the person allowed the client they used; for an assertion, the rights that its peer may give',
    limits: ({ grant }) => [{ layer: 'grant', holds: named(grant) }],
    details: { order: 3, heldIn: ({ grant }) => grant && [grant] },
    distance: 30,
    reason: 'scope_not_available',
    refusal:
      'the app the token was issued to holds nothing of this scope at this resource; it has to ask the person first',
    step: () => statement('allow_client'),
  },
  subject_token: {
    by: 'facts',
    permits: 'rights of the exchanged token at the same resource, or of the redeemed assertion',
    limits: ({ subjectToken }) => [{ layer: 'subject_token', holds: named(subjectToken) }],
    details: { order: 1, heldIn: ({ subjectToken }) => subjectToken && [subjectToken] },
    distance: 20,
    reason: 'scope_not_available',
    refusal: 'subject_token holds nothing of this scope, and it is for the same resource',
    heldAs: 'subject token',
    step: () => statement('present_wider_token'),
  },
  delegation: {
    by: 'facts',
    permits: 'rights of the delegation: the person’s consent, or what an agent re-delegated',
    limits: ({ delegation }) => [{ layer: 'delegation', holds: named(delegation) }],
    details: { order: 2, heldIn: ({ delegation }) => delegation },
    distance: 10,
    reason: 'scope_not_available',
    refusal: 'the person has not allowed this agent anything of this scope at this resource',
    step: (what, { caller }) => statement('consent_to_agent', { agent: caller.id, ...what }),
  },
  policy: { by: 'policies', permits: 'the active policy set', distance: 60, reason: 'policy_forbids' },
  external: {
    by: 'elsewhere',
    permits: 'what an external decision point permits, if the configuration names one',
    whyNotSimulated: statement('simulation_skips_external_point'),
    distance: 70,
    reason: 'external_denies',
    contact: 'operator',
    step: (what) => statement('permit_at_external_point', what),
  },
  participants: {
    by: 'participants',
    permits: 'for a scope that needs all participants of a transaction: what each of the others allows the agent',
    distance: 15,
    reason: 'scope_not_available',
    refusal: 'not every participant of the transaction allows this agent any of this scope at this resource',
    step: (what, { caller }) => statement('allowed_by_participants', { agent: caller.id, ...what }),
  },
} as const satisfies { readonly [L in Layer]?: DeclaredLayer };

export type DecisionLayer = keyof typeof DECLARED;

export const LAYERS: { readonly [L in DecisionLayer]: DeclaredLayer } = DECLARED;

/** In order of evaluation. */
export const DECISION_LAYERS = Object.keys(LAYERS) as readonly DecisionLayer[];

/** The layers that compute their limits from the facts, in order of evaluation. */
export const LAYERS_OF_FACTS: readonly ({ readonly name: DecisionLayer } & LayerOfFacts)[] = DECISION_LAYERS.flatMap(
  (name) => {
    const layer = LAYERS[name];
    return layer.by === 'facts' ? [{ name, ...layer }] : [];
  },
);

/** Whether the layer decides after the policies. A replay of policies keeps what such a layer denied. */
export const isAfterPolicies = (layer: Layer): boolean =>
  DECISION_LAYERS.slice(DECISION_LAYERS.indexOf('policy') + 1).some((name) => name === layer);

/** The resource server comes before all layers: undeclared scopes are withheld on every route. */
export const RESOURCE_SERVER: LayerDenial = {
  distance: 120,
  reason: 'scope_not_available',
  contact: 'operator',
  refusal: 'the resource server has no such scope',
  heldAs: 'types of the resource server',
};

const DENIALS: { readonly [L in Layer]?: LayerDenial } = { ...LAYERS, resource_server: RESOURCE_SERVER };

/** What the denial of a layer says. A layer that is no part of a decision (`budget`, `limits`) has none. */
export const denialOf = (layer: Layer): LayerDenial | undefined => DENIALS[layer];
