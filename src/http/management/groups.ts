import type { Offboarding } from '../../domain/clients/agents/offboarding.ts';
import type { Group } from '../../domain/identity/groups/group.ts';
import type { GroupChange, GroupRegistry, NewGroup } from '../../domain/identity/groups/group-registry.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { type Call, existing, type Handlers, objectAnswer, pageAnswer, sameVersion, searchedPage } from './call.ts';
import { showGroup } from './representations.ts';

type Operations = 'createGroup' | 'listGroups' | 'getGroup' | 'updateGroup';

/** An account without a role sees the groups it is in. */
export const groupHandlers = (
  groups: GroupRegistry,
  offboarding: Pick<Offboarding, 'membersLeft'>,
): Handlers<Operations> => {
  const visible = async ({ id, access, caller }: Call): Promise<Versioned<Group>> =>
    existing(await groups.get(id), ({ document }) => access === 'all' || document.members.includes(caller.id));

  return {
    createGroup: async (call) => objectAnswer(await groups.create(call.body as NewGroup, call.by), showGroup),

    async listGroups(call) {
      const { query, access, caller } = call;
      if (access === 'own') return { body: { items: (await groups.ofAccount(caller.id)).map(showGroup) } };
      const name = query.name === undefined ? {} : { name: query.name };
      return pageAnswer(
        await searchedPage(
          call,
          (asked) => groups.list({ ...asked, ...name }),
          (group) => [group.name],
        ),
        showGroup,
      );
    },

    getGroup: async (call) => objectAnswer(await visible(call), showGroup),

    async updateGroup(call) {
      sameVersion(await visible(call), call);
      const changed = await groups.update(call.id, call.version, call.body as GroupChange, call.by);
      await offboarding.membersLeft(changed.document, call.by);
      return objectAnswer(changed, showGroup);
    },
  };
};
