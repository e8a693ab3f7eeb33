/** How much ends with an action on an agent, a client or an API: counts for its confirmation, of what the viewer may see. */
import type { Loss } from '../../../views/partials/losses.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import type { ConsoleCalls, ItemOf, ListOperation, QueryOf } from './console-calls.ts';
import type { Viewer } from './console-page.ts';

/** Most objects of a kind that are counted. */
const MOST = 100;

/** `ends`: whether an item ends; default: each does. Empty without the permission. */
const counted = async <Id extends ListOperation>(
  calls: ConsoleCalls,
  { account, by }: Viewer,
  kind: Loss['kind'],
  operation: Id,
  { id, query, ends = () => true }: { id?: string; query: QueryOf<Id>; ends?: (item: ItemOf<Id>) => boolean },
): Promise<readonly Loss[]> => {
  if (!calls.may(operation, account)) return [];
  const asked = { query: { ...query, limit: MOST }, ...(id === undefined ? {} : { id }) };
  const { body, next } = await calls.run(operation, account, by, asked);
  const items = (Reflect.get(body ?? {}, 'items') ?? []) as readonly ItemOf<Id>[];
  return [{ kind, count: items.filter(ends).length, isMore: next !== undefined }];
};

/** What ends when an agent is retired. */
export const lossesOfAgent = async (calls: ConsoleCalls, viewer: Viewer, id: string): Promise<readonly Loss[]> =>
  (
    await Promise.all([
      counted(calls, viewer, 'delegations', 'listDelegations', { query: { actor: id, live: true } }),
      counted(calls, viewer, 'grants', 'listGrants', { query: { client: id } }),
      counted(calls, viewer, 'instances', 'listInstances', {
        ...{ id, query: {} },
        ends: ({ state }) => state === 'active',
      }),
      counted(calls, viewer, 'approvals', 'listApprovals', { query: { agent: id, state: 'pending' } }),
      counted(calls, viewer, 'transactions', 'listTransactions', { query: { agent: id, open: true } }),
    ])
  ).flat();

/** What ends when a client is disabled. */
export const lossesOfClient = (calls: ConsoleCalls, viewer: Viewer, id: string): Promise<readonly Loss[]> =>
  counted(calls, viewer, 'grants', 'listGrants', { query: { client: id } });

/** Objects on one page of the API, and pages to look through. */
const [PAGE, PAGES] = [200, 5];

/** The newest objects of a list; `isMore`: there are older ones. Empty without the permission. */
const newest = async <Id extends ListOperation>(
  calls: ConsoleCalls,
  { account, by }: Viewer,
  operation: Id,
  query: QueryOf<Id>,
): Promise<{ readonly items: readonly ItemOf<Id>[]; readonly isMore: boolean }> => {
  const items: ItemOf<Id>[] = [];
  let after: Cursor | undefined;
  for (let page = 0; page < PAGES && calls.may(operation, account); page += 1) {
    const { body, next } = await calls.run(operation, account, by, { query: { ...query, limit: PAGE }, after });
    items.push(...((Reflect.get(body ?? {}, 'items') ?? []) as readonly ItemOf<Id>[]));
    after = next;
    if (after === undefined) break;
  }
  return { items, isMore: after !== undefined };
};

/** The agents and delegations that have access to this API, among the newest 1,000 of each. */
export const lossesAtServer = async (
  calls: ConsoleCalls,
  viewer: Viewer,
  identifier: string,
): Promise<readonly Loss[]> => {
  const [delegations, agents] = await Promise.all([
    newest(calls, viewer, 'listDelegations', { live: true }),
    newest(calls, viewer, 'listAgents', { state: 'active' }),
  ]);
  const there = delegations.items.filter(({ resource }) => resource === identifier);
  const ofThemselves = agents.items.filter(({ authority }) => Object.hasOwn(authority ?? {}, identifier));
  const acting = new Set([...there.map(({ actor }) => actor), ...ofThemselves.map(({ id }) => id)]);
  return [
    { kind: 'agents', count: acting.size, isMore: delegations.isMore || agents.isMore },
    { kind: 'delegations', count: there.length, isMore: delegations.isMore },
  ];
};
