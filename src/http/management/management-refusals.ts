import { type RefusalTable, refusalsOf } from '../../domain/vocabulary/refusals.ts';

/** Refusals of the management API. */
export const MANAGEMENT_REFUSALS = {
  role_missing: { code: 'forbidden', text: 'This needs the role {role}.' },
  administrator_needed: { code: 'forbidden', text: 'Only an administrator {action}.' },
  precondition_stale: { code: 'precondition_failed', text: 'The object was changed in the meantime; read it again.' },
  cursor_of_other_list: { code: 'invalid_field', text: 'This cursor was not made for this list.' },
} as const satisfies RefusalTable;

export const managementRefusal = refusalsOf(MANAGEMENT_REFUSALS);
