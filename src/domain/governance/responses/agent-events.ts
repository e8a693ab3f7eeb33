/** Which records of the audit log count for an agent: those of requests that the agent itself authenticated, and the answers of people to them. */
import { hash } from 'node:crypto';
import type { AuditEventType } from '../../audit/audit-event.ts';
import type { RecentRecord } from '../../audit/recent-records.ts';
import { ANY_SCOPE, rightOf } from '../../clients/agents/restriction.ts';
import { actorsOf } from '../../vocabulary/actor-chain.ts';
import { coarseNetwork } from '../../vocabulary/client-network.ts';
import type { Layer } from '../../vocabulary/errors.ts';
import type { AgentEvent } from './agent-facts.ts';
import { sharesIn } from './budget-shares.ts';
import type { Draft } from './recent-counts.ts';

/** Types of records that can count. */
export const COUNTED_TYPES = [
  'token.issued',
  'token.refused',
  'approval.requested',
  'approval.approved',
  'approval.denied',
] as const satisfies readonly AuditEventType[];

/**
 * Only refusals of these count: what the agent asked for is more than it may have. Others follow from what an agent forwards, such as a
 * code or token that a stranger sent it, from people, or from load.
 */
const ATTEMPTS: ReadonlySet<Layer> = new Set([
  ...(['client', 'agent', 'blueprint', 'environment', 'policy', 'external', 'resource_server', 'response'] as const),
]);

/**
 * Whom else the request is for or comes from may be why these refused: a policy may forbid that person what it permits to others, and
 * the token of a stranger may be one of an app without rights.
 */
const OF_PERSON: ReadonlySet<Layer> = new Set(['policy', 'external', 'client', 'response'] as const);
/** These may have refused because of another agent of the chain. */
const OF_CHAIN: ReadonlySet<Layer> = new Set(['agent', 'blueprint', 'environment', 'response'] as const);

const MOST_CHARACTERS = 32;

/** The program that asked for a token, from its event. Undefined: an event from before it was recorded. */
const softwareIn = ({ inputs, type }: RecentRecord['event']): string | undefined => {
  const software = type === 'token.issued' ? inputs?.['software'] : undefined;
  return typeof software === 'string' && software.length <= MOST_CHARACTERS ? software : undefined;
};

/** Most scopes of one token that count. */
const MOST_SCOPES = 16;

/** Each scope of a token with its API. Undefined: the token has no API, or no scope. */
const rightsIn = ({ resource, scopeGiven = [] }: RecentRecord['event']): readonly string[] | undefined => {
  if (resource === undefined || scopeGiven.length === 0) return undefined;
  const some = scopeGiven.length > MOST_SCOPES ? [...scopeGiven.slice(0, MOST_SCOPES), ANY_SCOPE] : scopeGiven;
  return some.map((scope) => rightOf(scope, resource));
};

/** `sha256:` and so many digits tell the compositions of one agent apart. */
const DIGITS = 23;

const compositionIn = ({ inputs }: RecentRecord['event']): string | undefined => {
  const composition = inputs?.['composition'];
  if (typeof composition !== 'object' || composition === null || !('digest' in composition)) return undefined;
  return typeof composition.digest === 'string' ? composition.digest.slice(0, DIGITS) : undefined;
};

/** A person answered what the agent itself asked for: not what a resource server asked for after a denial, which others may cause. */
const isAnswer = ({ inputs }: RecentRecord['event']): boolean => ASKED_BY_AGENT.has(String(inputs?.['channel']));
const ASKED_BY_AGENT: ReadonlySet<string> = new Set(['token_exchange', 'backchannel']);

export const isAgent = (id: string | undefined): id is string => id?.startsWith('agt_') === true;

/** Refused where a person did not grant the target: they narrow that at any time, and a stranger may have sent the code. */
const OF_GRANT = 'target_not_granted';

/** Whether the agent asked for more than it may have, and no one else is a reason for the refusal. */
const isAttempt = ({ denial, subject, caller, chain, grantType }: RecentRecord['event']): boolean => {
  if (!denial || !ATTEMPTS.has(denial.layer)) return false;
  if (denial.reason === OF_GRANT && grantType !== 'client_credentials') return false;
  const isForOther = subject !== undefined && subject !== caller;
  if (OF_PERSON.has(denial.layer) && isForOther) return false;
  if (!OF_CHAIN.has(denial.layer)) return true;
  return !(isForOther && isAgent(subject)) && actorsOf(chain).every((actor) => actor === caller);
};

const countsAs = (event: RecentRecord['event']): AgentEvent['counts'] | undefined => {
  const { type, outcome } = event;
  if (type === 'token.issued') return 'tokens';
  if (type === 'approval.requested') return outcome === 'done' ? 'approvals' : undefined;
  if (type === 'approval.denied') return isAnswer(event) ? 'answers' : undefined;
  if (type === 'approval.approved') return isAnswer(event) ? 'approved' : undefined;
  return type === 'token.refused' && isAttempt(event) ? 'denials' : undefined;
};

