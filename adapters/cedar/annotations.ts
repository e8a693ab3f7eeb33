/** The annotations of a policy and their format. src/domain/authority/decision decides what each means. */
import type { PolicyAnnotation, PolicyFinding } from '../../src/domain/ports/policy-engine.ts';

type Form = { readonly pattern: RegExp; readonly says: string };

const seconds = (most: number): Form => ({
  pattern: new RegExp(`^[1-9][0-9]{0,${String(most).length - 1}}$`),
  says: `a whole number of seconds, at most ${most}`,
});

const WHO: Form = {
  pattern: /^(?:subject|owner|grp_[a-z0-9]{1,60})(?: (?:subject|owner|grp_[a-z0-9]{1,60})){0,7}$/,
  says: '"subject", "owner" and ids of groups, with a space between them',
};

const FORMS: Readonly<Record<string, Form>> = {
  id: {
    pattern: /^[a-z0-9][a-z0-9._-]{0,63}$/,
    says: 'at most 64 small letters, digits and "-", "_", ".", beginning with a letter or digit',
  },
  reason: { pattern: /^(?=.*\S)[^\p{C}\p{Zl}\p{Zp}]{1,300}$/u, says: 'one line of at most 300 characters' },
  approval: { pattern: /^required$/, says: '"required"' },
  approvers: WHO,
  approvers_except: WHO,
  escalate_after: seconds(99_999),
  escalate_to: WHO,
  acr: { pattern: /^[\x21\x23-\x5b\x5d-\x7e]{1,200}$/, says: 'one authentication context class, without spaces' },
  max_age: seconds(9_999_999),
  attested: { pattern: /^required$/, says: '"required"' },
  max_seconds: seconds(99_999),
  max_uses: { pattern: /^[1-9][0-9]{0,5}$/, says: 'a whole number from 1 to 999999' },
};

export const ANNOTATIONS: readonly PolicyAnnotation[] = Object.entries(FORMS).map(([name, { says }]) => ({
  name,
  says,
}));

/** Annotations that require something: on a `permit` a condition, on a `forbid` what lifts it. */
export const OBLIGATIONS = ['approval', 'acr', 'max_age', 'attested', 'max_seconds', 'max_uses'] as const;

/** Annotations that limit what is given; they have no effect when nothing is given. */
export const LIMITS: readonly string[] = [
  'max_seconds',
  'max_uses',
  'approvers',
  'approvers_except',
  'escalate_after',
  'escalate_to',
];

/** Annotations that have no effect without another one beside them. */
const TOGETHER: readonly (readonly [name: string, with_: string])[] = [
  ['escalate_after', 'escalate_to'],
  ['escalate_to', 'escalate_after'],
  ['escalate_to', 'approvers'],
];

export const annotationFindings = (
  annotations: Readonly<Record<string, string>>,
  effect: 'permit' | 'forbid',
  line: number,
): readonly PolicyFinding[] => {
  const id = annotations['id'];
  const about = id !== undefined && FORMS['id']?.pattern.test(id) ? { policy: id, line } : { line };
  const findings = Object.entries(annotations).flatMap(([name, value]): readonly PolicyFinding[] => {
    const form = Object.hasOwn(FORMS, name) ? FORMS[name] : undefined;
    if (!form) return [{ severity: 'warning', message: `@${name} is not known here and has no effect.`, ...about }];
    if (!form.pattern.test(value)) return [{ severity: 'error', message: `@${name} is ${form.says}.`, ...about }];
    if (effect === 'permit' || !LIMITS.includes(name)) return [];
    return [{ severity: 'warning', message: `@${name} has no effect on a forbid, which gives nothing.`, ...about }];
  });
  const alone = TOGETHER.filter(([name, other]) => annotations[name] !== undefined && annotations[other] === undefined);
  const all = [
    ...findings,
    ...alone.map(
      ([name, other]): PolicyFinding => ({
        severity: 'error',
        message: `@${name} needs @${other} beside it.`,
        ...about,
      }),
    ),
  ];
  if (id !== undefined) return all;
  return [
    { severity: 'error', message: 'This policy has no @id("…"); logs and refusals name it by that.', line },
    ...all,
  ];
};
