/** Why a simulated decision denies, as sentences of a person, each with the page on which it can be changed. */
import { isolated, plainText } from '../../../views/agent-text.ts';
import { type HtmlValue, html, type Phrase } from '../../../views/html.ts';
import type { TrialReason } from '../../../views/pages/console-policy-model.ts';
import { agentWords } from '../../../views/words/agent.ts';
import { verdictWords as words } from '../../../views/words/console-verdict.ts';
import { registerWords } from '../../../views/words/registries.ts';
import type { PolicySimulation } from '../../domain/authority/policy/policy-simulations.ts';
import type { ResourceServer } from '../../domain/resources/resource-servers/resource-server.ts';
import type { OperationId } from '../management/resource-table.ts';
import { statementPhrase } from '../refusal-phrase.ts';
import type { ConsoleCalls } from './console-calls.ts';
import {
  agentHref,
  blueprintHref,
  type ConsoleDeps,
  clientHref,
  type Names,
  personHref,
  serverHref,
} from './console-deps.ts';
import type { Viewer } from './console-page.ts';

type Step = PolicySimulation['changes'][number]['steps'][number];

/** The parties of the simulated decision. */
export type SimulatedParties = {
  readonly caller: string;
  readonly subject: string | undefined;
  readonly server: ResourceServer | undefined;
  readonly names: Names;
  /** Address of the same simulation, without its consent. */
  readonly again: URLSearchParams;
};

/** Scopes in one sentence. The layers below it name all. */
const NAMED = 3;

/** One reason for all scopes that the same layer denies for the same cause, in the order of the layers. */
export const reasonsOf = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  viewer: Viewer,
  changes: PolicySimulation['changes'],
  parties: SimulatedParties,
): readonly TrialReason[] => {
  const groups = new Map<string, { readonly step: Step; readonly scopes: string[] }>();
  for (const { scope, steps } of changes) {
    for (const step of steps) {
      const key = `${step.layer} ${step.reason}`;
      const group = groups.get(key) ?? { step, scopes: [] };
      group.scopes.push(scope);
      groups.set(key, group);
    }
  }
  return [...groups.values()].map(({ step, scopes }) => {
    const link = linkOf(deps, calls, viewer, step, scopes, parties);
    return { text: textOf(step, scopes, parties), ...(link ? { link } : {}) };
  });
};

type Stop = NonNullable<PolicySimulation['stops']>[number];

/** What stops the whole request, with a name in place of an id, and the page on which it can be changed. */
export const stopsOf = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  stops: readonly Stop[],
  { caller, server, names }: Pick<SimulatedParties, 'caller' | 'server' | 'names'>,
): readonly TrialReason[] =>
  stops.map((stop) => {
    const state = String(stop.params['state']);
    if (stop.reason === 'party_not_active' && stop.params['party'] === caller) {
      const text = words.notActive(isolated(names(caller)), stateWords(state));
      if (caller.startsWith('agt_') && calls.may('getAgent', account))
        return { text, link: { href: agentHref(deps, caller), text: words.links.agent } };
      return caller.startsWith('app_') && calls.may('getClient', account)
        ? { text, link: { href: clientHref(deps, caller), text: words.links.app } }
        : { text };
    }
    if (stop.reason === 'resource_server_not_active' && server && calls.may('getResourceServer', account))
      return { text: statementPhrase(stop), link: { href: serverHref(deps, server.id), text: words.links.server } };
    return { text: statementPhrase(stop) };
  });

const stateWords = (state: string): HtmlValue =>
  Object.entries(agentWords.states).find(([name]) => name === state)?.[1] ??
  Object.entries(registerWords.states).find(([name]) => name === state)?.[1] ??
  plainText(state, 40);

/** Descriptions of scopes, as people read them when they consent. */
const rightsOf = (scopes: readonly string[], server: ResourceServer | undefined): HtmlValue => {
  const shown = scopes.slice(0, NAMED).map((name, index) => {
    const description = server?.scopes.find((one) => one.name === name)?.description;
    return html`${index > 0 && ', '}${description === undefined ? html`<code>${plainText(name, 80)}</code>` : words.quoted(isolated(description, 100))}`;
  });
  return scopes.length > NAMED ? html`${shown} (+${scopes.length - NAMED})` : html`${shown}`;
};

