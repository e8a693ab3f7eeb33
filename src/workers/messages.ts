/**
 * Several processes behind one listener (`behalf serve --workers N`). Owns starting, watching, replacing and stopping them,
 * and their health checks. Does not own what a worker serves (src/compose.ts) or the names under which they write the audit
 * log (src/node-state.ts). Called by src/main.ts.
 *
 * The messages between the supervisor and its workers.
 */
import type { Reasons } from '../http/operations.ts';

/** Health check. `ask` matches answers to requests. To end, a worker gets SIGTERM, like any process. */
export type ToWorker = { readonly kind: 'report'; readonly ask: number };

export type FromWorker = {
  readonly kind: 'report';
  readonly ask: number;
  readonly reasons: Reasons;
  /** As prom-client's `getMetricsAsJSON` gives it. */
  readonly metrics: readonly object[];
};
