import { hash } from 'node:crypto';

/**
 * Kinds of objects with ids. Each kind has its own prefix, so that an id shows its kind. No display name reads as an id
 * (display-names/id-form.ts).
 */
export const ID_PREFIXES = [
  'acc', // account
  'agt', // agent
  'app', // client that is not an agent
  'grp', // group that owns agents
  'rs', // resource server
  'iat', // initial access token
  'dlg', // delegation
  'grt', // grant: one Grant of oidc-provider
  'ins', // instance of an agent: derived from its key (domain/clients/instances/instance.ts)
  'cns', // remembered consent
  'req', // HTTP request
  'txn', // implicit transaction: an id only
  'trn', // transaction that an agent opened
  'tok', // JWT access token: its jti
  'dny', // denial
  'dec', // decision
  'bud', // budget
  'pol', // policy set
  'key', // signing key
  'nod', // node
  'dlr', // delegation request
  'kil', // kill
  'bpt', // blueprint
  'crd', // credential of an agent
  'fac', // second factor of an account
  'tis', // trusted issuer of workload tokens
  'whk', // endpoint of webhooks
  'snk', // audit sink
  'psh', // browser with push notifications: derived from its address (domain/notifications/push-subscription.ts)
  'vpk', // key that authenticates this server to push services
  'per', // peer: an authorization server of another domain
  'apv', // approval
  'arq', // access request: a task
  'abs', // absence
  'sap', // standing approval
  'lnk', // account link: which account a person of a peer is
  'upi', // upstream: a provider at which people of this server sign in
  'upl', // upstream link: which account a person of an upstream is
  'dir', // directory that provisions accounts
  'dgr', // group of a directory
  'rcv', // receiver of security events
  'sgs', // stream of security events to a receiver
  'trm', // trusted transmitter of security events
  'sgn', // signal: a security event that a transmitter sent
  'dry', // user or group in the dry run of a directory
  'dsc', // secret of a directory
  'log', // transparency log
  'suc', // successor rule: who is asked to own the agents of an account that leaves
  'ptg', // provisioning target: a directory elsewhere that has our agents
  'inv', // entry of an inventory: derived from the inventory and the id there (domain/governance/inventory.ts)
  'fnd', // finding: derived from its kind and subject (domain/governance/finding.ts)
  'rrl', // response rule
  'rsp', // response: what a rule did to an agent
  'rvw', // access review
  'rvi', // item of a review: derived from the review and the delegation (domain/governance/reviews/review.ts)
  'hld', // legal hold on records of the audit log
] as const;

export type IdPrefix = (typeof ID_PREFIXES)[number];

const ID = new RegExp(`^(${ID_PREFIXES.join('|')})_[a-z2-7]{26}$`);

/** The prefix of a text that has exactly the form of an id; undefined: it is none. */
export const prefixOfId = (text: string): IdPrefix | undefined => ID.exec(text)?.[1] as IdPrefix | undefined;

export interface Identifiers {
  /**
   * `prefix_` and 26 characters of lower-case base 32: 130 random bits, never reused. Ids of `txn` and `tok` are created
   * for almost every token and name no authority. They begin with 45 bits of time in order, so that their index grows at
   * its end.
   */
  newId(prefix: IdPrefix): string;
  /** A URL-safe bearer value with 256 random bits. */
  newSecret(): string;
}

/** The characters of ids in the order of their code points: numbers encoded with them sort as text like numbers. */
const SORTED = '234567abcdefghijklmnopqrstuvwxyz';
/** Enough for 45 bits. */
export const ORDERED_TIME_LENGTH = 9;

let lastMillis = -1;
let lastText = '';

/** Milliseconds since the epoch as text of this length: later times sort after earlier ones. */
export const orderedTime = (millis: number): string => {
  // Several are made in most milliseconds in which one is.
  if (millis === lastMillis) return lastText;
  let text = '';
  for (let rest = millis, place = 0; place < ORDERED_TIME_LENGTH; place += 1, rest = Math.floor(rest / 32)) {
    text = `${SORTED[rest % 32]}${text}`;
  }
  lastMillis = millis;
  lastText = text;
  return text;
};

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';
const ID_LENGTH = 26;

/** An id derived from a name; it looks like any other id. A guessable secret must not be part of the name. */
export const idMadeOf = (prefix: IdPrefix, name: string): string => {
  const digest = hash('sha256', name, 'buffer');
  return `${prefix}_${[...digest.subarray(0, ID_LENGTH)].map((byte) => ALPHABET[byte & 31]).join('')}`;
};
