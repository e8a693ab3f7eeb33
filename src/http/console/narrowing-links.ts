/** Links to the pages that take single rights, and the delegations of an agent with them. */
import type { RightsFromPerson } from '../../../views/pages/console-narrowing.ts';
import type { Account } from '../../domain/identity/accounts/account.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, partyNames, resourceNames } from './console-deps.ts';
import type { Opened, Viewer } from './console-page.ts';
import { delegationHref, delegationsHref, type ShownDelegation, shownPerson } from './delegation-tree.ts';

/** Delegations on the page of an agent. */
const MOST_SHOWN = 10;

/** The live delegations of an agent, for its page. `isOwner`: the viewer changes the agent. */
export const rightsFromPeopleOf = async (
  { deps, calls }: { readonly deps: ConsoleDeps; readonly calls: ConsoleCalls },
  { viewer, frame }: Opened,
  actor: string,
  isOwner: boolean,
): Promise<{ readonly rows: readonly RightsFromPerson[]; readonly allHref?: string }> => {
  const query = { actor, live: true, limit: MOST_SHOWN };
  const { body, next } = await calls.run('listDelegations', viewer.account, viewer.by, { query });
  const items = body?.items ?? [];
  const names = await partyNames(
    deps,
    items.map(({ subject }) => subject),
  );
  const resources = await resourceNames(
    deps,
    items.map(({ resource }) => resource),
  );
  const rows = items.map((one): RightsFromPerson => {
    const { id, subject, resource, scope, parent, expires_at: until } = one;
    return {
      person: shownPerson(deps, viewer, frame, subject, names(subject)).person,
      ...{ href: delegationHref(deps, id), resource: resources(resource), scopes: scope, until },
      isHandedOn: parent !== null,
      ...narrowHrefOf(deps, isOwner || !isOwnOnly(calls, viewer.account), one),
    };
  });
  return { rows, ...(next === undefined ? {} : { allHref: delegationsHref(deps, { actor }) }) };
};

/** Whether the viewer may narrow only delegations on their behalf and those of their own agents, although they may see others. */
export const isOwnOnly = (calls: ConsoleCalls, account: Account): boolean => !calls.mayAll('narrowDelegation', account);

/** Whether the viewer may narrow this delegation. */
export const mayNarrow = async (calls: ConsoleCalls, { account, by }: Viewer, id: string): Promise<boolean> =>
  !isOwnOnly(calls, account) || (await calls.isThere(calls.run('getDelegation', account, by, { id, ownOnly: true })));

/** Of a re-delegation: the page of the delegation above it, and the agent of that if it is among `rows`. */
export const throughOf = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  { parent }: ShownDelegation,
  rows: readonly ShownDelegation[],
  names: (id: string) => string,
): { readonly through?: { readonly href: string; readonly agent?: string } } => {
  if (typeof parent !== 'string') return {};
  const above = rows.find(({ id }) => id === parent);
  return {
    through: { href: delegationHref(deps, parent), ...(above === undefined ? {} : { agent: names(above.actor) }) },
  };
};

/** The page that narrows a delegation. None where nothing could stay. `may`: the viewer may narrow it. */
export const narrowHrefOf = (
  deps: Pick<ConsoleDeps, 'basePath'>,
  may: boolean,
  { id, state, scope, details = [] }: ShownDelegation,
): { readonly narrowHref?: string } =>
  may && state !== 'revoked' && scope.length + details.length > 1
    ? { narrowHref: `${delegationHref(deps, id)}/narrow` }
    : {};
