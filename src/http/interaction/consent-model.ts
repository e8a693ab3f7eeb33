import { plainText } from '../../../views/agent-text.ts';
import type { Phrase, Text } from '../../../views/html.ts';
import type { PageFrame } from '../../../views/layout.ts';
import type { ConsentModel, ConsentOrigin } from '../../../views/pages/consent.ts';
import type { EarlierFacts } from '../../../views/pages/consent-model.ts';
import type { AgentFacts } from '../../../views/partials/agent-card.ts';
import { consentChoiceWords, consentWarnings, type Warning } from '../../../views/words/consent.ts';
import { newOwnerWords } from '../../../views/words/new-owner.ts';
import { type ConsentForm, type ConsentQuestion, isNothingAsked } from '../../domain/authority/consent/consent.ts';
import { choiceOf } from '../../domain/authority/consent/re-delegation-choices.ts';
import { wishFieldValue } from '../../domain/authority/consent/wishes.ts';
import type { Taking } from '../../domain/authority/grants/grant-service.ts';
import { TYPED_FIELD } from '../../domain/authority/transactions/vouched-intent.ts';
import type { Agent } from '../../domain/clients/agents/agent.ts';
import { isDocumentId } from '../../domain/clients/clients/metadata-document.ts';
import { isGroupId } from '../../domain/identity/groups/group.ts';
import type { DomainError } from '../../domain/vocabulary/errors.ts';
import type { Risk } from '../../domain/vocabulary/risk.ts';
import { single } from '../middleware/form-body.ts';
import { pageRefusal } from './page-refusals.ts';
import type { PeopleDeps } from './people-deps.ts';
import { siteFacts } from './registrable-domain.ts';
import { withheldRights } from './rights-in-words.ts';

/** What the page needs besides the question. */
export type ConsentPageFacts = {
  readonly frame: PageFrame;
  readonly action: string;
  readonly csrf: string;
  readonly uid?: string;
  readonly origin: ConsentOrigin;
  /** Target of "Not you?"; absent if the request is for one account only, or has no way back. */
  readonly switchAction?: string;
  readonly error?: Phrase;
  /** What the person typed as the intent, in a form that was not accepted. */
  readonly ownIntent?: string | undefined;
  /** The request names no scope: the page ticks low-risk scopes only. */
  readonly isDefaultScope?: boolean;
};

