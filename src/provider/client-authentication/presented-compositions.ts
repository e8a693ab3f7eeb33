/**
 * The composition that an agent presents in a request: noticed once the agent has authenticated, and then what decisions,
 * approvals and tokens of this request see of the agent. A composition that another request presented proves nothing here.
 */
import Provider from 'oidc-provider';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import type { AgentCompositions, CompositionStanding } from '../../domain/clients/agents/agent-compositions.ts';
import { agentRefusal } from '../../domain/clients/agents/agent-refusals.ts';
import type { PresentedComposition } from '../../domain/clients/agents/composition.ts';
import type { Found, Versioned } from '../../domain/ports/document-store.ts';
import type { Identifiers } from '../../domain/ports/identifiers.ts';
import type { TokenComposition } from '../../domain/vocabulary/token-composition.ts';
import { factsOf } from '../seam/request-facts.ts';
import { type OfRequest, requestState } from '../seam/request-state.ts';

export interface PresentedCompositions {
  /**
   * Call it when the client of a request has authenticated. Throws 'access_denied' while what the agent runs with waits for a
   * decision of its owner, when it was suspended for it, and when it shows none where its ceilings ask for one.
   */
  notice(of: OfRequest, clientId: string): Promise<void>;
}

const REASONS = {
  waits: 'composition_not_approved',
  suspended: 'composition_suspends',
  omitted: 'composition_not_shown',
} as const satisfies Record<Exclude<CompositionStanding, 'current'>, string>;

export const presentedCompositions = (deps: {
  readonly compositions: Pick<AgentCompositions, 'noticeComposition'>;
  readonly identifiers: Identifiers;
}): PresentedCompositions => ({
  async notice(of, clientId): Promise<void> {
    const { effective: agent, composition } = requestState(of).presented ?? {};
    if (agent?.id !== clientId) return;
    const { id, source } = factsOf('req' in of ? of.req : of);
    const by = { caller: clientId, request: id, ...(source === undefined ? {} : { source }) };
    const standing = await deps.compositions.noticeComposition(agent, composition, by);
    if (standing === 'current') return;
    const reason = REASONS[standing];
    throw agentRefusal(reason, {
      denial: {
        ...{ id: deps.identifiers.newId('dny'), layer: 'composition', reason },
        remedies: [{ kind: 'contact', whom: 'owner' }],
      },
    });
  },
});

type Reading = { get(id: string): Found<Agent>; getMany(ids: readonly string[]): Promise<readonly Versioned<Agent>[]> };

/** The agent as it presented itself in this request; others as they are stored. */
const asPresented = <Found extends { readonly document: Agent }>(found: Found): Found => {
  const context = Provider.ctx;
  const { agent, composition: shown } = (context && requestState(context).presented) ?? {};
  if (agent !== found.document.id) return found;
  if (shown !== undefined)
    return { ...found, document: { ...found.document, composition: presentedBy(found.document, shown) } };
  return found.document.showsComposition ? { ...found, document: unshown(found.document) } : found;
};

/** Of an agent that shows its compositions, a request without one says nothing about what it runs with. */
const unshown = ({ composition: _, ...agent }: Agent): Agent => agent;

const presentedBy = (
  { id, composition }: Agent,
  { composition: shown, grade }: PresentedComposition,
): NonNullable<Agent['composition']> => ({
  ...(composition ?? { version: 1, declaredBy: id, declaredAt: 0 }),
  ...shown,
  ...(grade === 'attested' ? { isProven: true } : {}),
});

/**
 * What a token from this request says about the composition of its agent: what the agent presented. Of an agent that has never
 * shown one: what its owner declared. Undefined: neither, or the client is no agent.
 */
export const tokenComposition = (of: OfRequest, clientId: string): TokenComposition | undefined => {
  const { effective, composition: shown } = requestState(of).presented ?? {};
  if (effective?.id !== clientId) return undefined;
  if (shown) return { digest: shown.composition.digest, grade: shown.grade };
  if (effective.showsComposition) return undefined;
  return effective.composition && { digest: effective.composition.digest, grade: 'declared' };
};

/** A registry of agents for all code that decides about the request under way. */
export const agentsAsPresented = <Agents extends Reading>(agents: Agents): Agents => ({
  ...agents,
  async get(id: string): Found<Agent> {
    const found = await agents.get(id);
    return found && asPresented(found);
  },
  getMany: async (ids: readonly string[]) => (await agents.getMany(ids)).map(asPresented),
});
