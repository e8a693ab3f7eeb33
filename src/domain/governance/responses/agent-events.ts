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

/**
 * Whom else the request is for or comes from may be why these refused: a policy may forbid that person what it permits to others, and
 * the token of a stranger may be one of an app without rights.
 */
const OF_PERSON: ReadonlySet<Layer> = new Set(['policy', 'external', 'client'] as const);
/** These may have refused because of another agent of the chain. */
const OF_CHAIN: ReadonlySet<Layer> = new Set(['agent', 'blueprint', 'environment'] as const);

const MOST_CHARACTERS = 32;

/** The program that asked for a token, from its event. Undefined: an event from before it was recorded. */
const softwareIn = ({ inputs, type }: RecentRecord['event']): string | undefined => {
  const software = type === 'token.issued' ? inputs?.['software'] : undefined;
  return typeof software === 'string' && software.length <= MOST_CHARACTERS ? software : undefined;
};

const isAgent = (id: string | undefined): id is string => id?.startsWith('agt_') === true;

/** Refused where a person did not grant the target: they narrow that at any time, and a stranger may have sent the code. */
const OF_GRANT = 'target_not_granted';

/** Whether the agent asked for more than it may have, and no one else is a reason for the refusal. */
const isAttempt = ({ denial, subject, caller, chain, grantType }: RecentRecord['event']): boolean => {
  if (!denial || !ATTEMPTS.has(denial.layer)) return false;
  if (denial.reason === OF_GRANT && grantType !== 'client_credentials') return false;
  const isForOther = subject !== undefined && subject !== caller;
  if (OF_PERSON.has(denial.layer)) return !isForOther;
  if (!OF_CHAIN.has(denial.layer)) return true;
  return !(isForOther && isAgent(subject)) && actorsOf(chain).every((actor) => actor === caller);
};

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
  const { caller, resource, subject } = event;
  if (!isAgent(caller)) return undefined;
  const counts = countsAs(event);
  if (counts === undefined) return undefined;
  const actors = actorsOf(event.chain);
  const chain = actors.length < 2 ? undefined : digest(actors.join(' '));
  const network = source === undefined || counts === 'denials' ? undefined : coarseNetwork(source);
  const software = softwareIn(event);
  // What was refused was not used.
  const used =
    counts === 'denials'
      ? { refused: refusedKey(event) }
      : {
          ...(resource === undefined ? {} : { resources: resource }),
          ...(subject === undefined ? {} : { people: subject }),
          ...(chain === undefined ? {} : { chains: chain }),
          ...(network === undefined ? {} : { networks: digestOf(caller, network) }),
          ...(software === undefined ? {} : { software }),
        };
  const spent = counts === 'tokens' ? sharesIn(event.inputs?.['spent']) : undefined;
  const depth = chain === undefined || counts === 'denials' ? {} : { depth: actors.length };
  return {
    agent: caller,
    event: {
      ...{ id, stream, sequence, at: Math.floor(at / 1000), counts, used },
      ...depth,
      ...(spent === undefined ? {} : { spent }),
      ...(network === undefined ? {} : { network }),
    },
  };
};

/**
 * The other agents of the chain of an issued token, outermost first, with the API that was used below each of them. An agent that was handed over
 * in between may be among them.
 */
export const usedBelowIn = ({
  id,
  stream,
  sequence,
  at,
  event,
}: Pick<RecentRecord, 'id' | 'stream' | 'sequence' | 'at' | 'event'>): readonly {
  readonly agent: string;
  readonly event: AgentEvent;
}[] => {
  const { type, chain, caller, resource } = event;
  if (type !== 'token.issued' || chain === undefined || resource === undefined || !isAgent(caller)) return NONE;
  const others = actorsOf(chain).filter((actor) => actor !== caller && isAgent(actor));
  return [...new Set(others)].map((agent) => ({
    agent,
    event: { id, stream, sequence, at: Math.floor(at / 1000), counts: 'usedBelow', used: { usedBelow: resource } },
  }));
};

const NONE: readonly never[] = [];
