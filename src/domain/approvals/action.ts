import type { ResourceServer } from '../resources/resource-servers/resource-server.ts';
import type { ActorChain } from '../vocabulary/actor-chain.ts';
import { canonicalDigest } from '../vocabulary/canonical-digest.ts';
import { canonicalJson } from '../vocabulary/canonical-json.ts';
import type { Detail } from '../vocabulary/detail-type.ts';

/**
 * One exact action that people are asked about. The page shows it, the digest covers it, and the server checks the
 * token against it. So people approve what they saw, and only what they approved runs (invariant 4).
 */
export type Action = {
  /** `client_id` of the requesting client. */
  readonly client: string;
  readonly agent: string;
  /** The actors, the agent outermost (RFC 8693 §4.1). */
  readonly chain: ActorChain;
  /** Account on whose behalf the agent acts. */
  readonly subject: string;
  /** Resource indicator. */
  readonly resource: string;
  /** Sorted. */
  readonly scope: readonly string[];
  /** Authorization details (RFC 9396), in the order of the request. */
  readonly details: readonly Detail[];
  /**
   * The meaning of scope and details: digest of their declaration at the resource server, with texts, risk and rules
   * (`meaningOf`).
   */
  readonly meaning: string;
  /** Blueprint of the agent with its effective version, or null. */
  readonly blueprint: { readonly id: string; readonly version: number } | null;
  /** Digest of the composition that the agent presented, else of the one it declared, or null. */
  readonly composition: string | null;
  /** Set when an attester of the agent vouched for that composition. Absent: it was declared. */
  readonly compositionGrade?: 'attested';
  /** Version of the evaluated policy set, or null where none was evaluated. */
  readonly policy: number | null;
  /** Text of the agent for the approvers (CIBA `binding_message`), shown as the agent's: part of what they saw. */
  readonly message?: string;
};

/** SHA-256 over the canonical JSON (RFC 8785) of the action, base64url, 43 characters. */
export const digestOf = (action: Action): string => canonicalDigest(action);

/** The same digest without the agent's text: another text does not make another request (AP-06). */
export const questionOf = ({ message: _, ...asked }: Action): string => canonicalDigest(asked);

/** Digest of the resource server's declarations of the given scopes and types. Its other declarations may change. */
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
  'compositionGrade',
  'policy',
  'message',
] as const satisfies readonly (keyof Action)[];

/** Names of the members in which two actions differ, in the order of the type. */
export const differences = (one: Action, other: Action): readonly string[] =>
  MEMBERS.filter((member) => canonicalJson(one[member]) !== canonicalJson(other[member]));
