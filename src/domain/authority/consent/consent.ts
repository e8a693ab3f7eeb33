/**
 * Consent: what a person is asked when a client or an agent wants access, and what an answer allows. Owns the question,
 * the rule that an answer never exceeds the question, and the remembered consents. Does not own the resulting
 * delegations (delegation registry), grants (oidc-provider) or pages. The pages call it. So does the authorization
 * endpoint, to find out whether a page is needed.
 */
import type { Agent } from '../../clients/agents/agent.ts';
import type { Client } from '../../clients/clients/client.ts';
import { isDocumentId } from '../../clients/clients/metadata-document.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { ConsentResult, Interaction } from '../../ports/interactions.ts';
import type { ResourceServer, ScopeDeclaration } from '../../resources/resource-servers/resource-server.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import { type ScopesByResource, scopesAt } from '../../vocabulary/scope-sets.ts';
import type { Authorize } from '../decision/authorize.ts';
import { agentParty, clientParty, type Party } from '../decision/facts.ts';
import type { DelegableTo } from '../delegation/delegation.ts';
import { type AskedDetail, askedDetails, detailsOf } from './asked-details.ts';
import { consentRefusal } from './consent-refusals.ts';
import { agentOfChoice, choiceOf } from './re-delegation-choices.ts';
import type { EarlierConsent } from './remembered-consent.ts';
import { checkTyped, type StatedIntent } from './stated-intent.ts';
import { type AllowedWish, allowedWishes, type Wish } from './wishes.ts';

/** The requested access, its account and its client, before it is cut to what can be granted. */
export type AskedConsent = Pick<
  Interaction,
  'clientId' | 'redirectUri' | 'openidScopes' | 'resources' | 'details' | 'userCode' | 'requestedActor'
> & {
  /** Account id. */
  readonly account: string;
  /** The transaction that the request names, or that of the exchange that led here. */
  readonly txn?: string;
  /** The requesting agent may act only in calls by this client (decision 21). */
  readonly via?: string;
};

export type Requester =
  | { readonly kind: 'agent'; readonly agent: Agent }
  | { readonly kind: 'client'; readonly client: Client };

export type DurationSettings = {
  readonly defaultDurationSeconds: number;
  readonly maxDurationSeconds: number;
  /** Hops, the person's own consent included. */
  readonly maxDepth: number;
};

/** Everything the person decides on. The page shows this and nothing else. */
export type ConsentQuestion = {
  readonly account: Account;
  readonly requester: Requester;
  /** Agent that is to act for the person through the requesting client: it may use the allowed rights. */
  readonly actor?: Agent;
  /** Client that calls the requesting agent: the rights apply only to its calls, and give the client nothing. */
  readonly via?: Client;
  readonly redirectUri?: string;
  readonly userCode?: string;
  readonly txn?: string;
  readonly intent?: StatedIntent;
  readonly openidScopes: readonly string[];
  /** Effective rights only (AP-10): sorted by resource, then scope; no resource without a scope. */
  readonly resources: readonly AskedResource[];
  /** What was requested and cannot be granted, with the layer that denied it. */
  readonly withheld: readonly Withheld[];
  /** Seconds to choose from, ascending; the last is the longest allowed. */
  readonly durations: readonly number[];
  readonly duration: number;
  /**
   * Whether the agent had another owner when the person allowed it something that now waits for their confirmation. The
   * page says so.
   */
  readonly isNewOwner?: true;
  /** What MCP servers would like to do when this client calls them (decision 21). Absent: none, or not computed. */
  readonly wishes?: readonly Wish[];
  /** Agents for a re-delegation, and the maximum number of hops; absent where there is no such choice (decision D2). */
  readonly delegableTo?: { readonly agents: readonly Agent[]; readonly maxDepth: number };
  /** What the person allows of it already. Absent: nothing, or not computed. No part of the digest of the question. */
  readonly earlier?: EarlierConsent;
};

type Withheld = { readonly resource: string; readonly layer: Layer } & (
  | { readonly scope: string }
  | { readonly detailType: string }
);

type AskedResource = {
  readonly identifier: string;
  readonly name: string;
  readonly scopes: readonly ScopeDeclaration[];
  readonly details: readonly AskedDetail[];
};

/** Whether an answer could allow nothing. */
export const isNothingAsked = ({ openidScopes, resources }: ConsentQuestion): boolean =>
  openidScopes.length === 0 && resources.length === 0;

