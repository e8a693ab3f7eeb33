/** Instruments of access reviews. Labels are of closed sets. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface ReviewMetrics {
  /** Items that were decided. */
  readonly decided: Counter<'decision' | 'by'>;

  /** Reviews that are not completed. */
  readonly open: Gauge<'state'>;
}

/** The instruments of access reviews. */
export const reviewInstruments = (registry: Registry): ReviewMetrics => {
  const decided = new Counter({
    name: 'behalf_review_items_decided_total',
    help: 'Items of access reviews that were decided, by state afterwards, and by a reviewer or the default.',
    labelNames: ['decision', 'by'],
    registers: [registry],
  });
  const open = new Gauge({
    name: 'behalf_reviews_open',
    help: 'Access reviews by state: preparing, open, or due (open, and past the due time).',
    labelNames: ['state'],
    registers: [registry],
    // Every process of a server reports the same value.
    aggregator: 'max',
  });
  return { decided, open };
};
