/**
 * Provisioning targets: directories elsewhere that have the agents of this server and their owners, over SCIM (RFC 7643, 7644,
 * AGENT_DRAFT). Owns the registered targets (target-registry.ts), which agents are there (desired-resources.ts), the language
 * of the client (scim-client.ts), the delivery with a durable cursor over the audit log (target-delivery.ts), and the comparison
 * of both sides (reconciliation.ts).
 *
 * The log says only which agents and accounts changed. What is pushed is their present state, so a repeated push changes
 * nothing. Does not decide what an agent may do, and reads nothing back from a target into this server.
 */
import type { StreamCursor } from '../audit/records-after.ts';
import type { TokenClient } from '../platform/outbound-tokens/token-client.ts';
import type { Cursor } from '../ports/document-store.ts';
import type { OwnedCollection } from '../ports/owned-collection.ts';

/** Most targets of a server. */
export const MOST_TARGETS = 8;
/** Most ids in `agents` of a target. */
export const MOST_CHOSEN = 1000;
/** Most objects that wait in the state of a target. Further changes wait in the audit log. */
export const MOST_WAITING = 500;

/** What the target calls the unique name of an agent: AGENT_DRAFT, or draft-abbey-scim-agent-extension-00. */
export const AGENT_NAME_ATTRIBUTES = ['agentUserName', 'name'] as const;
/** What `userName` of an owner is there. */
export const USER_NAME_SOURCES = ['username', 'email'] as const;
/** What happens there to an agent that is retired here, or that the target shall no longer have. */
export const REMOVALS = ['deactivate', 'delete'] as const;

export type ProvisioningTarget = {
  /** `ptg_…` */
  readonly id: string;
  /** Display name, one line. */
  readonly name: string;
  /** https URL below which `/Agents` and `/Users` are, without a slash at its end. */
  readonly url: string;
  /** The bearer token, sealed with the master key and bound to the URL. */
  readonly sealed?: string;
  /** In place of it: how this server gets short tokens. */
  readonly tokenClient?: TokenClient;
  /** Ids of agents, and of accounts and groups whose agents it has; `*` alone: all. */
  readonly agents: readonly string[];
  readonly agentName: (typeof AGENT_NAME_ATTRIBUTES)[number];
  readonly userName: (typeof USER_NAME_SOURCES)[number];
  readonly removal: (typeof REMOVALS)[number];
  /** `paused`: nothing is sent, and changes wait. */
  readonly state: 'active' | 'paused';
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const PROVISIONING_TARGETS = {
  name: 'provisioning_targets',
  holds: 'one directory that has the agents of this server, with its sealed token',
  prefixes: ['ptg'],
  events: ['provisioning_target'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'an administrator removes the target' },
  transfer: 'neither',
  indexes: [{ fields: ['createdAt'] }],
  members: ['name', 'url', 'agents', 'state', 'createdAt'],
} as const satisfies OwnedCollection;

/** An agent or account that the target may not have as it is. */
export type Waiting = {
  readonly id: string;
  /** It is pushed even if what was last pushed is the same. */
  readonly isForced?: true;
};

/** Why an attempt failed: a code of ours, with what the target answered. */
export type TargetFailure = {
  readonly failure: string;
  readonly status?: number;
  /** `detail` of the SCIM error, shortened. Foreign text. */
  readonly detail?: string;
};

/** The state of the delivery to one target. The process that holds the lock delivers. */
export type TargetState = {
  /** The id of the target. */
  readonly id: string;
  /** What was read of each audit stream. */
  readonly cursors: readonly StreamCursor[];
  /** Oldest first, each once. At most MOST_WAITING. */
  readonly waiting: readonly Waiting[];
  /** All agents are being put into `waiting`; `after`: those up to here were. Absent: none is left. */
  readonly sweep?: { readonly after?: Cursor };
  readonly lockedBy?: string;
  readonly lockedUntil?: number;
  /** Time of the next attempt after a failed one. */
  readonly dueAt?: number;
  /** Number of consecutive failed attempts. */
  readonly failures: number;
  readonly failingSince?: number;
  readonly lastFailure?: TargetFailure;
  readonly lastFailureAt?: number;
  readonly lastSuccessAt?: number;
  /** Number of objects that the target acknowledged. */
  readonly pushed: number;
  /** Whether the log says that the target fails. */
  readonly isReported?: true;
};

export const PROVISIONING_STATES = {
  name: 'provisioning_states',
  holds: 'what one provisioning target has acknowledged, and what waits for it',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'an administrator removes the target' },
  transfer: 'neither',
  indexes: [],
  members: ['cursors', 'waiting', 'failures', 'pushed'],
} as const satisfies OwnedCollection;

/** Which resource of a target is which agent or account. It is a memory: `externalId` at the target decides. */
export type ProvisionedObject = {
  /** `provisionedId` */
  readonly id: string;
  readonly target: string;
  /** Id of the agent or account. */
  readonly object: string;
  /** URL of the target when this was kept. At another URL is another system, where `remote` may be anything. */
  readonly url: string;
  /** `id` of the resource there. Absent: it was refused before it was there. */
  readonly remote?: string;
  readonly etag?: string;
  /** Digest of what was pushed last. Absent: nothing was since. */
  readonly digest?: string;
  /** A user that was there before. It is named as an owner and never changed. */
  readonly isForeign?: true;
  /** Why the target refused it. It is tried again after its next change, and by a reconciliation. */
  readonly refused?: TargetFailure & { readonly at: number };
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const PROVISIONED_OBJECTS = {
  name: 'provisioned_objects',
  holds: 'which resource of one provisioning target is which agent or account',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'the object is deleted there, or an administrator removes the target' },
  transfer: 'neither',
  indexes: [{ fields: ['target'] }],
  members: ['target', 'object', 'url', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export const provisionedId = (target: string, object: string): string => `${target}.${object}`;
