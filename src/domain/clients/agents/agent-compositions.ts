/**
 * The compositions of agents as part of their registry: declaring one, noticing that an agent runs with another one, and the
 * decision of its owner about that. Owns when a composition is drift. Does not own the canonical form (composition.ts) nor what
 * a request may do meanwhile (src/provider).
 */

import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { Versioned } from '../../ports/document-store.ts';
import { omit } from '../../vocabulary/omit.ts';
import type { CompositionDriftAction } from '../blueprints/ceilings.ts';
import type { Agent, CompositionDrift } from './agent.ts';
import type { AgentDocuments } from './agent-documents.ts';
import { suspendedState } from './agent-lifecycle.ts';
import { agentRefusal } from './agent-refusals.ts';
import {
  type Composition,
  canonicalComposition,
  compositionChanges,
  type DeclaredComposition,
  type GivenComposition,
  isSameComposition,
  keptCompositions,
  type PresentedComposition,
  saysAsMuch,
} from './composition.ts';

/** Maximum number of changes in an audit event. */
const RECORDED_CHANGES = 50;

/** Omissions of an agent are recorded, and the owner hears of them, once in this time. Parallel requests may each be recorded. */
const OMISSION_SECONDS = 3600;

/**
 * What follows for the request that presents a composition, or none. `waits`: it gets nothing until the owner has decided.
 * `omitted`: it gets nothing, because it shows none and the ceilings ask for one.
 */
export type CompositionStanding = 'current' | 'waits' | 'suspended' | 'omitted';

/** Part of the registry. Each change writes its audit event first, and applies to the stored version. */
export interface AgentCompositions {
  /**
   * Creates a new version of the agent's composition, unless it equals the last one. A drift that waits is decided with it. The
   * agent counts as one that has not shown a composition yet: its credentials may carry none from now on. Throws as `update` does.
   */
  declareComposition(
    id: string,
    expected: number | undefined,
    declared: GivenComposition,
    by: By,
  ): Promise<Versioned<Agent>>;
  /**
   * Compares what an agent presents in an authenticated request with its composition. The first one becomes its composition.
   * Another one is drift: the event is durable when this resolves. `agent`: in its effective state, whose ceilings say what
   * follows. Without `presented`, a drift that waits matters, and whether the agent has shown one before. Writes nothing for a
   * composition that is known. Throws StoreUnavailable.
   */
  noticeComposition(agent: Agent, presented: PresentedComposition | undefined, by: By): Promise<CompositionStanding>;
  /**
   * Makes the drift that waits the agent's composition. `digest`: the one that the caller has seen. Does not resume the agent.
   * Throws 'not_found', 'conflict' when another drift waits, or none, and 'invalid_field' when the blueprint does not allow it.
   */
  approveComposition(id: string, digest: string, by: By): Promise<Versioned<Agent>>;
  /** Forgets the drift that waits; the agent's composition stays. Throws as `approveComposition` does. */
  rejectComposition(id: string, digest: string, by: By): Promise<Versioned<Agent>>;
}

/** The agent with another composition. No drift waits after that. */
export const composed = (
  agent: Agent,
  declared: DeclaredComposition & Pick<Composition, 'grade'>,
  by: Pick<By, 'caller'>,
  now: number,
): Agent => {
  const { composition, compositionHistory = [], compositionDrift: _, ...rest } = agent;
  const next: Composition = {
    version: (composition?.version ?? 0) + 1,
    ...declared,
    declaredBy: by.caller,
    declaredAt: now,
  };
  const history = composition ? keptCompositions([composition, ...compositionHistory]) : [];
  return { ...rest, composition: next, ...(history.length > 0 ? { compositionHistory: history } : {}) };
};

const versionOf = ({ composition }: Agent): number => composition?.version ?? 0;

