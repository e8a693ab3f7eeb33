/**
 * Audit sinks: destinations in other systems that receive every audit event. Owns the registered sinks (sink-registry.ts),
 * the form of events there (ocsf-event.ts, cef-event.ts, otlp-logs.ts), and the delivery with a durable cursor for each sink
 * (sink-delivery.ts).
 *
 * Reads the audit log and copies nothing of it: the log itself is the backlog. No request waits for a sink. Does not decide
 * what is recorded (domain/audit).
 */
import type { StreamCursor } from '../../audit/records-after.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';

/** How events reach a sink. `otlp`: OTLP/HTTP with JSON. `syslog`: RFC 5424 over TLS (RFC 5425). `file`: on this machine. */
export const SINK_KINDS = ['otlp', 'webhook', 'syslog', 'file'] as const;
export type SinkKind = (typeof SINK_KINDS)[number];

/** The form of an event. `event`: as the management API shows it. */
export const SINK_FORMATS = ['event', 'ocsf', 'cef'] as const;
export type SinkFormat = (typeof SINK_FORMATS)[number];

/** Forms that each kind of sink takes; the first is the default. OTLP has one of its own. */
export const FORMATS_OF = {
  otlp: [],
  webhook: ['event', 'ocsf'],
  syslog: ['cef', 'ocsf', 'event'],
  file: ['event', 'ocsf', 'cef'],
} as const satisfies Record<SinkKind, readonly SinkFormat[]>;

export type AuditSink = {
  /** `snk_…` */
  readonly id: string;
  /** Display name, one line. */
  readonly name: string;
  readonly kind: SinkKind;
  /** Absent for `otlp`. */
  readonly format?: SinkFormat;
  /** `otlp` and `webhook`: https URL. `syslog`: `host:port`. Absent for `file`. */
  readonly address?: string;
  /** Whether events carry the personal values that were not erased. */
  readonly isPersonal: boolean;
  /** `paused`: nothing is sent, and the backlog waits. */
  readonly state: 'active' | 'paused';
  /** `webhook`: the secret that signs. `otlp`: the value of the header `Authorization`. Sealed with the master key. */
  readonly sealed?: string;
  readonly createdAt: number;
  readonly updatedAt: number;
};

export const AUDIT_SINKS = {
  name: 'audit_sinks',
  holds: 'one destination of audit events, with its sealed secret',
  prefixes: ['snk'],
  events: ['audit_sink'],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'an administrator removes the sink' },
  transfer: 'neither',
  indexes: [{ fields: ['createdAt'] }],
  members: ['name', 'kind', 'isPersonal', 'state', 'createdAt'],
} as const satisfies OwnedCollection;

/** The state of the delivery to one sink. The process that holds the lock delivers. */
export type SinkCursor = {
  /** The id of the sink. */
  readonly id: string;
  /** What the sink has acknowledged, by stream. A stream without a cursor is delivered from its beginning. */
  readonly cursors: readonly StreamCursor[];
  /** The process that delivers, until `lockedUntil`. */
  readonly lockedBy?: string;
  readonly lockedUntil?: number;
  /** Time of the next attempt after a failed one. */
  readonly dueAt?: number;
  /** Number of consecutive failed attempts. */
  readonly failures: number;
  readonly failingSince?: number;
  /** One of our own codes. */
  readonly lastFailure?: string;
  /** The HTTP status of that attempt, if the sink answered one. */
  readonly lastFailureStatus?: number;
  readonly lastFailureAt?: number;
  /** The record whose content the sink refused in the last attempt, alone in its request. The next attempt begins with it. */
  readonly refused?: StreamCursor;
  readonly lastDeliveredAt?: number;
  /** Number of records that the sink acknowledged. */
  readonly delivered: number;
  /** Number of records that were skipped, and that it refused in an acknowledged request (OTLP partial success). */
  readonly leftOut: number;
  /** Whether the log says that the sink fails. */
  readonly isReported?: true;
};

export const AUDIT_SINK_CURSORS = {
  name: 'audit_sink_cursors',
  holds: 'what one sink has acknowledged of each stream',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'registry', once: 'an administrator removes the sink' },
  transfer: 'neither',
  indexes: [],
  members: ['cursors', 'failures', 'delivered', 'leftOut'],
} as const satisfies OwnedCollection;

/** The sealing context of the secret of a sink. */
export const sinkContext = (id: string): string => `audit-sink/${id}`;
