/** The required changes for a scope to be given, a sentence for each layer that denies it. */
import type { PolicySummary } from '../../ports/policy-engine.ts';
import type { Withheld } from './decision.ts';
import type { DecisionFacts } from './facts.ts';
import { type DecisionLayer, LAYERS } from './layers.ts';

/** One required change. Where there are several, one alone is not enough. */
export type Step = { readonly layer: DecisionLayer | 'resource_server' | 'role'; readonly text: string };

type Facts = Pick<DecisionFacts, 'caller' | 'server' | 'subject'>;

/** The step of a layer that denies the scope. Layers of policies name theirs by policy (`policySteps`). */
export const stepOf = (layer: DecisionLayer, scope: string, facts: Facts): readonly Step[] => {
  const declared = LAYERS[layer];
  if (declared.by === 'policies') return [];
  return [{ layer, text: declared.step(`${scope} at ${facts.server.identifier}`, facts) }];
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
