import type { Phrase } from '../../../views/html.ts';
import type { TrialReason, TrialResult, TrialStep, TryModel } from '../../../views/pages/console-policy-model.ts';
import { tryPage } from '../../../views/pages/console-policy-simulate.ts';
import type { Option } from '../../../views/partials/controls.ts';
import { policyPageWords } from '../../../views/words/console-policy.ts';
import { tryWords } from '../../../views/words/console-simulate.ts';
import type { Page } from '../../domain/platform/registries/registered-documents.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import type { Statement } from '../../domain/vocabulary/statements.ts';
import { queryOf, recordRefusal, sendPage, statusOf } from '../interaction/page-answers.ts';
import type { Answer } from '../management/call.ts';
import type { JsonObject } from '../management/json-body.ts';
import { refusalPhrase, statementPhrase } from '../refusal-phrase.ts';
import type { AnswerOf, ConsoleCalls } from './console-calls.ts';
import { type ConsoleDeps, partyNames } from './console-deps.ts';
import type { PageParts } from './console-forms.ts';
import type { Viewer } from './console-page.ts';
import { partyCalled, personCalled } from './named-objects.ts';
import { policyLine, versionOptions } from './policy-models.ts';
import { reasonsOf, type SimulatedParties, stopsOf } from './simulation-reasons.ts';

/** Agents and resource servers in a field. The viewer can name others by id. */
export const OFFERED = 200;

/** Of a list of the management API. */
export const agentOptions = ({
  body,
}: Answer<{ readonly items: readonly { id: string; name: string }[] }>): readonly Option[] => {
  const items = body?.items ?? [];
  // A name that several have does not say which one is meant.
  const isOnly = (name: string): boolean => items.filter((one) => one.name === name).length === 1;
  return items.map(({ id, name }) => (isOnly(name) ? { value: name, text: id } : { value: id, text: name }));
};

export const serverOptions = ({ items }: Page<ResourceServer>): readonly Option[] =>
  items.map(({ document: { identifier, name } }) => ({ value: identifier, text: `${name} (${identifier})` }));

/** Adds the page that simulates one decision. It changes nothing, so its address can be bookmarked. */
export const addTryPage = ({ page, deps, calls }: PageParts): void =>
  page('/console/policy/try', async (ctx, { viewer, frame }) => {
    const { account, by } = viewer;
    calls.access('simulatePolicies', account);
    const asked = readAsked(queryOf(ctx));
    const [agents, servers, versions] = await Promise.all([
      calls.run('listAgents', account, by, { query: { limit: OFFERED, state: 'active' } }),
      deps.resourceServers.list({ limit: OFFERED }),
      versionOptions(calls, viewer),
    ]);
    const model: TryModel = {
      ...frame,
      action: `${deps.basePath}/console/policy/try`,
      asked: { ...asked, policies: [{ value: 'active', text: policyPageWords.thoseThatCount }, ...versions] },
      agents: agentOptions(agents),
      resources: serverOptions(servers),
      errors: {},
    };
    if (asked.agent === '') return sendPage(ctx, 200, tryPage(model));
    try {
      const body = await bodyOf(deps, calls, viewer, asked);
      const answer = await calls.run('simulatePolicies', account, by, { body });
      const result = await resultOf(deps, calls, viewer, body, answer, queryOf(ctx));
      sendPage(ctx, 200, tryPage({ ...model, result }));
    } catch (error) {
      if (!isDomainError(error) || error.code !== 'invalid_field') throw error;
      await recordRefusal(deps, ctx, error);
      const field = FIELDS[(error.field ?? '').split('/')[1] ?? ''] ?? 'agent';
      sendPage(ctx, statusOf(error), tryPage({ ...model, errors: { [field]: refusalPhrase(error) } }));
    }
  });

const FIELDS: Readonly<Record<string, keyof TryModel['errors']>> = {
  caller: 'agent',
  subject: 'person',
  resource: 'resource',
  scope: 'scope',
  policy: 'policy',
};

/** The simulation that the address asks for. */
type Asked = {
  readonly agent: string;
  /** A username or account id; empty if the agent acts for itself. */
  readonly person: string;
  readonly resource: string;
  /** Names, separated by spaces. */
  readonly scope: string;
  /** A version, or `active`. */
  readonly policy: string;
  readonly assumesConsent: boolean;
};

const readAsked = (query: URLSearchParams): Asked => {
  const of = (name: string): string => (query.get(name) ?? '').trim().slice(0, 2000);
  return {
    agent: of('agent'),
    person: of('person'),
    resource: of('resource'),
    scope: of('scope'),
    policy: of('policy') || 'active',
    assumesConsent: of('consent') === 'yes',
  };
};

