import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: successor rules. */
export const SUCCESSOR_REFUSALS = {
  successor_rules_exceeded: { code: 'conflict', text: 'There are at most {most} successor rules. Remove one first.' },
  successor_rule_taken: {
    code: 'conflict',
    text: 'Another successor rule applies to the same. Change that one, or remove it first.',
  },
  successor_scope_unknown: {
    code: 'invalid_field',
    text: 'A rule applies to * (every owner), or to the id of a group or directory of this server.',
  },
  successor_group_unknown: { code: 'invalid_field', text: 'There is no group with this id.' },
  successor_missing: {
    code: 'invalid_field',
    text: 'Name who is asked: the manager, a group, or both.',
  },
} as const satisfies RefusalTable;

export const successorRefusal = refusalsOf(SUCCESSOR_REFUSALS);
