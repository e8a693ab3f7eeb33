import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: the kill switch. */
export const KILL_REFUSALS = {
  kill_irreversible: { code: 'conflict', text: 'What this kill ended does not come back.' },
  kill_signer_too_new: {
    code: 'forbidden',
    text: 'The signer must be registered, and last changed, before the kill was ordered.',
  },
  kill_not_stored: { code: 'unavailable', text: 'The store does not hold this kill yet.' },
  kill_not_durable: {
    code: 'unavailable',
    text: 'The kill counts until the processes that know of it end, and is forgotten then: order it again.',
  },
  kill_in_force: {
    code: 'unavailable',
    text: 'everything this server grants was stopped; it is not granted again until that is lifted',
  },
  kill_id_missing: { code: 'invalid_field', text: 'Every scope but "all" needs an id, and that has none.' },
  kill_scope_missing: { code: 'invalid_field', text: 'Name the scope of the kill.' },
  kill_of_others_forbidden: { code: 'forbidden', text: 'Without a role only your own agents can be killed.' },
  kill_of_role_not_liftable: {
    code: 'forbidden',
    text: 'A caller with a role ordered this kill. Only a caller with a role lifts it.',
  },
} as const satisfies RefusalTable;

export const killRefusal = refusalsOf(KILL_REFUSALS);