/** An agent in its effective state, with the composition that is stored now. */
const withCompositionOf = (agent: Agent, { composition, compositionDrift, showsComposition }: Agent): Agent => {
  return {
    ...omit(agent, 'composition', 'compositionDrift', 'showsComposition'),
    ...(composition ? { composition } : {}),
    ...(compositionDrift ? { compositionDrift } : {}),
    ...(showsComposition ? { showsComposition } : {}),
  };
};

const withoutDrift = ({ compositionDrift: _, ...agent }: Agent): Agent => agent;

/** The agent as one that has not shown a composition yet. */
const unshown = ({ showsComposition: _, ...agent }: Agent): Agent => agent;

/**
 * What drift to this composition leads to. Where ceilings name the compositions that may run, a named one is approved already,
 * and another one is at least approved first.
 */
const actionOfDrift = ({ ceilings }: Pick<Agent, 'ceilings'>, digest: string): CompositionDriftAction => {
  const { compositions, compositionDrift = 'note' } = ceilings ?? {};
  if (compositions === undefined) return compositionDrift;
  if (compositions.includes(digest)) return 'note';
  return compositionDrift === 'note' ? 'approve' : compositionDrift;
};

/** Whether a request has to show the composition: where another one would not simply become the composition of the agent. */
const asksForComposition = ({ ceilings }: Pick<Agent, 'ceilings'>): boolean =>
  ceilings?.compositions !== undefined || (ceilings?.compositionDrift ?? 'note') !== 'note';

