import { type RefusalTable, refusalsOf } from '../vocabulary/refusals.ts';

/** Refusals: findings. */
export const FINDING_REFUSALS = {
  finding_act_unfit: {
    code: 'conflict',
    text: 'A finding of the kind {kind} cannot be handled so. Possible are: {acts}.',
  },
  finding_decided: {
    code: 'conflict',
    text: 'The finding is {state} by now. Read it again. To decide anew, reopen it first.',
  },
  finding_not_decided: { code: 'conflict', text: 'Nothing was decided about this finding that could be undone.' },
  finding_until_malformed: {
    code: 'invalid_field',
    text: 'until is in the future, and at most {days} days away.',
  },
  finding_not_stopped: {
    code: 'conflict',
    text: 'This client has a metadata document. Order a kill of it, or call the quarantine again.',
  },
  finding_kill_stands: {
    code: 'conflict',
    text: 'A kill stops this client. An administrator lifts it first: behalf kills lift {kill}',
  },
  inventory_id_repeated: { code: 'invalid_field', text: 'An earlier app of this list has the same id.' },
  inventory_format_unknown: { code: 'invalid_field', text: 'The format is one of: {formats}.' },
  inventory_name_malformed: {
    code: 'invalid_field',
    text: 'The name of an inventory has at most 40 lower-case letters, digits and hyphens, and begins with no hyphen.',
  },
  inventory_empty: {
    code: 'invalid_field',
    text: '{at} has no app. A failed export looks so. To import a list without apps, call the API: all apps of the inventory then count as gone.',
  },
  inventory_json_malformed: {
    code: 'invalid_field',
    text: '{at} is no JSON, or is nested more than {most} deep. A file that was cut looks so.',
  },
  inventory_row_malformed: { code: 'invalid_field', text: '{at}: the member {member} is missing or has another form.' },
  inventory_row_no_object: { code: 'invalid_field', text: '{at} is no JSON object.' },
  inventory_column_unnamed: {
    code: 'invalid_field',
    text: '{at}: column {column} has a value, and the first line has no name for it. Name the column there, or remove it. Put a value that has a comma in quotation marks.',
  },
  inventory_quote_open: { code: 'invalid_field', text: '{at}: a quotation mark is not closed.' },
  inventory_page_missing: {
    code: 'invalid_field',
    text: '{at} names a further page, or more apps, that no file has. Give all pages: an app that is missing counts as gone.',
  },
  inventory_list_cut: {
    code: 'invalid_field',
    text: '{file} is not complete: the last page of {list} is missing. Run the script again.',
  },
  inventory_list_missing: {
    code: 'invalid_field',
    text: 'No file has {list}: a file is cut or was left out, or the script stopped. Give all files, or run the script again.',
  },
  inventory_rows_exceeded: { code: 'invalid_field', text: 'An import has at most {most} rows.' },
  inventory_files_exceeded: { code: 'invalid_field', text: 'An import has at most {most} files.' },
  inventory_paste_too_long: {
    code: 'invalid_field',
    text: 'A pasted list has at most {most} characters. Import a longer one with behalf inventory import.',
  },
  inventory_missing: { code: 'invalid_field', text: 'Choose the files of the list, or paste it.' },
  inventory_not_text: {
    code: 'invalid_field',
    text: '{at} is no text in UTF-8. Save it again in this encoding: in Excel as “CSV UTF-8”.',
  },
  inventory_apps_too_long: {
    code: 'invalid_field',
    text: 'The apps of this list have more than {most} bytes. Import them with behalf inventory import.',
  },
  inventory_member_unknown: {
    code: 'invalid_field',
    text: '{at}: {member} is no member of an app. The members are {members}.',
  },
  inventory_column_unknown: {
    code: 'invalid_field',
    text: '{file}, line 1: the column “{column}” is not known. The columns are {columns}.',
  },
  inventory_column_mistyped: {
    code: 'invalid_field',
    text: '{file}, line 1: the column “{column}” is not known. Did you mean “{near}”?',
  },
  inventory_name_missing: {
    code: 'invalid_field',
    text: 'Name the inventory after the system that has the apps, such as salesforce.',
  },
  inventory_too_large: { code: 'invalid_field', text: 'The files of an import have at most {most} bytes.' },
  finding_purpose_needed: {
    code: 'invalid_field',
    text: 'Say what the agent is for: the client has no purpose that could be taken over.',
  },
} as const satisfies RefusalTable;

export const findingRefusal = refusalsOf(FINDING_REFUSALS);
