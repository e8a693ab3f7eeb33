/** The policy layer: evaluates each scope and detail that the other layers left, and checks the conditions of a permit. */

import type {
  CompiledPolicies,
  DetailQuestion,
  PolicyCase,
  PolicyRecord,
  PolicySummary,
  Verdict,
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

  const answerOf = (verdict: Verdict): Withholding | { readonly by: readonly string[] } => {
    const determining = verdict.determining.flatMap((id) => policies.policies.get(id) ?? []);
    const needs = asked.isConditional ? needsOf(determining, asked.context, isAttested) : [];
    if (verdict.effect === 'allow' && verdict.errors.length === 0 && needs.length === 0) {
      seconds.push(...numbersOf(determining, 'max_seconds'));
      uses.push(...numbersOf(determining, 'max_uses'));
      const rule = approverRule(determining);
      approvers.set(rule === ANY_APPROVER ? ANY_TEXT : JSON.stringify(rule), rule);
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

  const { action, principal, context, entities, resources } = asked;
  const details = asked.details ?? [];
  const verdicts = policies.decideEach({ action, principal, context }, entities, [
    ...resources.map(({ entity, consented }) => ({ entity, more: { consented } })),
    ...details.filter(isCountable).map(({ entity, consented, amount }) => ({ entity, more: { consented, amount } })),
  ]);
  const answers = verdicts.map(answerOf);

  const scope: string[] = [];
  const removed: Withheld[] = [];
  for (const { scope: name } of resources) {
    const answer = answers.shift() ?? UNDECIDED;
    if ('by' in answer) {
      scope.push(name);
      by.set(name, answer.by);
    } else removed.push({ scope: name, ...answer });
  }
  const withheld = details.map((detail): Withholding | undefined => {
    const answer = (isCountable(detail) ? answers.shift() : undefined) ?? UNDECIDED;
    return 'by' in answer ? undefined : answer;
  });
  return {
    scope: scope.sort(),
    removed,
    by,
    details: withheld,
    maxSeconds: least(seconds),
    maxUses: least(uses),
    approvers: [...approvers.values()],
  };
};

/** An amount that is no safe integer is denied without evaluation. */
const isCountable = ({ amount }: DetailQuestion): boolean => amount === undefined || Number.isSafeInteger(amount);

const UNDECIDED: Withholding = { layer: 'policy', policies: [] };

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

const OF_APPROVERS = ['approvers', 'approvers_except', 'escalate_to', 'escalate_after'];
const ANY_APPROVER: ApproverRule = { names: [], except: [] };
const ANY_TEXT = JSON.stringify(ANY_APPROVER);

/** Whether one of the policies has one of these annotations. */
const names = (policies: readonly PolicySummary[], annotations: readonly string[]): boolean =>
  policies.some((policy) => annotations.some((name) => policy.annotations[name] !== undefined));

/** The union of the names, and of the excluded names. If there are several times, the longest applies. */
const approverRule = (policies: readonly PolicySummary[]): ApproverRule => {
  if (!names(policies, OF_APPROVERS)) return ANY_APPROVER;
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

const OF_NEEDS = ['approval', 'attested', 'acr', 'max_age'];
const NO_NEEDS: readonly Need[] = [];

/** The requirements of these policies that are not met yet. */
const needsOf = (
  policies: readonly PolicySummary[],
  { approval, assurance, signals, route }: PolicyRecord,
  isAttested: boolean,
): readonly Need[] => {
  if (signals === undefined && !names(policies, OF_NEEDS)) return NO_NEEDS;
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
