/** The audit sinks: their registry, and the delivery to them. Called by services.ts and housekeeping.ts. */

import { setImmediate as turn } from 'node:timers/promises';
import { sinkFiles } from '../../adapters/node/sink-files.ts';
import type { Configuration } from '../../config/configuration.ts';
import { dataFolder } from '../../config/data-folder.ts';
import { type SinkAttempt, sinkDelivery } from '../domain/notifications/audit-sinks/sink-delivery.ts';
import {
  type AuditSinkRegistry,
  auditSinkRegistry,
  secretOfSink,
} from '../domain/notifications/audit-sinks/sink-registry.ts';
import { sinkSender } from '../domain/notifications/audit-sinks/sink-sender.ts';
import type { PolledDelivery } from '../domain/notifications/delivery-runs.ts';
import type { SinkFiles } from '../domain/ports/sink-files.ts';
import type { Metrics } from '../http/metrics.ts';
import type { Foundations } from './foundations.ts';
import { version } from './version.ts';

export interface AuditSinkServices {
  readonly auditSinks: AuditSinkRegistry;
  readonly sinkDelivery: PolledDelivery;
}

const filesOf = ({ audit: { files } }: Configuration, folder: string | undefined): SinkFiles | undefined => {
  const own = files.folder ?? (folder === undefined ? undefined : dataFolder(folder).auditSinks);
  return own === undefined
    ? undefined
    : sinkFiles({ folder: own, mostBytes: files.mebibytes * 1024 * 1024, files: files.kept });
};

export const auditSinkServices = (configuration: Configuration, base: Foundations): AuditSinkServices => {
  const { documents, clock, identifiers, masterKey, audit, recent, log, metrics, trustedFetch, folder, state } = base;
  const { post, stream, checkAddress } = trustedFetch;
  const source = { issuer: configuration.issuer, version: version() };
  const pause = () => turn();
  const noWayOut = async (): Promise<never> => {
    throw new Error('there is no way out');
  };
  const files = filesOf(configuration, folder);
  const sender = sinkSender({
    ...{ clock, source, files },
    post: post ?? noWayOut,
    stream: stream ?? noWayOut,
    secretOf: (sink) => secretOfSink(masterKey, sink),
  });
  return {
    auditSinks: auditSinkRegistry({
      ...{ documents, audit, clock, identifiers, masterKey, files, sender, source, pause },
      checkUrl: trustedFetch.check,
      checkAddress: checkAddress ?? (() => 'url_not_allowed'),
    }),
    sinkDelivery: sinkDelivery({
      ...{ documents, recent, clock, audit, sender, source, pause },
      node: state.node,
      onAttempt: (attempt) => measured(metrics, attempt),
      onError: (error) => log.error({ event: 'audit_sink.error', err: error }, 'audit events could not be delivered'),
    }),
  };
};

const measured = ({ sinkRecords, sinkAttempts }: Metrics, { sink, records, outcome }: SinkAttempt): void => {
  sinkAttempts.inc({ sink: sink.id, outcome: outcome.isAcknowledged ? 'acknowledged' : 'failed' });
  if (!outcome.isAcknowledged) return;
  sinkRecords.inc({ sink: sink.id, outcome: 'delivered' }, records - outcome.leftOut);
  sinkRecords.inc({ sink: sink.id, outcome: 'left_out' }, outcome.leftOut);
};

/** Sets the gauges of all sinks. Those of removed sinks end. */
export const measureSinks = async (
  { sinkBacklog, sinkFailing }: Pick<Metrics, 'sinkBacklog' | 'sinkFailing'>,
  sinks: Pick<AuditSinkRegistry, 'measures'>,
): Promise<void> => {
  const measures = await sinks.measures();
  sinkBacklog.reset();
  sinkFailing.reset();
  for (const { id: sink, backlog, failingSeconds } of measures) {
    sinkBacklog.set({ sink }, backlog);
    sinkFailing.set({ sink }, failingSeconds);
  }
};
