import type { Ceilings } from '../blueprints/ceilings.ts';
import type { JsonWebKeySet } from '../clients/client.ts';
import type { ScopesByResource } from '../delegation/authority.ts';
import type { CollectionDeclaration } from '../ports/document-store.ts';
import type { Environment } from './environment.ts';

/** `active` ⇄ `suspended` → `retired`, which is final. Only the registry changes states. */
export type AgentState = 'active' | 'suspended' | 'retired';

export type { Environment } from './environment.ts';

/** A client that is an autonomous actor. Its id is its `client_id` and its `act.sub`. It authenticates with `private_key_jwt` only. */
export type Agent = {
  readonly id: string;
  readonly name: string;
  /** Account that answers for it. */
  readonly owner: string;
  readonly purpose: string;
  readonly environment: Environment;
  readonly state: AgentState;
  /** Public keys only, at least one. */
  readonly jwks: JsonWebKeySet;
  /** Empty for an agent that never sends a person to the authorization endpoint. */
  readonly redirectUris: readonly string[];
  readonly grantTypes: readonly string[];
  readonly dpopBoundAccessTokens: boolean;
  /** Ids of the resource servers it is registered as: it may exchange tokens with those audiences (decision D3). */
  readonly resourceServers: readonly string[];
  /** Its own rights. Absent: what consent gave, and nothing without a person (decision D4). */
  readonly authority?: ScopesByResource;
  /** Template and ceiling it stands under; an id that begins with `bpt_`. */
  readonly blueprint?: string;
  /** What it has narrowed itself, within its blueprint. In an effective agent: what counts (effective-agent.ts). */
  readonly ceilings?: Ceilings;
  readonly composition?: { readonly digest: string };
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const AGENTS = {
  name: 'agents',
  indexes: [{ fields: ['owner'] }, { fields: ['state'] }, { fields: ['blueprint'] }, { fields: ['createdAt'] }],
  members: ['name', 'owner', 'purpose', 'state', 'jwks', 'redirectUris', 'grantTypes', 'resourceServers', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies CollectionDeclaration;
