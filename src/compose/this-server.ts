/** What the process knows about itself, for the resource `server` of the management API. Called by compose.ts. */
import type { Configuration } from '../../config/configuration.ts';
import { isProduction } from '../../config/production-rules.ts';
import type { ThisServer } from '../http/management/resources/server.ts';
import type { Reasons } from '../http/operations.ts';
import type { Services } from './services.ts';
import { version } from './version.ts';

/** `reasons`: as the readiness endpoint reports them. */
export const thisServerOf = (
  { clock, steps, state, opened }: Pick<Services, 'clock' | 'steps' | 'state' | 'opened'>,
  configuration: Configuration,
  reasons: () => Promise<Reasons>,
): ThisServer => ({
  version: version(),
  nodeVersion: process.versions.node,
  issuer: configuration.issuer,
  mode: isProduction(configuration) ? 'production' : 'development',
  startedAt: clock.now(),
  node: state.node,
  stores: { document: configuration.stores.document, ephemeral: configuration.stores.ephemeral },
  nowMillis: clock.nowMillis,
  isSteady: steps.isSteady,
  volume: () => opened.room?.measure(),
  async readiness() {
    const found = await reasons();
    return { isReady: Object.keys(found).length === 0, reasons: found };
  },
});
