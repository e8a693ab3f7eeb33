/**
 * Questions of resource servers about permitted access there (AuthZEN Authorization API 1.0). Owns how a question is
 * read, its facts, its answer and its event. Does not own the decision (domain/authority/decision), the authentication
 * of the caller (src/provider), nor the paths (src/http/authzen). Statements about a subject beyond its identity are
 * ignored.
 */

import { readDetails } from '../../resources/authorization-details/asked-details.ts';
import type { Detail } from '../../vocabulary/detail-type.ts';
import { CALL_NAME } from '../approval-use.ts';
import { accessRequestRefusal } from './access-request-refusals.ts';

export type Entity = { readonly type: string; readonly id: string };

/** For type `detail`: the authorization detail built from its properties. */
export type Resource = Entity & { readonly detail?: Detail };

/** The members of a question that this server reads; it ignores unknown members (§10.1.1). */
export type AccessQuestion = {
  readonly subject: Entity;
  readonly action: string;
  readonly resource: Resource;
  readonly context: AccessContext;
  /** The entities exactly as sent, to which an approval is bound. Absent if it was not sent as a question. */
  readonly sent?: SentEntities;
};

export type SentEntities = { readonly [entity in 'subject' | 'action' | 'resource']: Members };

export type AccessContext = {
  /** An access token of this server, which identifies the actor and the subject. */
  readonly token?: string;
  /** The agent that acts for the account in `subject`. */
  readonly agent?: string;
  /** An approval to lift the denial (Access Request and Approval Profile). */
  readonly approval?: string;
  /** The caller's name for the call in question: the same name is the same call. */
  readonly call?: string;
};

export type Members = { readonly [member: string]: unknown };

/** Several questions in one request (§7), or its single question. */
export type AskedTogether =
  | { readonly one: AccessQuestion }
  | { readonly semantic: Semantic; readonly items: readonly (() => AccessQuestion)[] };

const SEMANTICS = ['execute_all', 'deny_on_first_deny', 'permit_on_first_permit'] as const;
export type Semantic = (typeof SEMANTICS)[number];

/** Questions in one request. */
const MOST_QUESTIONS = 100;

/**
 * Throws DomainError 'invalid_request' when a required member is missing or of another type, and
 * 'invalid_authorization_details' for properties that cannot be a detail.
 */
export const readQuestion = (given: unknown): AccessQuestion => {
  const members = objectIn(given, 'The question');
  return {
    subject: entityIn(members, 'subject'),
    action: actionIn(members),
    resource: resourceIn(members),
    context: contextIn(members),
    sent: {
      subject: objectIn(member(members, 'subject'), 'subject'),
      action: objectIn(member(members, 'action'), 'action'),
      resource: objectIn(member(members, 'resource'), 'resource'),
    },
  };
};

/**
 * Reads what all questions share. The server reads each question when it answers it, and may refuse it alone (§7.2.1).
 */
export const readTogether = (given: unknown): AskedTogether => {
  const members = objectIn(given, 'The request');
  const items = member(members, 'evaluations');
  if (items !== undefined && !Array.isArray(items)) throw accessRequestRefusal('evaluations_not_array');
  if (items === undefined || items.length === 0) return { one: readQuestion(members) };
  if (items.length > MOST_QUESTIONS) {
    throw accessRequestRefusal('evaluations_exceeded', { params: { most: MOST_QUESTIONS } });
  }
  const options = member(members, 'options') ?? {};
  const asked = member(objectIn(options, 'options'), 'evaluations_semantic') ?? 'execute_all';
  const semantic = SEMANTICS.find((known) => known === asked);
  if (semantic === undefined) {
    throw accessRequestRefusal('evaluations_semantic_unknown', { params: { semantics: SEMANTICS.join(', ') } });
  }
  const defaults = pick(members);
  return {
    semantic,
    items: items.map((item: unknown) => () => readQuestion({ ...defaults, ...pick(objectIn(item, 'The question')) })),
  };
};

export const SEARCHES = ['subject', 'resource', 'action'] as const;
export type Searched = (typeof SEARCHES)[number];

