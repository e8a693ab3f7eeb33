import type { Clock } from '../ports/clock.ts';
import type { AuditEvent } from './audit-event.ts';
import type { RefusalBudget } from './refusal-budget.ts';
import { type Counted, refusalCounter } from './refusal-counter.ts';

/**
 * Failed authentications of an existing client or agent, for its owner. Any caller can cause them, so they are counted
 * by client and check, as other refusals are counted by network. `note(id, check)`.
 */
export const authenticationRefusals = (deps: {
  readonly append: (event: AuditEvent) => Promise<unknown>;
  readonly clock: Clock;
  readonly intervalSeconds: number;
  readonly budget: RefusalBudget;
  readonly ownerOf: (agent: string) => Promise<string | undefined>;
}) =>
  refusalCounter({
    ...deps,
    share: 'clients',
    groupOf: (id) => id,
    async append(event) {
      const owner = event.agent === undefined ? undefined : await deps.ownerOf(event.agent);
      return deps.append(owner === undefined ? event : { ...event, owner });
    },
    eventOf,
  });

const eventOf = ({ source: id, reason: check, since, count }: Counted, request?: string): AuditEvent => ({
  type: 'client.authentication_refused',
  outcome: 'refused',
  ...(request === undefined ? {} : { request }),
  ...(id.startsWith('agt_') ? { agent: id } : {}),
  target: { kind: id.startsWith('agt_') ? 'agent' : 'client', id },
  error: 'invalid_client',
  note: check,
  count,
  since,
});
