/** The layer of policy: each scope and detail that the others left is asked about, and what a permit is tied to is looked at. */

import type {
  CompiledPolicies,
  PolicyCase,
  PolicyEntity,
  PolicyRecord,
  PolicySummary,
} from '../../ports/policy-engine.ts';
import { satisfiesAcr } from '../../vocabulary/assurance.ts';
import type { ApproverRule, Need, Withheld, Withholding } from './decision.ts';

export type PolicyCut = {
  readonly scope: readonly string[];
  readonly removed: readonly Withheld[];
  /** Ids of the policies that permit what is given, by scope. */
  readonly by: ReadonlyMap<string, readonly string[]>;
  /** Of each authorization detail why it is not given; undefined: it is permitted. */
  readonly details: readonly (Withholding | undefined)[];
  readonly maxSeconds: number | undefined;
  readonly maxUses: number | undefined;
  /** Who may approve what is given: the different answers there are. */
  readonly approvers: readonly ApproverRule[];
};

/**
 * Obligations of all permits that apply add up, and the strictest counts. On a forbid they say what would lift it.
 * What a token that is there was tied to when it was made is not asked for again.
 */
export const cutByPolicy = (policies: CompiledPolicies, asked: PolicyCase): PolicyCut => {
  const by = new Map<string, readonly string[]>();
  const seconds: number[] = [];
  const uses: number[] = [];
  const approvers = new Map<string, ApproverRule>();

  const ask = (entity: PolicyEntity, more: PolicyRecord): Withholding | { readonly by: readonly string[] } => {
    const { action, principal } = asked;
    const context = { ...asked.context, ...more };
    const verdict = policies.decide({ action, principal, resource: entity.name, context }, [...asked.entities, entity]);
    const determining = verdict.determining.flatMap((id) => policies.policies.get(id) ?? []);
    const needs = asked.isConditional ? needsOf(determining, asked.context) : [];
    if (verdict.effect === 'allow' && verdict.errors.length === 0 && needs.length === 0) {
      seconds.push(...numbersOf(determining, 'max_seconds'));
      uses.push(...numbersOf(determining, 'max_uses'));
      const rule = approverRule(determining);
      approvers.set(JSON.stringify(rule), rule);
      return { by: verdict.determining };
    }
    const reasons = determining.flatMap(({ annotations }) => annotations['reason'] ?? []);
    return {
      layer: needs.some(({ kind }) => kind === 'approval') ? 'approval' : 'policy',
      policies: determining.map(({ id }) => id),
      ...(reasons.length === 0 ? {} : { reasons }),
      ...(needs.length === 0 ? {} : { needs }),
    };
  };

  const scope: string[] = [];
  const removed: Withheld[] = [];
  for (const { scope: name, entity, consented } of asked.resources) {
    const answer = ask(entity, { consented });
    if ('by' in answer) {
      scope.push(name);
      by.set(name, answer.by);
    } else removed.push({ scope: name, ...answer });
  }
  const details = (asked.details ?? []).map(({ entity, consented, amount }): Withholding | undefined => {
    // What is no whole number that can be told from the next one is not asked about.
    if (amount !== undefined && !Number.isSafeInteger(amount)) return { layer: 'policy', policies: [] };
    const answer = ask(entity, { consented, amount });
    return 'by' in answer ? undefined : answer;
  });
  return {
    scope: scope.sort(),
    removed,
    by,
    details,
    maxSeconds: least(seconds),
    maxUses: least(uses),
    approvers: [...approvers.values()],
  };
};

const least = (numbers: readonly number[]): number | undefined =>
  numbers.length === 0 ? undefined : Math.min(...numbers);

/** What is not a whole number above zero was refused when the set was uploaded; should it be here, it counts as the least. */
const numbersOf = (policies: readonly PolicySummary[], annotation: string): readonly number[] =>
  policies.flatMap(({ annotations }) => {
    const text = annotations[annotation];
    if (text === undefined) return [];
    const number = Number(text);
    return [Number.isSafeInteger(number) && number > 0 ? number : 1];
  });

/** Names add up, and so do those who are left out; of several times the longest counts. */
const approverRule = (policies: readonly PolicySummary[]): ApproverRule => {
  const namesIn = (annotation: string): readonly string[] =>
    [...new Set(policies.flatMap(({ annotations }) => annotations[annotation]?.split(' ') ?? []))].sort();
  const further = namesIn('escalate_to');
  const after = Math.max(0, ...numbersOf(policies, 'escalate_after'));
  return {
    names: namesIn('approvers'),
    except: namesIn('approvers_except'),
    ...(further.length === 0 || after === 0 ? {} : { escalation: { after, names: further } }),
  };
};

/** What is still missing of what these policies ask for. */
const needsOf = (policies: readonly PolicySummary[], { approval, assurance }: PolicyRecord): readonly Need[] => {
  const asks = (annotation: string): boolean =>
    policies.some(({ annotations }) => annotations[annotation] !== undefined);
  const { acr, age } = (assurance as Partial<SignIn> | undefined)?.record ?? {};
  const acrs = new Set(policies.flatMap(({ annotations }) => annotations['acr'] ?? []));
  const maxAge = least(numbersOf(policies, 'max_age'));
  const missingAcr = [...acrs].find((wanted) => !satisfiesAcr(acr, wanted));
  const isTooOld = maxAge !== undefined && (age === undefined || age > maxAge);
  return [
    ...(asks('approval') && approval === undefined ? [{ kind: 'approval' as const }] : []),
    ...(missingAcr !== undefined || isTooOld
      ? [
          {
            kind: 'step_up' as const,
            ...(missingAcr === undefined ? {} : { acr: missingAcr }),
            ...(maxAge === undefined ? {} : { maxAge }),
          },
        ]
      : []),
  ];
};

type SignIn = { readonly record: { readonly acr?: string; readonly age?: number } };
