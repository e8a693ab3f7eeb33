/**
 * Questions to the policies: the facts of a decision as entities and context of the schema (adapters/cedar). A case is
 * plain data and holds all that a policy set sees. A replay can therefore evaluate the case in an audit event under
 * another set.
 */
import { routesWith } from '../../clients/clients/grant-types.ts';
import type { Account } from '../../identity/accounts/account.ts';
import type { DetailQuestion, PolicyCase, PolicyEntity, PolicyRecord } from '../../ports/policy-engine.ts';
import { constantJson } from '../../ports/sorted-copy.ts';
import { amountOf, typeOf } from '../../resources/authorization-details/narrowed-details.ts';
import type { ScopeDeclaration } from '../../resources/resource-servers/resource-server.ts';
import type { Detail, DetailType } from '../../vocabulary/detail-type.ts';
import {
  ALLOWED_ELSEWHERE,
  actsForItself,
  type DecisionFacts,
  type KnownFacts,
  type Party,
  partiesOf,
  type Route,
} from './facts.ts';

type Name = PolicyEntity['name'];

const HOUR = 3600;
const DAY = 24 * HOUR;

const nameOf = ({ kind, id }: Party): Name => ({ type: kind === 'agent' ? 'Agent' : 'Client', id });

/** The oldest is dropped first. */
const MOST_ENTITIES = 2_048;
/** Characters; an entity with more facts, such as a person with many groups, is described each time. */
const LONGEST_FACTS = 1_024;
const entities = new Map<string, PolicyEntity>();

/** The same object for the same facts, so that a decision does not describe anew whom the last one was about. */
const entityOf = (facts: readonly unknown[], describe: () => PolicyEntity): PolicyEntity => {
  const key = JSON.stringify(facts);
  const known = entities.get(key);
  if (known) return known;
  if (key.length > LONGEST_FACTS) return describe();
  const entity = constantJson(describe());
  if (entities.size >= MOST_ENTITIES) entities.delete(entities.keys().next().value as string);
  entities.set(key, entity);
  return entity;
};

export const partyEntity = (party: Party): PolicyEntity => {
  const { kind, id } = party;
  const verified = party.verifiedAt !== undefined;
  if (kind !== 'agent') {
    const { isDocument: document } = party;
    return entityOf([kind, id, document, verified], () => ({
      name: nameOf(party),
      attributes: { document, verified },
      parents: [],
    }));
  }
  const { environment, owner, blueprint } = party;
  const composition = party.composition?.digest;
  const compositionGrade = party.composition && (party.composition.isProven ? 'attested' : 'declared');
  return entityOf([kind, id, environment, owner, verified, composition, compositionGrade, blueprint], () => ({
    name: nameOf(party),
    attributes: { environment, owner, verified, composition, compositionGrade },
    parents: blueprint === undefined ? [] : [{ type: 'Blueprint', id: blueprint }],
  }));
};

/** All entities but the scope, which is evaluated one at a time. */
const entitiesOf = (facts: KnownFacts): readonly PolicyEntity[] => {
  const { subject } = facts;
  return [...partiesOf(facts).map(partyEntity), ...(subject ? [accountEntity(subject)] : []), serverEntity(facts)];
};

export const accountEntity = ({ id, state, groups }: Pick<Account, 'id' | 'state' | 'groups'>): PolicyEntity =>
  entityOf(['account', id, state, groups], () => ({
    name: { type: 'Account', id },
    attributes: { enabled: state === 'active' },
    parents: groups.map((group) => ({ type: 'Group' as const, id: group })),
  }));

/** The resource server of the request. */
type Place = { readonly server: { readonly id: string; readonly identifier: string } };

export const serverEntity = (place: Place & { readonly isOwnApi: boolean }): PolicyEntity => {
  const { id, identifier } = place.server;
  const known = serverEntities.get(place.server);
  if (known?.attributes['management'] === place.isOwnApi) return known;
  const entity = entityOf(['server', id, identifier, place.isOwnApi], () => ({
    name: serverName(place),
    attributes: { identifier, management: place.isOwnApi },
    parents: [],
  }));
  if (Object.isFrozen(place.server)) serverEntities.set(place.server, entity);
  return entity;
};

/** Of resource servers as they are stored. Even the key of the facts of an entity costs more. */
const serverEntities = new WeakMap<Place['server'], PolicyEntity>();
/** Of the scopes that they declare. */
const scopeEntities = new WeakMap<object, { readonly server: Place['server']; readonly entity: PolicyEntity }>();

const serverName = ({ server }: Place): Name => ({ type: 'ResourceServer', id: server.id });

export const scopeEntity = (place: Place, declared: Pick<ScopeDeclaration, 'name' | 'risk'>): PolicyEntity => {
  const { name, risk } = declared;
  const { id, identifier } = place.server;
  const known = scopeEntities.get(declared);
  if (known?.server === place.server) return known.entity;
  const entity = entityOf(['scope', id, identifier, name, risk], () => ({
    name: { type: 'Scope', id: `${identifier} ${name}` },
    attributes: { name, risk, server: { entity: serverName(place) } },
    parents: [serverName(place)],
  }));
  if (Object.isFrozen(place.server) && Object.isFrozen(declared)) {
    scopeEntities.set(declared, { server: place.server, entity });
  }
  return entity;
};