export const agentCompositions = ({
  documentsOf,
  clock,
  admitted,
}: Pick<AgentDocuments, 'documentsOf'> & {
  readonly clock: Clock;
  /** Stores an agent if its blueprint admits it as it will be. Throws otherwise. */
  readonly admitted: (agent: Agent, before: Agent, store: () => Promise<Versioned<Agent>>) => Promise<Versioned<Agent>>;
}): AgentCompositions => {
  /** The difference for the audit log. Its names are those of the agent, and no values of people. */
  const differenceOf = (agent: Agent, { composition, grade }: PresentedComposition, action: CompositionDriftAction) => {
    const changes = compositionChanges(agent.composition, composition);
    return {
      inputs: {
        action,
        grade,
        ...(agent.composition ? { from: agent.composition.digest } : {}),
        to: composition.digest,
        changes: changes.slice(0, RECORDED_CHANGES),
        ...(changes.length > RECORDED_CHANGES ? { changes_left_out: changes.length - RECORDED_CHANGES } : {}),
      },
    };
  };

  const gradeOf = ({ grade }: PresentedComposition) => (grade === 'attested' ? { grade } : {});

  /** The agent after a drift. The same object when another request has noticed it first. */
  const drifted = (stored: Agent, presented: PresentedComposition, action: CompositionDriftAction, by: By): Agent => {
    const { composition } = presented;
    if (stored.state === 'retired') return stored;
    const agent: Agent = stored.showsComposition ? stored : { ...stored, showsComposition: true };
    if (isSameComposition(agent.composition, composition)) return agent;
    if (action === 'note') return composed(agent, { ...composition, ...gradeOf(presented) }, by, clock.now());
    if (isSameComposition(agent.compositionDrift?.composition, composition)) return agent;
    const drift: CompositionDrift = {
      composition: { ...composition, ...gradeOf(presented) },
      action,
      noticedAt: clock.now(),
    };
    return { ...agent, compositionDrift: drift };
  };

  /** A request without a composition, of an agent that has shown one before. Two at the same time may both be recorded. */
  const omitted = async (agent: Agent, by: By): Promise<CompositionStanding> => {
    const isRefused = asksForComposition(agent);
    const isRecorded = ({ compositionOmittedAt: at = 0 }: Agent): boolean => at > clock.now() - OMISSION_SECONDS;
    if (!isRecorded(agent))
      await documentsOf.change(
        agent.id,
        undefined,
        'agent.composition_omitted',
        by,
        (stored) =>
          isRecorded(stored) || stored.state === 'retired' ? stored : { ...stored, compositionOmittedAt: clock.now() },
        {
          inputs: {
            action: isRefused ? 'refuse' : 'note',
            ...(agent.composition ? { from: agent.composition.digest } : {}),
          },
        },
      );
    return isRefused ? 'omitted' : 'current';
  };

  const suspend = async (id: string, by: By): Promise<void> => {
    await documentsOf.change(
      id,
      undefined,
      'agent.suspended',
      { caller: 'system', ...(by.request === undefined ? {} : { request: by.request }) },
      // A person may have decided, or changed its state, in the meantime.
      (agent) => (agent.state === 'active' && agent.compositionDrift ? suspendedState(agent) : agent),
      { inputs: { cause: 'composition_drift' } },
    );
  };

  /** Decides about the drift that the caller has seen. */
  const decide = (
    id: string,
    digest: string,
    by: By,
    type: 'agent.composition_approved' | 'agent.composition_rejected',
    decided: (agent: Agent, drift: CompositionDrift) => Agent,
  ): Promise<Versioned<Agent>> =>
    documentsOf.change(
      id,
      undefined,
      type,
      by,
      (agent) => {
        if (agent.state === 'retired') throw agentRefusal('agent_retired');
        const { compositionDrift: drift } = agent;
        if (drift?.composition.digest !== digest) throw agentRefusal('composition_not_waiting', { field: '/digest' });
        return decided(agent, drift);
      },
      { inputs: { digest } },
    );

  const operations: AgentCompositions = {
    declareComposition: async (id, expected, given, by): Promise<Versioned<Agent>> => {
      const declared = canonicalComposition(given);
      return documentsOf.change(id, expected, 'agent.composition_declared', by, (agent) => {
        if (agent.state === 'retired') throw agentRefusal('agent_retired');
        return saysAsMuch(agent.composition, declared)
          ? withoutDrift(unshown(agent))
          : composed(unshown(agent), declared, by, clock.now());
      });
    },

    async noticeComposition(agent, presented, by): Promise<CompositionStanding> {
      const { composition, compositionDrift: waiting } = agent;
      // It does not show whether it runs with what was approved.
      if (!presented && waiting !== undefined) return 'waits';
      if (!presented) return agent.showsComposition ? omitted(agent, by) : 'current';
      const isSame = isSameComposition(composition, presented.composition);
      if (isSame && agent.showsComposition) return 'current';
      const action = composition && !isSame ? actionOfDrift(agent, presented.composition.digest) : 'note';
      const type = composition && !isSame ? 'agent.composition_drifted' : 'agent.composition_declared';
      const others: Agent[] = [];
      await documentsOf.change(
        agent.id,
        undefined,
        type,
        by,
        (stored) => {
          if (versionOf(stored) === versionOf(agent)) return drifted(stored, presented, action, by);
          others.push(stored);
          return stored;
        },
        differenceOf(agent, presented, action),
      );
      // Another request was faster: this one is no first composition any more, and is compared with that of the other.
      const [other] = others;
      if (other) return operations.noticeComposition(withCompositionOf(agent, other), presented, by);
      if (action === 'suspend') await suspend(agent.id, by);
      return action === 'note' ? 'current' : action === 'suspend' ? 'suspended' : 'waits';
    },

    async approveComposition(id, digest, by): Promise<Versioned<Agent>> {
      const approved = (agent: Agent, { composition }: CompositionDrift): Agent =>
        composed(agent, composition, by, clock.now());
      const { document: stored } = await documentsOf.found(id);
      const { compositionDrift: drift } = stored;
      // Decides about the stored drift, and refuses another one.
      const next = drift?.composition.digest === digest ? approved(stored, drift) : stored;
      return admitted(next, stored, () => decide(id, digest, by, 'agent.composition_approved', approved));
    },

    rejectComposition: (id, digest, by): Promise<Versioned<Agent>> =>
      decide(id, digest, by, 'agent.composition_rejected', withoutDrift),
  };

  return operations;
};
