import type { TrialResult, TryUseModel } from '../../../views/pages/console-policy-model.ts';
import { tryUsePage } from '../../../views/pages/console-policy-simulate-use.ts';
import { agentWords } from '../../../views/words/agent.ts';
import { policyPageWords } from '../../../views/words/console-policy.ts';
import { tryUseWords } from '../../../views/words/console-simulate-use.ts';
import { isOwnerId } from '../../domain/identity/groups/owner-names.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { queryOf, recordRefusal, sendPage, statusOf } from '../interaction/page-answers.ts';
import type { JsonObject } from '../management/json-body.ts';
import { routeEntries } from '../management/resource-table.ts';
import { refusalPhrase } from '../refusal-phrase.ts';
import { ownerCalled } from './agent-form.ts';
import type { ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { partyCalled } from './named-parties.ts';
import { versionOptions } from './policy-models.ts';
import { agentOptions, OFFERED, partsOf, type Simulation, serverOptions } from './simulate-page.ts';

type SimulatedQuestion = TryUseModel['asked'];
type Ask = 'register' | 'administer' | 'approve';

/**
 * Adds the page that simulates which accounts may register, which callers may call what, and who may approve an agent's
 * request. It changes nothing, so its address can be bookmarked.
 */
export const addTryUsePage = ({ page, deps, calls }: PageParts): void =>
  page('/console/policy/try/use', async (ctx, { viewer, frame }) => {
    const { account, by } = viewer;
    calls.access('simulatePolicies', account);
    const query = queryOf(ctx);
    const asked = readAsked(query);
    const [blueprints, agents, servers, versions] = await Promise.all([
      deps.blueprints.list({ state: 'active', limit: OFFERED }),
      calls.run('listAgents', account, by, { query: { limit: OFFERED, state: 'active' } }),
      deps.resourceServers.list({ limit: OFFERED }),
      versionOptions(calls, viewer),
    ]);
    const model: TryUseModel = {
      ...frame,
      action: `${deps.basePath}/console/policy/try/use`,
      asked,
      blueprints: blueprints.items.map(({ document: { id, name } }) => ({ value: id, text: name })),
      environments: Object.entries(agentWords.environments).map(([value, text]) => ({ value, text })),
      operations: OPERATIONS.map((operation) => ({ value: operation, text: operation })),
      agents: agentOptions(agents),
      resources: serverOptions(servers),
      policies: [{ value: 'active', text: policyPageWords.thoseThatCount }, ...versions],
      errors: {},
    };
    const ask = query.get('ask');
    if (ask !== 'register' && ask !== 'administer' && ask !== 'approve') return sendPage(ctx, 200, tryUsePage(model));
    try {
      const body = await BODIES[ask](deps, asked, calls, viewer);
      const answer = await calls.run('simulatePolicies', account, by, { body });
      const result = await resultOf(deps, body, answer);
      sendPage(ctx, 200, tryUsePage({ ...model, result }));
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'invalid_field') throw error;
      await recordRefusal(deps, ctx, error);
      const names = FIELDS[ask];
      // An error of a list entry belongs to the field of the whole list.
      const field = (error.field ?? '').split('/').findLast((name) => Object.hasOwn(names, name)) ?? 'caller';
      sendPage(
        ctx,
        statusOf(error),
        tryUsePage({ ...model, errors: { [names[field] ?? 'who']: refusalPhrase(error) } }),
      );
    }
  });

/** Members of the call, with the fields that they come from. */
const FIELDS: Readonly<Record<Ask, Readonly<Record<string, keyof SimulatedQuestion>>>> = {
  register: {
    caller: 'who',
    owner: 'owner',
    blueprint: 'blueprint',
    environment: 'environment',
    credentials: 'credential',
    way: 'way',
    policy: 'policy',
  },
  administer: { caller: 'caller', operation: 'operation', target: 'target', policy: 'set' },
  approve: {
    caller: 'yes',
    agent: 'agent',
    subject: 'subject',
    resource: 'resource',
    scope: 'scope',
    for: 'for',
    policy: 'sets',
  },
};

