/**
 * Several processes behind one listener (`behalf serve --workers N`). Owns starting, watching, replacing and stopping them,
 * and their health checks. Does not own what a worker serves (src/compose.ts), nor the names of the workers' audit streams
 * (src/node-state.ts). Called by src/main.ts.
 *
 * This file: the messages between the supervisor and its workers.
 */
import type { Reasons } from '../http/operations.ts';

/** Health check. `ask` matches a response to its request. A worker ends on SIGTERM, like any process. */
export type ToWorker = { readonly kind: 'report'; readonly ask: number };

export type FromWorker = {
  readonly kind: 'report';
  readonly ask: number;
  readonly reasons: Reasons;
  /** The result of prom-client's `getMetricsAsJSON`. */
  readonly metrics: readonly object[];
};
