/** The sweeper over both stores, with its metrics. */
import { setTimeout as delay } from 'node:timers/promises';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { Configuration } from '../../config/configuration.ts';
import { type Sweepable, type Sweeper, sweeper } from '../domain/platform/retention/sweeper.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { DocumentStore } from '../domain/ports/document-store.ts';
import type { EphemeralStore } from '../domain/ports/ephemeral-store.ts';
import { withPriority } from '../domain/ports/write-priority.ts';
import type { Metrics } from '../http/metrics.ts';
import type { SweptByService } from './collections.ts';
import type { Services } from './services.ts';

/** May write on an almost full volume, because deleting frees space. */
const freeing = <R>(work: () => R): R => withPriority('essential', work);

type Deps = {
  readonly documents: DocumentStore;
  readonly ephemeral: EphemeralStore;
  readonly clock: Clock;
  readonly approvals: { readonly service: Pick<Services['approvals']['service'], 'forget' | 'countForgettable'> };
  readonly delegations: Pick<Services['delegations'], 'forget' | 'countForgettable'>;
  readonly statusIndexes: Pick<Services['statusIndexes'], 'sweep' | 'countExpired'>;
  readonly metrics: Pick<Metrics, 'swept' | 'expired'>;
};

/** `keptSeconds`: how long people see an approval after its end. */
export const sweeping = (made: Deps, { approvals: { keptSeconds } }: Pick<Configuration, 'approvals'>): Sweeper => {
  const { approvals, delegations, statusIndexes, clock } = made;
  const ownSweeps: Readonly<Record<SweptByService, Omit<Sweepable, 'name'>>> = {
    approvals: {
      sweep: (limit) => freeing(() => approvals.service.forget(clock.now() - keptSeconds, limit)),
      countExpired: () => approvals.service.countForgettable(clock.now() - keptSeconds),
    },
    delegations: {
      sweep: (limit) => freeing(() => delegations.forget(limit)),
      countExpired: () => delegations.countForgettable(),
    },
    status_list_entries: {
      sweep: (limit) => freeing(() => statusIndexes.sweep(limit)),
      countExpired: statusIndexes.countExpired,
    },
  };
  return sweeper({
    ...made,
    others: Object.entries(ownSweeps).map(([name, own]) => ({ name, ...own })),
    elapsed: stopwatch,
    pause: (milliseconds) => delay(milliseconds),
    onRemoved: (collection, documents) => made.metrics.swept.inc({ collection }, documents),
    onBacklog: (collection, documents) => made.metrics.expired.set({ collection }, documents),
  });
};
