import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: signing in and passwords. */
export const SIGN_IN_REFUSALS = {
  credentials_wrong: { code: 'unauthenticated', text: 'The username or the password is not right.' },
  current_password_wrong: { code: 'unauthenticated', text: 'The current password is not right.' },
  passwords_off: { code: 'unauthenticated', text: 'Passwords are not used here. Sign in another way.' },
  sign_in_attempts_exceeded: {
    code: 'too_many_requests',
    text: 'There were too many attempts to sign in. Wait and try again.',
  },
  sign_in_queue_full: { code: 'unavailable', text: 'Too many sign-ins are being checked. Try again.' },
  password_too_short: { code: 'invalid_field', text: 'A password has at least {least} characters.' },
  password_too_long: { code: 'invalid_field', text: 'A password has at most {most} bytes.' },
  password_changed_meanwhile: {
    code: 'conflict',
    text: 'The password was changed meanwhile. Sign in with the new one.',
  },
  reset_requests_exceeded: { code: 'too_many_requests', text: 'This was asked for too often. Wait and try again.' },
  email_change_requests_exceeded: {
    code: 'too_many_requests',
    text: 'You asked for this too often. Wait and try again.',
  },
  reset_link_invalid: { code: 'not_found', text: 'This link was used already, or is too old. Ask for a new one.' },
  email_link_invalid: {
    code: 'not_found',
    text: 'This link is not yours, was used already, or is too old. Ask for a new one.',
  },
} as const satisfies RefusalTable;

export const signInRefusal = refusalsOf(SIGN_IN_REFUSALS);
