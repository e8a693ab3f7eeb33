import type {
  ApproverCandidates,
  CandidateApprover,
  CandidateApprovers,
} from '../../../../domain/approvals/candidate-approvers.ts';
import type { UseTrial } from '../../../../domain/authority/decision/server-use-simulation.ts';
import type { SimulationRequest } from '../../../../domain/authority/decision/simulation.ts';
import { simulationRefusal } from '../../../../domain/authority/decision/simulation-refusals.ts';
import type {
  PolicySimulation,
  PolicyTrials,
  SimulatedPolicy,
} from '../../../../domain/authority/policy/policy-simulations.ts';
import type { ReplayProgress, ReplaySummary } from '../../../../domain/authority/policy/replay.ts';
import type { Call } from '../../call.ts';
import type { JsonObject } from '../../json-body.ts';
import { administrationOf } from '../../policy-check.ts';
import type { RouteDeclaration } from '../../route.ts';
import type { TypeOf } from '../../schema.ts';
import { fromWire, toWire } from '../../wire-names.ts';
import type { APPROVER_SIMULATION, POLICY_REPLAY, POLICY_SIMULATION } from './simulation-schemas.ts';

export type SimulationDependencies = {
  readonly policyTrials: PolicyTrials;
  readonly approverCandidates: ApproverCandidates;
  /** The routes of all operations, by operation id. */
  readonly routes: ReadonlyMap<string, RouteDeclaration>;
};

type Asking<T> = { readonly query: object; readonly body: T; readonly answer: undefined };
type Simulating = Asking<TypeOf<(typeof POLICY_SIMULATION)['schema']>>;
type SimulatingApprovers = Asking<TypeOf<(typeof APPROVER_SIMULATION)['schema']>>;
type Replaying = Asking<TypeOf<(typeof POLICY_REPLAY)['schema']>>;

export const simulationHandlers = ({ policyTrials: trials, approverCandidates, routes }: SimulationDependencies) => ({
  async simulatePolicies({ body }: Call<Simulating>) {
    const { policy, text, assurance, approval, register, administer, approve, ...asked } = body;
    const common = {
      ...asked,
      ...(assurance === undefined ? {} : { assurance: { amr: [], ...fromWire(assurance) } }),
      ...(approval === undefined ? {} : { approval: { id: 'tried', ...approval } }),
    };
    const [what, ...others] = ['resource', 'register', 'administer', 'approve'].filter((name) =>
      Object.hasOwn(body, name),
    );
    if (what === undefined || others.length > 0) {
      throw simulationRefusal('simulated_action_ambiguous', { field: '/resource' });
    }
    const request = register
      ? registrationOf(routes, register, common)
      : administer
        ? callOf(routes, administer, common)
        : approve
          ? { ...common, ...approve, action: 'approve' }
          : common;
    if (!register && asked.caller === undefined) {
      throw simulationRefusal('simulated_caller_missing', { field: '/caller' });
    }
    const simulation = await trials.simulate(request as SimulationRequest | UseTrial, triedOf({ policy, text }));
    return { body: showTrial(simulation), simulation };
  },

  async simulateApprovers({ body }: Call<SimulatingApprovers>) {
    const { policy, text, ...asked } = body;
    return { body: showCandidates(await approverCandidates.of(asked, triedOf({ policy, text }))) };
  },

  async replayPolicies(call: Call<Replaying>) {
    return { lines: lines(trials, call) };
  },
});

type Routes = SimulationDependencies['routes'];

const demandOf = ({ roles, own }: RouteDeclaration) => ({ roles, own: own === true });

const registrationOf = (routes: Routes, register: JsonObject, common: JsonObject) => {
  const { kind = 'agent', way = 'management', change = false, ...facts } = register;
  const usual = kind === 'agent' ? { environment: 'development', credentials: ['jwks'] } : { credentials: ['jwks'] };
  const route = routes.get(kind === 'agent' ? 'createAgent' : 'createClient');
  const demand = route ? demandOf(route) : { roles: [], own: false };
  return { ...common, ...usual, roles: [], ...facts, action: 'register', kind, way, isChange: change, demand };
};

/** Throws 'invalid_field' for an unknown operation, and for one without a policy question. */
const callOf = (routes: Routes, { operation, target }: { operation: string; target?: string }, common: JsonObject) => {
  const route = routes.get(operation);
  const field = '/administer/operation';
  if (!route) throw simulationRefusal('simulated_operation_unknown', { field });
  if (route.policy === 'register') throw simulationRefusal('simulated_operation_registers', { field });
  if (route.policy !== 'administer') {
    throw simulationRefusal('simulated_operation_without_policy', { field, params: { why: route.policy.not } });
  }
  const asked = administrationOf(operation, route, target ?? '');
  return { ...common, ...asked, action: 'administer', demand: demandOf(route) };
};

