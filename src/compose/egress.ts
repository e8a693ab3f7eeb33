import { readFileSync } from 'node:fs';
import type { Logger } from 'pino';
import { trustedFetch } from '../../adapters/egress/trusted-fetch.ts';
import { stopwatch } from '../../adapters/node/stopwatch.ts';
import type { Configuration } from '../../config/configuration.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type {
  InternalPurpose,
  TrustedAsk,
  TrustedCall,
  TrustedFetch,
  TrustedPost,
  TrustedStream,
} from '../domain/ports/trusted-fetch.ts';
import type { Metrics } from '../http/metrics.ts';

/** The outbound HTTP client from the configuration. Throws when its guard does not work; then the server does not start. */
export const egress = (
  { egress: settings }: Configuration,
  { clock, log, metrics }: { readonly clock: Clock; readonly log: Logger; readonly metrics: Metrics },
): TrustedFetch & TrustedPost & TrustedAsk & TrustedStream & TrustedCall =>
  trustedFetch({
    clock,
    elapsed: stopwatch,
    internalHosts: settings.internalHosts,
    ...(settings.caFile === undefined ? {} : { authorities: authoritiesIn(settings.caFile) }),
    budgets: {
      perMinute: settings.requestsPerMinute,
      perHostPerMinute: settings.requestsPerHostPerMinute,
      perSourcePerMinute: settings.requestsPerSourcePerMinute,
    },
    onOutcome(purpose, outcome, host, detail) {
      metrics.fetches.inc({ purpose, outcome });
      // Only counts exhausted budgets, which can be any number. Other failures are few, because the client caches each for a
      // while.
      if (outcome === 'fetched' || outcome === 'over_budget') return;
      // A transmitter may hold each poll for longer than this server waits. The state of its polls says when it fails.
      if (purpose === 'signal_poll' && outcome === 'timed_out') return;
      log.warn(
        { event: 'egress.failed', purpose, outcome, host: host.slice(0, 253), detail },
        'a document was not had',
      );
    },
  });

/**
 * The same client for URLs of one purpose. It reaches internal hosts only if the configuration permits them for that purpose.
 */
export const reaching = <T extends TrustedFetch & Partial<TrustedPost & TrustedAsk>>(
  out: T,
  internal: InternalPurpose,
) => {
  const { post, ask } = out;
  return {
    check: (url) => out.check(url, internal),
    get: (request) => out.get({ ...request, internal }),
    ...(post ? { post: (request) => post({ ...request, internal }) } : {}),
    ...(ask ? { ask: (request) => ask({ ...request, internal }) } : {}),
  } satisfies TrustedFetch & Partial<TrustedPost & TrustedAsk> as TrustedFetch & Partial<TrustedPost & TrustedAsk>;
};

const authoritiesIn = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (cause) {
    throw new Error('the file that egress.caFile names cannot be read', { cause });
  }
};
