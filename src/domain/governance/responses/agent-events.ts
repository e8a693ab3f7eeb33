/** Which records of the audit log count for an agent: those of requests that the agent itself authenticated. */
import { hash } from 'node:crypto';
import type { AuditEventType } from '../../audit/audit-event.ts';
import type { RecentRecord } from '../../audit/recent-records.ts';
import { actorsOf } from '../../vocabulary/actor-chain.ts';
import { coarseNetwork } from '../../vocabulary/client-network.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import type { AgentEvent } from './agent-facts.ts';
import { sharesIn } from './budget-shares.ts';

/** Types of records that can count. */
export const COUNTED_TYPES = [
  'token.issued',
  'token.refused',
  'approval.requested',
] as const satisfies readonly AuditEventType[];

/**
 * Only refusals of these count: what the agent asked for is more than it may have. Others follow from what an agent forwards, such as a
 * code or token that a stranger sent it, from people, or from load.
 */
const ATTEMPTS: ReadonlySet<Layer> = new Set([
  ...(['client', 'agent', 'blueprint', 'environment', 'policy', 'external', 'resource_server'] as const),
]);

/** Whom else the request is for or comes from may be why these refused: a policy may forbid that person what it permits to others. */
const OF_PERSON: ReadonlySet<Layer> = new Set(['policy', 'external'] as const);
/** These may have refused because of another agent of the chain. */
const OF_CHAIN: ReadonlySet<Layer> = new Set(['agent', 'blueprint', 'environment'] as const);

/** Whether the agent asked for more than it may have, and no one else is a reason for the refusal. */
const isAttempt = ({ denial, subject, caller, chain }: RecentRecord['event']): boolean => {
  if (!denial || !ATTEMPTS.has(denial.layer)) return false;
  if (OF_PERSON.has(denial.layer) && subject !== undefined && subject !== caller) return false;
  return !OF_CHAIN.has(denial.layer) || actorsOf(chain).every((actor) => actor === caller);
};

const isAgent = (id: string | undefined): id is string => id?.startsWith('agt_') === true;

const countsAs = (event: RecentRecord['event']): AgentEvent['counts'] | undefined => {
  const { type, outcome } = event;
  if (type === 'token.issued') return 'tokens';
  if (type === 'approval.requested') return outcome === 'done' ? 'approvals' : undefined;
  return type === 'token.refused' && isAttempt(event) ? 'denials' : undefined;
};

const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 16);

/** Tells apart what an agent asked for and was refused. The same request that a program repeats is one. */
const refusedKey = ({ denial, resource = '', scopeAsked = [] }: RecentRecord['event']): string =>
  digest([denial?.layer, resource, ...[...scopeAsked].sort()].join(' '));

/**
 * The agent and its event; undefined: the record does not count. `source`: address of the request. `digestOf`: keyed digest of a network, for
 * one agent.
 */
export const agentEventOf = (
  { id, stream, sequence, at, event }: Pick<RecentRecord, 'id' | 'stream' | 'sequence' | 'at' | 'event'>,
  source: string | undefined,
  digestOf: (agent: string, network: string) => string,
): { readonly agent: string; readonly event: AgentEvent } | undefined => {
  const counts = countsAs(event);
  const { caller, resource, subject } = event;
  if (counts === undefined || !isAgent(caller)) return undefined;
  const actors = actorsOf(event.chain);
  const chain = actors.length < 2 ? undefined : digest(actors.join(' '));
  // What was refused was not used.
  const used =
    counts === 'denials'
      ? { refused: refusedKey(event) }
      : {
          ...(resource === undefined ? {} : { resources: resource }),
          ...(subject === undefined ? {} : { people: subject }),
          ...(chain === undefined ? {} : { chains: chain }),
          ...(source === undefined ? {} : { networks: digestOf(caller, coarseNetwork(source)) }),
        };
  const spent = counts === 'tokens' ? sharesIn(event.inputs?.['spent']) : undefined;
  const depth = chain === undefined || counts === 'denials' ? {} : { depth: actors.length };
  return {
    agent: caller,
    event: {
      ...{ id, stream, sequence, at: Math.floor(at / 1000), counts, used },
      ...depth,
      ...(spent === undefined ? {} : { spent }),
      ...(source === undefined || counts === 'denials' ? {} : { network: coarseNetwork(source) }),
    },
  };
};
