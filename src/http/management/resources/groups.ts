/** Resource: groups of accounts that own agents. */

import type { Offboarding } from '../../../domain/clients/agents/offboarding.ts';
import type { Group } from '../../../domain/identity/groups/group.ts';
import type { GroupRegistry } from '../../../domain/identity/groups/group-registry.ts';
import type { Versioned } from '../../../domain/ports/document-store.ts';
import { type Call, existing, objectAnswer, orderOf, pageAnswer, sameVersion, searchedPage } from '../call.ts';
import { type Handlers, resource } from '../resource.ts';
import { about, givenId, ORDER, OWN, PAGE, SEARCH, scopes } from '../route.ts';
import { named } from '../schema.ts';
import { change, identified, input, oneOf, output, page, RECORD, strings, text } from '../schema-parts.ts';
import { show } from '../wire-names.ts';

const GROUP_MEMBERS = {
  name: text('Name to show, one line; unique.', 100),
  members: { ...strings('Ids of accounts. Each member has the rights of an owner.', 64, 64), minItems: 2 },
};

const NEW_GROUP = named('NewGroup', input(GROUP_MEMBERS, ['name', 'members']));

const GROUP_CHANGE = named('GroupChange', change(GROUP_MEMBERS));

const GROUP = named('Group', output({ ...identified('Begins with grp_.'), ...GROUP_MEMBERS, ...RECORD }));

const GROUP_PAGE = page(GROUP);

const SCOPES = scopes('groups', {
  read: ['See the groups that own agents', 'low'],
  write: ['Create and change groups that own agents', 'critical'],
});

const make = about('groups', SCOPES);

const routes = {
  createGroup: make.create('/groups', NEW_GROUP, GROUP, 'Create a group of accounts that owns agents'),
  listGroups: make.read(
    '/groups',
    GROUP_PAGE,
    'List groups that own agents, newest first unless `sort` says otherwise',
    {
      own: true,
      query: {
        ...PAGE,
        name: givenId('Only the group with exactly this name.'),
        search: SEARCH,
        sort: { ...oneOf('Sort key.', ['created', 'name']), default: 'created' },
        order: ORDER,
      },
    },
  ),
  getGroup: make.read('/groups/{id}', GROUP, 'Read a group that owns agents', OWN),
  updateGroup: make.change('/groups/{id}', GROUP_CHANGE, GROUP, 'Change the name or the members of a group'),
};

type Dependencies = {
  readonly groups: GroupRegistry;
  readonly offboarding: Pick<Offboarding, 'membersLeft'>;
};

const MEMBERS = ['id', 'name', 'members', 'createdAt', 'updatedAt'] as const satisfies readonly (keyof Group)[];
const showGroup = (group: Group) => show(group, MEMBERS);

/** An account without a role sees its own groups. */
const handlers = ({ groups, offboarding }: Dependencies): Handlers<typeof routes> => {
  const visible = async ({ id, access, caller }: Call): Promise<Versioned<Group>> =>
    existing(await groups.get(id), ({ document }) => access === 'all' || document.members.includes(caller.id));

  return {
    createGroup: async (call) => objectAnswer(await groups.create(call.body, call.by), showGroup),

    async listGroups(call) {
      const { query, access, caller } = call;
      if (access === 'own') return { body: { items: (await groups.ofAccount(caller.id)).map(showGroup) } };
      const name = query.name === undefined ? {} : { name: query.name };
      return pageAnswer(
        await searchedPage(
          call,
          (asked) => groups.list({ ...asked, ...name }),
          (group) => [group.name],
          { order: orderOf(query, { created: 'createdAt', name: 'name' }) },
        ),
        showGroup,
      );
    },

    getGroup: async (call) => objectAnswer(await visible(call), showGroup),

    async updateGroup(call) {
      sameVersion(await visible(call), call);
      const changed = await groups.update(call.id, call.version, call.body, call.by);
      await offboarding.membersLeft(changed.document, call.by);
      return objectAnswer(changed, showGroup);
    },
  };
};

export const groups = resource(routes, handlers);