const digest = (text: string): string => hash('sha256', text, 'base64url').slice(0, 16);

/** Tells apart what an agent asked for and was refused. The same request that a program repeats is one. */
const refusedKey = ({ denial, resource = '', scopeAsked = [] }: RecentRecord['event']): string =>
  digest([denial?.layer, resource, ...[...scopeAsked].sort()].join(' '));

/** Most forms of requests whose digests a process remembers: nearly all requests have one of a few forms. */
const MOST_REMEMBERED = 4096;
const shapes = new Map<string, string>();

/** Tells apart the forms of requests for tokens: what a program asks for together is written in it, and a stranger writes something else. */
const shapeKey = ({ resource = '', scopeAsked, scopeGiven = [], grantType = '' }: RecentRecord['event']): string => {
  const text = `${grantType} ${resource} ${[...(scopeAsked ?? scopeGiven)].sort().join(' ')}`;
  const known = shapes.get(text);
  if (known !== undefined) return known;
  if (shapes.size >= MOST_REMEMBERED) shapes.clear();
  const key = digest(text);
  shapes.set(text, key);
  return key;
};

/** What a granted request, or one for an approval, used. Assignments cost half of what spreads do, and this runs for each event. */
const usedIn = (event: RecentRecord['event'], network: string | undefined): AgentEvent['used'] => {
  const { resource, subject, chain, type } = event;
  const used: Draft<AgentEvent['used']> = {};
  if (resource !== undefined) used.resources = resource;
  if (subject !== undefined) used.people = subject;
  const actors = chain === undefined ? [] : actorsOf(chain);
  if (actors.length > 1) used.chains = digest(actors.join(' '));
  if (network !== undefined) used.networks = network;
  const software = softwareIn(event);
  if (software !== undefined) used.software = software;
  const compositions = type === 'token.issued' ? compositionIn(event) : undefined;
  if (compositions !== undefined) used.compositions = compositions;
  if (type === 'token.issued' && resource !== undefined) used.shapes = shapeKey(event);
  return used;
};

const NOTHING = {} as const;

/** The person who approved, with the network. Undefined: the network is not known. */
const approverIn = (
  { caller }: RecentRecord['event'],
  network: string | undefined,
  digestOf: (account: string, network: string) => string,
): AgentEvent['used'] =>
  network === undefined || caller === undefined ? NOTHING : { approvers: digestOf(caller, network) };

/**
 * The agent and its event; undefined: the record does not count. `source`: address of the request. `digestOf`: keyed digest of a network, for
 * one agent or account.
 */
export const agentEventOf = (
  { id, stream, sequence, at, event }: Pick<RecentRecord, 'id' | 'stream' | 'sequence' | 'at' | 'event'>,
  source: string | undefined,
  digestOf: (agent: string, network: string) => string,
): { readonly agent: string; readonly event: AgentEvent } | undefined => {
  const { type } = event;
  const caller = type === 'approval.denied' || type === 'approval.approved' ? event.agent : event.caller;
  if (!isAgent(caller)) return undefined;
  const counts = countsAs(event);
  if (counts === undefined) return undefined;
  const isOwn = counts === 'tokens' || counts === 'approvals';
  if (counts === 'approved') {
    const used = approverIn(event, source === undefined ? undefined : coarseNetwork(source), digestOf);
    const seconds = event.inputs?.['seconds'];
    const waited = typeof seconds === 'number' && seconds >= 0 ? { seconds } : {};
    return { agent: caller, event: { id, stream, sequence, at: Math.floor(at / 1000), counts, used, ...waited } };
  }
  const network = source === undefined || !isOwn ? undefined : coarseNetwork(source);
  const ofAgent = network === undefined ? undefined : digestOf(caller, network);
  // What was refused was not used.
  const used = isOwn ? usedIn(event, ofAgent) : counts === 'denials' ? { refused: refusedKey(event) } : NOTHING;
  const noted: Draft<AgentEvent> = { id, stream, sequence, at: Math.floor(at / 1000), counts, used };
  const depth = isOwn ? actorsOf(event.chain).length : 0;
  if (depth > 1) {
    noted.depth = depth;
    noted.peers = actorsOf(event.chain).filter((actor) => actor !== caller && isAgent(actor));
  }
  const isToken = counts === 'tokens';
  const spent = isToken ? sharesIn(event.inputs?.['spent']) : undefined;
  if (spent !== undefined) noted.spent = spent;
  const rights = isToken ? rightsIn(event) : undefined;
  if (rights !== undefined) noted.rights = rights;
  if (network !== undefined) noted.network = network;
  return { agent: caller, event: noted };
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
