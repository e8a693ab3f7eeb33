/** Types of authorization details, as the management API takes and shows them. */
import { MEMBER_RULES } from '../../domain/vocabulary/detail-type.ts';
import { input, type JsonSchema, oneOf, text } from './schema-parts.ts';

const MEMBER_RULE = input(
  {
    rule: oneOf('How a child delegation’s value must relate to its parent’s value.', MEMBER_RULES),
    absent: oneOf(
      'unlimited: a parent without the member sets no limit. Default: the child must not have the member either.',
      ['unlimited'],
    ),
  },
  ['rule'],
);

export const DETAIL_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  DetailType: input(
    {
      type: text('Value of the member `type` of a detail.', 200),
      description: text('What details of this type describe, for people.', 200),
      risk: oneOf('Severity of misuse.', ['low', 'medium', 'high', 'critical']),
      schema: {
        type: 'object',
        maxProperties: 20,
        description: 'JSON Schema 2020-12 of all members but `type`; at most 8192 characters.',
      },
      display: text(
        'A sentence with members in braces, formatters and optional clauses: `Pay up to {amount | money currency}[, until {execute_before | date}]`.',
        300,
      ),
      members: {
        type: 'object',
        maxProperties: 50,
        additionalProperties: MEMBER_RULE,
        description: 'Path of a member to its rule. Members without one are `equal`.',
      },
      amount: text('The member that holds the amount: a whole number under the rule `max`.', 200),
    },
    ['type', 'description', 'risk', 'schema', 'display', 'members'],
  ),
};
