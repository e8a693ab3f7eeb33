import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: resources of token requests. */
export const TARGET_REFUSALS = {
  own_authority_missing: {
    code: 'invalid_target',
    text: 'name the resource: the client has no authority of its own at any; an operator can give it some',
  },
  own_authority_ambiguous: {
    code: 'invalid_target',
    text: 'name the resource: the client has authority at {count} of them, such as {resource}',
  },
} as const satisfies RefusalTable;

export const targetRefusal = refusalsOf(TARGET_REFUSALS);
