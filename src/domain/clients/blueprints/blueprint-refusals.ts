import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: blueprints. */
export const BLUEPRINT_REFUSALS = {
  blueprint_inactive: { code: 'invalid_field', text: 'There is no active blueprint with this id.' },
  blueprint_deprecated: { code: 'invalid_field', text: 'This blueprint takes no new agents.' },
  blueprint_agents_exceeded: { code: 'conflict', text: 'This blueprint has its {most} agents.' },
  blueprint_environment_refused: { code: 'invalid_field', text: 'This blueprint is for {environments}.' },
  blueprint_authority_exceeded: { code: 'invalid_field', text: 'This blueprint does not allow {scope} here.' },
  blueprint_grant_type_refused: { code: 'invalid_field', text: 'This blueprint does not allow this grant type.' },
  blueprint_composition_refused: { code: 'invalid_field', text: 'This blueprint does not allow this composition.' },
  blueprint_draft_missing: { code: 'conflict', text: 'There is no draft to activate; write one first.' },
  blueprint_draft_missing_for_preview: { code: 'conflict', text: 'There is no draft to look ahead to.' },
  blueprint_name_taken: { code: 'conflict', text: 'This name belongs to another blueprint.' },
  blueprint_changed: {
    code: 'precondition_failed',
    text: 'This blueprint was changed in the meantime; read it again.',
  },
  blueprint_draft_active: {
    code: 'conflict',
    text: 'This draft was activated in the meantime; read the blueprint again.',
  },
  sender_constraint_unknown: { code: 'invalid_field', text: 'A sender constraint is dpop.' },
} as const satisfies RefusalTable;

export const blueprintRefusal = refusalsOf(BLUEPRINT_REFUSALS);
