/**
 * The rights that a remembered answer allows, one by one, so that it also answers a smaller question. A right covers
 * what the person saw: who asks and where the answer goes, the resource, the scope and its text. Any difference makes
 * another right.
 */
import { hash } from 'node:crypto';
import type { ConsentResult } from '../../ports/interactions.ts';
import type { ConsentQuestion } from './consent.ts';
import { askerSeen } from './question-digest.ts';

type Right = { readonly kind: 'openid' | 'scope' | 'detail'; readonly seen: readonly unknown[]; readonly name: string };

const rightsIn = ({
  openidScopes,
  resources,
}: ConsentQuestion): readonly (Right & { readonly resource?: string })[] => [
  ...openidScopes.map((name) => ({ kind: 'openid' as const, name, seen: [name] })),
  ...resources.flatMap(({ identifier, name: server, scopes, details }) => [
    ...scopes.map(({ name, description, risk }) => ({
      kind: 'scope' as const,
      resource: identifier,
      name,
      seen: [identifier, server, name, description, risk],
    })),
    ...details.map(({ id, described }) => ({
      kind: 'detail' as const,
      resource: identifier,
      name: id,
      seen: [identifier, server, id, described],
    })),
  ]),
];

const digestsOf = (question: ConsentQuestion, rights: readonly Right[]): readonly string[] => {
  const asker = askerSeen(question);
  return rights.map(({ kind, seen }) => hash('sha256', JSON.stringify([asker, kind, ...seen]), 'base64url'));
};

/** Digests of all rights that a question is about. */
export const askedRights = (question: ConsentQuestion): readonly string[] => digestsOf(question, rightsIn(question));

/** The rights of a question, each with its digest. */
export const rightsByDigest = (
  question: ConsentQuestion,
): readonly {
  readonly digest: string;
  readonly kind: Right['kind'];
  readonly name: string;
  readonly resource: string;
}[] => {
  const rights = rightsIn(question);
  const digests = digestsOf(question, rights);
  return rights.map(({ kind, name, resource = '' }, index) => ({ digest: digests[index] ?? '', kind, name, resource }));
};

/** Digests of the rights of a question that an answer allows, and of those that it does not allow. */
export const answeredRights = (
  question: ConsentQuestion,
  given: ConsentResult,
): { readonly allowed: readonly string[]; readonly left: readonly string[] } => {
  const isAllowed = allowedBy(question, given);
  const rights = rightsIn(question);
  return {
    allowed: digestsOf(question, rights.filter(isAllowed)),
    left: digestsOf(
      question,
      rights.filter((right) => !isAllowed(right)),
    ),
  };
};

/** Whether an answer allows each scope and each detail of the question at APIs. OpenID scopes do not matter. */
export const allowsAllAtApis = (question: ConsentQuestion, given: Omit<ConsentResult, 'expiresAt'>): boolean => {
  const isAllowed = allowedBy(question, given);
  return rightsIn(question).every((right) => right.kind === 'openid' || isAllowed(right));
};

const allowedBy = (
  question: ConsentQuestion,
  { openidScopes, resources, details = {} }: Omit<ConsentResult, 'expiresAt'>,
): ((right: Right & { readonly resource?: string }) => boolean) => {
  const shown = new Map(
    question.resources.flatMap((one) => one.details.map(({ id, detail }) => [id, JSON.stringify(detail)] as const)),
  );
  return ({ kind, name, resource = '' }) => {
    if (kind === 'openid') return openidScopes.includes(name);
    if (kind === 'scope') return Object.hasOwn(resources, resource) && (resources[resource]?.includes(name) ?? false);
    const held = Object.hasOwn(details, resource) ? (details[resource] ?? []) : [];
    return held.some((detail) => JSON.stringify(detail) === shown.get(name));
  };
};
