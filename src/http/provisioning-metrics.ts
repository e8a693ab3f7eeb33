/** Instruments of provisioning targets. Label values are ids of at most 8 targets, or of closed sets. */
import { Gauge, type Registry } from 'prom-client';

export interface ProvisioningMetrics {
  /** Targets by state. */
  readonly targets: Gauge<'state'>;

  /** Agents and accounts that wait to be pushed to a target. */
  readonly waiting: Gauge<'target'>;

  /** Audit records that were not read for a target. */
  readonly backlog: Gauge<'target'>;

  /** Seconds since the first of consecutive failed attempts; 0 while a target works. */
  readonly failing: Gauge<'target'>;

  /** Changes that a target acknowledged. */
  readonly pushed: Gauge<'target'>;
}

/** Every process of a server reports the same values. */
export const provisioningInstruments = (registry: Registry): ProvisioningMetrics => {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry], aggregator: 'max' });
  return {
    targets: gauge('behalf_provisioning_targets', 'Provisioning targets by state.', ['state']),
    waiting: gauge(
      'behalf_provisioning_target_waiting_objects',
      'Agents and accounts that wait to be pushed to a provisioning target.',
      ['target'],
    ),
    backlog: gauge(
      'behalf_provisioning_target_backlog_records',
      'Audit records that were not read for a provisioning target.',
      ['target'],
    ),
    failing: gauge(
      'behalf_provisioning_target_failing_seconds',
      'Time since the first of consecutive failed attempts to push to a provisioning target; 0 while it works.',
      ['target'],
    ),
    pushed: gauge(
      'behalf_provisioning_target_pushed_objects',
      'Changes that a provisioning target acknowledged since it was created.',
      ['target'],
    ),
  };
};
