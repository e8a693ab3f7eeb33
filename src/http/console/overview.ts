import type { OverviewModel } from '../../../views/pages/console-model.ts';
import { AGENT_STATE_KINDS } from '../../../views/partials/agent-state.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { type NewestAgents, newestAgents } from '../../domain/clients/agents/newest-agents.ts';
import { FINDING_KINDS } from '../../domain/governance/finding.ts';
import { MOST_COUNTED } from '../../domain/governance/finding-registry.ts';
import { partiesOf } from '../../domain/identity/groups/owners.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import { type ListQuery, listed, listHref, rowsOf } from './agent-list.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, partyNames, waitingAgent } from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { dashboardModel } from './dashboard.ts';

const RECENT = 5;
const WAITING = 50;
const REVIEWS = 50;

/** Operators and auditors see all agents, an owner sees their own. */
export const overviewModel = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  frame: ConsoleFrame,
  refusals: 'days' | 'hours',
): Promise<OverviewModel> => {
  const owners = frame.seesAll ? undefined : await partiesOf(deps.groups, viewer.account.id);
  const newest = await newestAgents(deps.registered, owners);
  const { agents } = newest;
  const living = agents.filter(({ state }) => state !== 'retired');
  const hrefOf = (query: Partial<ListQuery>): string => listHref(deps, query);
  return {
    ...frame,
    openReviews: frame.sees.includes('break-glass')
      ? (await deps.approvals.service.breakGlass.reviews('open', { limit: REVIEWS })).length
      : 0,
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
    ...onlyOf(newest),
    findings: await countedFindings(deps, owners),
    recent: await rowsOf(deps, { agents: agents.slice(0, RECENT), uses: newest.uses }),
    ...(frame.seesAll ? { dashboard: await dashboardModel(deps, frame, refusals) } : {}),
  };
};

/** The open findings of each kind, counted up to 100. */
export const countedFindings = async (
  { findings }: Pick<ConsoleDeps, 'findings'>,
  owners: readonly string[] | undefined,
): Promise<OverviewModel['findings']> => {
  const counted = await Promise.all(
    FINDING_KINDS.map(async (kind) => {
      const count = await findings.count(kind, owners);
      return { kind, count, isMore: count === MOST_COUNTED };
    }),
  );
  return counted.filter(({ count }) => count > 0);
};

const onlyOf = ({ agents, isMore }: NewestAgents): Pick<OverviewModel, 'countedOnly'> =>
  isMore ? { countedOnly: agents.length } : {};

const waitingFor = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
): Promise<OverviewModel['waiting']> => {
  const { agents, versions } = await listed(deps, calls, viewer, {
    query: { awaiting: true, limit: WAITING },
    all: false,
  });
  const mine = new Set(await partiesOf(deps.groups, viewer.account.id));
  const names = await partyNames(deps, [...mine, ...agents.map(({ owner }) => owner)]);
  return agents.map((agent) => {
    const asked = agent.transferTo !== undefined && mine.has(agent.transferTo) ? agent.transferTo : agent.owner;
    return waitingAgent(deps, { document: agent, version: versions.get(agent.id) ?? 0 }, { asked, names });
  });
};
