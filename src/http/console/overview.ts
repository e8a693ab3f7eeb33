import type { FindingsModel } from '../../../views/pages/console-findings.ts';
import type { Finding, FindingKind, OverviewModel } from '../../../views/pages/console-model.ts';
import { AGENT_STATE_KINDS } from '../../../views/partials/agent-state.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { Agent } from '../../domain/agents/agent.ts';
import { ENVIRONMENTS } from '../../domain/agents/environment.ts';
import type { Cursor } from '../../domain/ports/document-store.ts';
import type { RouteQuery } from '../management/call.ts';
import { type ListQuery, listed, listHref, rowsOf } from './agent-list.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, partyNames, waitingAgent } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** Agents that are looked at one by one for counts and findings; whoever has more sees the newest counted. */
const MOST_COUNTED = 1_000;
const SHOWN = 10;
const RECENT = 5;
const WAITING = 50;
const SOON_SECONDS = 30 * 86_400;

/** What an operator or auditor looks at is everything, what an owner looks at is what is their own. */
export const overviewModel = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  frame: ConsoleFrame,
): Promise<OverviewModel> => {
  const counted = await newest(deps, calls, viewer, frame.seesAll);
  const { agents } = counted;
  const living = agents.filter(({ state }) => state !== 'retired');
  const found = await findingsOf(deps, calls, viewer, frame.seesAll, counted);
  const hrefOf = (query: Partial<ListQuery>): string => listHref(deps, { all: frame.seesAll, ...query });
  return {
    ...frame,
    waiting: await waitingFor(deps, calls, viewer),
    states: AGENT_STATE_KINDS.map((state) => ({
      name: state,
      count: agents.filter((agent) => agent.state === state).length,
      href: hrefOf({ state }),
    })),
    environments: [...ENVIRONMENTS].reverse().map((environment) => ({
      name: environment,
      count: living.filter((agent) => agent.environment === environment).length,
      href: hrefOf({ environment }),
    })),
    ...onlyOf(counted),
    findings: found.map(({ kind, agents: rows, moreHref }) => ({
      kind,
      count: rows.length,
      isMore: moreHref !== undefined,
    })),
    recent: await rowsOf(deps, { agents: agents.slice(0, RECENT), uses: counted.uses }),
  };
};

export const findings = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  all: boolean,
): Promise<Pick<FindingsModel, 'findings' | 'countedOnly'>> => {
  const counted = await newest(deps, calls, viewer, all);
  return { findings: await findingsOf(deps, calls, viewer, all, counted), ...onlyOf(counted) };
};

type Counted = {
  readonly agents: readonly Agent[];
  readonly uses: ReadonlyMap<string, number>;
  readonly isMore: boolean;
};

const onlyOf = ({ agents, isMore }: Counted): Pick<FindingsModel, 'countedOnly'> =>
  isMore ? { countedOnly: agents.length } : {};

const newest = async (deps: ConsoleDeps, calls: ConsoleCalls, viewer: Viewer, all: boolean): Promise<Counted> => {
  const agents: Agent[] = [];
  const uses = new Map<string, number>();
  let after: Cursor | undefined;
  do {
    const page = await listed(deps, calls, viewer, { query: { limit: 200 }, after, all });
    agents.push(...page.agents);
    for (const [id, at] of page.uses) uses.set(id, at);
    after = page.next;
  } while (after && agents.length < MOST_COUNTED);
  return { agents, uses, isMore: after !== undefined };
};

/** What a page of the API lists is asked of it; the rest is seen in the agents that were counted. */
const findingsOf = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  all: boolean,
  counted: Counted,
): Promise<readonly Finding[]> => {
  const now = deps.clock.now();
  const soon = now + SOON_SECONDS;

  const asked = async (
    kind: FindingKind,
    query: RouteQuery,
    list: Partial<ListQuery>,
    at?: (agent: Agent) => number | undefined,
  ): Promise<Finding> => {
    const page = await listed(deps, calls, viewer, { query: { ...query, limit: SHOWN }, all });
    return finding(kind, page.agents, page.uses, {
      at,
      ...(page.next ? { moreHref: listHref(deps, { all, ...list }) } : {}),
    });
  };

  const finding = async (
    kind: FindingKind,
    agents: readonly Agent[],
    uses: ReadonlyMap<string, number>,
    more: { readonly at?: ((agent: Agent) => number | undefined) | undefined; readonly moreHref?: string },
  ): Promise<Finding> => {
    const rows = await rowsOf(deps, { agents: agents.slice(0, SHOWN), uses });
    const moreHref = more.moreHref ?? (agents.length > SHOWN ? listHref(deps, { all }) : undefined);
    return {
      kind,
      agents: rows.map((row, index) => {
        const agent = agents[index];
        const at = agent && more.at?.(agent);
        return { ...row, ...(at === undefined ? {} : { at }) };
      }),
      ...(moreHref === undefined ? {} : { moreHref }),
    };
  };

  const endOf = ({ expiresAt, credentialsEndAt }: Agent): number | undefined => {
    const ends = [expiresAt, credentialsEndAt].filter((at) => at !== undefined);
    return ends.length === 0 ? undefined : Math.min(...ends);
  };
  const isInUse = ({ state }: Agent): boolean => state === 'active' || state === 'suspended';
  const inUse = counted.agents.filter(isInUse);
  // There are few of them, and each matters, however old it is.
  const secrets = await listed(deps, calls, viewer, { query: { with_secret: true, limit: 200 }, all });
  const rows = await rowsOf(deps, counted);
  const stopped = new Set(rows.filter(({ isStopped }) => isStopped).map(({ id }) => id));
  const found = await Promise.all([
    asked('orphaned', { state: 'orphaned' }, { state: 'orphaned' }),
    finding('secrets', secrets.agents.filter(isInUse), secrets.uses, {}),
    finding(
      'expiring',
      inUse
        .filter((agent) => (endOf(agent) ?? soon) < soon)
        .sort((one, other) => (endOf(one) ?? 0) - (endOf(other) ?? 0)),
      counted.uses,
      { at: endOf },
    ),
    finding(
      'stopped',
      counted.agents.filter(({ id }) => stopped.has(id)),
      counted.uses,
      {},
    ),
    asked('pending', { state: 'pending' }, { state: 'pending' }, ({ acceptBy }) => acceptBy),
    asked('unused', { state: 'active', unused_since: now - SOON_SECONDS }, { state: 'active', unused: '30' }),
  ]);
  return found.filter(({ agents }) => agents.length > 0);
};

const waitingFor = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
): Promise<OverviewModel['waiting']> => {
  const { agents } = await listed(deps, calls, viewer, { query: { awaiting: true, limit: WAITING }, all: false });
  const groups = (await deps.groups.ofAccount(viewer.account.id)).map(({ id }) => id);
  const mine = new Set([viewer.account.id, ...groups]);
  const names = await partyNames(deps, [...groups, ...agents.map(({ owner }) => owner)]);
  return agents.map((agent) => {
    const asked = agent.transferTo !== undefined && mine.has(agent.transferTo) ? agent.transferTo : agent.owner;
    return waitingAgent(deps, agent, { asked, names });
  });
};
