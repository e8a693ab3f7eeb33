import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: findings. */
export const FINDING_REFUSALS = {
  finding_act_unfit: {
    code: 'conflict',
    text: 'A finding of the kind {kind} cannot be handled so. Possible are: {acts}.',
  },
  finding_decided: {
    code: 'conflict',
    text: 'The finding is {state} by now. Read it again. To decide anew, reopen it first.',
  },
  finding_not_decided: { code: 'conflict', text: 'Nothing was decided about this finding that could be undone.' },
  finding_until_malformed: {
    code: 'invalid_field',
    text: 'until is in the future, and at most {days} days away.',
  },
  finding_not_stopped: {
    code: 'conflict',
    text: 'This client has a metadata document. Order a kill of it, or call the quarantine again.',
  },
  finding_kill_stands: {
    code: 'conflict',
    text: 'A kill stops this client. An administrator lifts it first: behalf kills lift {kill}',
  },
  inventory_id_repeated: { code: 'invalid_field', text: 'An earlier app of this list has the same id.' },
  finding_purpose_needed: {
    code: 'invalid_field',
    text: 'Say what the agent is for: the client has no purpose that could be taken over.',
  },
} as const satisfies RefusalTable;

export const findingRefusal = refusalsOf(FINDING_REFUSALS);
