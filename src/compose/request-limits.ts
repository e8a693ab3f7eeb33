/** The configured limits on requests, shared by all serving processes. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import { countSketch } from '../domain/platform/rate-limits/count-sketch.ts';
import { networkLimit, requestLimit } from '../domain/platform/rate-limits/request-limits.ts';
import { sharedCounts } from '../domain/platform/rate-limits/shared-counts.ts';
import type { Services } from './services.ts';

type LimitServices = Pick<Services, 'clock' | 'ephemeral' | 'masterKey' | 'nodes'>;

/** 4 MiB of counters: among 60,000 networks, one in 600 may share all of its counters with others. */
const NETWORK_COLUMNS = 1 << 18;
const CLIENT_COLUMNS = 1 << 16;

export const requestLimits = (made: LimitServices, { limits }: Configuration) => {
  const { clock, nodes } = made;
  const limit = (name: string, perMinute: number, columns: number) =>
    requestLimit(perMinute, clock, {
      sketch: countSketch(columns),
      shared: sharedCounts({ ...made, name, processes: nodes.count }),
    });
  return {
    perClient: limit('client', limits.requestsPerClientPerMinute, CLIENT_COLUMNS),
    perNetwork: networkLimit(limit('network', limits.requestsPerSourcePerMinute, NETWORK_COLUMNS)),
  };
};
