import { type RefusalTable, refusalsOf } from '../../domain/vocabulary/refusals.ts';

/** Refusals of the console. */
export const CONSOLE_REFUSALS = {
  console_agent_not_found: { code: 'not_found', text: 'It does not exist, or you may not see it.' },
  pasted_keys_malformed: { code: 'invalid_field', text: 'This is not JSON. Paste a JSON Web Key, or a set of them.' },
  owner_name_unknown: { code: 'invalid_field', text: 'There is no active account or group with this name.' },
  number_malformed: { code: 'invalid_field', text: 'This is not a number. Type digits only.' },
  day_malformed: { code: 'invalid_field', text: 'This is not a day. Type it like 2026-11-30.' },
  typed_json_malformed: {
    code: 'invalid_field',
    text: 'This is not JSON. Check brackets, commas and quotation marks.',
  },
  rights_malformed: {
    code: 'invalid_field',
    text: 'Write each API on a line of its own, once: its identifier, then its scopes with spaces between.',
  },
  pairs_malformed: {
    code: 'invalid_field',
    text: 'Write each pair on a line of its own: a value, =, and a name.',
  },
  name_unknown: {
    code: 'invalid_field',
    text: 'There is nothing with the name {name}. Check the name, or give the id.',
  },
  name_repeated: { code: 'invalid_field', text: 'Name each one once: {name} is there twice.' },
  scopes_there_malformed: {
    code: 'invalid_field',
    text: 'Write each scope on a line of its own: its API, its name, its risk (low, medium, high or critical), and what it allows.',
  },
  name_ambiguous: { code: 'invalid_field', text: 'Several have this name: {ids}. Give the id.' },
  subject_of_approval_missing: {
    code: 'invalid_field',
    text: 'Name the person on whose behalf the agent acts, or an approver.',
  },
  kill_scope_unknown: { code: 'invalid_field', text: 'Choose what to stop.' },
  bulk_action_unknown: { code: 'invalid_field', text: 'Choose to suspend, hand over or retire the agents.' },
  agents_file_empty: { code: 'invalid_field', text: 'There is no agent in it. Choose a file, or paste a list.' },
  agents_file_not_text: { code: 'invalid_field', text: 'The file is no text in UTF-8.' },
  agents_file_too_long: { code: 'invalid_field', text: 'At most {most} agents at once. Split the list.' },
  agents_column_unknown: {
    code: 'invalid_field',
    text: 'Line 1: the column {column} is not known. Remove it.',
  },
  agents_columns_wrong: {
    code: 'invalid_field',
    text: 'Line 1: the column {column} is not known. Remove it, and add what is missing: {missing}.',
  },
  agents_quote_open: { code: 'invalid_field', text: 'A quotation mark on line {line} never closes.' },
  agents_line_malformed: { code: 'invalid_field', text: 'This line is no JSON object.' },
  agents_step_malformed: {
    code: 'invalid_request',
    text: 'The form was changed on its way. Begin again with the list.',
  },
  agents_cell_unnamed: { code: 'invalid_field', text: 'This line has more cells than the first line has columns.' },
  bulk_too_many: { code: 'invalid_field', text: 'At most {most} at once. Choose fewer.' },
  number_not_confirmed: { code: 'invalid_field', text: 'The text differs from the number of agents. Type {count}.' },
  name_not_confirmed: { code: 'invalid_field', text: 'The text differs from the name. Type {name}.' },
} as const satisfies RefusalTable;

export const consoleRefusal = refusalsOf(CONSOLE_REFUSALS);
