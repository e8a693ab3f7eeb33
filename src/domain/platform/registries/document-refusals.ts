import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: objects of the registries. */
export const DOCUMENT_REFUSALS = {
  object_not_found: { code: 'not_found', text: 'There is no such object.' },
  document_not_found: { code: 'not_found', text: 'There is no such {kind}.' },
  version_not_found: { code: 'not_found', text: 'There is no such version.' },
  object_changed: {
    code: 'precondition_failed',
    text: 'This {kind} was changed in the meantime; read it again and repeat your change.',
  },
  object_contended: { code: 'unavailable', text: 'Too many callers change this {kind} at once.' },
} as const satisfies RefusalTable;

export const documentRefusal = refusalsOf(DOCUMENT_REFUSALS);
