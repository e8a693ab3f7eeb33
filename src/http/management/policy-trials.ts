import type { Decision, Withheld } from '../../domain/decision/decision.ts';
import type { SimulationRequest } from '../../domain/decision/simulation.ts';
import type { PolicyTrials, ReplayRequest, Trial, Tried } from '../../domain/policy/policy-trials.ts';
import type { ReplayProgress, ReplaySummary } from '../../domain/policy/replay.ts';
import type { Call, Handlers } from './call.ts';
import type { JsonObject } from './json-body.ts';
import { fromWire, toWire } from './representations.ts';

export const policyTrialHandlers = (trials: PolicyTrials): Handlers<'simulatePolicies' | 'replayPolicies'> => ({
  async simulatePolicies({ body }) {
    const { policy, text, assurance, approval, ...asked } = body as {
      readonly assurance?: JsonObject;
      readonly approval?: JsonObject;
    } & JsonObject;
    const request = {
      ...asked,
      ...(assurance === undefined ? {} : { assurance: { amr: [], ...fromWire(assurance) } }),
      ...(approval === undefined ? {} : { approval: { id: 'tried', ...approval } }),
    } as unknown as SimulationRequest;
    return { body: showTrial(await trials.simulate(request, triedOf({ policy, text }))) };
  },

  async replayPolicies(call) {
    return { lines: lines(trials, call) };
  },
});

const triedOf = ({ policy, text }: JsonObject): Tried => ({
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

const showTrial = ({ decision, version, isEnforced, stops, layers, policies, changes }: Trial): JsonObject => ({
  ...showDecision(decision, stops.length > 0),
  stops,
  layers,
  policies,
  changes,
  ...(version === undefined ? {} : { version }),
  enforced: isEnforced,
});

const showDecision = ({ route, scope, removed, maxSeconds, maxUses }: Decision, isStopped: boolean): JsonObject => ({
  route,
  scope: isStopped ? [] : scope,
  removed: removed.map(showWithheld),
  ...(maxSeconds === undefined ? {} : { max_seconds: maxSeconds }),
  ...(maxUses === undefined ? {} : { max_uses: maxUses }),
});

const showWithheld = ({ needs, ...withheld }: Withheld): JsonObject => ({
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
