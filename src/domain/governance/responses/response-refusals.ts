import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: response rules and responses. */
export const RESPONSE_REFUSALS = {
  response_fact_repeated: { code: 'invalid_field', text: 'Another condition of this rule names the same fact.' },
  response_environment_repeated: { code: 'invalid_field', text: 'The same environment is named twice.' },
  response_hours_unused: {
    code: 'invalid_field',
    text: 'Only the acts narrow, withhold and approve last for some hours. Leave this out, or name one of them.',
  },
  response_rules_exceeded: { code: 'conflict', text: 'There are {most} response rules. Delete one first.' },
  response_rule_not_replayed: {
    code: 'conflict',
    text: 'Replay this rule first, and look at what it would have done: a rule acts only after that. A replay is good for 24 hours, and for the rule as it was replayed.',
  },
  response_replay_cut: {
    code: 'conflict',
    text: 'The last replay did not reach the end of the log. Replay fewer days.',
  },
  response_not_open: { code: 'conflict', text: 'This response suspends and restricts nothing, or was lifted before.' },
} as const satisfies RefusalTable;

export const responseRefusal = refusalsOf(RESPONSE_REFUSALS);
