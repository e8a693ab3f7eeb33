import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: the language of SCIM requests. */
export const SCIM_REFUSALS = {
  scim_filter_malformed: { code: 'invalid_field', text: 'The filter cannot be read at character {position}.' },
  scim_filter_too_large: {
    code: 'invalid_field',
    text: 'A filter has at most {characters} characters, {terms} comparisons and {depth} levels.',
  },
  scim_filter_attribute_unknown: { code: 'invalid_field', text: 'The filter names an attribute that does not exist.' },
  scim_filter_comparison_wrong: {
    code: 'invalid_field',
    text: 'This attribute cannot be compared with this operator or value.',
  },
  scim_sort_attribute_unknown: { code: 'invalid_field', text: 'A list is sorted by one attribute that exists.' },
  scim_path_unknown: { code: 'invalid_field', text: 'The path of operation {number} names no attribute.' },
  scim_path_malformed: { code: 'invalid_field', text: 'The path cannot be read at character {position}.' },
  scim_target_missing: { code: 'invalid_field', text: 'No value fits the filter in the path of operation {number}.' },
  scim_path_missing: { code: 'invalid_field', text: 'Operation {number} removes something, so it needs a path.' },
  scim_operation_unknown: {
    code: 'invalid_field',
    text: 'Operation {number} is not one of add, remove and replace, or lacks its value.',
  },
  scim_operations_exceeded: { code: 'invalid_field', text: 'A change has 1 to {most} operations.' },
  scim_attribute_fixed: { code: 'invalid_field', text: 'The attribute {name} cannot be changed.' },
  scim_attribute_missing: { code: 'invalid_field', text: 'The attribute {name} is missing.' },
  scim_value_wrong: { code: 'invalid_field', text: 'The value of {name} is not of the type {type}.' },
  scim_values_exceeded: { code: 'invalid_field', text: '{name} has at most {most} values.' },
  scim_member_wrong: { code: 'invalid_field', text: 'A member of a group is a User of this directory: {id} is none.' },
  scim_member_filter_wrong: {
    code: 'invalid_field',
    text: 'Members are compared with eq and the id of a User only: members[value eq "…"].',
  },
  scim_primary_repeated: { code: 'invalid_field', text: 'Only one value of {name} is the primary one.' },
  scim_user_too_large: { code: 'invalid_field', text: 'A user has at most {most} bytes.' },
  scim_group_too_large: { code: 'invalid_field', text: 'A group has at most {most} members.' },
  scim_groups_of_user_exceeded: { code: 'invalid_field', text: 'A user is in at most {most} groups: {id} is.' },
  scim_message_wrong: { code: 'invalid_request', text: 'The body does not have the schema {schema}.' },
  scim_discovery_filtered: { code: 'forbidden', text: 'Schemas and resource types cannot be filtered.' },
  scim_cursor_wrong: { code: 'invalid_field', text: 'This cursor was not made for this list.' },
  scim_cursor_expired: { code: 'invalid_field', text: 'This cursor has expired. Begin with an empty cursor.' },
  scim_count_other: { code: 'invalid_field', text: 'The count is another one than on the first page.' },
  scim_cursor_sorted: {
    code: 'invalid_field',
    text: 'A list by cursor is in the order of creation: leave sortBy out, or use startIndex.',
  },
  scim_bulk_operation_wrong: {
    code: 'invalid_field',
    text: 'Operation {number} is not POST to a type, or PUT, PATCH or DELETE of a resource, or lacks its data.',
  },
  scim_bulk_id_missing: { code: 'invalid_field', text: 'Operation {number} creates something, so it needs a bulkId.' },
  scim_bulk_id_repeated: { code: 'invalid_field', text: 'Operation {number} has the bulkId of another operation.' },
  scim_bulk_id_unresolved: {
    code: 'conflict',
    text: 'Operation {number} names a bulkId that does not exist, that failed, or that depends on it.',
  },
  scim_number_malformed: { code: 'invalid_field', text: '{name} is a whole number.' },
} as const satisfies RefusalTable;

/** Reason of a refusal of this table. */
export type ScimReason = keyof typeof SCIM_REFUSALS;

export const scimRefusal = refusalsOf(SCIM_REFUSALS);
