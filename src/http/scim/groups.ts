/** Groups over HTTP (RFC 7643 §4.2, RFC 7644 §3). The domain owns what a directory may do. */
import type { Directory } from '../../domain/identity/directories/directory.ts';
import type { GroupView } from '../../domain/identity/directories/directory-group-reads.ts';
import type { DirectoryGroups } from '../../domain/identity/directories/directory-groups.ts';
import { directoryRefusal } from '../../domain/identity/directories/directory-refusals.ts';
import { GROUP_RESOURCE, GROUP_SCHEMA } from '../../domain/identity/scim/attributes.ts';
import { groupPatch, groupReplacement } from '../../domain/identity/scim/group-patch.ts';
import { isSelected, type Selection, selected } from '../../domain/identity/scim/selection.ts';
import { isoTime, readResource, type Values } from '../../domain/identity/scim/values.ts';
import type { ScimCursors } from './cursors.ts';
import { listAnswer } from './listed.ts';
import {
  type Asked,
  askedInBody,
  askedInQuery,
  type ResourceCalls,
  type ScimAnswer,
  type ScimCall,
  selectionOf,
  tagOf,
  tagsOf,
} from './requests.ts';

/** A group of 10,000 members in one request. */
const MOST_BODY = 1_048_576;
/** Members in the groups of one page. The page ends where more would follow, after one group at least. */
const MOST_MEMBERS_ON_PAGE = 20_000;

type Deps = { readonly groups: DirectoryGroups; readonly cursors: ScimCursors; readonly base: string };

export const groupCalls = ({ groups, cursors, base }: Deps): ResourceCalls => {
  const locationOf = (id: string): string => `${base}/Groups/${id}`;

  /** Reads no members where the answer has none. */
  const shown = async (
    group: GroupView,
    selection: Selection,
  ): Promise<{ readonly values: Values; readonly count: number }> => {
    const { id, displayName, externalId, createdAt, updatedAt, version } = group;
    const members = isSelected('members', selection, GROUP_RESOURCE) ? await groups.members(id) : [];
    const values = {
      schemas: [GROUP_SCHEMA],
      ...{ id, displayName },
      ...(externalId === undefined ? {} : { externalId }),
      ...(members.length === 0
        ? {}
        : { members: members.map((value) => ({ value, $ref: `${base}/Users/${value}`, type: 'User' })) }),
      meta: {
        resourceType: 'Group',
        created: isoTime(createdAt),
        lastModified: isoTime(updatedAt),
        location: locationOf(id),
        version: tagOf(version),
      },
    };
    return { values: selected(values, selection, GROUP_RESOURCE), count: members.length };
  };

  const answer = async (call: ScimCall, group: GroupView, status = 200): Promise<ScimAnswer> => ({
    status,
    body: (await shown(group, selectionOf(call))).values,
    headers: { ETag: tagOf(group.version), 'Content-Location': locationOf(group.id) },
  });

  const pageOf = async (found: readonly GroupView[], { selection }: Asked): Promise<readonly Values[]> => {
    const page: Values[] = [];
    let memberCount = 0;
    for (const group of found) {
      if (page.length > 0 && memberCount >= MOST_MEMBERS_ON_PAGE) break;
      const one = await shown(group, selection);
      memberCount += one.count;
      page.push(one.values);
    }
    return page;
  };

  const sortable = ({ id, displayName, externalId }: GroupView): Values => ({ id, displayName, externalId });

  const listOf = ({ directory }: { readonly directory: Directory }, asked: Asked): Promise<ScimAnswer> =>
    listAnswer(directory, asked, {
      ...{ type: 'Group', resource: GROUP_RESOURCE, cursors, sortable },
      find: (filter) => groups.find(directory, filter),
      pageOf: (found) => pageOf(found, asked),
    });

  return {
    async create(call): Promise<ScimAnswer> {
      const values = readResource(await call.body(MOST_BODY), GROUP_RESOURCE);
      const group = await groups.create(call.directory, groupReplacement(values), call.by);
      const { headers, ...created } = await answer(call, group, 201);
      return { ...created, headers: { ...headers, Location: locationOf(group.id) } };
    },

    async read(call): Promise<ScimAnswer> {
      const group = await groups.get(call.directory, call.id);
      if (!group) throw directoryRefusal('directory_group_not_found');
      const known = tagsOf(call.ifNoneMatch);
      const tag = { ETag: tagOf(group.version) };
      return known?.includes(group.version) ? { status: 304, headers: tag } : answer(call, group);
    },

    list: (call): Promise<ScimAnswer> => listOf(call, askedInQuery(call)),
    search: async (call): Promise<ScimAnswer> => listOf(call, await askedInBody(call)),

    async replace(call): Promise<ScimAnswer> {
      const { directory, id, by } = call;
      const change = groupReplacement(readResource(await call.body(MOST_BODY), GROUP_RESOURCE));
      return answer(call, await groups.change(directory, id, change, tagsOf(call.ifMatch), by));
    },

    async patch(call): Promise<ScimAnswer> {
      const { directory, id, by } = call;
      const change = groupPatch(await call.body(MOST_BODY));
      const group = await groups.change(directory, id, change, tagsOf(call.ifMatch), by);
      // §3.5.2: without `attributes` a server may leave the resource out. A large group is then not read and sent.
      if (call.query('attributes') !== undefined) return answer(call, group);
      return { status: 204, headers: { ETag: tagOf(group.version) } };
    },

    async remove({ directory, id, by, ifMatch }): Promise<ScimAnswer> {
      await groups.remove(directory, id, tagsOf(ifMatch), by);
      return { status: 204 };
    },
  };
};