/** A person's answer as it came from a form: untrusted. */
export type ConsentForm = {
  readonly openidScopes: readonly string[];
  readonly resources: ScopesByResource;
  /** Ids of authorization details. */
  readonly details?: readonly string[];
  /** Scopes of wishes as the page named them (`wishFieldValue`). */
  readonly wishes?: readonly string[];
  /** What the whole transaction is for, as the person typed it. Absent: they typed nothing. */
  readonly ownIntent?: string;
  readonly durationSeconds: number;
  /** Agents as the page named them (`choiceOf`). */
  readonly delegableTo: DelegableTo;
};

export type ConsentDecision = ConsentResult & {
  readonly delegableTo: DelegableTo;
  readonly wishes: readonly AllowedWish[];
};

export const DELEGABLE_TO_NONE: DelegableTo = { agents: [], depth: 0 };

/** OpenID scopes that this server knows; it ignores others (OpenID Connect Core §3.1.2.1). */
const OPENID_SCOPES: readonly string[] = ['openid', 'profile', 'email', 'groups', 'offline_access'];
const HOUR = 3600;
const DAY = 24 * HOUR;
const DURATIONS: readonly number[] = [HOUR, 8 * HOUR, DAY, 7 * DAY, 30 * DAY, 90 * DAY, 365 * DAY];

export const requesterId = (requester: Requester): string =>
  requester.kind === 'agent' ? requester.agent.id : requester.client.id;

type ConsentInput = {
  readonly asked: AskedConsent;
  readonly account: Account;
  readonly requester: Requester;
  readonly actor?: Agent | undefined;
  readonly via?: Client | undefined;
  readonly resourceServers: readonly ResourceServer[];
  readonly candidates: readonly Agent[];
  readonly settings: DurationSettings;
  readonly authorize: Authorize;
  readonly isNewOwner?: boolean;
  readonly intent?: StatedIntent | undefined;
  /** Epoch seconds. */
  readonly now: number;
};

/**
 * The question for a consent request. At each resource it holds the requested rights, cut to what the resource
 * declares, the requester may hold and the person may grant (decision D4). `candidates` are agents for re-delegation;
 * only active ones other than the requester are offered.
 */
export const consentQuestion = async (input: ConsentInput): Promise<ConsentQuestion> => {
  const { asked, account, requester, actor, via, settings } = input;
  const caller =
    requester.kind === 'agent'
      ? agentParty(requester.agent)
      : clientParty(requester.client, isDocumentId(requester.client.id));
  const through = [...(actor ? [agentParty(actor)] : []), ...(via ? [clientParty(via, isDocumentId(via.id))] : [])];
  const { maxDelegationSeconds = Number.POSITIVE_INFINITY, maxDelegationDepth = Number.POSITIVE_INFINITY } =
    (requester.kind === 'agent' ? requester.agent.ceilings : actor?.ceilings) ?? {};
  const { resources, withheld } = await cutToPermitted(input, caller, through);
  const agents = input.candidates.filter(({ id, state }) => state === 'active' && id !== requesterId(requester));
  const maxDepth = Math.min(settings.maxDepth - 1, maxDelegationDepth);
  return {
    account,
    requester,
    ...(actor ? { actor } : {}),
    ...(via ? { via } : {}),
    ...(asked.redirectUri === undefined ? {} : { redirectUri: asked.redirectUri }),
    ...(asked.userCode === undefined ? {} : { userCode: asked.userCode }),
    ...(asked.txn === undefined ? {} : { txn: asked.txn }),
    ...(input.intent ? { intent: input.intent } : {}),
    openidScopes: OPENID_SCOPES.filter((scope) => asked.openidScopes.includes(scope)),
    resources,
    withheld,
    ...durationsOf({
      ...settings,
      maxDurationSeconds: Math.min(settings.maxDurationSeconds, maxDelegationSeconds),
    }),
    ...(input.isNewOwner ? { isNewOwner: true } : {}),
    ...(requester.kind === 'agent' && resources.length > 0 && agents.length > 0 && maxDepth > 0
      ? { delegableTo: { agents, maxDepth } }
      : {}),
  };
};

