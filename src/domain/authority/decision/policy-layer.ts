/** The policy layer: evaluates each scope and detail that the other layers left, and checks the conditions of a permit. */

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
  /** Ids of the policies that permit each granted scope. */
  readonly by: ReadonlyMap<string, readonly string[]>;
  /** For each authorization detail, why it is not granted. Undefined: it is permitted. */
  readonly details: readonly (Withholding | undefined)[];
  readonly maxSeconds: number | undefined;
  readonly maxUses: number | undefined;
  /** The distinct rules about who may approve what is granted. */
  readonly approvers: readonly ApproverRule[];
};

/**
 * Applies the policies. The obligations of all applicable permits add up; the strictest applies. On a forbid they state
 * what would lift it. The conditions of an existing token were checked when it was issued, and are not checked again.
 */
export const cutByPolicy = (policies: CompiledPolicies, asked: PolicyCase): PolicyCut => {
  const by = new Map<string, readonly string[]>();
  const seconds: number[] = [];
  const uses: number[] = [];
  const approvers = new Map<string, ApproverRule>();

  const isAttested = isPrincipalAttested(asked);

  const ask = (entity: PolicyEntity, more: PolicyRecord): Withholding | { readonly by: readonly string[] } => {
    const { action, principal } = asked;
    const context = { ...asked.context, ...more };
    const verdict = policies.decide({ action, principal, resource: entity.name, context }, [...asked.entities, entity]);
    const determining = verdict.determining.flatMap((id) => policies.policies.get(id) ?? []);
    const needs = asked.isConditional ? needsOf(determining, asked.context, isAttested) : [];
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
    // Denies an amount that is not a safe integer, without evaluation.
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

/**
 * The upload of a set refuses a value that is not a whole number above zero. If one is stored all the same, it is read
 * as 1, the minimum.
 */
const numbersOf = (policies: readonly PolicySummary[], annotation: string): readonly number[] =>
  policies.flatMap(({ annotations }) => {
    const text = annotations[annotation];
    if (text === undefined) return [];
    const number = Number(text);
    return [Number.isSafeInteger(number) && number > 0 ? number : 1];
  });

/** The union of the names, and of the excluded names. If there are several times, the longest applies. */
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

/** Whether an attester vouched for the composition of the caller, in this request or for its token. */
const isPrincipalAttested = ({ principal, entities }: PolicyCase): boolean =>
  entities.some(
    ({ name, attributes }) =>
      name.type === principal.type && name.id === principal.id && attributes['compositionGrade'] === 'attested',
  );

/** The requirements of these policies that are not met yet. */
const needsOf = (
  policies: readonly PolicySummary[],
  { approval, assurance, signals, route }: PolicyRecord,
  isAttested: boolean,
): readonly Need[] => {
  const asks = (annotation: string): boolean =>
    policies.some(({ annotations }) => annotations[annotation] !== undefined);
  const { acr, age } = (assurance as Partial<SignIn> | undefined)?.record ?? {};
  const acrs = new Set(policies.flatMap(({ annotations }) => annotations['acr'] ?? []));
  // A consent gives no token: what follows from it is decided again, with the sign-in that is known then.
  const isRequired = route !== 'consent' && policies.some(({ effect }) => effect === 'permit');
  const signalled = isRequired ? stepUpAgeOf(signals) : undefined;
  const isBeforeSignal = signalled !== undefined && (age === undefined || age >= signalled);
  const declared = least(numbersOf(policies, 'max_age'));
  const maxAge = isBeforeSignal
    ? least([...(declared === undefined ? [] : [declared]), roundedAge(signalled)])
    : declared;
  const missingAcr = [...acrs].find((wanted) => !satisfiesAcr(acr, wanted));
  // A sign-in of the second of the signal may be from before it.
  const isTooOld = isBeforeSignal || (maxAge !== undefined && (age === undefined || age > maxAge));
  return [
    ...(asks('approval') && approval === undefined ? [{ kind: 'approval' as const }] : []),
    // The agent takes no part in a consent. It shows its composition when it asks for a token.
    ...(asks('attested') && !isAttested && route !== 'consent' ? [{ kind: 'attestation' as const }] : []),
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

/**
 * Seconds since a signal about the person that requires a newer sign-in. That is a condition of every permit; a forbid stays
 * one.
 */
const stepUpAgeOf = (signals: PolicyRecord[string]): number | undefined =>
  (signals as Partial<SignalRecord> | undefined)?.record?.stepUpAge;

/** A power of two below the age, or 0: the demand, and with it the page for the person, stays the same for a while. */
const roundedAge = (age: number): number => (age < 2 ? 0 : 2 ** Math.floor(Math.log2(age - 1)));

type SignalRecord = { readonly record: { readonly stepUpAge?: number } };
type SignIn = { readonly record: { readonly acr?: string; readonly age?: number } };
