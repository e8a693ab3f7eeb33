/**
 * The structural layers of a decision: all but policy and the external decision point. Each only narrows, and names itself.
 */
import { limitsOfAgent } from '../../clients/agents/effective-agent.ts';
import { type Limit, scopesAt } from '../../vocabulary/scope-sets.ts';
import {
  type AgentParty,
  actsForItself,
  type ClientParty,
  isForPersonToAllow,
  type KnownFacts,
  type Party,
  partiesOf,
} from './facts.ts';

/** In order of evaluation: where several layers deny a scope, the decision names the first. */
export const DECISION_LAYERS = [
  'client',
  'agent',
  'blueprint',
  'environment',
  'approval',
  'subject',
  'grant',
  'subject_token',
  'delegation',
  'policy',
  'external',
] as const;

export type DecisionLayer = (typeof DECISION_LAYERS)[number];

type StructuralLayer = Exclude<DecisionLayer, 'policy' | 'external'>;

/** Whether a layer computes its limit from the facts alone. */
export const isStructural = (layer: DecisionLayer): layer is StructuralLayer =>
  layer !== 'policy' && layer !== 'external';

const isAgent = (party: Party): party is AgentParty => party.kind === 'agent';
const isClient = (party: Party): party is ClientParty => party.kind === 'client';

const ofAgents =
  (layer: 'agent' | 'blueprint' | 'environment' | 'approval') =>
  (facts: KnownFacts): readonly Limit[] =>
    partiesOf(facts)
      .filter(isAgent)
      .flatMap((agent) => limitsOfAgent(agent, facts.server, actsForItself(facts)))
      .filter((limit) => limit.layer === layer);

/**
 * The authority of a client is what it may do in its own name. It does not cut what people allow the client. It does cut
 * what no person is asked about.
 */
const heldByClient = ({ authority, skipsConsent, isDocument }: ClientParty, facts: KnownFacts): Limit['holds'] => {
  // A client without an owner may not administer, even if an administrator is talked into allowing it.
  if (isDocument && facts.isOwnApi) return [];
  const own = scopesAt(authority, facts.server.identifier);
  if (actsForItself(facts)) return own ?? [];
  return isForPersonToAllow(facts) && !skipsConsent ? undefined : own;
};

/** A grant, a token and a delegation hold scopes by name; only configured rights may contain `*`. */
const named = (scope: readonly string[] | undefined): readonly string[] => (scope ?? []).filter((name) => name !== '*');

/** The limits of each layer at the resource server. */
export const LAYERS: { readonly [L in StructuralLayer]: (facts: KnownFacts) => readonly Limit[] } = {
  client: (facts) =>
    partiesOf(facts)
      .filter(isClient)
      .map((client) => ({ layer: 'client', holds: heldByClient(client, facts) })),
  agent: ofAgents('agent'),
  blueprint: ofAgents('blueprint'),
  environment: ofAgents('environment'),
  // People approved this very action.
  approval: (facts) => (facts.approval === undefined ? ofAgents('approval')(facts) : []),
  subject: ({ subject, server }) => [
    {
      layer: 'subject',
      holds: subject?.state === 'active' ? scopesAt(subject.entitlements, server.identifier) : [],
    },
  ],
  grant: ({ grant }) => [{ layer: 'grant', holds: named(grant) }],
  subject_token: ({ subjectToken }) => [{ layer: 'subject_token', holds: named(subjectToken) }],
  delegation: ({ delegation }) => [{ layer: 'delegation', holds: named(delegation) }],
};