/** The body of an API call. The API refuses an unknown name. */
const bodyOf = async (deps: ConsoleDeps, calls: ConsoleCalls, viewer: Viewer, asked: Asked): Promise<JsonObject> => {
  const { agent, person, resource, scope, policy, assumesConsent } = asked;
  const [caller, subject] = await Promise.all([
    partyCalled(calls, viewer, agent, '/caller'),
    person === '' ? undefined : personCalled(deps, calls, viewer, person, '/subject'),
  ]);
  return {
    caller,
    resource,
    policy,
    ...(subject === undefined ? {} : { subject }),
    ...(scope === '' ? {} : { scope: scope.split(/\s+/) }),
    ...(assumesConsent ? { assume_consent: true } : {}),
  };
};

const resultOf = async (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  { caller, subject, resource }: JsonObject,
  answer: Simulation,
  again: URLSearchParams,
): Promise<TrialResult> => {
  const names = await partyNames(deps, [String(caller), subject === undefined ? undefined : String(subject)]);
  const server = (await deps.resourceServers.findByIdentifier(String(resource)))?.document;
  const parties: SimulatedParties = {
    caller: String(caller),
    subject: subject === undefined ? undefined : String(subject),
    server,
    names,
    again,
  };
  const { stops = [], changes = [] } = answer.simulation ?? {};
  const reasons: readonly TrialReason[] = [
    ...stopsOf(deps, calls, viewer, stops, parties),
    ...reasonsOf(deps, calls, viewer, changes, parties),
  ];
  return {
    ...partsOf(answer),
    reasons,
    callerName: names(String(caller)),
    ...(subject === undefined ? {} : { personName: names(String(subject)) }),
    resourceName: server?.name ?? String(resource),
  };
};

export type Simulation = Answer<AnswerOf<'simulatePolicies'> | undefined>;

/** The parts of a response that the page shows, except its parties. */
export const partsOf = ({
  body,
  simulation,
}: Simulation): Omit<TrialResult, 'callerName' | 'personName' | 'resourceName'> => {
  if (!simulation || !body) throw new Error('no simulation');
  const { scope, removed, policies, ...found } = body;
  const { layers, changes } = simulation;
  const waitsForConsent = (scope: string): boolean =>
    changes.some((one) => one.scope === scope && one.steps.every(({ layer }) => layer !== 'policy'));
  const known = policies.map((one) => one.scope);
  const asked = [...new Set([...known, ...removed.map((one) => one.scope)])].sort();
  const undeclared = asked.filter((name) => !known.includes(name));
  return {
    asked,
    given: scope,
    reasons: [],
    steps: stepsOf(
      asked,
      known,
      [...(undeclared.length === 0 ? [] : [{ layer: 'resource_server', counts: true, leaves: known }]), ...layers],
      waitsForConsent,
    ),
    policies: policies.map((one) => ({
      scope: one.scope,
      isAllowed: one.effect === 'allow',
      isAfterConsent: one.effect !== 'allow' && waitsForConsent(one.scope),
      by: one.by.map(policyLine),
    })),
    changes: changes.map((one) => ({ scope: one.scope, steps: one.steps.map(statementPhrase) })),
    ...(found.max_seconds === undefined ? {} : { maxSeconds: found.max_seconds }),
    ...(found.max_uses === undefined ? {} : { maxUses: found.max_uses }),
    isEnforced: found.enforced,
  };
};

type ReportedLayer = {
  readonly layer: string;
  readonly counts: boolean;
  readonly why?: Statement;
  readonly isCondition?: true;
  readonly leaves?: readonly string[];
};

const whyOf = ({ why, isCondition }: Pick<ReportedLayer, 'why' | 'isCondition'>): Phrase | undefined => {
  const phrase = why && statementPhrase(why);
  return phrase && isCondition ? tryWords.onlyIf(phrase) : phrase;
};

/** For each layer in order: the scopes that arrive, and those that continue. */
const stepsOf = (
  asked: readonly string[],
  known: readonly string[],
  layers: readonly ReportedLayer[],
  /** Policies deny it only because the person has not consented. */
  waits: (scope: string) => boolean,
): readonly TrialStep[] => {
  let left = asked;
  return layers.map(({ layer, counts, leaves, ...reported }): TrialStep => {
    const why = whyOf(reported);
    if (!counts) return { layer, kind: 'aside', ...(why ? { why } : {}), goesOn: [], stopped: [], wouldStop: [] };
    const isHeld = (name: string): boolean => leaves !== undefined && !leaves.includes(name);
    const [arrived, stopped] = [left, left.filter(isHeld)];
    left = arrived.filter((name) => !isHeld(name));
    return {
      layer,
      ...(why ? { why } : {}),
      kind: arrived.length === 0 ? 'late' : stopped.length === 0 ? 'pass' : left.length === 0 ? 'stop' : 'cut',
      goesOn: left,
      stopped,
      wouldStop: known.filter(
        (name) => isHeld(name) && !arrived.includes(name) && !(layer === 'policy' && waits(name)),
      ),
    };
  });
};
