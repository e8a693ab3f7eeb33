/**
 * Instances of agents. Each has a key of its own and a run grant: a short life that is renewed by
 * use, and refresh tokens that end without those of its siblings. Owns what an instance is and when it counts. Does not
 * own its refresh tokens (src/provider/instance-families.ts) nor who may start one (src/http/management, the exchange).
 */

import type { CollectionDeclaration } from '../../ports/document-store.ts';
import { idMadeOf } from '../../ports/identifiers.ts';
import type { PublicJwk } from '../../vocabulary/json-web-keys.ts';
import type { Ceilings } from '../blueprints/ceilings.ts';

export type InstanceState = 'active' | 'ended';

export type Instance = {
  /** `ins_…`, made of the agent and the key: the same key of an agent is always the same instance. */
  readonly id: string;
  readonly agent: string;
  /** Of its key (RFC 7638): `kid` of the assertions it signs, or the key of its DPoP proofs. */
  readonly thumbprint: string;
  /** Its public key, if it signs client assertions with it; absent: the agent's credential and a DPoP proof by its key. */
  readonly jwk?: PublicJwk;
  /** What people call it. */
  readonly name?: string;
  readonly state: InstanceState;
  /** How often its agent had changed hands when it was started (agents/ownership.ts); absent: never. */
  readonly ownership?: number;
  /** Which of the places of the agent it has, from 0: one that lies beyond what the agent may have does not count. */
  readonly slot: number;
  /** Account, client or agent that started it. */
  readonly startedBy: string;
  /** Of this run: one that was over and came back begins anew. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Last renewal: a use is noted once a quarter of the life has passed. */
  readonly usedAt: number;
  /** Epoch second from which it does not count unless it was renewed. */
  readonly expiresAt: number;
  readonly endedAt?: number;
  /** Until then it is remembered, so that a key that was ended cannot come back. */
  readonly keptUntil: number;
};

/** How long one that is over is remembered, seconds: no attestation lives longer. */
export const KEPT_SECONDS = 30 * 86_400;

export const INSTANCES = {
  name: 'instances',
  indexes: [{ fields: ['agent', 'createdAt'] }],
  expiresAt: 'keptUntil',
  members: ['agent', 'thumbprint', 'state', 'slot', 'createdAt', 'expiresAt', 'keptUntil'],
  isAbsentWhenUnreadable: true,
} as const satisfies CollectionDeclaration;

/** One place of an agent, and which instance has it; so that no two that start at once get the same one. */
export type InstanceSlot = { readonly id: string; readonly instance: string; readonly claimedAt: number };

export const INSTANCE_SLOTS = {
  name: 'instance_slots',
  indexes: [],
  members: ['instance', 'claimedAt'],
} as const satisfies CollectionDeclaration;

/** The instance that a key of an agent is: a thumbprint says nothing that is not public. */
export const instanceIdOf = (agent: string, thumbprint: string): string => idMadeOf('ins', `${agent} ${thumbprint}`);

/** How many instances an agent may have at once. */
export const mostInstances = (configured: number, ceilings: Pick<Ceilings, 'maxInstances'> | undefined): number =>
  Math.min(configured, ceilings?.maxInstances ?? Number.POSITIVE_INFINITY);

/** Whether it counts, as far as that lies in itself; its agent and kills are asked elsewhere. */
export const isRunning = ({ state, expiresAt, slot }: Instance, now: number, most: number): boolean =>
  state === 'active' && now < expiresAt && slot < most;
