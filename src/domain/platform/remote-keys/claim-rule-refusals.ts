import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: rules on claims. */
export const CLAIM_RULE_REFUSALS = {
  claim_values_wrong: { code: 'invalid_field', text: 'This is a list of 1 to {most} texts.' },
  claim_rule_kind_unknown: { code: 'invalid_field', text: 'A rule is one of "equals", "one_of" and "like".' },
  claim_rules_not_object: {
    code: 'invalid_field',
    text: 'Rules on claims are an object: the name of a claim, and its rule.',
  },
  claim_rules_exceeded: { code: 'invalid_field', text: 'At most {most} claims can have a rule.' },
  claim_name_malformed: { code: 'invalid_field', text: 'The name of a claim has 1 to 200 characters.' },
  claim_rule_malformed: {
    code: 'invalid_field',
    text: 'A rule is an object with one of "equals", "one_of", "like"; of a list "contains".',
  },
  claim_value_malformed: { code: 'invalid_field', text: 'This is a text of 1 to {most} characters.' },
  claim_pattern_without_star: { code: 'invalid_field', text: 'Without "*" this is no pattern: use "equals".' },
  claim_pattern_without_start: {
    code: 'invalid_field',
    text: 'A pattern begins with a part without "*", so that it fits one place only.',
  },
  claim_pattern_too_wide: {
    code: 'invalid_field',
    text: 'Between two separators ({separators}) there is at most one "*".',
  },
} as const satisfies RefusalTable;

export const claimRuleRefusal = refusalsOf(CLAIM_RULE_REFUSALS);
