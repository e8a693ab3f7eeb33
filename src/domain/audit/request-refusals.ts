import { coarseNetwork } from '../vocabulary/client-network.ts';
import type { AuditEvent } from './audit-event.ts';
import { type Counted, type RefusalCounter, type RefusalCounterDeps, refusalCounter } from './refusal-counter.ts';

/**
 * Refusals of requests without a known client, by reason and the sender's network: IPv4 /24, IPv6 /48, the largest
 * network of one site. `note(address, reason)`.
 */
export const requestRefusals = (deps: Omit<RefusalCounterDeps, 'eventOf' | 'groupOf' | 'share'>): RefusalCounter =>
  refusalCounter({ ...deps, share: 'requests', groupOf: coarseNetwork, eventOf });

const eventOf = ({ source, reason, since, count }: Counted, request?: string): AuditEvent => ({
  type: 'request.refused',
  outcome: 'refused',
  ...(request === undefined ? {} : { request }),
  error: reason,
  count,
  since,
  personal: { source },
});
