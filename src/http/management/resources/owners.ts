/** Resource: names of owners. */

import type { OwnerNames } from '../../../domain/identity/groups/owner-names.ts';
import { OWNER_KINDS } from '../../../domain/identity/groups/owner-names.ts';
import { managementRefusal } from '../management-refusals.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId } from '../route.ts';
import { named } from '../schema.ts';
import { identified, oneOf, output, text } from '../schema-parts.ts';
import { ACCOUNT_SCOPES } from './accounts/accounts.ts';

const OWNER_NAME = named(
  'OwnerName',
  output({
    ...identified('Id of the account or group.'),
    kind: oneOf('Account or group.', OWNER_KINDS),
    name: text('Username of the account, or name of the group.', 100),
  }),
);

const make = about('accounts', ACCOUNT_SCOPES);

const routes = {
  findOwner: make.read('/owners', OWNER_NAME, 'Find the account or group with a name. An ambiguous name is refused', {
    query: {
      name: givenId('Username, name of a group, or id.'),
      kind: oneOf('Only an owner of this kind.', OWNER_KINDS),
    },
  }),
};

type Dependencies = {
  readonly ownerNames: Pick<OwnerNames, 'find'>;
};

/** Resolves the name of an owner: 404 for an unknown name, 409 for several matches. */
const handlers = ({ ownerNames: names }: Dependencies): Handlers<typeof routes> => ({
  async findOwner({ query: { name, kind } }) {
    if (name === undefined) throw managementRefusal('owner_search_empty', { field: 'name' });
    const found = await names.find(name, { field: 'name', ...(kind === undefined ? {} : { kinds: [kind] }) });
    if (!found) throw managementRefusal('owner_not_found', { params: { kind: kind ?? 'account or group' } });
    return { body: { ...found } };
  },
});

export const owners = resource(routes, handlers);
