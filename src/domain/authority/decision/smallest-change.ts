/** The required changes for a scope to be given, a sentence for each layer that denies it. */
import type { PolicySummary } from '../../ports/policy-engine.ts';
import type { Withheld } from './decision.ts';
import type { DecisionFacts } from './facts.ts';
import type { DecisionLayer } from './layers.ts';

/** One required change. Where there are several, one alone is not enough. */
export type Step = { readonly layer: DecisionLayer | 'resource_server' | 'role'; readonly text: string };

type Facts = Pick<DecisionFacts, 'caller' | 'server' | 'subject'>;

export const stepOf = (layer: Exclude<DecisionLayer, 'policy'>, scope: string, facts: Facts): Step => ({
  layer,
  text: TEXTS[layer](`${scope} at ${facts.server.identifier}`, facts),
});

const TEXTS: Readonly<Record<Exclude<DecisionLayer, 'policy'>, (what: string, facts: Facts) => string>> = {
  client: (what, { caller }) =>
    caller.kind === 'client' && caller.isDocument
      ? `Register ${caller.id} here: nobody answers for it, so it cannot hold ${what}.`
      : `Client ${caller.id}: give it ${what}.`,
  agent: (what, { caller }) => `Agent ${caller.id}: give it ${what}.`,
  blueprint: (what, { caller }) =>
    caller.kind === 'agent' && caller.blueprint !== undefined
      ? `Blueprint ${caller.blueprint}, and what agent ${caller.id} narrowed itself to: allow ${what}.`
      : `Ceilings of agent ${caller.id}: allow ${what}.`,
  environment: (_, { caller, server }) =>
    `Resource server ${server.id}: take agents of the environment ${caller.kind === 'agent' ? caller.environment : ''}; it takes ${(server.environments ?? []).join(', ') || 'none'}.`,
  approval: (what) => `An approval, each time: the ceilings ask for one for ${what}.`,
  subject: (what, { subject }) =>
    subject?.state === 'active'
      ? `Account ${subject.id}: entitle it to ${what}.`
      : `Account ${subject?.id ?? ''}: enable it.`,
  grant: () => 'The person allows the client this scope.',
  subject_token: () => 'A subject token that holds this scope.',
  external: (what) => `The external decision point: permit ${what}.`,
  delegation: (what, { caller }) => `The person consents: ${caller.id} may have ${what}.`,
};

export const undeclared = (scope: string, { server }: Facts): Step => ({
  layer: 'resource_server',
  text: `Resource server ${server.id}: declare the scope ${scope}.`,
});

/** What a policy set would need to permit it: the requirements of its policies, or which of them to examine. */
export const policySteps = (
  { policies = [], needs = [] }: Pick<Withheld, 'policies' | 'needs'>,
  known: ReadonlyMap<string, PolicySummary>,
): readonly Step[] => {
  const layer = 'policy';
  const named = policies.join(', ');
  const forbids = policies.some((id) => known.get(id)?.effect === 'forbid');
  if (policies.length === 0) return [{ layer, text: 'No policy permits it: one that does has to be written.' }];
  const asked = needs.map((need): Step => {
    if (need.kind === 'approval') return { layer, text: `An approval, as ${named} asks for.` };
    return { layer, text: signInText(need, named) };
  });
  if (asked.length > 0) return asked;
  return [
    {
      layer,
      text: forbids
        ? policies.length === 1
          ? `This policy forbids it: ${named}.`
          : `These policies forbid it: ${named}.`
        : `What ${named} says could not be evaluated.`,
    },
  ];
};

const signInText = ({ acr, maxAge }: { readonly acr?: string; readonly maxAge?: number }, named: string): string =>
  acr === undefined
    ? `A sign-in of the person at most ${maxAge} seconds ago, as ${named} asks for.`
    : maxAge === undefined
      ? `A sign-in of the person with ${acr}, as ${named} asks for.`
      : `A sign-in of the person with ${acr}, at most ${maxAge} seconds ago, as ${named} asks for.`;
