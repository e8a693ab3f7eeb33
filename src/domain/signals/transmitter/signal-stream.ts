/**
 * The transmitter of Shared Signals (OpenID SSF 1.0): sends security events to receivers in other systems. Owns the receivers
 * that administrators admit, the streams that they configure, the events that follow from audit events
 * (events-of-audit.ts), and delivery by push (RFC 8935) and poll (RFC 8936) with a durable cursor for each stream.
 *
 * Reads the audit log and copies nothing of it: the log itself is the backlog. No request waits for a receiver.
 */
import type { StreamCursor } from '../../audit/records-after.ts';
import type { Found } from '../../ports/document-store.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { SecurityEvent, SentEvent, STREAM_STATUSES } from '../security-events.ts';
import type { SubjectIdentifier } from '../subject-identifiers.ts';

/** Most receivers of a server, and most streams of a receiver. */
export const MOST_RECEIVERS = 64;
export const MOST_STREAMS = 4;
/** Most subjects that a receiver is limited to, and most that it removes from a stream. */
export const MOST_SUBJECTS = 1000;
export const MOST_REMOVED = 200;

/** A system that may receive events. It authenticates as its client, with client credentials. */
export type SignalReceiver = {
  /** `rcv_…` */
  readonly id: string;
  /** Display name, one line. */
  readonly name: string;
  /** The OAuth client that it authenticates as. Each client belongs to one receiver. */
  readonly client: string;
  /** Who answers for it: one line for people. */
  readonly contact?: string;
  /** `aud` of its events. */
  readonly audience: string;
  /** Events that it may request. */
  readonly events: readonly SentEvent[];
  /** Ids of accounts and agents that it may hear of; `*` alone: of all. */
  readonly subjects: readonly string[];
  /** Whether it may receive personal values: changed claims of people. */
  readonly isPersonal: boolean;
  readonly state: 'active' | 'disabled';
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const SIGNAL_RECEIVERS = {
  name: 'signal_receivers',
  holds: 'one system that may receive security events',
  prefixes: ['rcv'],
  events: ['signal_receiver'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'nothing', because: 'the audit log names it' },
  transfer: 'gives authority',
  indexes: [{ fields: ['client'], unique: true }, { fields: ['createdAt'] }],
  members: ['name', 'client', 'audience', 'events', 'subjects', 'isPersonal', 'state', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

export type StreamStatus = (typeof STREAM_STATUSES)[number];

/** `sealed`: the value of the header Authorization, sealed with the master key. */
export type StreamDelivery =
  | { readonly method: 'push'; readonly url: string; readonly sealed?: string }
  | { readonly method: 'poll' };

/** A stream, as its receiver configured it (SSF 1.0 §8.1.1). */
export type SignalStream = {
  /** `sgs_…` */
  readonly id: string;
  /** Id of the receiver. */
  readonly receiver: string;
  readonly description?: string;
  /** URIs, as requested. Undefined: all that the receiver may request. */
  readonly requested?: readonly string[];
  readonly delivery: StreamDelivery;
  /** `paused`: events wait in the log. `disabled`: they do not reach this stream later either. */
  readonly status: StreamStatus;
  /** Why it has that status. */
  readonly reason?: string;
  /** Who set the status. */
  readonly statusSetBy: 'receiver' | 'administrator' | 'server';
  /** Subjects that the receiver removed. All others are in the stream (`default_subjects` ALL). */
  readonly removed: readonly SubjectIdentifier[];
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const SIGNAL_STREAMS = {
  name: 'signal_streams',
  holds: 'one stream of security events to a receiver, with its sealed authorization',
  prefixes: ['sgs'],
  events: ['signal_stream'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'its receiver or an administrator deletes it' },
  transfer: 'neither',
  indexes: [{ fields: ['receiver', 'createdAt'] }, { fields: ['createdAt'] }],
  members: ['receiver', 'delivery', 'status', 'statusSetBy', 'removed', 'createdAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** An event that left the log and that the receiver has not acknowledged. Its token is made again for each attempt. */
export type HandedEvent = {
  /** The same in each attempt. */
  readonly jti: string;
  /** Id of the audit record. */
  readonly record: string;
  readonly event: SecurityEvent;
};

/** An event about the stream itself, which is in no log. */
export type StreamEvent = {
  readonly jti: string;
  readonly at: number;
} & (
  | { readonly event: 'verification'; readonly state?: string }
  | { readonly event: 'stream_updated'; readonly status: StreamStatus; readonly reason: string }
);

/** A token that the receiver refused (RFC 8935 §2.4, RFC 8936 §2.4.4). */
export type SetRefusal = {
  readonly jti: string;
  readonly error: string;
  readonly description?: string;
  readonly at: number;
};

/** The state of the delivery of one stream. For push, the process that holds the lock delivers. */
export type StreamState = {
  /** The id of the stream. */
  readonly id: string;
  /** What was taken from each audit stream. An audit stream without a cursor is read from its beginning. */
  readonly cursors: readonly StreamCursor[];
  /** Oldest first. */
  readonly handed: readonly HandedEvent[];
  readonly own: readonly StreamEvent[];
  /** Time from which the bound on the age of the backlog counts. */
  readonly enabledAt: number;
  /** The push endpoint that acknowledged a verification event. Others receive nothing else. */
  readonly verifiedUrl?: string;
  /** When the receiver last requested a verification event. */
  readonly verificationAskedAt?: number;
  readonly lockedBy?: string;
  readonly lockedUntil?: number;
  /** Time of the next attempt after a failed one. */
  readonly dueAt?: number;
  /** Number of consecutive failed attempts. */
  readonly failures: number;
  readonly failingSince?: number;
  /** One of our own codes, or an error of RFC 8935 §2.4. */
  readonly lastFailure?: string;
  readonly lastFailureStatus?: number;
  readonly lastFailureAt?: number;
  readonly lastRefusal?: SetRefusal;
  readonly lastDeliveredAt?: number;
  /** Number of events that the receiver acknowledged, and that it refused. */
  readonly delivered: number;
  readonly refused: number;
  /** Whether the log says that the endpoint fails. */
  readonly isReported?: true;
};

export const SIGNAL_STREAM_STATES = {
  name: 'signal_stream_states',
  holds: 'what the receiver of one stream has acknowledged',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'its receiver or an administrator deletes the stream' },
  transfer: 'neither',
  indexes: [],
  members: ['cursors', 'handed', 'own', 'enabledAt', 'failures', 'delivered', 'refused'],
} as const satisfies OwnedCollection;

/** The sealing context of the authorization of a stream. An editor of the store who changes the URL cannot send it there. */
export const streamContext = (id: string, url: string): string => `signal-stream/${id} ${url}`;

/** What delivery needs to know about the clients of receivers. */
export type ReceiverClients = { get(id: string): Found<{ readonly state: string }> };

/** Whether the client of a receiver is active. One that was disabled or retired hears nothing more, as its tokens do not work. */
export const hasClient = async (
  clients: ReceiverClients,
  { client }: Pick<SignalReceiver, 'client'>,
): Promise<boolean> => (await clients.get(client))?.document.state === 'active';
