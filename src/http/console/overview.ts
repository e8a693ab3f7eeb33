import type { FindingsModel } from '../../../views/pages/console-findings.ts';
import type { Finding, OverviewModel } from '../../../views/pages/console-model.ts';
import { AGENT_STATE_KINDS } from '../../../views/partials/agent-state.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { AgentFinding, FindingKind, NewestAgents } from '../../domain/clients/agents/agent-findings.ts';
import { partiesOf } from '../../domain/identity/groups/owners.ts';
import { ENVIRONMENTS } from '../../domain/vocabulary/environment.ts';
import { type ListQuery, listed, listHref, rowsOf } from './agent-list.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, clientHref, partyNames, waitingAgent } from './console-deps.ts';
import type { Viewer } from './console-page.ts';
import { dashboardModel } from './dashboard.ts';

const SHOWN = 10;
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
  const { newest, found } = await looked(deps, viewer, frame.seesAll);
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
    findings: [
      ...found.map(({ kind, agents: some, isMore }) => ({ kind, count: some.length, isMore })),
      ...(frame.seesAll ? await countedExceptions(deps) : []),
    ],
    recent: await rowsOf(deps, { agents: agents.slice(0, RECENT), uses: newest.uses }),
    ...(frame.seesAll ? { dashboard: await dashboardModel(deps, frame, refusals) } : {}),
  };
};

const countedExceptions = async ({ clientFindings }: ConsoleDeps): Promise<OverviewModel['findings']> => {
  const { clients, isMore } = await clientFindings.of(SHOWN);
  return clients.length === 0 ? [] : [{ kind: 'exceptions', count: clients.length, isMore }];
};

/** The page that lists all agents of a finding; for other findings, the whole list. */
const LISTS: Readonly<Partial<Record<FindingKind, Partial<ListQuery>>>> = {
  orphaned: { state: 'orphaned' },
  pending: { state: 'pending' },
  unused: { state: 'active', unused: '30' },
};

export const findings = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  all: boolean,
): Promise<Pick<FindingsModel, 'findings' | 'exceptions' | 'countedOnly'>> => {
  const { newest, found } = await looked(deps, viewer, all);
  return {
    findings: await Promise.all(found.map((one) => shown(deps, calls, viewer, one))),
    ...(all ? { exceptions: await exceptionsOf(deps, calls, viewer) } : {}),
    ...onlyOf(newest),
  };
};

const exceptionsOf = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
): Promise<NonNullable<FindingsModel['exceptions']>> => {
  const { clients, isMore } = await deps.clientFindings.of(SHOWN);
  const mayChange = calls.may('updateClient', account);
  return {
    rows: clients.map(({ client: { id, name }, exceptions }) => {
      const href = clientHref(deps, id);
      return { id, name, href, exceptions, ...(mayChange ? { changeHref: `${href}/edit` } : {}) };
    }),
    isMore,
  };
};

const LOOK: Finding['act'] = { name: 'look', tail: '' };

/** What a viewer does about an agent with this finding, where they may. */
const actOf = (kind: FindingKind, calls: ConsoleCalls, { account }: Viewer): Finding['act'] => {
  switch (kind) {
    case 'orphaned':
      return calls.may('updateAgent', account) ? { name: 'handOver', tail: '/hand-over' } : LOOK;
    case 'unused':
      return calls.may('retireAgent', account) ? { name: 'retire', tail: '/retire' } : LOOK;
    case 'secrets':
    case 'expiring':
      return { name: 'credentials', tail: '#credentials' };
    case 'stopped':
      return { name: 'effect', tail: '#effect' };
    case 'pending':
      return LOOK;
  }
};

const looked = async (deps: ConsoleDeps, { account }: Viewer, all: boolean) => {
  const owners = all ? undefined : await partiesOf(deps.groups, account.id);
  const newest = await deps.findings.newest(owners);
  return { newest, found: await deps.findings.of(owners, newest, SHOWN) };
};

const onlyOf = ({ agents, isMore }: NewestAgents): Pick<FindingsModel, 'countedOnly'> =>
  isMore ? { countedOnly: agents.length } : {};

const shown = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  { kind, agents, isMore }: AgentFinding,
): Promise<Finding> => {
  const uses = new Map(agents.flatMap(({ agent, lastUsedAt: at }) => (at === undefined ? [] : [[agent.id, at]])));
  const rows = await rowsOf(deps, { agents: agents.map(({ agent }) => agent), uses });
  return {
    kind,
    act: actOf(kind, calls, viewer),
    agents: rows.map((row, index) => {
      const at = agents[index]?.at;
      return { ...row, ...(at === undefined ? {} : { at }) };
    }),
    ...(isMore ? { moreHref: listHref(deps, LISTS[kind] ?? {}) } : {}),
  };
};

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
