/** Agents over HTTP (AGENT_DRAFT, RFC 7644 §3). The domain owns what a directory may do. */
import type { DirectoryAgent, DirectoryAgents } from '../../domain/clients/directory-agents/directory-agents.ts';
import type { Directory } from '../../domain/identity/directories/directory.ts';
import { directoryRefusal } from '../../domain/identity/directories/directory-refusals.ts';
import { AGENT_RESOURCE, AGENT_SCHEMA } from '../../domain/identity/scim/attributes.ts';
import { patched } from '../../domain/identity/scim/patch.ts';
import { selected } from '../../domain/identity/scim/selection.ts';
import { isObject, isoTime, readResource, type Values } from '../../domain/identity/scim/values.ts';
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

type Deps = { readonly agents: DirectoryAgents; readonly cursors: ScimCursors; readonly base: string };

export const agentCalls = ({ agents, cursors, base }: Deps): ResourceCalls => {
  const locationOf = (id: string): string => `${base}/Agents/${id}`;

  const shownOwners = ({ owners }: Values): readonly Values[] =>
    (Array.isArray(owners) ? owners : [])
      .filter(isObject)
      .map((owner) => ({ ...owner, $ref: `${base}/Users/${String(owner['value'])}` }));

  const shown = ({ id, values, version, createdAt, updatedAt }: DirectoryAgent): Values => ({
    schemas: [AGENT_SCHEMA],
    id,
    ...values,
    owners: shownOwners(values),
    meta: {
      resourceType: 'Agent',
      created: isoTime(createdAt),
      lastModified: isoTime(updatedAt),
      location: locationOf(id),
      version: tagOf(version),
    },
  });

  const answer = (call: ScimCall, agent: DirectoryAgent, status = 200): ScimAnswer => ({
    status,
    body: selected(shown(agent), selectionOf(call), AGENT_RESOURCE),
    headers: { ETag: tagOf(agent.version), 'Content-Location': locationOf(agent.id) },
  });

  const listOf = ({ directory }: { readonly directory: Directory }, asked: Asked): Promise<ScimAnswer> =>
    listAnswer(directory, asked, {
      ...{ type: 'Agent', resource: AGENT_RESOURCE, cursors, sortable: shown },
      find: (filter) => agents.find(directory, filter),
      pageOf: async (found) => found.map((agent) => selected(shown(agent), asked.selection, AGENT_RESOURCE)),
    });

  const change = async (call: ScimCall, next: (values: Values) => Values): Promise<ScimAnswer> => {
    const { directory, id, by, ifMatch } = call;
    return answer(call, await agents.change(directory, id, { versions: tagsOf(ifMatch), change: next }, by));
  };

  return {
    async create(call): Promise<ScimAnswer> {
      const values = readResource(await call.body(), AGENT_RESOURCE);
      const agent = await agents.create(call.directory, values, call.by);
      const { headers, ...created } = answer(call, agent, 201);
      return { ...created, headers: { ...headers, Location: locationOf(agent.id) } };
    },

    async read(call): Promise<ScimAnswer> {
      const agent = await agents.get(call.directory, call.id);
      if (!agent) throw directoryRefusal('directory_agent_not_found');
      const tag = { ETag: tagOf(agent.version) };
      const isKnown = tagsOf(call.ifNoneMatch)?.includes(agent.version);
      return isKnown ? { status: 304, headers: tag } : answer(call, agent);
    },

    list: (call): Promise<ScimAnswer> => listOf(call, askedInQuery(call)),
    search: async (call): Promise<ScimAnswer> => listOf(call, await askedInBody(call)),

    async replace(call): Promise<ScimAnswer> {
      const values = readResource(await call.body(), AGENT_RESOURCE);
      return change(call, () => values);
    },

    async patch(call): Promise<ScimAnswer> {
      const body = await call.body();
      return change(call, (values) => patched(values, body, AGENT_RESOURCE));
    },

    async remove({ directory, id, by, ifMatch }): Promise<ScimAnswer> {
      await agents.remove(directory, id, tagsOf(ifMatch), by);
      return { status: 204 };
    },
  };
};