const OPERATIONS = routeEntries().flatMap(([operation, { policy }]) => (policy === 'administer' ? [operation] : []));

const readAsked = (query: URLSearchParams): SimulatedQuestion => {
  const of = (name: string, otherwise = ''): string => (query.get(name) ?? otherwise).trim().slice(0, 200);
  return {
    who: of('who'),
    way: of('way', 'management'),
    kind: of('kind', 'agent'),
    owner: of('owner'),
    blueprint: of('blueprint'),
    environment: of('environment', 'development'),
    credential: of('credential', 'jwks'),
    policy: of('policy', 'active'),
    caller: of('caller'),
    operation: of('operation', 'suspendAgent'),
    target: of('target'),
    set: of('set', 'active'),
    yes: of('yes'),
    agent: of('agent'),
    subject: of('subject'),
    resource: of('resource'),
    scope: of('scope'),
    for: of('for'),
    consent: of('consent'),
    sets: of('sets', 'active'),
  };
};

/** The API refuses an unknown username. */
const idCalled = async (deps: ConsoleDeps, typed: string): Promise<string> =>
  (await deps.ownerNames.find(typed, { kinds: ['account'] }))?.id ?? typed;

const registration = async (deps: ConsoleDeps, asked: SimulatedQuestion): Promise<JsonObject> => {
  const { who, way, kind, owner, blueprint, environment, credential, policy } = asked;
  return {
    policy,
    ...(who === '' ? {} : { caller: await idCalled(deps, who) }),
    register: {
      kind,
      way,
      credentials: credential === '' ? [] : [credential],
      ...(owner === '' ? {} : { owner: isOwnerId(owner) ? owner : await ownerCalled(deps, owner, '/owner') }),
      ...(kind === 'agent' ? { environment } : {}),
      ...(kind === 'agent' && blueprint !== '' ? { blueprint } : {}),
      ...(way === 'itself' ? { change: true } : {}),
    },
  };
};

const callOf = async (
  deps: ConsoleDeps,
  { caller, operation, target, set }: SimulatedQuestion,
): Promise<JsonObject> => ({
  policy: set,
  caller: await idCalled(deps, caller),
  administer: { operation, ...(target === '' ? {} : { target }) },
});

const approval = async (
  deps: ConsoleDeps,
  asked: SimulatedQuestion,
  calls: ConsoleCalls,
  viewer: Viewer,
): Promise<JsonObject> => {
  const { yes, agent, subject, resource, scope, for: away, consent, sets } = asked;
  return {
    policy: sets,
    caller: await idCalled(deps, yes),
    approve: {
      agent: await partyCalled(calls, viewer, agent, '/approve/agent'),
      resource,
      scope: scope.split(/\s+/),
      ...(subject === '' ? {} : { subject: await idCalled(deps, subject) }),
      ...(away === '' ? {} : { for: await idCalled(deps, away) }),
      ...(consent === 'yes' ? { consent: true } : {}),
    },
  };
};

type BodyOf = (deps: ConsoleDeps, asked: SimulatedQuestion, calls: ConsoleCalls, viewer: Viewer) => Promise<JsonObject>;

const BODIES: Readonly<Record<Ask, BodyOf>> = {
  register: registration,
  administer: callOf,
  approve: approval,
};

const resultOf = async (deps: ConsoleDeps, { caller }: JsonObject, answer: Simulation): Promise<TrialResult> => {
  const parts = partsOf(answer);
  const name = caller === undefined ? undefined : (await partyNames(deps, [String(caller)]))(String(caller));
  return {
    ...parts,
    callerName: name ?? '',
    resourceName: '',
    use: { who: name ?? tryUseWords.noUser, what: parts.asked.join(' ') },
  };
};
