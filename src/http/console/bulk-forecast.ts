/** What one action would do to each chosen agent. A forecast for the page: the calls of the confirmation decide. */
import { isolated } from '../../../views/agent-text.ts';
import type { Phrase } from '../../../views/html.ts';
import type { BulkAgent, BulkDeed, ForecastRow } from '../../../views/pages/console-bulk.ts';
import { bulkWords as words } from '../../../views/words/console-bulk.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { nextState } from '../../domain/clients/agents/agent-lifecycle.ts';
import { agentRefusal } from '../../domain/clients/agents/agent-refusals.ts';
import type { Versioned } from '../../domain/ports/document-store.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { seenAgent, standingOf } from './agent-standing.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { agentRow, type ConsoleDeps, type Names, partyNames } from './console-deps.ts';
import type { Viewer } from './console-page.ts';

/** `change`: the agent and its version, for the confirmation; absent if the action would not change it. */
type ForecastedRow = ForecastRow & { readonly change?: { readonly id: string; readonly version: number } };

type Seen = Versioned<Agent> & { readonly mayChange: boolean };
type Unseen = { readonly refused: ForecastRow['text'] };

/** What the action would do to each agent. */
export const forecasts = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  deed: BulkDeed,
  ids: readonly string[],
): Promise<readonly ForecastedRow[]> => {
  const { agents, found, names } = await chosenAgents(deps, calls, viewer, ids);
  return found.map((one, index): ForecastedRow => {
    const agent = agents[index] ?? { id: '' };
    if (!('document' in one)) return { agent, kind: 'cannot', text: one.refused };
    const forecast = forecastOf(deed, one, names);
    const { version } = one;
    return { agent, ...forecast, ...(forecast.kind === 'changes' ? { change: { id: agent.id, version } } : {}) };
  });
};

/** The agents with these ids, in this order, with the facts that a table shows of those that the viewer sees. */
export const chosenAgents = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  ids: readonly string[],
): Promise<{
  readonly agents: readonly BulkAgent[];
  readonly found: readonly (Seen | Unseen)[];
  readonly names: Names;
}> => {
  const found = await Promise.all(ids.map((id) => seenOrRefused(deps, calls, viewer, id)));
  const seen = found.flatMap((one) => ('document' in one ? [one.document] : []));
  const [names, effective] = await Promise.all([
    partyNames(
      deps,
      seen.flatMap(({ owner, transferTo }) => [owner, transferTo]),
    ),
    deps.agents.getMany(seen.map(({ id }) => id)),
  ]);
  const now = new Map(effective.map(({ document }) => [document.id, document]));
  const agents = found.map((one, index): BulkAgent => {
    if (!('document' in one)) return { id: ids[index] ?? '' };
    const { document: agent } = one;
    const row = agentRow(deps, agent, { now: now.get(agent.id), names, lastUsedAt: undefined });
    const { id, name, href, ownerName, state, isStopped } = row;
    return { id, facts: { name, href, ownerName, state, isStopped } };
  });
  return { agents, found, names };
};

const seenOrRefused = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  id: string,
): Promise<Seen | Unseen> => {
  try {
    const found = await seenAgent(deps, calls, viewer, id);
    return { ...found, mayChange: (await standingOf(deps, calls, viewer, found.document)).changes };
  } catch (error) {
    if (!isDomainError(error) || error.code === 'unavailable') throw error;
    return { refused: refusalPhrase(error) };
  }
};

const forecastOf = (
  deed: BulkDeed,
  { document: agent, mayChange }: Seen,
  names: Names,
): Pick<ForecastRow, 'kind' | 'text'> => {
  if (!mayChange) return { kind: 'cannot', text: words.onlySeen };
  try {
    if (deed === 'hand-over') return handOverForecast(agent, names);
    const never = deed === 'suspend' ? cannotSuspend[agent.state] : undefined;
    if (never) return { kind: 'cannot', text: never };
    const next = nextState(agent.state, deed);
    return next === agent.state
      ? { kind: 'stays', text: deed === 'suspend' ? words.already.suspended : words.already.retired }
      : { kind: 'changes', text: words.will[deed] };
  } catch (error) {
    if (!isDomainError(error)) throw error;
    return { kind: 'cannot', text: refusalPhrase(error) };
  }
};

const cannotSuspend: Readonly<Partial<Record<Agent['state'], Phrase>>> = words.cannot.suspend;

const handOverForecast = ({ state, transferTo }: Agent, names: Names): Pick<ForecastRow, 'kind' | 'text'> => {
  if (state === 'retired') throw agentRefusal('agent_retired');
  return {
    kind: 'changes',
    text: transferTo === undefined ? words.will['hand-over'] : words.replacesOffer(isolated(names(transferTo))),
  };
};
