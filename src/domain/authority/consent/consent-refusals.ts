import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: consent. */
export const CONSENT_REFUSALS = {
  consent_changed: {
    code: 'precondition_failed',
    text: 'What is asked for has changed. Read it again before you decide.',
  },
  consent_not_asked: { code: 'invalid_request', text: 'The form allows something that was not asked for.' },
  consent_duration_not_offered: { code: 'invalid_request', text: 'This length of time was not offered.' },
  consent_depth_not_offered: { code: 'invalid_request', text: 'This number of hops was not offered.' },
  consent_empty: { code: 'access_denied', text: 'Nothing was allowed.' },
  consent_device_of_role: {
    code: 'access_denied',
    text: 'An account with a role cannot give a device access to the management API. Use the command behalf login without --device.',
  },
  consent_agent_inactive: { code: 'access_denied', text: 'This agent is not active.' },
  consent_client_inactive: { code: 'access_denied', text: 'This client is not active.' },
  consent_caller_inactive: { code: 'access_denied', text: 'The app that calls the agent is not active.' },
  consent_actor_inactive: { code: 'access_denied', text: 'The agent that is to act is not active.' },
  consent_account_inactive: { code: 'access_denied', text: 'This account is not active.' },
} as const satisfies RefusalTable;

export const consentRefusal = refusalsOf(CONSENT_REFUSALS);
