import type { Delegation } from '../../authority/delegation/delegation.ts';
import type { Agent } from '../../clients/agents/agent.ts';
import type { Client } from '../../clients/clients/client.ts';
import type { Page, PageQuery } from '../../platform/registries/registered-documents.ts';
import type { Cursor } from '../../ports/document-store.ts';
import type { ResourceServer } from '../../resources/resource-servers/resource-server.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import type { AskedIn } from './access-answer.ts';
import type { AccessDecisions, AccessDependencies } from './access-decisions.ts';
import type { Entity, Searched, SearchQuestion } from './access-question.ts';
import { isItself } from './wanted-access.ts';

export type SearchResult = {
  readonly results: readonly (Entity | { readonly name: string })[];
  readonly next?: Cursor;
};

type Lists = {
  readonly agents: { list(query: PageQuery): Promise<Page<Agent>> };
  readonly clients: { list(query: PageQuery): Promise<Page<Client>> };
  readonly delegations: {
    list(query: { readonly actor: string; readonly after?: Cursor; readonly limit: number }): Promise<{
      readonly items: readonly Delegation[];
      readonly next?: Cursor;
    }>;
  };
};

type Candidates = { readonly subjects: readonly string[]; readonly next?: Cursor | undefined };

/**
 * Searches what the candidates of a page may do, with one decision for each. A page may be short or empty and still
 * have a next one. The work of a request is therefore bounded for any number of agents (§8.2).
 */
export type AccessSearch = (
  searched: Searched,
  server: ResourceServer,
  asked: SearchQuestion,
  after: Cursor | undefined,
  by: AskedIn,
) => Promise<SearchResult>;

export const accessSearch = (
  deps: Pick<AccessDependencies, 'audit'> & { readonly decisions: AccessDecisions; readonly lists: Lists },
): AccessSearch => {
  const { audit, decisions, lists } = deps;

  const candidates = async (
    server: ResourceServer,
    { subject: { type }, context, limit }: SearchQuestion,
    after: Cursor | undefined,
  ): Promise<Candidates> => {
    const query = { limit, ...(after ? { after } : {}) };
    if (type === 'account' && context.agent !== undefined) {
      const { items, next } = await lists.delegations.list({ actor: context.agent, ...query });
      const here = items.filter(({ resource, parent }) => resource === server.identifier && parent === null);
      return { subjects: [...new Set(here.map(({ subject }) => subject))], next };
    }
    if (type !== 'agent' && type !== 'client') return { subjects: [] };
    const { items, next } = await (type === 'agent' ? lists.agents : lists.clients).list(query);
    return { subjects: items.map(({ document }) => document.id), next };
  };

  const subjects = async (server: ResourceServer, asked: SearchQuestion, after: Cursor | undefined) => {
    const { action = '', context } = asked;
    const resource = { ...asked.resource, id: asked.resource.id ?? '' };
    const page = await candidates(server, asked, after);
    const permitted = await fewAtOnce(page.subjects, (id) =>
      decisions.isPermitted(server, { subject: { type: asked.subject.type, id }, action, resource, context }),
    );
    const ids = page.subjects.filter((_, index) => permitted[index]);
    return {
      examined: page.subjects.length,
      results: ids.map((id) => ({ type: asked.subject.type, id })),
      ...(page.next ? { next: page.next } : {}),
    };
  };

  const resources = async (server: ResourceServer, { subject, resource, action = '', context }: SearchQuestion) => {
    const who = { type: subject.type, id: subject.id ?? '' };
    const scopes = (await decisions.permitted(server, who, context)) ?? [];
    const { type } = resource;
    if (type === 'scope') {
      const named = scopes.filter((scope) => action === 'use' || action === scope);
      return { examined: server.scopes.length, results: named.map((id) => ({ type, id })) };
    }
    const isHere = type === 'resource_server' && scopes.includes(action);
    return { examined: 1, results: isHere ? [{ type, id: server.identifier }] : [] };
  };

  const actions = async (server: ResourceServer, { subject, resource, context }: SearchQuestion) => {
    const who = { type: subject.type, id: subject.id ?? '' };
    const what = { ...resource, id: resource.id ?? '' };
    if (what.type === 'detail') {
      const question = { subject: who, action: 'use', resource: what, context };
      const isPermitted = await decisions.isPermitted(server, question);
      return { examined: 1, results: isPermitted ? [{ name: 'use' }] : [] };
    }
    const scopes = (await decisions.permitted(server, who, context)) ?? [];
    const names = isItself(server, what)
      ? scopes
      : what.type === 'scope' && scopes.includes(what.id)
        ? ['use', what.id]
        : [];
    return { examined: server.scopes.length, results: names.map((name) => ({ name })) };
  };

  const search: {
    readonly [S in Searched]: (
      server: ResourceServer,
      asked: SearchQuestion,
      after: Cursor | undefined,
    ) => Promise<SearchResult & { readonly examined: number }>;
  } = { subject: subjects, resource: resources, action: actions };

  /** Appends the event of a page, then returns the page. */
  return async (searched, server, asked, after, { request, source }): Promise<SearchResult> => {
    const { examined, ...found } = await search[searched](server, asked, after);
    await audit.append({
      type: 'decision.searched',
      outcome: 'done',
      request,
      caller: server.id,
      resource: server.identifier,
      inputs: { searched, examined, found: found.results.length },
      personal: { source },
    });
    return found;
  };
};
