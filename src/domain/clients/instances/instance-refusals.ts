import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: instances of agents. */
export const INSTANCE_REFUSALS = {
  instance_key_is_of_agent: {
    code: 'invalid_field',
    text: 'An instance needs a key of its own, not one of the agent.',
  },
  instance_key_ended: { code: 'conflict', text: 'The instance with this key was ended; start one with another key.' },
  instance_key_for_dpop: { code: 'conflict', text: 'This key is of an instance that proves it with DPoP only.' },
  instance_contended: { code: 'unavailable', text: 'This instance is being started by too many at once.' },
  instance_key_forbidden: {
    code: 'conflict',
    text: 'The blueprint of this agent does not allow authentication with a key of its own.',
  },
  instances_exceeded: {
    code: 'conflict',
    text: 'This agent has as many instances as it may have, {most}; end one, or wait until one is over.',
  },
  instance_start_too_slow: { code: 'unavailable', text: 'Starting the instance took too long; try again.' },
  authorization_ended: { code: 'invalid_grant', text: 'what this token would come from has ended' },
  authorization_of_other_instance: {
    code: 'invalid_grant',
    text: 'subject_token is of another instance of this agent',
  },
} as const satisfies RefusalTable;

export const instanceRefusal = refusalsOf(INSTANCE_REFUSALS);