export const detailEntity = (facts: Place, { type, risk }: Pick<DetailType, 'type' | 'risk'>): PolicyEntity => ({
  name: { type: 'DetailType', id: `${facts.server.identifier} ${type}` },
  attributes: { name: type, risk, server: { entity: serverName(facts) } },
  parents: [serverName(facts)],
});

/** The part of the context that all scopes share. */
const contextOf = (facts: KnownFacts): PolicyRecord => {
  const {
    route,
    now,
    subject,
    actors = [],
    assurance,
    approval,
    transaction,
    source,
    signals,
    isBound = false,
  } = facts;
  return {
    route,
    ...momentFacts({ now, assurance, source }),
    subject: subject && { entity: { type: 'Account', id: subject.id } },
    delegated: !actsForItself(facts),
    depth: actors.length,
    actors: actors.map((id) => ({ entity: { type: 'Agent', id } as const })),
    approval: approval && { record: { id: approval.id, approvers: approval.approvers } },
    transaction: transaction && { record: { ...transaction } },
    signals: signals && { record: { ...signals, issuers: [...signals.issuers], events: [...signals.events] } },
    bound: isBound,
  };
};

/** Time, source address and assurance: for questions of every kind. */
export const momentFacts = ({
  now,
  assurance,
  source,
}: Pick<DecisionFacts, 'now' | 'assurance' | 'source'>): PolicyRecord => ({
  now,
  hour: Math.floor((now % DAY) / HOUR),
  // The epoch began on a Thursday.
  weekday: ((Math.floor(now / DAY) + 3) % 7) + 1,
  assurance: assurance && {
    record: { acr: assurance.acr ?? '', amr: [...assurance.amr], age: Math.max(0, now - assurance.authTime) },
  },
  source: source !== undefined && isAddress(source) ? { network: source } : undefined,
});

const isAddress = (source: string): boolean => /^[\da-f.:]+$/i.test(source) && /[.:]/.test(source);

export const policyCase = (
  facts: KnownFacts,
  scopes: readonly string[],
  details: readonly Detail[] = [],
): PolicyCase => ({
  action: facts.route === 'consent' ? 'delegate' : 'act',
  principal: nameOf(facts.caller),
  entities: entitiesOf(facts),
  context: contextOf(facts),
  resources: facts.server.scopes
    .filter(({ name }) => scopes.includes(name))
    .map((declared) => ({
      scope: declared.name,
      entity: scopeEntity(facts, declared),
      consented: isConsented(facts, declared.name),
    })),
  ...(details.length === 0 ? {} : { details: details.flatMap((detail) => detailQuestion(facts, detail)) }),
  isConditional: facts.route !== 'introspection',
});

/** The question about a detail of a declared type; details of other types were removed before. */
const detailQuestion = (facts: DecisionFacts, detail: Detail): readonly DetailQuestion[] => {
  const types = facts.server.detailTypes ?? [];
  const type = typeOf(types, detail);
  const amount = amountOf(types, detail);
  if (!type) return [];
  return [
    {
      entity: detailEntity(facts, type),
      consented: isDetailConsented(facts),
      ...(amount === undefined ? {} : { amount }),
    },
  ];
};

/**
 * Whether the decision is for a person who may have been asked here: there is a subject, and no peer asserts its
 * identity.
 */
const isAsked = ({ route, subject, isUnasked = false }: DecisionFacts): boolean =>
  subject !== undefined && !isUnasked && !NOT_ASKED.includes(route);

/**
 * Whether a person consented to this very scope. oidc-provider issues to clients only within their grants. The consent
 * to an existing token was checked when it was issued.
 */
const isConsented = (facts: DecisionFacts, scope: string): boolean => {
  const { route, caller, delegation, subjectToken } = facts;
  if (!isAsked(facts)) return false;
  if (route === 'introspection') return true;
  if (route === 'ciba' && delegation === undefined) return facts.approval !== undefined;
  if (route === 'access_evaluation' && subjectToken) return subjectToken.includes(scope);
  if (delegation !== undefined) return delegation.includes(scope);
  return caller.kind === 'client' && OF_A_GRANT.includes(route);
};

/** Whether a person consented to the detail: it is within the delegation or grant, where there is one. */
const isDetailConsented = (facts: DecisionFacts): boolean => {
  const { route, details } = facts;
  if (!isAsked(facts)) return false;
  if (route === 'introspection') return true;
  if (route === 'ciba' && details?.delegation === undefined) return facts.approval !== undefined;
  if (route === 'access_evaluation' && details?.subjectToken !== undefined) return true;
  return details?.delegation !== undefined || details?.grant !== undefined;
};

/** Routes without consent here: a person consented at another server or not at all, or has yet to be asked. */
const NOT_ASKED: readonly Route[] = [...ALLOWED_ELSEWHERE, 'consent'];

const OF_A_GRANT: readonly Route[] = routesWith('of_grant');
