/** Digests of the question to a person. Any difference makes another page, or another answer. */
import { hash } from 'node:crypto';
import { ownershipOf } from '../../clients/agents/ownership.ts';
import { documentVersionOf } from '../../clients/clients/metadata-document.ts';
import { seenDetails } from './asked-details.ts';
import type { ConsentQuestion, Requester } from './consent.ts';
import { seenWishes } from './wishes.ts';

/** The part of a question that is not a right: who asks, for whom, and where the answer goes. */
export const askerSeen = (question: ConsentQuestion): readonly unknown[] => [
  question.account.id,
  snapshot(question.requester),
  ...(question.actor ? [snapshot({ kind: 'agent', agent: question.actor })] : []),
  ...(question.via ? ['via', snapshot({ kind: 'client', client: question.via })] : []),
  question.redirectUri ?? null,
];

/**
 * Digest of all that the person sees and decides on: the question, and the wishes below it. Any difference makes
 * another page.
 */
export const questionDigest = (question: ConsentQuestion): string => {
  const remembered = rememberedDigest(question);
  const { wishes = [], intent, txn } = question;
  // An answer does not depend on the intent, but to allow confirms the text that was shown.
  const asked = intent ? `${remembered} ${txn} ${intent.digest}` : remembered;
  if (wishes.length === 0) return intent ? hash('sha256', asked, 'base64url') : asked;
  const seen = seenWishes(wishes, (agent) => snapshot({ kind: 'agent', agent }));
  return hash('sha256', JSON.stringify([asked, seen]), 'base64url');
};

/**
 * Digest of the question alone, under which its answer is remembered. It covers who asks (with keys, owner and redirect
 * URIs as registered), where the answer goes, and the rights with their texts (AP-11). A change of wishes alone needs no
 * new page.
 */
export const rememberedDigest = (question: ConsentQuestion): string =>
  hash(
    'sha256',
    JSON.stringify([
      ...askerSeen(question),
      question.openidScopes,
      question.resources.map(({ identifier, name, scopes, details }) => [
        identifier,
        name,
        scopes.map(({ name: scope, description, risk }) => [scope, description, risk]),
        ...seenDetails(details),
      ]),
    ]),
    'base64url',
  );

const snapshot = (requester: Requester): unknown =>
  requester.kind === 'agent'
    ? [
        'agent',
        requester.agent.id,
        requester.agent.name,
        requester.agent.owner,
        requester.agent.purpose,
        requester.agent.environment,
        requester.agent.redirectUris,
        requester.agent.jwks ?? requester.agent.jwksUri ?? null,
        // An agent that was handed over and back again counts as another agent.
        ...(ownershipOf(requester.agent) === 0 ? [] : [ownershipOf(requester.agent)]),
      ]
    : [
        'client',
        requester.client.id,
        requester.client.name,
        requester.client.owner ?? null,
        requester.client.applicationType,
        requester.client.tokenEndpointAuthMethod,
        requester.client.redirectUris,
        requester.client.jwks ?? requester.client.jwksUri ?? null,
        // A new secret may be known to other people.
        requester.client.secretHash ?? null,
        ...(requester.client.certificate === undefined ? [] : [requester.client.certificate]),
        ...(documentVersionOf(requester.client) === undefined ? [] : [documentVersionOf(requester.client)]),
      ];
