import type { OwnerNames } from '../../domain/identity/groups/owner-names.ts';
import { DomainError } from '../../domain/vocabulary/errors.ts';
import type { Handlers } from './call.ts';

/** Resolves the name of an owner: 404 for an unknown name, 409 for more than one match. */
export const ownerNameHandlers = (names: Pick<OwnerNames, 'find'>): Handlers<'findOwner'> => ({
  async findOwner({ query: { name, kind } }) {
    if (name === undefined) throw new DomainError('invalid_field', 'Say which name is looked for.', { field: 'name' });
    const found = await names.find(name, { field: 'name', ...(kind === undefined ? {} : { kinds: [kind] }) });
    if (!found) throw new DomainError('not_found', `There is no ${kind ?? 'account or group'} with this name or id.`);
    return { body: { ...found } };
  },
});
