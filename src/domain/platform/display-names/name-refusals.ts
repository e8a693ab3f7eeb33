import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: names. */
export const NAME_REFUSALS = {
  name_reads_as_id: {
    code: 'invalid_field',
    text: 'A name does not begin like an id, such as acc_ or grp_. Choose another one.',
  },
  name_mixes_scripts: {
    code: 'invalid_field',
    text: 'This name mixes letters of several scripts, or has a letter that no language uses.',
  },
  name_resembles_verified: { code: 'invalid_field', text: 'This name looks like a verified one of another owner.' },
  name_is_verified: {
    code: 'conflict',
    text: 'This name is verified: the mark is taken away before the name is changed.',
  },
  name_resembles_other_verified: { code: 'conflict', text: 'A name that looks like this one is verified already.' },
  verification_needs_owner: { code: 'conflict', text: 'It needs an owner first.' },
  verification_of_retired: { code: 'conflict', text: 'What is retired is not verified.' },
  verification_off: { code: 'conflict', text: 'Names are not verified here.' },
  name_changed_meanwhile: { code: 'conflict', text: 'The name was changed in the meantime.' },
} as const satisfies RefusalTable;

export const nameRefusal = refusalsOf(NAME_REFUSALS);
