/** Instruments of findings. The label `kind` is of a closed set. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface FindingMetrics {
  /** Findings that arose. */
  readonly opened: Counter<'kind'>;

  /** Findings that are open; counted up to 100. */
  readonly open: Gauge<'kind'>;
}

/** The instruments of findings. */
export const findingInstruments = (registry: Registry): FindingMetrics => {
  const opened = new Counter({
    name: 'behalf_findings_opened_total',
    help: 'Findings that arose, by kind.',
    labelNames: ['kind'],
    registers: [registry],
  });
  const open = new Gauge({
    name: 'behalf_findings_open',
    help: 'Open findings, by kind, counted up to 100.',
    labelNames: ['kind'],
    registers: [registry],
    // Every process of a server reports the same value.
    aggregator: 'max',
  });
  return { opened, open };
};
