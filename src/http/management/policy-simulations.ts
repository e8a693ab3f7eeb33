import type { UseTrial } from '../../domain/authority/decision/server-use-simulation.ts';
import type { SimulationRequest } from '../../domain/authority/decision/simulation.ts';
import type {
  PolicySimulation,
  PolicyTrials,
  ReplayRequest,
  SimulatedPolicy,
} from '../../domain/authority/policy/policy-simulations.ts';
import type { ReplayProgress, ReplaySummary } from '../../domain/authority/policy/replay.ts';
import { DomainError } from '../../domain/vocabulary/errors.ts';
import type { Call, Handlers } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { administrationOf } from './policy-check.ts';
import { fromWire, toWire } from './representations.ts';
import { type OperationId, routeEntries } from './route-table.ts';
import type { RouteDeclaration } from './routes/route.ts';

export const policyTrialHandlers = (trials: PolicyTrials): Handlers<'simulatePolicies' | 'replayPolicies'> => ({
  async simulatePolicies({ body }) {
    const { policy, text, assurance, approval, register, administer, approve, ...asked } = body as Simulated;
    const common = {
      ...asked,
      ...(assurance === undefined ? {} : { assurance: { amr: [], ...fromWire(assurance) } }),
      ...(approval === undefined ? {} : { approval: { id: 'tried', ...approval } }),
    };
    const [what, ...others] = ['resource', 'register', 'administer', 'approve'].filter((name) =>
      Object.hasOwn(body, name),
    );
    if (what === undefined || others.length > 0) {
      throw new DomainError('invalid_field', 'Say one of resource, register, administer and approve.', {
        field: '/resource',
      });
    }
    const request = register
      ? registrationOf(register, common)
      : administer
        ? callOf(administer, common)
        : approve
          ? { ...common, ...approve, action: 'approve' }
          : common;
    if (!register && asked['caller'] === undefined) {
      throw new DomainError('invalid_field', 'Say who asks.', { field: '/caller' });
    }
    const simulation = await trials.simulate(request as SimulationRequest | UseTrial, triedOf({ policy, text }));
    return { body: showTrial(simulation), simulation };
  },

  async replayPolicies(call) {
    return { lines: lines(trials, call) };
  },
});

type Simulated = JsonObject & {
  readonly assurance?: JsonObject;
  readonly approval?: JsonObject;
  readonly register?: JsonObject;
  readonly approve?: JsonObject;
  readonly administer?: { readonly operation: string; readonly target?: string };
};

const ROUTES = new Map<string, RouteDeclaration>(routeEntries());

const demandOf = ({ roles, own }: RouteDeclaration) => ({ roles, own: own === true });

const registrationOf = (register: JsonObject, common: JsonObject): JsonObject => {
  const { kind = 'agent', way = 'management', change = false, ...facts } = register;
  const usual = kind === 'agent' ? { environment: 'development', credentials: ['jwks'] } : { credentials: ['jwks'] };
  const route = ROUTES.get(kind === 'agent' ? 'createAgent' : 'createClient');
  const demand = route ? demandOf(route) : { roles: [], own: false };
  return { ...common, ...usual, roles: [], ...facts, action: 'register', kind, way, isChange: change, demand };
};

/** Throws 'invalid_field' for an unknown operation, and for one that asks no policy. */
const callOf = ({ operation, target }: { operation: string; target?: string }, common: JsonObject): JsonObject => {
  const route = ROUTES.get(operation);
  const refuse = (message: string): never => {
    throw new DomainError('invalid_field', message, { field: '/administer/operation' });
  };
  if (!route) return refuse('There is no such operation; see the OpenAPI document.');
  if (route.policy === 'register') return refuse('This one registers: say `register`.');
  if (route.policy !== 'administer') return refuse(`Nobody is asked about this one: ${route.policy.not}.`);
  const asked = administrationOf(operation as OperationId, route, target ?? '');
  return { ...common, ...asked, action: 'administer', demand: demandOf(route) };
};

const triedOf = ({ policy, text }: JsonObject): SimulatedPolicy => ({
  ...(policy === undefined ? {} : { policy: String(policy) }),
  ...(text === undefined ? {} : { text: String(text) }),
});

const lines = async function* (trials: PolicyTrials, { body, by }: Call): AsyncGenerator<string> {
  const steps = trials.replay({ ...(body as ReplayRequest), ...triedOf(body) }, by);
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

const showTrial = ({
  decision,
  version,
  isEnforced,
  stops,
  layers,
  policies,
  changes,
}: PolicySimulation): JsonObject => ({
  ...showDecision(decision, stops.length > 0),
  stops: stops.map(({ text }) => text),
  layers: layers.map(showLayer),
  policies,
  changes: changes.map(({ scope, steps }) => ({ scope, steps: steps.map(({ layer, text }) => ({ layer, text })) })),
  ...(version === undefined ? {} : { version }),
  enforced: isEnforced,
});

const showLayer = ({ layer, counts, ...found }: PolicySimulation['layers'][number]): JsonObject => {
  const { why, isCondition, leaves } = { why: undefined, isCondition: undefined, leaves: undefined, ...found };
  return {
    layer,
    counts,
    ...(why === undefined ? {} : { why: isCondition ? `only if ${why.text}` : why.text }),
    ...(leaves === undefined ? {} : { leaves }),
  };
};

const showDecision = (decision: PolicySimulation['decision'], isStopped: boolean): JsonObject => {
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

const showWithheld = ({ needs, ...withheld }: PolicySimulation['decision']['removed'][number]): JsonObject => ({
  ...withheld,
  ...(needs === undefined ? {} : { needs: needs.map((need) => toWire({ ...need })) }),
});

const showProgress = ({ read, changed, atMillis, share }: ReplayProgress): JsonObject => ({
  read,
  changed,
  at: Math.floor(atMillis / 1000),
  share: Math.round(share * 1000) / 1000,
});

const showSummary = ({ byCaller, byScope, examples, ...counts }: ReplaySummary): JsonObject => ({
  ...counts,
  by_caller: Object.entries(byCaller).map(([caller, count]) => ({ caller, ...count })),
  by_scope: Object.entries(byScope).map(([key, count]) => {
    // Neither a resource nor a scope holds a space.
    const [resource, scope] = key.split(' ');
    return { resource, scope, ...count };
  }),
  examples: examples.map(({ at, ...change }) => ({ ...change, at: Math.floor(at / 1000) })),
});
