/** Instruments of responses. The labels are of closed sets. */
import { Counter, Gauge, type Registry } from 'prom-client';

export interface ResponseMetrics {
  /** What rules did. `did` is `braked` where the brake left a notification, `already` where the agent was restricted so before. */
  readonly acted: Counter<'act' | 'did'>;

  /** Responses by which agents are suspended or restricted; counted up to 100. */
  readonly open: Gauge;
}

/** The instruments of responses. */
export const responseInstruments = (registry: Registry): ResponseMetrics => {
  const acted = new Counter({
    name: 'behalf_responses_total',
    help: 'Responses by rules, by act; did is braked where the brake left a notification, already where the agent was restricted so before.',
    labelNames: ['act', 'did'],
    registers: [registry],
  });
  const open = new Gauge({
    name: 'behalf_responses_open',
    help: 'Responses by which agents are suspended or restricted, counted up to 100.',
    registers: [registry],
    // Every process of a server reports the same value.
    aggregator: 'max',
  });
  return { acted, open };
};
