/** Finds in the audit log what ended the tokens of a transaction before their expiry. */
import type { AuditEvent } from '../../audit/audit-event.ts';
import { AUDIT_RECORDS, type AuditRecord, type RecordedEvent } from '../../audit/audit-record.ts';
import { type DocumentStore, everyDocument, type Query } from '../../ports/document-store.ts';
import { fewAtOnce } from '../../vocabulary/few-at-once.ts';
import type { IssuedToken, TokenEnd } from './grading.ts';

/**
 * Types that end a token for good, and name it by a member of its `token.issued`. Not among them: what may be lifted or
 * depends on more than the log says (a suspension, a policy, a change of rights), and the end of a delegation above its own.
 */
export const TOKEN_ENDS = [
  'agent.retired',
  'delegation.revoked',
  'grant.revoked',
  'kill.ordered',
  'kill.reconciled',
  'token.revoked',
] as const;
type EndType = (typeof TOKEN_ENDS)[number];

const AT_A_TIME = 500;

type Ended = AuditEvent | RecordedEvent;
type Names = (ended: Ended, token: IssuedToken) => boolean;

/** The people whose authority a token needs, with their delegations: its subject first (decision 32). */
const peopleOf = ({ event }: Pick<IssuedToken, 'event'>): readonly { subject?: unknown; delegation?: unknown }[] => {
  const others: unknown = event.inputs?.['delegations'];
  return [{ subject: event.subject, delegation: event.delegation }, ...(Array.isArray(others) ? others : [])];
};

const isOfDelegation = (token: IssuedToken, delegation: string): boolean =>
  peopleOf(token).some((one) => one.delegation === delegation);

const byKill: Names = ({ target }, token) => {
  const { id, event, parties } = token;
  switch (target?.kind) {
    case 'agent':
    case 'client':
      return parties.includes(target.id);
    case 'account':
      return event.owner === target.id || peopleOf(token).some((one) => one.subject === target.id);
    case 'owner':
      return event.owner === target.id;
    case 'delegation':
      return isOfDelegation(token, target.id);
    case 'token':
      return id === target.id;
    default:
      return target?.id === 'all';
  }
};

const NAMES: Readonly<Record<EndType, Names>> = {
  'agent.retired': ({ target }, { parties }) => target !== undefined && parties.includes(target.id),
  'delegation.revoked': ({ delegation }, token) => delegation !== undefined && isOfDelegation(token, delegation),
  'grant.revoked': ({ grant }, { event }) => grant !== undefined && grant === event.grant,
  'kill.ordered': byKill,
  'kill.reconciled': byKill,
  'token.revoked': ({ token }, { id }) => token?.id === id,
};

/** In milliseconds since the epoch. From then on, no event ends the token. */
const expiryOf = ({ event, at }: IssuedToken): number => (event.token ? event.token.expiresAt * 1000 : at);

/**
 * The first such event of each token before its expiry, by token. `until`: milliseconds since the epoch; later events are not
 * looked at. Reads the events of these types from the first issue to the last expiry at most, a page at a time. Throws
 * StoreUnavailable.
 */
export const tokenEnds = async (
  documents: DocumentStore,
  tokens: readonly IssuedToken[],
  until: number,
): Promise<ReadonlyMap<string, TokenEnd>> => {
  const ends = new Map<string, TokenEnd>();
  if (tokens.length === 0) return ends;
  const records = documents.collection<AuditRecord>(AUDIT_RECORDS);
  const end = Math.max(...tokens.map(expiryOf)) - 1;
  const range = { field: 'at', gte: Math.min(...tokens.map(({ at }) => at)), lte: Math.min(until, end) };
  const order = { by: 'at', direction: 'ascending' } as const;
  await fewAtOnce(wheres(tokens), async (where) => {
    for await (const { id, at, event } of everyDocument(records, { where, range, order, limit: AT_A_TIME })) {
      const type = TOKEN_ENDS.find((one) => one === event.type);
      if (type === undefined || event.outcome !== 'done') continue;
      for (const token of tokens) {
        const known = ends.get(token.id);
        const isEarlier = !known || at < known.at || (at === known.at && type < known.by);
        const isInLife = at >= token.at && at < expiryOf(token);
        if (isInLife && isEarlier && NAMES[type](event, token)) ends.set(token.id, { at, by: type, record: id });
      }
    }
  });
  return ends;
};

/**
 * Reads the rare types by type. One agent or person can have ten thousand events in that time, most of them about tokens; a query
 * by agent or person would read them all. Revocations of tokens are as frequent as tokens, so it reads them by token.
 */
const wheres = (tokens: readonly IssuedToken[]): readonly NonNullable<Query['where']>[] => [
  ...TOKEN_ENDS.filter((type) => type !== 'token.revoked').map((type) => ({ type })),
  ...tokens.map(({ id }) => ({ type: 'token.revoked', tokenId: id })),
];