const triedOf = ({
  policy,
  text,
}: {
  readonly policy?: number | string | undefined;
  readonly text?: string | undefined;
}): SimulatedPolicy => ({
  ...(policy === undefined ? {} : { policy: String(policy) }),
  ...(text === undefined ? {} : { text }),
});

const lines = async function* (trials: PolicyTrials, { body, by }: Call<Replaying>): AsyncGenerator<string> {
  const { policy, text, ...asked } = body;
  const steps = trials.replay({ ...asked, ...triedOf({ policy, text }) }, by);
  try {
    for (;;) {
      const step = await steps.next();
      yield JSON.stringify(step.done ? { summary: showSummary(step.value) } : showProgress(step.value));
      if (step.done) return;
    }
  } finally {
    await steps.return(undefined as never);
  }
};

const showTrial = ({ decision, version, isEnforced, stops, layers, policies, changes }: PolicySimulation) => ({
  ...showDecision(decision, stops.length > 0),
  stops: stops.map(({ text }) => text),
  layers: layers.map(showLayer),
  policies,
  changes: changes.map(({ scope, steps }) => ({ scope, steps: steps.map(({ layer, text }) => ({ layer, text })) })),
  ...(version === undefined ? {} : { version }),
  enforced: isEnforced,
});

const showCandidates = ({ requires, mustAgree, approvers, isEnough, version, isEnforced }: CandidateApprovers) => ({
  is_possible: requires !== undefined,
  ...(requires === undefined ? {} : { quorum: requires.quorum }),
  ...(requires?.acr === undefined ? {} : { acr: requires.acr }),
  must_agree: mustAgree,
  approvers: approvers.map(showCandidate),
  is_enough: isEnough,
  ...(version === undefined ? {} : { version }),
  enforced: isEnforced,
});

const showCandidate = ({ account, as, afterSeconds, simulation, isPermitted }: CandidateApprover) => {
  const { decision, stops } = simulation;
  const unique = (values: readonly string[]): readonly string[] => [...new Set(values)];
  return {
    account,
    as,
    ...(afterSeconds === undefined ? {} : { after_seconds: afterSeconds }),
    is_permitted: isPermitted,
    reasons: unique([...stops.map(({ text }) => text), ...decision.removed.flatMap(({ reasons = [] }) => reasons)]),
    policies: unique(decision.removed.flatMap(({ policies = [] }) => policies)),
  };
};

const showLayer = ({ layer, counts, ...found }: PolicySimulation['layers'][number]) => {
  const { why, isCondition, leaves } = { why: undefined, isCondition: undefined, leaves: undefined, ...found };
  return {
    layer,
    counts,
    ...(why === undefined ? {} : { why: isCondition ? `only if ${why.text}` : why.text }),
    ...(leaves === undefined ? {} : { leaves }),
  };
};

const showDecision = (decision: PolicySimulation['decision'], isStopped: boolean) => {
  const { route, scope, removed } = decision;
  const { maxSeconds, maxUses } = { maxSeconds: undefined, maxUses: undefined, ...decision };
  return {
    route,
    scope: isStopped ? [] : scope,
    removed: removed.map(showWithheld),
    ...(maxSeconds === undefined ? {} : { max_seconds: maxSeconds }),
    ...(maxUses === undefined ? {} : { max_uses: maxUses }),
  };
};

const showWithheld = ({ needs, ...withheld }: PolicySimulation['decision']['removed'][number]) => ({
  ...withheld,
  ...(needs === undefined ? {} : { needs: needs.map((need) => toWire({ ...need })) }),
});

const showProgress = ({ read, changed, atMillis, share }: ReplayProgress) => ({
  read,
  changed,
  at: Math.floor(atMillis / 1000),
  share: Math.round(share * 1000) / 1000,
});

const showSummary = ({ byCaller, byScope, examples, ...counts }: ReplaySummary) => ({
  ...counts,
  by_caller: Object.entries(byCaller).map(([caller, count]) => ({ caller, ...count })),
  by_scope: Object.entries(byScope).map(([key, count]) => {
    // Neither a resource nor a scope contains a space.
    const [resource, scope] = key.split(' ');
    return { resource, scope, ...count };
  }),
  examples: examples.map(({ at, ...change }) => ({ ...change, at: Math.floor(at / 1000) })),
});
