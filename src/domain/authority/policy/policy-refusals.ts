import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: policies. */
export const POLICY_REFUSALS = {
  policy_set_not_found: { code: 'not_found', text: 'There is no such policy set.' },
  policy_set_fixed: { code: 'conflict', text: 'This version was activated and cannot change any more; draft another.' },
  policy_set_changed: {
    code: 'precondition_failed',
    text: 'This policy set was changed in the meantime; read it again.',
  },
  policy_activated_meanwhile: {
    code: 'conflict',
    text: 'Another policy set was activated in the meantime; look at it before you replace it.',
  },
  replay_period_wrong: { code: 'invalid_field', text: 'A replay covers at most a year, and ends after it begins.' },
  replay_running: { code: 'too_many_requests', text: 'Decisions are being replayed already; wait until that is done.' },
  policies_inactive: { code: 'conflict', text: 'No policy set is active.' },
} as const satisfies RefusalTable;

export const policyRefusal = refusalsOf(POLICY_REFUSALS);