/** The model of the consent page: all parts of the question, and nothing else. */
export const consentModel = async (
  deps: Pick<PeopleDeps, 'accounts' | 'groups' | 'verifiedNames' | 'resourceServers'>,
  question: ConsentQuestion,
  facts: ConsentPageFacts,
): Promise<ConsentModel> => {
  const { requester, account, delegableTo, wishes = [] } = question;
  const owner = requester.kind === 'agent' ? requester.agent.owner : requester.client.owner;
  const owners = await ownerNames(deps, [
    owner,
    question.actor?.owner,
    ...(delegableTo?.agents.map((agent) => agent.owner) ?? []),
    ...wishes.map(({ agent }) => agent.owner),
  ]);
  const { id, name } = requester.kind === 'agent' ? requester.agent : requester.client;
  const likeness = await deps.verifiedNames?.likeness({ id, name });
  return {
    ...facts.frame,
    action: facts.action,
    csrf: facts.csrf,
    ...(facts.uid === undefined ? {} : { uid: facts.uid }),
    requester:
      requester.kind === 'agent'
        ? { kind: 'agent', ...agentFacts(requester.agent, owners) }
        : {
            kind: 'client',
            id: requester.client.id,
            name: requester.client.name,
            ...(owner === undefined ? {} : { ownerName: owners(owner) }),
            ...(isDocumentId(requester.client.id) ? { site: siteFacts(requester.client.id) } : {}),
          },
    ...(question.actor ? { actor: agentFacts(question.actor, owners) } : {}),
    ...{ origin: facts.origin, ...(question.intent ? { intent: intentOf(question.intent, facts.ownIntent) } : {}) },
    account: {
      name: account.name,
      username: account.username,
      ...(facts.switchAction === undefined ? {} : { switchAction: facts.switchAction }),
    },
    openidScopes: question.openidScopes.map((scope) => ({
      name: scope,
      ...markOf(question, !question.earlier?.openidScopes.includes(scope)),
    })),
    resources: question.resources.map(({ identifier, name, scopes, details }) => ({
      identifier,
      name,
      scopes: scopes.map((scope) => ({
        ...scope,
        checked: facts.isDefaultScope ? scope.risk === 'low' : isTicked(scope.risk),
        ...markOf(question, !question.earlier?.resources[identifier]?.includes(scope.name)),
      })),
      details: details.map(({ id, described }) => ({
        id,
        ...described,
        checked: isTicked(described.risk),
        ...markOf(question, !question.earlier?.detailIds.includes(id)),
      })),
      raw: details.flatMap(({ detail }) => JSON.stringify(detail, null, 2).split('\n')),
    })),
    wishes: wishes.map((wish) => ({
      agent: agentFacts(wish.agent, owners),
      resource: { identifier: wish.identifier, name: wish.name },
      scopes: wish.scopes.map((scope) => ({ ...scope, value: wishFieldValue(wish, scope.name) })),
      ...(wish.mostSeconds === undefined ? {} : { mostSeconds: wish.mostSeconds }),
      ...(wish.isNewOwner ? { isNewOwner: true as const } : {}),
    })),
    ...(question.earlier ? { earlier: earlierFacts(question, question.earlier) } : {}),
    durations: question.durations,
    duration: question.duration,
    ...(delegableTo
      ? {
          delegableTo: {
            agents: delegableTo.agents.map((agent) => ({ ...agentFacts(agent, owners), choice: choiceOf(agent) })),
            maxDepth: delegableTo.maxDepth,
          },
        }
      : {}),
    warnings: [
      ...(likeness ? [likenessWarning(likeness.name, id, facts.origin)] : []),
      ...newOwnerOf(question),
      ...warningsOf(question),
    ],
    ...(likeness ? { looksLikeAnother: true as const } : {}),
    ...(facts.error === undefined ? {} : { error: facts.error }),
    // Beside rights that can be given, those that cannot would be taken for them (AP-10).
    ...(isNothingAsked(question) ? { isNothing: true as const, withheld: await withheldRights(deps, question) } : {}),
  };
};

/** The field starts empty, and keeps only what this person typed into it. */
const intentOf = (
  { text, source, isTypable }: NonNullable<ConsentQuestion['intent']>,
  own: string | undefined,
): NonNullable<ConsentModel['intent']> => ({
  ...{ text, source },
  ...(isTypable ? { isTypable } : {}),
  ...(own === undefined ? {} : { own }),
});

/** Marks what is new, on a page that also has what is not. */
const markOf = ({ earlier }: ConsentQuestion, isNew: boolean): { readonly isNew?: true } =>
  earlier && isNew ? { isNew: true } : {};

const earlierFacts = (
  { resources, openidScopes }: ConsentQuestion,
  earlier: NonNullable<ConsentQuestion['earlier']>,
): EarlierFacts => {
  const rights: readonly { readonly text: Text; readonly isHeld: boolean }[] = [
    ...resources.flatMap(({ identifier, scopes, details }) => [
      ...scopes.map(({ name, description }) => ({
        text: description || name,
        isHeld: earlier.resources[identifier]?.includes(name) === true,
      })),
      ...details.map(({ id, described }) => ({ text: described.about, isHeld: earlier.detailIds.includes(id) })),
    ]),
    ...openidScopes.map((name) => ({
      text: consentChoiceWords.openidScopes[name] ?? name,
      isHeld: earlier.openidScopes.includes(name),
    })),
  ];
  return {
    allowed: rights.flatMap(({ text, isHeld }) => (isHeld ? [text] : [])),
    hasNew: rights.some(({ isHeld }) => !isHeld),
    until: earlier.until,
  };
};

/** Rights of high or critical risk are not selected by default: the person ticks them. */
const isTicked = (risk: Risk): boolean => risk === 'low' || risk === 'medium';

