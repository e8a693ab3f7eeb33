import type { AuditLog } from '../../audit/audit-event.ts';
import type { AuditFilters, AuditPage } from '../../audit/list-events.ts';
import type { By } from '../../platform/registries/registered-documents.ts';
import type { Clock } from '../../ports/clock.ts';
import type { CompiledPolicies, PolicyEngine } from '../../ports/policy-engine.ts';
import type { ActivePolicies } from '../decision/authorize.ts';
import type { ServerUseSimulator, UseSimulation, UseTrial } from '../decision/server-use-simulation.ts';
import type { Simulation, SimulationRequest, Simulator } from '../decision/simulation.ts';
import { simulationRefusal } from '../decision/simulation-refusals.ts';
import { policyRefusal } from './policy-refusals.ts';
import type { PolicyRegistry } from './policy-registry.ts';
import { type ReplayProgress, type ReplaySummary, replay } from './replay.ts';

/** Policies to simulate: a stored set, or a text that is not stored. Default: the active ones. */
export type SimulatedPolicy = {
  /** Version, id, or `active`. */
  readonly policy?: string | undefined;
  readonly text?: string | undefined;
};

export type PolicySimulation = (Simulation | UseSimulation) & {
  /** Version of the simulated set; absent for a text, and where no set is active. */
  readonly version?: number;
  /** False where policies are switched off: decisions then do not evaluate them, unlike the simulation. */
  readonly isEnforced: boolean;
};

export type ReplayRequest = SimulatedPolicy & {
  /** Epoch seconds, both ends inclusive. Default: the last seven days. */
  readonly since?: number | undefined;
  readonly until?: number | undefined;
  readonly agent?: string | undefined;
  readonly transaction?: string | undefined;
};

const WEEK = 7 * 86_400;
/** One year. A longer range needs several replays. */
const LONGEST = 366 * 86_400;

/**
 * Evaluates policies before they are active: in a simulated decision, and in a replay of past decisions. Changes
 * nothing.
 */
export interface PolicyTrials {
  /**
   * Simulates a decision. Throws 'invalid_field' for a text with errors, naming its line, and for a policy set, caller
   * or resource that does not exist.
   */
  simulate(asked: SimulationRequest | UseTrial, tried: SimulatedPolicy): Promise<PolicySimulation>;
  /** What `use` finds with these policies, which it must not keep. Throws as `simulate`. */
  under<T>(
    tried: SimulatedPolicy,
    use: (policies: ActivePolicies | undefined) => Promise<T>,
  ): Promise<{ readonly found: T } & Pick<PolicySimulation, 'version' | 'isEnforced'>>;
  /**
   * Yields its progress, and returns the decisions that would differ. First appends an event that records the read of
   * the audit log. Runs one replay at a time in this process: throws 'too_many_requests' while another one runs. Ends
   * when its caller stops reading.
   */
  replay(asked: ReplayRequest, by: By): AsyncGenerator<ReplayProgress, ReplaySummary>;
}

export const policyTrials = (deps: {
  readonly registry: Pick<PolicyRegistry, 'get'>;
  readonly active: { current(): Promise<ActivePolicies | undefined> };
  readonly engine: Pick<PolicyEngine, 'compile'>;
  readonly simulator: Simulator;
  readonly useSimulator: ServerUseSimulator;
  readonly audit: AuditLog & { list(filters: AuditFilters): Promise<AuditPage> };
  readonly clock: Clock;
  readonly isEnforced: boolean;
}): PolicyTrials => {
  const { registry, active, engine, simulator, useSimulator, audit, clock } = deps;
  let isReplaying = false;

  /** The compiled policies to simulate. A set that was compiled only for this is freed afterwards. */
  const made = async ({ policy = 'active', text }: SimulatedPolicy) => {
    if (text !== undefined) return ready(await engine.compile(text), undefined);
    const activePolicy = await active.current();
    if (policy === 'active' || policy === String(activePolicy?.version)) {
      return { policies: activePolicy?.policies, version: activePolicy?.version, free: () => {} };
    }
    const set = (await registry.get(policy))?.document;
    if (!set) throw simulationRefusal('policy_version_not_found', { field: '/policy' });
    return ready(await engine.compile(set.text, { wasTaken: true }), set.version);
  };

  const under: PolicyTrials['under'] = async (tried, use) => {
    checkTried(tried);
    const { policies, version, free } = await made(tried);
    try {
      const found = await use(policies && { policies, version: version ?? 0 });
      return { found, isEnforced: deps.isEnforced, ...(version === undefined ? {} : { version }) };
    } finally {
      free();
    }
  };

  return {
    under,

    async simulate(asked, tried): Promise<PolicySimulation> {
      const { found, ...policies } = await under(tried, async (set) =>
        'action' in asked ? useSimulator.simulate(asked, set) : simulator.simulate(asked, set),
      );
      return { ...found, ...policies };
    },

    async *replay(asked, by): AsyncGenerator<ReplayProgress, ReplaySummary> {
      checkTried(asked);
      const until = asked.until ?? clock.now();
      const since = asked.since ?? until - WEEK;
      if (since > until || until - since > LONGEST) {
        throw policyRefusal('replay_period_wrong', {
          field: '/since',
        });
      }
      if (isReplaying) {
        throw policyRefusal('replay_running', {
          retryAfterSeconds: 30,
        });
      }
      isReplaying = true;
      try {
        const { policies, version, free } = await made(asked);
        try {
          if (policies === undefined) throw policyRefusal('policies_inactive');
          await audit.append({
            type: 'policy.replayed',
            outcome: 'done',
            caller: by.caller,
            inputs: {
              ...(version === undefined ? { draft: true } : { version }),
              since,
              until,
              ...(asked.agent === undefined ? {} : { agent: asked.agent }),
              ...(asked.transaction === undefined ? {} : { transaction: asked.transaction }),
            },
            ...(by.request === undefined ? {} : { request: by.request }),
            ...(by.source === undefined ? {} : { personal: { source: by.source } }),
          });
          const range = { fromMillis: since * 1000, toMillis: until * 1000 + 999 };
          yield { read: 0, changed: 0, atMillis: range.fromMillis, share: 0 };
          const steps = replay(audit.list, policies, {
            ...range,
            ...(asked.agent === undefined ? {} : { agent: asked.agent }),
            ...(asked.transaction === undefined ? {} : { transaction: asked.transaction }),
          });
          return yield* steps;
        } finally {
          free();
        }
      } finally {
        isReplaying = false;
      }
    },
  };
};

const ready = (policies: CompiledPolicies, version: number | undefined) => ({
  policies,
  version,
  free: () => policies.release(),
});

const checkTried = ({ policy, text }: SimulatedPolicy): void => {
  if (policy === undefined || text === undefined) return;
  throw simulationRefusal('simulated_policies_twice', { field: '/text' });
};
