/**
 * Token Status Lists (draft-ietf-oauth-status-list) of resource servers that opted in. Owns what a list and an index are,
 * and the collection of indexes. A list holds tokens of one resource server and of one window of time, so a list and an
 * index together are never given twice. Costs nothing for other resource servers.
 */
import type { IssuedToken } from '../../ports/issued-tokens.ts';
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import { actorsOf } from '../../vocabulary/actor-chain.ts';
import type { EndKind } from '../revocation-feed/ends-of-events.ts';
import { isDeclared } from '../transactions/transaction.ts';

/** Tokens of one window have their indexes in the same lists. */
const WINDOW_SECONDS = 600;
/** Indexes of one list. Many more than most APIs have tokens, so that a list does not show how many there are. */
export const LIST_LENGTH = 1_048_576;
/** Lists of one window, of which the first suffices for almost every API. */
export const MOST_LISTS = 64;
/** The longest life of an access token for a resource server, and the difference of two clocks. */
const LONGEST_LIFE_SECONDS = 3660;
/** How long a verifier keeps a list before it fetches it again (§5.1). */
export const TTL_SECONDS = 5;
/** How long a list is valid. A verifier that gets no newer one then accepts no token. */
export const VALID_SECONDS = 30;

export type StatusList = {
  /** Id of the resource server. */
  readonly server: string;
  /** Number of the window since the epoch. */
  readonly window: number;
  /**
   * The second before which every token had ended when the list began. A later such second ends the list, also after a
   * restore that has lost its indexes.
   */
  readonly since: number;
  /** 0 for the first list of a window. */
  readonly number: number;
};

/** The list and the index of one token. */
export type StatusIndex = { readonly list: StatusList; readonly index: number };

/** The index of one token, claimed before the token exists. */
export type StatusListEntry = {
  /** `rs_…/window/since/number/index`, so that an index is given to one token only. */
  readonly id: string;
  /** `rs_…/window/since/number` */
  readonly list: string;
  /** `kind:id` of all that ends the token, as in the revocation feed. */
  readonly dependsOn: readonly string[];
  readonly token: IssuedToken;
  /** Its kind and when it was issued, so that a read of many tokens reads few of each kind (`kindAndTime`). */
  readonly kind: string;
  /** After the expiry of the token, when no verifier accepts it any more. */
  readonly expiresAt: number;
};

export const STATUS_LIST_ENTRIES = {
  name: 'status_list_entries',
  holds: 'the index of one access token in a status list of its resource server',
  prefixes: [],
  events: [],
  consistency: 'majority',
  cached: false,
  retention: { removedBy: 'own sweep', endsAt: 'expiresAt', once: 'the token expired a minute ago' },
  transfer: 'gives authority',
  lists: ['dependsOn'],
  indexes: [{ fields: ['dependsOn', 'kind'] }, { fields: ['list', 'kind'] }, { fields: ['expiresAt'] }],
  members: ['list', 'dependsOn', 'token', 'kind', 'expiresAt'],
} as const satisfies OwnedCollection;

export const listId = ({ server, window, since, number }: StatusList): string =>
  [server, window, since, number].join('/');

/** Inverts `listId`. Undefined for any other text. */
export const listOf = (id: string): StatusList | undefined => {
  const [, server, window, since, number] = /^(rs_[a-z0-9]{1,64})\/(\d{1,9})\/(\d{1,12})\/(\d{1,2})$/.exec(id) ?? [];
  if (server === undefined || Number(number) >= MOST_LISTS) return undefined;
  const list = { server, window: Number(window), since: Number(since), number: Number(number) };
  return listId(list) === id ? list : undefined;
};

export const windowAt = (second: number): number => Math.floor(second / WINDOW_SECONDS);

/** The windows of tokens that can be unexpired at this second, newest first. The next one is for nodes whose clock is ahead. */
export const windowsAt = (second: number): readonly number[] => {
  const newest = windowAt(second + 60);
  const oldest = windowAt(second - LONGEST_LIFE_SECONDS);
  return Array.from({ length: newest - oldest + 1 }, (_, back) => newest - back);
};

/** What ends a token, by the ids that the revocation feed names. At most 64, as the store allows. */
export const dependenciesOf = (token: IssuedToken): readonly string[] => {
  const {
    id,
    key,
    subject,
    clientId,
    delegation,
    delegations = [],
    instance,
    grant,
    txn,
    approval,
    origin,
    chain,
  } = token;
  const named = (kind: EndKind, value: string | undefined) => (value === undefined ? [] : [`${kind}:${value}`]);
  const all = [
    ...named('token', id),
    ...named('grant', grant),
    ...named('delegation', delegation),
    ...delegations.flatMap((one) => named('delegation', one)),
    // An end of another participant names the transaction.
    ...(isDeclared(txn) ? named('transaction', txn) : []),
    ...[clientId, ...actorsOf(chain)].flatMap((party) => named('party', party)),
    ...named('subject', subject),
    ...named('instance', instance),
    ...named('approval', approval?.id),
    ...named('account_link', origin?.link),
    ...named('key', key),
  ];
  return [...new Set(all)];
};
