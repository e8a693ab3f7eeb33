import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: groups. */
export const GROUP_REFUSALS = {
  group_name_is_username: { code: 'conflict', text: 'An account has this name as its username. Choose another one.' },
  owner_name_ambiguous: {
    code: 'conflict',
    text: 'This is the name of more than one: {ids}. Give the id of the one that is meant.',
  },
  group_name_taken: { code: 'conflict', text: 'There is a group with this name, or one that looks like it.' },
  group_members_forbidden: {
    code: 'forbidden',
    text: 'Only a member of a group or an administrator adds members to it. An operator removes them.',
  },
  group_too_small: { code: 'invalid_field', text: 'A group has at least two members.' },
  group_too_large: { code: 'invalid_field', text: 'A group has at most {most} members.' },
  group_member_inactive: { code: 'invalid_field', text: 'A member is an active account.' },
  group_member_repeated: { code: 'invalid_field', text: 'This account is there twice.' },
} as const satisfies RefusalTable;

export const groupRefusal = refusalsOf(GROUP_REFUSALS);
