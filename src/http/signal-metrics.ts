/**
 * Instruments of security events, and of what a brake holds. Label values are ids of at most 256 streams and 64 polled transmitters,
 * or of closed sets.
 */
import { Gauge, type Registry } from 'prom-client';

export interface SignalMetrics {
  /** Streams of security events by state. */
  readonly streams: Gauge<'state'>;

  /** Audit records that were not read for a stream. */
  readonly backlog: Gauge<'stream'>;

  /** Age of the oldest that waits; 0: nothing waits. */
  readonly oldest: Gauge<'stream'>;

  /** Seconds since the first of consecutive failed attempts; 0 while a stream works. */
  readonly failing: Gauge<'stream'>;

  /** Events that the receiver of a stream acknowledged or refused. */
  readonly events: Gauge<'outcome' | 'stream'>;

  /** Seconds since the first of consecutive failed polls of a trusted transmitter; 0 while it answers. */
  readonly pollsFailing: Gauge<'transmitter'>;

  /** Events of polls that this server acknowledged or refused. */
  readonly polled: Gauge<'outcome' | 'transmitter'>;

  /** Directories and trusted transmitters that are paused. */
  readonly paused: Gauge<'kind'>;

  /** Accounts that they hold. */
  readonly held: Gauge<'kind'>;
}

/** Every process of a server reports the same values. */
export const signalInstruments = (registry: Registry): SignalMetrics => {
  const gauge = <Label extends string>(name: string, help: string, labelNames: readonly Label[]): Gauge<Label> =>
    new Gauge({ name, help, labelNames: [...labelNames], registers: [registry], aggregator: 'max' });
  return {
    streams: gauge('behalf_signal_streams', 'Streams of security events by state.', ['state']),
    backlog: gauge(
      'behalf_signal_stream_backlog_records',
      'Audit records that were not read for a stream of security events.',
      ['stream'],
    ),
    oldest: gauge(
      'behalf_signal_stream_oldest_seconds',
      'Age of the oldest audit record that waits for a stream; 0 when none waits.',
      ['stream'],
    ),
    failing: gauge(
      'behalf_signal_stream_failing_seconds',
      'Time since the first of consecutive failed attempts to push to a stream; 0 while it works.',
      ['stream'],
    ),
    events: gauge(
      'behalf_signal_stream_events',
      'Security events that the receiver of a stream acknowledged or refused since the stream was created.',
      ['stream', 'outcome'],
    ),
    pollsFailing: gauge(
      'behalf_transmitter_polls_failing_seconds',
      'Time since the first of consecutive failed polls of a trusted transmitter; 0 while it answers.',
      ['transmitter'],
    ),
    polled: gauge(
      'behalf_transmitter_polled_events',
      'Security events that this server polled of a trusted transmitter, and acknowledged or refused.',
      ['transmitter', 'outcome'],
    ),
    paused: gauge(
      'behalf_paused_sources',
      'Directories and trusted transmitters whose further effects are paused until an administrator resumes them, by kind.',
      ['kind'],
    ),
    held: gauge('behalf_held_accounts', 'Accounts that a pause holds, counted up to 1000 for each source, by kind.', [
      'kind',
    ]),
  };
};