/** The requested rights at each resource after the decision, and what the decision withheld. */
const cutToPermitted = async (
  { asked, account, resourceServers, authorize, now }: ConsentInput,
  caller: Party,
  through: readonly Party[],
): Promise<Pick<ConsentQuestion, 'resources' | 'withheld'>> => {
  const withheld: Withheld[] = [];
  const resources: AskedResource[] = [];
  for (const identifier of [
    ...new Set([...Object.keys(asked.resources), ...Object.keys(asked.details ?? {})]),
  ].sort()) {
    const scopes = scopesAt(asked.resources, identifier) ?? [];
    const wanted = asked.details?.[identifier];
    const server = resourceServers.find((one) => one.identifier === identifier && one.state === 'active');
    if (!server) {
      const nowhere = { resource: identifier, layer: 'resource_server' } as const;
      withheld.push(...scopes.map((scope) => ({ ...nowhere, scope })));
      withheld.push(...(wanted ?? []).map(({ type }) => ({ ...nowhere, detailType: type })));
      continue;
    }
    const { scope, removed, details, removedDetails } = await authorize({
      route: 'consent',
      now,
      server,
      asked: scopes,
      caller,
      through,
      subject: account,
      ...(wanted === undefined ? {} : { details: { asked: wanted } }),
    });
    withheld.push(...removed.map((each) => ({ resource: identifier, scope: each.scope, layer: each.layer })));
    withheld.push(
      ...removedDetails.map(({ detail, layer }) => ({ resource: identifier, detailType: detail.type, layer })),
    );
    const left = server.scopes.filter(({ name }) => scope.includes(name));
    if (left.length > 0 || details.length > 0) {
      resources.push({
        identifier,
        name: server.name,
        scopes: left.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
        details: askedDetails(server, details),
      });
    }
  }
  return { resources, withheld };
};

const durationsOf = ({ defaultDurationSeconds, maxDurationSeconds }: DurationSettings) => {
  const duration = Math.min(defaultDurationSeconds, maxDurationSeconds);
  const shorter = DURATIONS.filter((seconds) => seconds < maxDurationSeconds);
  return {
    durations: [...new Set([...shorter, duration, maxDurationSeconds])].sort((one, other) => one - other),
    duration,
  };
};

/**
 * What an answer allows: never a scope, a second, an agent or a hop that the question did not offer. Throws DomainError
 * 'invalid_request' naming the field that holds something else, and 'access_denied' when nothing was allowed. A person
 * cannot leave `openid` out of a sign-in: to refuse it is to deny the whole request.
 */
export const applyDecision = (question: ConsentQuestion, form: ConsentForm, now: number): ConsentDecision => {
  const offered = (field: string, given: readonly string[], from: readonly string[]): readonly string[] => {
    if (given.some((value) => !from.includes(value))) {
      throw consentRefusal('consent_not_asked', { field });
    }
    return from.filter((value) => given.includes(value));
  };
  offered(
    'scope',
    Object.keys(form.resources),
    question.resources.map(({ identifier }) => identifier),
  );
  const resources: [string, readonly string[]][] = [];
  for (const { identifier, scopes } of question.resources) {
    const allowed = offered(
      'scope',
      scopesAt(form.resources, identifier) ?? [],
      scopes.map(({ name }) => name),
    );
    if (allowed.length > 0) resources.push([identifier, allowed]);
  }
  const ids = offered(
    'detail',
    form.details ?? [],
    question.resources.flatMap(({ details }) => details.map(({ id }) => id)),
  );
  const details = detailsOf(question, ({ id }) => ids.includes(id));
  if (!question.durations.includes(form.durationSeconds)) {
    throw consentRefusal('consent_duration_not_offered', { field: 'duration' });
  }
  checkTyped(question, form.ownIntent);
  const openidScopes = offered('openid', form.openidScopes, question.openidScopes);
  const withOpenid = question.openidScopes.includes('openid')
    ? [...new Set(['openid', ...openidScopes])]
    : openidScopes;
  const wishes = allowedWishes(question.wishes ?? [], form.wishes ?? []);
  const choices = offered('delegable_to', form.delegableTo.agents, question.delegableTo?.agents.map(choiceOf) ?? []);
  const agents = choices.map(agentOfChoice);
  const { depth } = form.delegableTo;
  if (agents.length > 0 && !(Number.isInteger(depth) && depth >= 1 && depth <= (question.delegableTo?.maxDepth ?? 0))) {
    throw consentRefusal('consent_depth_not_offered', { field: 'delegable_depth' });
  }
  if (withOpenid.length === 0 && resources.length === 0 && details.details === undefined) {
    throw consentRefusal('consent_empty', { field: 'decision' });
  }
  return {
    openidScopes: withOpenid,
    resources: Object.fromEntries(resources),
    ...details,
    expiresAt: now + form.durationSeconds,
    delegableTo: agents.length > 0 ? { agents, depth } : DELEGABLE_TO_NONE,
    wishes,
  };
};
