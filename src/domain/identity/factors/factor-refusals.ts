import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: second factors. */
export const FACTOR_REFUSALS = {
  factor_code_wrong: { code: 'unauthenticated', text: 'That code is not right, or was used already.' },
  passkey_refused: { code: 'unauthenticated', text: 'That passkey was not accepted. Try again.' },
  passkey_did_not_verify: {
    code: 'unauthenticated',
    text: 'That passkey was not accepted. It has to verify you, by finger, face or PIN. Try again.',
  },
  second_factor_sign_in_needed: { code: 'forbidden', text: 'Sign in again with your second factor first.' },
  recent_sign_in_needed: { code: 'forbidden', text: 'Sign in again first: your sign-in is too long ago.' },
  factors_exceeded: { code: 'conflict', text: 'An account has at most {most} of these; remove one first.' },
  passkey_added_already: { code: 'conflict', text: 'This passkey was added already.' },
  recovery_codes_without_factor: { code: 'conflict', text: 'There is no factor that codes could stand in for.' },
  factor_not_found: { code: 'not_found', text: 'You have no such factor.' },
  passkeys_off: { code: 'not_found', text: 'Passkeys cannot be used at the address of this server.' },
  passkey_not_created: { code: 'invalid_field', text: 'That did not work. Try again.' },
  totp_enrolment_expired: { code: 'not_found', text: 'That took too long. Begin to add the app again.' },
  totp_enrolment_attempts_exceeded: {
    code: 'too_many_requests',
    text: 'These were too many codes. Begin to add the app again later.',
  },
  totp_code_wrong: { code: 'invalid_field', text: 'That is not the code the app shows now.' },
  totp_added_already: { code: 'conflict', text: 'This app was added already.' },
} as const satisfies RefusalTable;

export const factorRefusal = refusalsOf(FACTOR_REFUSALS);