/** A search for subjects, resources or actions. Ignores the id of the searched entity (§8). */
export type SearchQuestion = {
  readonly subject: { readonly type: string; readonly id?: string };
  readonly action?: string;
  readonly resource: { readonly type: string; readonly id?: string; readonly detail?: Detail };
  readonly context: AccessContext;
  readonly token?: string;
  /** Results of one page, at least 1. */
  readonly limit: number;
};

/** Maximum number of entities in one page: each is a decision. */
const MOST_RESULTS = 50;

/** Throws DomainError 'invalid_request'. */
export const readSearch = (searched: Searched, given: unknown): SearchQuestion => {
  const members = objectIn(given, 'The request');
  const page = objectIn(member(members, 'page') ?? {}, 'page');
  const limit = member(page, 'limit') ?? MOST_RESULTS;
  if (!Number.isSafeInteger(limit) || Number(limit) < 0) throw accessRequestRefusal('page_limit_malformed');
  const token = member(page, 'token');
  if (token !== undefined && (typeof token !== 'string' || token === '')) {
    throw accessRequestRefusal('access_question_not_text', { params: { member: 'page.token' } });
  }
  const typeAlone = (name: 'subject' | 'resource') => ({
    type: textIn(objectIn(member(members, name), name), 'type', name),
  });
  return {
    subject: searched === 'subject' ? typeAlone('subject') : entityIn(members, 'subject'),
    resource: searched === 'resource' ? typeAlone('resource') : resourceIn(members),
    ...(searched === 'action' ? {} : { action: actionIn(members) }),
    context: contextIn(members),
    ...(token === undefined ? {} : { token }),
    limit: Math.min(MOST_RESULTS, Math.max(1, Number(limit))),
  };
};

const QUESTION_MEMBERS = ['subject', 'action', 'resource', 'context'] as const;

/** A member that an item omits comes from the request, as a whole (§7.1.1). */
const pick = (members: Members): Members =>
  Object.fromEntries(
    QUESTION_MEMBERS.flatMap((name) => (member(members, name) === undefined ? [] : [[name, member(members, name)]])),
  );

/** Own members only: an inherited member was not sent. */
export const member = (members: Members, name: string): unknown =>
  Object.hasOwn(members, name) ? members[name] : undefined;

export const objectIn = (given: unknown, name: string): Members => {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) {
    throw accessRequestRefusal('access_question_not_object', { params: { member: name } });
  }
  return given as Members;
};

const textIn = (members: Members, name: string, of: string): string => {
  const value = member(members, name);
  if (typeof value !== 'string' || value === '') {
    throw accessRequestRefusal('access_question_not_text', { params: { member: `${of}.${name}` } });
  }
  return value;
};

const entityIn = (members: Members, name: 'subject' | 'resource'): Entity => {
  const entity = objectIn(member(members, name), name);
  return { type: textIn(entity, 'type', name), id: textIn(entity, 'id', name) };
};

const resourceIn = (members: Members): Resource => {
  const entity = entityIn(members, 'resource');
  if (entity.type !== 'detail') return entity;
  const properties = member(objectIn(member(members, 'resource'), 'resource'), 'properties') ?? {};
  const stated = { ...objectIn(properties, 'resource.properties'), type: entity.id };
  const [detail] = readDetails(JSON.stringify([stated]));
  return detail ? { ...entity, detail } : entity;
};

const actionIn = (members: Members): string => textIn(objectIn(member(members, 'action'), 'action'), 'name', 'action');

const contextIn = (members: Members): AccessContext => {
  const context = objectIn(member(members, 'context') ?? {}, 'context');
  const optional = (name: 'token' | 'agent') =>
    member(context, name) === undefined ? {} : { [name]: textIn(context, name, 'context') };
  const approval = member(context, 'approval');
  const call = member(context, 'call');
  if (call !== undefined && (typeof call !== 'string' || !CALL_NAME.test(call))) {
    throw accessRequestRefusal('context_call_malformed');
  }
  return {
    ...optional('token'),
    ...optional('agent'),
    ...(approval === undefined
      ? {}
      : { approval: textIn(objectIn(approval, 'context.approval'), 'id', 'context.approval') }),
    ...(call === undefined ? {} : { call }),
  };
};
