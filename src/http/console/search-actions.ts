/** What a viewer can do with the best match of a search. Each link leads to a page that checks its own permission. */
import type { SearchAction } from '../../../views/pages/console-search.ts';
import { standingOf } from './agent-standing.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { agentHref, type ConsoleDeps, clientHref, personHref } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

export type ActionLink = { readonly action: SearchAction; readonly href: string };

/** The page that previews a kill. An owner may kill their own agents, a role all objects. */
const killOf = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  scope: 'agent' | 'account' | 'client',
  id: string,
  isOwn = false,
): readonly ActionLink[] =>
  calls.mayAll('createKill', account) || (isOwn && calls.may('createKill', account))
    ? [{ action: 'kill', href: `${deps.basePath}/console/kills/new?scope=${scope}&name=${encodeURIComponent(id)}` }]
    : [];

const eventsOf = (deps: ConsoleDeps, calls: ConsoleCalls, { account }: Viewer, id: string): readonly ActionLink[] =>
  calls.may('listAuditEvents', account)
    ? [{ action: 'events', href: `${deps.basePath}/console/audit?id=${encodeURIComponent(id)}` }]
    : [];

export const agentActions = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  id: string,
): Promise<readonly ActionLink[]> => {
  const found = await deps.registered.get(id);
  if (!found) return [];
  const { document: agent } = found;
  const href = agentHref(deps, id);
  const { changes, resumes } = await standingOf(deps, calls, viewer, agent);
  const isChangeable = changes && agent.state !== 'retired';
  return [
    { action: 'open', href },
    ...eventsOf(deps, calls, viewer, id),
    ...(calls.may('simulatePolicies', viewer.account)
      ? [{ action: 'simulate', href: `${deps.basePath}/console/policy/try?agent=${encodeURIComponent(id)}` } as const]
      : []),
    ...(isChangeable
      ? ([
          ...(agent.state === 'active' ? [{ action: 'suspend', href: `${href}#state` } as const] : []),
          ...(agent.state === 'suspended' && resumes ? [{ action: 'resume', href: `${href}#state` } as const] : []),
          { action: 'edit', href: `${href}/edit` },
          { action: 'handOver', href: `${href}/hand-over` },
          { action: 'retire', href: `${href}/retire` },
        ] as const)
      : []),
    ...killOf(deps, calls, viewer, 'agent', id, changes),
  ];
};

export const personActions = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  { id, state }: { readonly id: string; readonly state: string },
): readonly ActionLink[] => {
  const href = personHref(deps, id);
  return [
    { action: 'open', href },
    ...eventsOf(deps, calls, viewer, id),
    { action: 'agents', href: `${deps.basePath}/console/agents?owner=${encodeURIComponent(id)}` },
    ...(state === 'active' && calls.may('disableAccount', viewer.account)
      ? [{ action: 'disable', href: `${href}/disable` } as const]
      : []),
    ...killOf(deps, calls, viewer, 'account', id),
  ];
};

export const appActions = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  { id, state }: { readonly id: string; readonly state: string },
): readonly ActionLink[] => {
  const href = clientHref(deps, id);
  return [
    { action: 'open', href },
    ...eventsOf(deps, calls, viewer, id),
    ...(state === 'active' && calls.may('disableClient', viewer.account)
      ? [{ action: 'disable', href: `${href}#state` } as const]
      : []),
    ...killOf(deps, calls, viewer, 'client', id),
  ];
};
