import { isolated } from '../../../views/agent-text.ts';
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
import { consoleRefusal } from './console-refusals.ts';
import type { NamedKind } from './form-fields.ts';
import { findNamed, partyCalled, personCalled } from './named-objects.ts';
import { versionOptions } from './policy-models.ts';
import { agentOptions, OFFERED, partsOf, type Simulation, serverOptions } from './simulate-page.ts';

type SimulatedQuestion = TryUseModel['asked'];
const ASKS = ['approve', 'register', 'administer'] as const;
type Ask = (typeof ASKS)[number];

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
    const named = query.get('ask');
    const ask = ASKS.find((one) => one === (named ?? query.get('form'))) ?? 'approve';
    const model: TryUseModel = {
      ...{ ...frame, ask },
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
    if (named !== ask) return sendPage(ctx, 200, tryUsePage(model));
    try {
      const parts = { deps, calls, viewer };
      if (ask === 'approve' && asked.yes === '') {
        return sendPage(ctx, 200, tryUsePage({ ...model, approvers: await candidates(parts, asked) }));
      }
      const body = await BODIES[ask](parts, asked);
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

/** The id of an account or client with this name; the API refuses an unknown one. A username goes first. */
const callerCalled = async ({ deps, calls, viewer }: Parts, typed: string): Promise<string> => {
  const person = await personCalled(deps, calls, viewer, typed, '/caller');
  return person === typed ? partyCalled(calls, viewer, typed, '/caller') : person;
};

const registration = async (parts: Parts, asked: SimulatedQuestion): Promise<JsonObject> => {
  const { who, way, kind, owner, blueprint, environment, credential, policy } = asked;
  return {
    policy,
    ...(who === '' ? {} : { caller: await callerCalled(parts, who) }),
    register: {
      kind,
      way,
      credentials: credential === '' ? [] : [credential],
      ...(owner === '' ? {} : { owner: isOwnerId(owner) ? owner : await ownerCalled(parts.deps, owner, '/owner') }),
      ...(kind === 'agent' ? { environment } : {}),
      ...(kind === 'agent' && blueprint !== '' ? { blueprint } : {}),
      ...(way === 'itself' ? { change: true } : {}),
    },
  };
};

const callOf = async (parts: Parts, { caller, operation, target, set }: SimulatedQuestion): Promise<JsonObject> => ({
  policy: set,
  caller: await callerCalled(parts, caller),
  administer: { operation, ...(target === '' ? {} : { target: await targetCalled(parts, operation, target) }) },
});

/** Kinds of objects with names, by the first part of the path of an operation. */
const TARGETS: Readonly<Record<string, NamedKind>> = {
  ...{ agents: 'agent', clients: 'client', accounts: 'account', groups: 'owner' },
  ...{ blueprints: 'blueprint', upstreams: 'upstream', directories: 'directory' },
};

/** The id of the object with this name, of the kind that the operation is about; an id stays. */
const targetCalled = async ({ deps, calls, viewer }: Parts, operation: string, typed: string): Promise<string> => {
  const path = routeEntries().find(([name]) => name === operation)?.[1].path ?? '';
  const kind = TARGETS[path.split('/')[1] ?? ''];
  if (kind === undefined || /^[a-z]{2,4}_/.test(typed)) return typed;
  return (await findNamed(deps, calls)(viewer, kind, typed, '/administer/target')).id;
};

const approval = async ({ deps, calls, viewer }: Parts, asked: SimulatedQuestion): Promise<JsonObject> => {
  const { yes, agent, subject, resource, scope, for: away, consent, sets } = asked;
  const person = (typed: string, field: string) => personCalled(deps, calls, viewer, typed, field);
  return {
    policy: sets,
    caller: await person(yes, '/caller'),
    approve: {
      agent: await partyCalled(calls, viewer, agent, '/approve/agent'),
      resource,
      scope: scope.split(/\s+/),
      ...(subject === '' ? {} : { subject: await person(subject, '/approve/subject') }),
      ...(away === '' ? {} : { for: await person(away, '/approve/for') }),
      ...(consent === 'yes' ? { consent: true } : {}),
    },
  };
};

/** Who could approve, where the form names no approver. */
const candidates = async (
  { deps, calls, viewer }: Parts,
  { agent, subject, resource, scope, sets }: SimulatedQuestion,
): Promise<NonNullable<TryUseModel['approvers']>> => {
  const { account, by } = viewer;
  if (subject === '') throw consoleRefusal('subject_of_approval_missing', { field: '/subject' });
  const { body } = await calls.run('simulateApprovers', account, by, {
    body: {
      agent: await partyCalled(calls, viewer, agent, '/agent'),
      subject: await personCalled(deps, calls, viewer, subject, '/subject'),
      resource,
      scope: scope.split(/\s+/),
      policy: sets,
    },
  });
  const {
    approvers = [],
    quorum,
    must_agree: mustAgree = false,
    is_possible: isPossible = false,
    is_enough: isEnough = false,
  } = body ?? {};
  const names = await partyNames(
    deps,
    approvers.flatMap(({ account: id, as }) => [id, ...as.filter((one) => one.startsWith('grp_'))]),
  );
  return {
    isPossible,
    quorum: quorum ?? 1,
    mustAgree,
    isEnough,
    isEnforced: body?.enforced ?? true,
    people: approvers.map(({ account: id, as, reasons, policies, ...one }) => ({
      name: names(id),
      ...(calls.may('getAccount', account) ? { href: `${deps.basePath}/console/people/${id}` } : {}),
      isPermitted: one.is_permitted,
      as: as.map((name) =>
        name === 'subject' || name === 'owner' ? tryUseWords.asked[name] : tryUseWords.ofGroup(isolated(names(name))),
      ),
      ...(one.after_seconds === undefined ? {} : { afterSeconds: one.after_seconds }),
      reasons,
      policies,
    })),
  };
};

/** What a form needs to find the objects that it names. */
type Parts = { readonly deps: ConsoleDeps; readonly calls: ConsoleCalls; readonly viewer: Viewer };

type BodyOf = (parts: Parts, asked: SimulatedQuestion) => Promise<JsonObject>;

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
