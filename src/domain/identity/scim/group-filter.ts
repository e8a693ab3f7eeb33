/** Filters that name members of groups. They compare ids with `eq`, so that no filter has to read all members of all groups. */
import type { Filter } from './filter.ts';
import { scimRefusal } from './scim-refusals.ts';

type Comparison = Extract<Filter, { kind: 'compare' }>;

const idIn = ({ operator, value }: Comparison, compared: string): string => {
  if (compared === 'value' && operator === 'eq' && typeof value === 'string') return value;
  throw scimRefusal('scim_member_filter_wrong');
};

/** The ids in a filter of single members: `value eq "…"`, and several of them with `or`. Throws 'invalid_field' for others. */
export const idsIn = (filter: Filter): readonly string[] => {
  if (filter.kind === 'or') return filter.of.flatMap(idsIn);
  if (filter.kind === 'compare') return [idIn(filter, filter.path.attribute.name)];
  throw scimRefusal('scim_member_filter_wrong');
};

/** The ids with which a filter of groups compares members. Throws 'invalid_field' where it says anything else about them. */
export const memberIdsIn = (filter: Filter): readonly string[] => {
  switch (filter.kind) {
    case 'and':
    case 'or':
      return filter.of.flatMap(memberIdsIn);
    case 'not':
      return memberIdsIn(filter.of);
    case 'any':
      return idsIn(filter.of);
    case 'present':
      if (filter.path.attribute.name === 'members') throw scimRefusal('scim_member_filter_wrong');
      return [];
    case 'compare':
      return filter.path.attribute.name === 'members' ? [idIn(filter, filter.path.sub?.name ?? 'value')] : [];
  }
};
