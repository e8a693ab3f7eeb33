import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: the sentence that describes a detail. `at` counts characters from 1. */
export const DISPLAY_REFUSALS = {
  display_clause_nested: {
    code: 'invalid_field',
    text: 'At character {at}: an optional clause cannot hold another one.',
  },
  display_bracket_unopened: {
    code: 'invalid_field',
    text: 'At character {at}: this bracket closes no optional clause.',
  },
  display_clause_empty: { code: 'invalid_field', text: 'At character {at}: this optional clause names no member.' },
  display_brace_unopened: { code: 'invalid_field', text: 'At character {at}: this brace closes no member.' },
  display_clause_unclosed: { code: 'invalid_field', text: 'At character {at}: this optional clause is not closed.' },
  display_braces_malformed: {
    code: 'invalid_field',
    text: 'At character {at}: braces hold a member, or a member and a formatter: {examples}.',
  },
  display_formatter_unknown: {
    code: 'invalid_field',
    text: 'At character {at}: there is no formatter {formatter}; a formatter is one of {formatters}.',
  },
  display_currency_missing: {
    code: 'invalid_field',
    text: 'At character {at}: money names the member with the currency: {example}.',
  },
  display_member_unexpected: {
    code: 'invalid_field',
    text: 'At character {at}: {formatter} takes no second member.',
  },
  display_member_undeclared: {
    code: 'invalid_field',
    text: 'At character {at}: the schema declares no member {member}.',
  },
  display_formatter_misfit: {
    code: 'invalid_field',
    text: 'At character {at}: {formatter} is for {kind}, and {member} is none.',
  },
  display_currency_not_text: { code: 'invalid_field', text: 'At character {at}: the currency {member} is no string.' },
  display_currency_unknown: { code: 'invalid_field', text: 'At character {at}: {value} is no currency of ISO 4217.' },
} as const satisfies RefusalTable;

export const displayRefusal = refusalsOf(DISPLAY_REFUSALS);
