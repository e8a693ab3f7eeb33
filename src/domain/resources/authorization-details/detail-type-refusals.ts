import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: types of authorization details. */
export const DETAIL_TYPE_REFUSALS = {
  detail_types_exceeded: { code: 'invalid_field', text: 'A resource server declares at most {most} types of details.' },
  detail_type_name_malformed: {
    code: 'invalid_field',
    text: 'A type has 1 to 200 visible ASCII characters without quote and backslash.',
  },
  detail_type_repeated: { code: 'invalid_field', text: 'This type is declared twice.' },
  rule_member_undeclared: { code: 'invalid_field', text: 'The schema declares no such member.' },
  rule_unknown: { code: 'invalid_field', text: 'A rule is one of {rules}.' },
  rule_absent_wrong: { code: 'invalid_field', text: 'The only value is "unlimited".' },
  rule_misfit: { code: 'invalid_field', text: 'The rule {rule} is for {kind}.' },
  rule_covered: { code: 'invalid_field', text: 'The rule of {member} covers this member.' },
  amount_not_counted: {
    code: 'invalid_field',
    text: 'An amount is a whole number, of 0 or more by its schema, under the rule max.',
  },
  schema_too_long: { code: 'invalid_field', text: 'A schema has at most {most} characters.' },
  schema_dialect_unknown: { code: 'invalid_field', text: 'The only dialect is {dialect}.' },
  schema_detail_not_object: { code: 'invalid_field', text: 'A detail is an object.' },
  schema_declares_type: {
    code: 'invalid_field',
    text: 'The member "type" is the name of the type; it is not declared.',
  },
  schema_invalid: { code: 'invalid_field', text: 'This is not a valid JSON Schema.' },
  schema_not_object: { code: 'invalid_field', text: 'A schema is an object.' },
  schema_too_deep: { code: 'invalid_field', text: 'Schemas are nested at most {most} deep.' },
  schema_type_unknown: { code: 'invalid_field', text: 'A type is one of {types}.' },
  schema_keyword_unsupported: { code: 'invalid_field', text: 'This keyword is not supported for the type {type}.' },
  schema_format_unknown: { code: 'invalid_field', text: 'A format is one of {formats}.' },
  schema_properties_not_object: { code: 'invalid_field', text: 'This is an object.' },
  schema_member_name_malformed: {
    code: 'invalid_field',
    text: 'A member is named by up to 64 letters, digits, "_" and "-".',
  },
  schema_required_undeclared: { code: 'invalid_field', text: 'A required member is declared.' },
} as const satisfies RefusalTable;

export const detailTypeRefusal = refusalsOf(DETAIL_TYPE_REFUSALS);
