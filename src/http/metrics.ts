/** Counts and durations for Prometheus. Labels come from closed sets, never from input. */
import { AggregatorRegistry, Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import { type DomainMetrics, domainInstruments } from './domain-metrics.ts';
import { type Durations, durations, type Series } from './durations.ts';

/** The instruments by what they measure. docs/reference has their names and labels. */
export interface Metrics extends DomainMetrics {
  /** Collects all instruments, and those of Node. */
  readonly registry: Registry;

  /** Requests that got a response. */
  readonly requests: Counter<'method' | 'status' | 'surface'>;
  /** Time from the arrival of a request to the end of its response. */
  readonly seconds: Durations;

  /** Audit events that became durable. */
  readonly events: Counter<'outcome' | 'type'>;

  /** Audit events that could not be written. The changes that they describe did not happen. */
  readonly failures: Counter<string>;

  /** Time until an audit event was durable. */
  readonly appending: Series;

  /** Seconds that the transparency log is behind the records. */
  readonly logLag: Gauge;

  /** Audit events for sinks, by what became of them. */
  readonly sinkRecords: Counter<'outcome' | 'sink'>;

  /** Requests to audit sinks. */
  readonly sinkAttempts: Counter<'outcome' | 'sink'>;

  /** Audit events that a sink has not acknowledged. */
  readonly sinkBacklog: Gauge<'sink'>;

  /** Seconds since the first of consecutive failed attempts; 0 while a sink works. */
  readonly sinkFailing: Gauge<'sink'>;

  /** Approvals of single actions, by outcome. */
  readonly approvals: Counter<'outcome'>;

  /** Requests of unauthenticated senders that were dropped before they expired. */
  readonly evicted: Counter<'kind'>;

  /** Time from a request for approval to the decision, by outcome. */
  readonly deciding: Histogram<'outcome'>;

  /** Break-glass actions without a review by a third person. */
  readonly openReviews: Gauge<string>;

  /** Requests in progress, and those answered with 503 because the store was not confirmed. */
  readonly inFlight: Gauge<string>;
  readonly unconfirmed: Counter<'when'>;

  /** Bytes of the volume of the database, of its free space, and of the reserve (0 while it is released). */
  readonly volume: Readonly<Record<'size' | 'free' | 'reserve', Gauge<string>>>;

  /** Documents fetched from URLs that other parties chose. */
  readonly fetches: Counter<'outcome' | 'purpose'>;

  /** Requests for cosignatures to witnesses, by name in the policy and outcome. */
  readonly witnesses: Counter<'outcome' | 'witness'>;

  /** Requests to the external decision point. */
  readonly externalDecisions: Counter<'outcome'>;

  /** Attempts to deliver notifications by mail, webhook or push. */
  readonly notifications: Counter<'channel' | 'outcome'>;

  /** Duration of each call to a store, by collection and operation. */
  readonly storing: Durations;

  /** Removed expired documents, by collection. */
  readonly swept: Counter<'collection'>;

  /** Expired documents that are still stored, by collection; counted up to 10000. */
  readonly expired: Gauge<'collection'>;
}

/** Creates the instruments in a registry of their own: several servers may run in one process. */
export const metrics = (): Metrics => {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  return {
    registry,
    ...requestInstruments(registry),
    ...auditInstruments(registry),
    ...sinkInstruments(registry),
    ...domainInstruments(registry),
    ...approvalInstruments(registry),
    ...outboundInstruments(registry),
    ...storeInstruments(registry),
  };
};

/** Requests, and what the server keeps open for them. */
const requestInstruments = (registry: Registry) => {
  const requests = new Counter({
    name: 'behalf_http_requests_total',
    help: 'Requests answered, by surface, method and status.',
    labelNames: ['surface', 'method', 'status'],
    registers: [registry],
  });
  const seconds = durations({
    name: 'behalf_http_request_duration_seconds',
    help: 'Time from arrival to the end of the answer.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5],
  });
  registry.registerMetric(seconds.metric);
  const inFlight = new Gauge({
    name: 'behalf_http_requests_in_flight',
    help: 'Requests being answered.',
    registers: [registry],
  });
  const evicted = new Counter({
    name: 'behalf_open_requests_evicted_total',
    help: 'Requests of strangers that went before their time, since their network or all together had too many open; by kind.',
    labelNames: ['kind'],
    registers: [registry],
  });
  const unconfirmed = new Counter({
    name: 'behalf_unconfirmed_answers_total',
    help: 'Requests answered with 503 because the store was not confirmed, before or after they were handled.',
    labelNames: ['when'],
    registers: [registry],
  });
  return { requests, seconds, inFlight, evicted, unconfirmed };
};

/** The audit log. */
const auditInstruments = (registry: Registry) => {
  const events = new Counter({
    name: 'behalf_audit_events_total',
    help: 'Audit events made durable, by type and outcome.',
    labelNames: ['type', 'outcome'],
    registers: [registry],
  });
  const failures = new Counter({
    name: 'behalf_audit_failures_total',
    help: 'Audit events that could not be written; what they spoke of did not happen.',
    registers: [registry],
  });
  const appends = durations({
    name: 'behalf_audit_append_duration_seconds',
    help: 'Time until an audit event was durable.',
    buckets: [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5],
  });
  registry.registerMetric(appends.metric);
  const logLag = new Gauge({
    name: 'behalf_transparency_log_lag_seconds',
    help: 'Seconds since the oldest audit event was written that the transparency log does not have; 0 when it has all.',
    registers: [registry],
  });
  return { events, failures, appending: appends.series({}), logLag };
};

/** Delivery of audit events to other systems. The label `sink` is an id; there are at most 16. */
const sinkInstruments = (registry: Registry) => {
  const sinkRecords = new Counter({
    name: 'behalf_audit_sink_records_total',
    help: 'Audit events for audit sinks, by what became of them; the sink refused those left out.',
    labelNames: ['sink', 'outcome'],
    registers: [registry],
  });
  const sinkAttempts = new Counter({
    name: 'behalf_audit_sink_attempts_total',
    help: 'Requests to audit sinks, by outcome.',
    labelNames: ['sink', 'outcome'],
    registers: [registry],
  });
  // Every process of a server reports the same values.
  const sinkBacklog = new Gauge({
    name: 'behalf_audit_sink_backlog_records',
    help: 'Audit events that an audit sink has not acknowledged.',
    labelNames: ['sink'],
    registers: [registry],
    aggregator: 'max',
  });
  const sinkFailing = new Gauge({
    name: 'behalf_audit_sink_failing_seconds',
    help: 'Time since the first of consecutive failed attempts to deliver to an audit sink; 0 while it works.',
    labelNames: ['sink'],
    registers: [registry],
    aggregator: 'max',
  });
  return { sinkRecords, sinkAttempts, sinkBacklog, sinkFailing };
};

/** Approvals, and access in emergencies. */
const approvalInstruments = (registry: Registry) => {
  const approvals = new Counter({
    name: 'behalf_approvals_total',
    help: 'Approvals of single actions, by what became of them; those that only expired are the rest of those asked.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const deciding = new Histogram({
    name: 'behalf_approval_decision_seconds',
    help: 'Time from the question to the decision of people, by outcome.',
    labelNames: ['outcome'],
    buckets: [1, 3, 10, 30, 60, 120, 300, 600, 3600, 86_400],
    registers: [registry],
  });
  const openReviews = new Gauge({
    name: 'behalf_break_glass_open_reviews',
    help: 'Actions that two people approved by break-glass access and that no third person has reviewed.',
    registers: [registry],
    // Every process of a server reports the same value.
    aggregator: 'max',
  });
  return { approvals, deciding, openReviews };
};

/** What the server sends to others, and asks them. */
const outboundInstruments = (registry: Registry) => {
  const fetches = new Counter({
    name: 'behalf_egress_requests_total',
    help: 'Documents fetched from URLs that others chose, by purpose and outcome.',
    labelNames: ['purpose', 'outcome'],
    registers: [registry],
  });
  const externalDecisions = new Counter({
    name: 'behalf_external_decisions_total',
    help: 'Questions to the external decision point, by outcome; what was not answered was refused.',
    labelNames: ['outcome'],
    registers: [registry],
  });
  const witnesses = new Counter({
    name: 'behalf_witness_requests_total',
    help: 'Checkpoints of the transparency log sent to witnesses, by witness and outcome: cosigned, or why not.',
    labelNames: ['witness', 'outcome'],
    registers: [registry],
  });
  const notifications = new Counter({
    name: 'behalf_notifications_total',
    help: 'Tries to deliver notifications by mail, webhook or push, by what became of them; a dead one was given up, one that is over is not sent any more.',
    labelNames: ['channel', 'outcome'],
    registers: [registry],
  });
  return { fetches, witnesses, externalDecisions, notifications };
};

/** The stores and their volume. */
const storeInstruments = (registry: Registry) => {
  // Processes of a server share the volume, so their values must not be added up.
  const volume = {
    size: new Gauge({
      name: 'behalf_volume_size_bytes',
      help: 'Size of the volume of the database.',
      registers: [registry],
      aggregator: 'max',
    }),
    free: new Gauge({
      name: 'behalf_volume_free_bytes',
      help: 'Free bytes of the volume of the database.',
      registers: [registry],
      aggregator: 'min',
    }),
    reserve: new Gauge({
      name: 'behalf_volume_reserve_bytes',
      help: 'Kept for a full volume; 0 while that is released and anonymous requests may not write.',
      registers: [registry],
      aggregator: 'min',
    }),
  };
  const storing = durations({
    name: 'behalf_store_duration_seconds',
    help: 'Time of one call to a store, by collection and operation.',
    buckets: [0.0001, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
  });
  const swept = new Counter({
    name: 'behalf_swept_rows_total',
    help: 'Expired rows that were removed from the stores, by collection.',
    labelNames: ['collection'],
    registers: [registry],
  });
  const expired = new Gauge({
    name: 'behalf_expired_rows',
    help: 'Expired rows that are still in the stores, by collection, counted up to 10000 while the sweeper has not removed all of them.',
    labelNames: ['collection'],
    registers: [registry],
    // Every process of a server sweeps the same stores.
    aggregator: 'max',
  });
  registry.registerMetric(storing.metric);
  return { volume, storing, swept, expired };
};

/** The response to a scrape. */
export type Exposition = { readonly contentType: string; readonly text: string };

export const expositionOf = async (registry: Registry): Promise<Exposition> => ({
  contentType: registry.contentType,
  text: await registry.metrics(),
});

/** One response for several processes, from the `registry.getMetricsAsJSON()` of each. */
export const expositionOfAll = (processes: readonly (readonly object[])[]): Promise<Exposition> =>
  expositionOf(AggregatorRegistry.aggregate(processes.map((metrics) => [...metrics])));
