import type { Server } from 'node:http';
import type { Configuration } from '../../config/configuration.ts';
import type { Behalf } from '../compose.ts';
import { drain, listen } from '../listening.ts';
import type { FromWorker, ToWorker } from './messages.ts';

/**
 * Serves as one of several processes until `stopped` resolves, and reports its health to the supervisor. Resolves when
 * everything is closed.
 */
export const serveAsWorker = async ({
  configuration,
  behalf,
  server,
  stopped,
}: {
  readonly configuration: Configuration;
  readonly behalf: Behalf;
  readonly server: Server;
  readonly stopped: Promise<void>;
}): Promise<void> => {
  process.on('message', ({ kind, ask }: ToWorker) => {
    if (kind === 'report') void report(behalf, ask);
  });
  await listen(server, configuration.listen);
  await stopped;
  behalf.endStreams();
  await drain(server);
  await behalf.close();
};

const report = async ({ reasons, metrics }: Behalf, ask: number): Promise<void> => {
  const message: FromWorker = {
    kind: 'report',
    ask,
    reasons: await reasons(),
    metrics: await metrics.registry.getMetricsAsJSON(),
  };
  // The supervisor may be gone; then it sends no more requests.
  if (process.connected) process.send?.(message, undefined, undefined, () => {});
};