const textOf = ({ layer, reason }: Step, scopes: readonly string[], parties: SimulatedParties): Phrase => {
  const { caller, subject, server, names } = parties;
  const rights = rightsOf(scopes, server);
  const who = isolated(names(caller));
  const person = subject === undefined ? who : isolated(names(subject));
  const at = isolated(server?.name ?? '');
  switch (layer) {
    case 'delegation':
      return words.notConsented(person, rights);
    case 'grant':
      return words.appNotAllowed(rights);
    case 'subject':
      return reason === 'enable_account' ? words.accountDisabled(person) : words.notEntitled(person, rights);
    case 'blueprint':
      return words.blueprintForbids(who, rights);
    case 'environment':
      return words.wrongEnvironment(who, at);
    case 'approval':
      return words.needsApproval(rights);
    case 'resource_server':
      return words.noSuchScope(at, rights);
    case 'policy':
      return policyText(reason, rights);
    default:
      return words.agentLacks(who, rights);
  }
};

const policyText = (reason: string, rights: HtmlValue): Phrase => {
  if (reason === 'activate_policies') return words.noPolicies;
  if (reason === 'approval_for_policies') return words.policyNeedsApproval(rights);
  if (reason === 'attestation_for_policies') return words.policyNeedsAttestation(rights);
  if (reason.startsWith('sign_in')) return words.policyNeedsSignIn(rights);
  return reason === 'write_policy' ? words.noPolicyPermits(rights) : words.policyForbids(rights);
};

/** The page on which a person can change it; undefined if the viewer may not open it. */
const linkOf = (
  deps: ConsoleDeps,
  calls: ConsoleCalls,
  { account }: Viewer,
  { layer, reason, params }: Step,
  scopes: readonly string[],
  { caller, subject, server, again }: SimulatedParties,
): TrialReason['link'] => {
  const home = `${deps.basePath}/console/policy`;
  const link = (operation: OperationId, text: Phrase, href: string): TrialReason['link'] =>
    calls.may(operation, account) ? { href, text } : undefined;
  const party = caller.startsWith('agt_')
    ? link('getAgent', words.links.agent, agentHref(deps, caller))
    : caller.startsWith('app_')
      ? link('getClient', words.links.app, clientHref(deps, caller))
      : undefined;
  const approver = link(
    'simulatePolicies',
    words.links.approver,
    `${home}/try/use?${approverQuery(caller, subject, server, scopes)}#approve`,
  );
  switch (layer) {
    case 'delegation':
      return link(
        'simulatePolicies',
        words.links.consented,
        `${home}/try?${new URLSearchParams([...again, ['consent', 'yes']])}#result`,
      );
    case 'subject':
      return subject === undefined ? undefined : link('getAccount', words.links.person, personHref(deps, subject));
    case 'blueprint':
      return typeof params['blueprint'] === 'string'
        ? link('getBlueprint', words.links.blueprint, blueprintHref(deps, params['blueprint']))
        : party;
    case 'environment':
    case 'resource_server':
      return server && link('getResourceServer', words.links.server, serverHref(deps, server.id));
    case 'approval':
      return approver;
    case 'policy':
      if (reason === 'approval_for_policies') return approver;
      if (reason.startsWith('sign_in') || reason === 'attestation_for_policies') return undefined;
      return reason === 'write_policy'
        ? link('createPolicySet', words.links.draft, `${home}/new`)
        : link('getPolicySet', words.links.policies, home);
    default:
      return party;
  }
};

const approverQuery = (
  agent: string,
  subject: string | undefined,
  server: ResourceServer | undefined,
  scopes: readonly string[],
): URLSearchParams =>
  new URLSearchParams({
    agent,
    ...(subject === undefined ? {} : { subject }),
    ...(server === undefined ? {} : { resource: server.identifier }),
    scope: scopes.join(' '),
  });