/** With the hosts in ASCII, as name servers resolve them: they differ from the host of the verified name (DR-09). */
const likenessWarning = (verified: string, id: string, origin: ConsentOrigin): Warning => {
  const places = [isDocumentId(id) ? id : undefined, origin.kind === 'redirect' ? origin.redirectUri : undefined];
  const hosts = places
    .map((url) => (url === undefined ? '' : (URL.parse(url)?.host ?? '')))
    .filter((host) => host !== '');
  return consentWarnings.looksLike(
    plainText(verified, 60),
    [...new Set(hosts)].map((host) => plainText(host, 255)),
  );
};

const newOwnerOf = ({ isNewOwner }: ConsentQuestion): readonly Warning[] =>
  isNewOwner ? [newOwnerWords.consentWarning] : [];

const warningsOf = ({ openidScopes, resources, withheld }: ConsentQuestion): readonly Warning[] =>
  (openidScopes.length > 0 || resources.length > 0) && withheld.length > 0 ? [consentWarnings.lessThanAsked] : [];

export const agentFacts = (agent: Agent, ownerName: (id: string) => string): AgentFacts => ({
  id: agent.id,
  name: agent.name,
  ownerName: ownerName(agent.owner),
  purpose: agent.purpose,
  environment: agent.environment,
  state: agent.state,
  ...(agent.verifiedAt === undefined ? {} : { isVerified: true as const }),
});

/** Names of accounts and groups that own agents and clients. */
export const ownerNames = async (
  { accounts, groups }: Pick<PeopleDeps, 'accounts' | 'groups'>,
  ids: readonly (string | undefined)[],
): Promise<(id: string) => string> => {
  const known = [...new Set(ids.filter((id) => id !== undefined))];
  const names = new Map<string, string>();
  for (let from = 0; from < known.length; from += 1000) {
    for (const { id, name } of await accounts.getMany(known.slice(from, from + 1000))) names.set(id, name);
  }
  for (const id of known.filter(isGroupId)) {
    const group = await groups.get(id);
    if (group) names.set(id, group.document.name);
  }
  return (id) => names.get(id) ?? id;
};

/**
 * Reads the rights that a form names: `openid`, `scope` and `detail`. Throws DomainError 'invalid_request' for values that no
 * page can send.
 */
export const readRights = (form: URLSearchParams): Required<Taking> => {
  const resources = new Map<string, string[]>();
  for (const value of form.getAll('scope')) {
    const [resource, scope, ...more] = value.split(' ');
    if (!resource || !scope || more.length > 0) throw unreadable('scope');
    resources.set(resource, [...(resources.get(resource) ?? []), scope]);
  }
  return {
    openidScopes: form.getAll('openid'),
    resources: Object.fromEntries(resources),
    detailIds: form.getAll('detail'),
  };
};

/**
 * Reads the answer from a form of the consent page. Throws DomainError 'invalid_request' for values that the page cannot
 * send.
 */
export const readConsentForm = (form: URLSearchParams): ConsentForm => {
  const { detailIds: details, ...rights } = readRights(form);
  return {
    ...rights,
    details,
    wishes: form.getAll('wish'),
    ...ownIntentIn(form),
    durationSeconds: wholeNumber(form, 'duration'),
    delegableTo: {
      agents: form.getAll('delegable_to'),
      depth: form.has('delegable_to') ? wholeNumber(form, 'delegable_depth') : 0,
    },
  };
};

/** What the person typed, without spaces around it. An empty field is no text. */
export const ownIntentIn = (form: URLSearchParams): { readonly ownIntent?: string } => {
  const ownIntent = (single(form, TYPED_FIELD) ?? '').trim().normalize('NFC');
  return ownIntent === '' ? {} : { ownIntent };
};

/** `allow`, `deny`, or `back` if there is nothing to allow. Refuses an empty or other answer (AP-13). */
export const readDecision = (form: URLSearchParams): 'allow' | 'deny' | 'back' => {
  const decision = single(form, 'decision');
  if (decision === 'allow' || decision === 'deny' || decision === 'back') return decision;
  throw unreadable('decision');
};

const wholeNumber = (form: URLSearchParams, field: string): number => {
  const value = single(form, field) ?? '';
  if (!/^[0-9]{1,12}$/.test(value)) throw unreadable(field);
  return Number(value);
};

const unreadable = (field: string): DomainError => pageRefusal('form_malformed', { field });
