/**
 * Instances of agents. Each instance has its own key, a short lifetime that use renews, and refresh tokens that end
 * independently of other instances. Owns what an instance is and when it is active. Does not own its refresh tokens
 * (src/provider/tokens/instance-families.ts) nor who may start one (src/http/management, the exchange).
 */

import { idMadeOf } from '../../ports/identifiers.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { PublicJwk } from '../../vocabulary/json-web-keys.ts';
import type { Ceilings } from '../blueprints/ceilings.ts';

export type InstanceState = 'active' | 'ended';

export type Instance = {
  /** `ins_…`, derived from the agent and the key: the same key of an agent is always the same instance. */
  readonly id: string;
  readonly agent: string;
  /** Thumbprint of its key (RFC 7638): `kid` of the assertions it signs, or the key of its DPoP proofs. */
  readonly thumbprint: string;
  /**
   * Its public key, if it signs client assertions with it. Absent: it uses the agent's credential and a DPoP
   * proof by its key.
   */
  readonly jwk?: PublicJwk;
  /** Its display name. */
  readonly name?: string;
  readonly state: InstanceState;
  /** How often the ownership of its agent had changed when it was started (agents/ownership.ts); absent: never. */
  readonly ownership?: number;
  /** Its slot of the agent, from 0. An instance in a slot beyond the agent's maximum is not active. */
  readonly slot: number;
  /** Account, client or agent that started it. */
  readonly startedBy: string;
  /** Start of this run. An instance that returns after its expiry starts a new run. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Last renewal. A use is recorded once a quarter of the lifetime has passed. */
  readonly usedAt: number;
  /** Epoch second at which it expires unless it is renewed. */
  readonly expiresAt: number;
  readonly endedAt?: number;
  /** Its record is kept until then, so that an ended key cannot come back. */
  readonly keptUntil: number;
};

/** Seconds for which the record of an ended instance is kept. No attestation is valid for longer. */
export const KEPT_SECONDS = 30 * 86_400;

export const INSTANCES = {
  name: 'instances',
  holds: 'one instance of an agent',
  prefixes: ['ins'],
  events: ['instance'],
  consistency: 'linearizable',
  cached: true,
  retention: { removedBy: 'sweeper', once: '30 days have passed since the instance ended or expired' },
  transfer: 'gives authority',
  indexes: [{ fields: ['agent', 'createdAt'] }],
  expiresAt: 'keptUntil',
  members: ['agent', 'thumbprint', 'state', 'slot', 'createdAt', 'expiresAt', 'keptUntil'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/**
 * One slot of an agent and the instance that holds it, so that no two instances that start at once get the same
 * slot.
 */
export type InstanceSlot = { readonly id: string; readonly instance: string; readonly claimedAt: number };

export const INSTANCE_SLOTS = {
  name: 'instance_slots',
  holds: 'which instance has one slot of an agent',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'later instances of the agent take the same slots' },
  transfer: 'neither',
  indexes: [],
  members: ['instance', 'claimedAt'],
} as const satisfies OwnedCollection;

/** The id of the instance for a key of an agent. A thumbprint reveals only public data. */
export const instanceIdOf = (agent: string, thumbprint: string): string => idMadeOf('ins', `${agent} ${thumbprint}`);

/** Maximum number of instances of an agent at a time. */
export const mostInstances = (configured: number, ceilings: Pick<Ceilings, 'maxInstances'> | undefined): number =>
  Math.min(configured, ceilings?.maxInstances ?? Number.POSITIVE_INFINITY);

/** Whether the instance itself is active. The state of its agent and kills are checked elsewhere. */
export const isRunning = ({ state, expiresAt, slot }: Instance, now: number, most: number): boolean =>
  state === 'active' && now < expiresAt && slot < most;
