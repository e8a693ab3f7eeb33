/** The required changes for a scope to be granted, one sentence for each layer that denies it. */
import type { PolicySummary } from '../../ports/policy-engine.ts';
import type { Statement } from '../../vocabulary/statements.ts';
import type { Withheld } from './decision.ts';
import type { StepFacts } from './declared-layer.ts';
import { type DecisionLayer, LAYERS } from './layers.ts';
import { simulationStatement } from './simulation-statements.ts';

/** One required change. If there are several, all of them are required. */
export type Step = Statement & { readonly layer: DecisionLayer | 'resource_server' | 'role' };

/** The step of a layer that denies the scope. Layers of policies name theirs by policy (`policySteps`). */
export const stepOf = (layer: DecisionLayer, scope: string, facts: StepFacts): readonly Step[] => {
  const declared = LAYERS[layer];
  if (declared.by === 'policies') return [];
  return [{ layer, ...declared.step({ scope, resource: facts.server.identifier }, facts) }];
};

export const undeclared = (scope: string, { server }: StepFacts): Step => ({
  layer: 'resource_server',
  ...simulationStatement('declare_scope', { server: server.id, scope }),
});

/** What a policy set would need to permit it: the requirements of its policies, or the policies to examine. */
export const policySteps = (
  { policies = [], needs = [] }: Pick<Withheld, 'policies' | 'needs'>,
  known: ReadonlyMap<string, PolicySummary>,
): readonly Step[] => {
  const layer = 'policy';
  const named = policies.join(', ');
  const forbids = policies.some((id) => known.get(id)?.effect === 'forbid');
  if (policies.length === 0) return [{ layer, ...simulationStatement('write_policy') }];
  const asked = needs.map((need): Step => {
    if (need.kind === 'approval')
      return { layer, ...simulationStatement('approval_for_policies', { policies: named }) };
    if (need.kind === 'attestation')
      return { layer, ...simulationStatement('attestation_for_policies', { policies: named }) };
    return { layer, ...signInStatement(need, named) };
  });
  if (asked.length > 0) return asked;
  if (!forbids) return [{ layer, ...simulationStatement('policies_not_evaluated', { policies: named }) }];
  const reason = policies.length === 1 ? 'policy_forbids' : 'policies_forbid';
  return [{ layer, ...simulationStatement(reason, { policies: named }) }];
};

const signInStatement = (
  { acr, maxAge }: { readonly acr?: string; readonly maxAge?: number },
  policies: string,
): Statement => {
  if (acr === undefined) return simulationStatement('sign_in_recent', { seconds: Number(maxAge), policies });
  return maxAge === undefined
    ? simulationStatement('sign_in_with', { acr, policies })
    : simulationStatement('sign_in_with_and_recent', { acr, seconds: maxAge, policies });
};
