import type { Configuration } from '../../config/configuration.ts';
import { type ExternalDecisionPoint, externalDecisionPoint } from '../domain/authority/decision/external-layer.ts';
import { ROUTE_LAYERS, ROUTES } from '../domain/authority/decision/routes.ts';
import type { Clock } from '../domain/ports/clock.ts';
import type { TrustedFetch, TrustedPost } from '../domain/ports/trusted-fetch.ts';
import type { Metrics } from '../http/metrics.ts';
import { reaching } from './egress.ts';

/**
 * The configured external decision point, if there is one. Throws when it can never be reached; then the server does not
 * start.
 */
export const externalPoint = (
  { policy }: Configuration,
  deps: {
    readonly trustedFetch: TrustedFetch & Partial<TrustedPost>;
    readonly clock: Clock;
    readonly metrics: Metrics;
  },
): ExternalDecisionPoint | undefined => {
  const { url, ...settings } = policy.external;
  if (url === undefined) return undefined;
  const { check, post } = reaching(deps.trustedFetch, 'decisionPoint');
  const reason = check(url);
  if (reason !== undefined || post === undefined) {
    throw new Error(`policy.external.url cannot be asked: ${reason ?? 'there is no way out'}`);
  }
  const possible: readonly string[] = ROUTES.filter((route) => {
    const cell = ROUTE_LAYERS[route].external;
    return cell === 'counts' || 'if' in cell;
  });
  const wrong = settings.routes.find((route) => !possible.includes(route));
  if (wrong !== undefined) {
    throw new Error(`policy.external.routes names ${wrong}; there are ${possible.join(', ')}`);
  }
  return externalDecisionPoint({
    post: (request) => post(request),
    settings: { url, ...settings },
    clock: deps.clock,
    onOutcome: (outcome) => deps.metrics.externalDecisions.inc({ outcome }),
  });
};
