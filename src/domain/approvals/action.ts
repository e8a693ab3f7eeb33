import type { ResourceServer } from '../resources/resource-servers/resource-server.ts';
import type { ActorChain } from '../vocabulary/actor-chain.ts';
import { canonicalDigest } from '../vocabulary/canonical-digest.ts';
import { canonicalJson } from '../vocabulary/canonical-json.ts';
import type { Detail } from '../vocabulary/detail-type.ts';

/**
 * One exact action that people are asked about. The page is made of it, the digest is over it, and the token that comes
 * of it is checked against it: what is approved is what was shown, and what runs is what was approved (invariant 4).
 */
export type Action = {
  /** `client_id` that asked. */
  readonly client: string;
  readonly agent: string;
  /** Who would act, the agent outermost (RFC 8693 §4.1). */
  readonly chain: ActorChain;
  /** Account on whose behalf. */
  readonly subject: string;
  /** Resource indicator. */
  readonly resource: string;
  /** Sorted. */
  readonly scope: readonly string[];
  /** Authorization details (RFC 9396), in the order they were asked in. */
  readonly details: readonly Detail[];
  /** What scope and details meant: digest of how the resource server declares them, words, risk and rules (`meaningOf`). */
  readonly meaning: string;
  /** Blueprint of the agent with the version that counted, or null. */
  readonly blueprint: { readonly id: string; readonly version: number } | null;
  /** Digest of what the agent declared to be made of, or null. */
  readonly composition: string | null;
  /** Version of the policy set that was asked, or null where none was. */
  readonly policy: number | null;
  /** Words of the agent for the people who decide (CIBA `binding_message`), shown as such: part of what they saw. */
  readonly message?: string;
};

/** SHA-256 over the canonical JSON (RFC 8785) of the action, base64url, 43 characters. */
export const digestOf = (action: Action): string => canonicalDigest(action);

/** The same over what it is a question about: other words of the agent make no other question (AP-06). */
export const questionOf = ({ message: _, ...asked }: Action): string => canonicalDigest(asked);

/** The same over what the resource server says of the scopes and types that are named; of others it may say what it likes. */
export const meaningOf = (
  { scopes, detailTypes = [] }: Pick<ResourceServer, 'scopes' | 'detailTypes'>,
  { scope, details }: Pick<Action, 'scope' | 'details'>,
): string =>
  canonicalDigest({
    scopes: scopes.filter(({ name }) => scope.includes(name)),
    types: detailTypes.filter(({ type }) => details.some((detail) => detail.type === type)),
  });

const MEMBERS = [
  'client',
  'agent',
  'chain',
  'subject',
  'resource',
  'scope',
  'details',
  'meaning',
  'blueprint',
  'composition',
  'policy',
  'message',
] as const satisfies readonly (keyof Action)[];

/** Names of the members in which two actions differ, in the order of the type. */
export const differences = (one: Action, other: Action): readonly string[] =>
  MEMBERS.filter((member) => canonicalJson(one[member]) !== canonicalJson(other[member]));
