/** The sweeper over both stores, with its figures. */
import { setTimeout as delay } from 'node:timers/promises';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import { type Sweeper, sweeper } from '../domain/retention/sweeper.ts';
import type { Metrics } from '../http/metrics.ts';

export const sweeping = (made: {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly metrics: Pick<Metrics, 'swept' | 'expired'>;
}): Sweeper =>
  sweeper({
    ...made,
    elapsed: stopwatch,
    pause: (milliseconds) => delay(milliseconds),
    onRemoved: (collection, rows) => made.metrics.swept.inc({ collection }, rows),
    onBacklog: (collection, rows) => made.metrics.expired.set({ collection }, rows),
  });
