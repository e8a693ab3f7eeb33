/**
 * Transactions: one bounded unit of work of an agent, with its intent. Owns what an agent states when it opens one, and how
 * it ends. The id of a transaction is the `txn` of every token, approval and report below it, and no token outlives it. Work
 * without a declared transaction has a `txn` too (`txn_…`), which is an id only and no document. Does not own how a request
 * names a transaction (src/extensions/token-exchange), nor when a token is checked (src/provider/tokens/token-liveness.ts).
 */
import type { OwnedCollection } from '../../ports/owned-collection.ts';
import type { Part } from '../../ports/revocation.ts';

/** What started the work, as the agent states it. */
export const TRIGGERS = ['person', 'schedule', 'event', 'transaction'] as const;
export type Trigger = (typeof TRIGGERS)[number];

/**
 * Who vouches for the intent, the best first. The server sets it by what it saw, so that no agent can state a better one.
 * `typed_by_person`: a person wrote it on a page of this server, in a field that is empty at first. `confirmed_by_person`: a person
 * read it there and allowed what the page asked. `stated_by_app`: the app that calls the agent stated it by a token of its own.
 */
export const INTENT_SOURCES = ['typed_by_person', 'confirmed_by_person', 'stated_by_app', 'stated_by_agent'] as const;
export type IntentSource = (typeof INTENT_SOURCES)[number];

/** What the work is for. `text` is absent when only its digest was given. */
export type Intent = {
  readonly text?: string;
  /** Secret of 256 bits that stands in front of the text in its digest. Absent when only a digest was given. */
  readonly salt?: string;
  /** SHA-256 of salt and text in UTF-8, base64url; or as the agent gave it. */
  readonly digest: string;
  /** Who opened the transaction, and stated its first intent. With `typedBy`, the text is no longer that one. */
  readonly source: 'stated_by_app' | 'stated_by_agent';
  /** Digest of the intent that the opener stated. Absent: it is `digest`. */
  readonly statedDigest?: string;
  /** Account of the person who typed the text. */
  readonly typedBy?: string;
  /** Accounts of the people who confirmed or typed the text, at most MOST_PARTICIPANTS. */
  readonly confirmedBy?: readonly string[];
};

/**
 * What closed it: the agent itself, the app that opened it, an account that owns the agent, a caller with a role, its end, a kill,
 * or a change of the owner of the agent.
 */
export const CLOSE_CAUSES = ['agent', 'app', 'owner', 'operator', 'timeout', 'kill', 'hand_over'] as const;
export type CloseCause = (typeof CLOSE_CAUSES)[number];

export type Transaction = {
  /** `trn_…` */
  readonly id: string;
  readonly agent: string;
  /** The agent, or the app that opened it for the agent. */
  readonly opener: string;
  /** Owner of the agent when it opened the transaction: an account or a group. */
  readonly owner: string;
  /** How often the agent had changed owner (agents/ownership.ts). */
  readonly ownership: number;
  readonly trigger: Trigger;
  /** What invoked the agent, as the agent states it: the id of an account, of a schedule, of another transaction. */
  readonly invoker?: string;
  readonly intent: Intent;
  /**
   * Account ids of the people for whom the agent works in it, at least two and at most MOST_PARTICIPANTS; none is removed.
   * Every token for a person is for one of them. Absent: the transaction is of any one person.
   */
  readonly participants?: readonly string[];
  /** Digest of the composition that the agent had when the transaction was opened: of its token, else the declared one. */
  readonly composition?: string;
  /** Absent: `declared`. */
  readonly compositionGrade?: 'attested';
  /** W3C Trace Context, `traceparent` of version 00. */
  readonly traceparent?: string;
  /** `closing`: everything below it has ended, and its audit event may not be written yet. */
  readonly state: 'open' | 'closing' | 'closed';
  readonly cause?: CloseCause;
  /** Account, client or agent that closed it, or 'system'. */
  readonly closedBy?: string;
  readonly closedAt?: number;
  /** The HTTP request that closed it. */
  readonly closedIn?: string;
  /** In state `closing`: epoch second until which one request may be writing the audit event. */
  readonly heldUntil?: number;
  /** `opener:number` while it is open: an agent or app has opened so many open ones at most. Its own id afterwards. Unique. */
  readonly slot: string;
  readonly createdAt: number;
  readonly updatedAt: number;
  /** Epoch second from which it is over, even while the stored state says otherwise (`asItStands`). */
  readonly expiresAt: number;
  /** Epoch second from which it may be removed. */
  readonly forgetAt: number;
};

/** Open transactions that one agent or app has opened. */
export const MOST_OPEN = 100;
/** Characters of an intent, all of which an approver reads (AP-18), and of an invoker. */
export const MOST_INTENT_CHARACTERS = 280;
export const MOST_INVOKER_CHARACTERS = 200;
/** People in one transaction. */
export const MOST_PARTICIPANTS = 20;
export const SHORTEST_SECONDS = 60;
export const LONGEST_SECONDS = 86_400;
export const DEFAULT_SECONDS = 3600;
/** How long a transaction can be read after its end: 90 days. */
export const KEPT_SECONDS = 90 * 86_400;

export const TRANSACTIONS = {
  name: 'transactions',
  holds: 'one unit of work of an agent, from its intent to its end',
  prefixes: ['trn'],
  events: ['transaction'],
  consistency: 'majority',
  cached: true,
  retention: { removedBy: 'sweeper', once: '90 days have passed since its end' },
  transfer: 'gives authority',
  indexes: [
    { fields: ['slot'], unique: true },
    { fields: ['createdAt'] },
    { fields: ['agent', 'createdAt'] },
    { fields: ['owner', 'createdAt'] },
    { fields: ['opener', 'createdAt'] },
    { fields: ['opener', 'state', 'createdAt'] },
    { fields: ['state', 'createdAt'] },
    { fields: ['state', 'expiresAt'] },
    { fields: ['agent', 'state', 'createdAt'] },
    { fields: ['agent', 'state', 'expiresAt'] },
    { fields: ['owner', 'state', 'createdAt'] },
  ],
  expiresAt: 'forgetAt',
  members: ['agent', 'owner', 'ownership', 'trigger', 'intent', 'state', 'slot', 'createdAt', 'expiresAt'],
  isAbsentWhenUnreadable: true,
} as const satisfies OwnedCollection;

/** Whether a `txn` names a declared transaction. Any other is an id only, and nothing ends by it. */
export const isDeclared = (txn: string | undefined): txn is string => txn?.startsWith('trn_') === true;

/** The transaction as it stands now: one that is past its end is closed. */
export const asItStands = (transaction: Transaction, now: number): Transaction => {
  if (transaction.state === 'closing') return { ...transaction, state: 'closed' };
  if (transaction.state === 'closed' || now < transaction.expiresAt) return transaction;
  return { ...transaction, state: 'closed', cause: 'timeout', closedBy: 'system', closedAt: transaction.expiresAt };
};

/** What policies see of a transaction. The text stays out: a decision is recorded with all that a policy saw. */
export type TransactionFacts = {
  readonly trigger: string;
  readonly intent: string;
  readonly source: string;
  /** How many people take part; absent: one. */
  readonly participants?: number;
};

/** `person`: the subject of the token. An intent that only another person confirmed or typed does not count for this one. */
export const transactionFacts = (
  { trigger, intent, participants }: Transaction,
  person: string | undefined,
): TransactionFacts => {
  const source = person === undefined ? intent.source : sourceFor(intent, person);
  return {
    ...{ trigger, intent: digestOf(intent, source), source },
    ...(participants === undefined ? {} : { participants: participants.length }),
  };
};

/** Digest of the text that this source stated or confirmed. The opener did not state what a person typed. */
const digestOf = ({ digest, statedDigest = digest, source }: Intent, vouches: IntentSource): string =>
  vouches === source ? statedDigest : digest;

const sourceFor = ({ typedBy, confirmedBy, source }: Intent, person: string): IntentSource => {
  if (typedBy === person) return 'typed_by_person';
  return confirmedBy?.includes(person) ? 'confirmed_by_person' : source;
};

/**
 * Who vouches for the intent of the transaction as a whole: with several people, every one of them has to confirm it, and only one
 * can have typed it.
 */
export const sourceOf = ({ intent, participants }: Pick<Transaction, 'intent' | 'participants'>): IntentSource => {
  const { typedBy, confirmedBy = [], source } = intent;
  if (participants) return participants.every((id) => confirmedBy.includes(id)) ? 'confirmed_by_person' : source;
  if (typedBy !== undefined) return 'typed_by_person';
  return confirmedBy.length > 0 ? 'confirmed_by_person' : source;
};

/** The same with the digest of the text for which that source vouches. */
export const vouchedIntentOf = (
  transaction: Pick<Transaction, 'intent' | 'participants'>,
): { readonly digest: string; readonly source: IntentSource } => {
  const source = sourceOf(transaction);
  return { digest: digestOf(transaction.intent, source), source };
};

/** Who vouches for the text of the intent, as pages show it. `typed_by_other`: a person who vouches for nothing here. */
export type ShownSource = IntentSource | 'typed_by_other';

/** `person`: the reader, or the person for whom an approver decides. */
export const shownSource = ({ intent }: Pick<Transaction, 'intent'>, person: string): ShownSource => {
  const source = sourceFor(intent, person);
  return source === intent.source && intent.typedBy !== undefined ? 'typed_by_other' : source;
};

/** What ends it: a kill of its agent or opener, and a change of the owner of its agent. */
export const partOf = ({ agent, opener, createdAt, ownership }: Transaction): Part => ({
  parties: opener === agent ? [agent] : [agent, opener],
  since: createdAt,
  ownership,
});

/** The participants besides this person; undefined for a transaction that is not of several people. */
export const participantsBeside = (
  transaction: Pick<Transaction, 'participants'> | undefined,
  person: string | undefined,
): readonly string[] | undefined => transaction?.participants?.filter((id) => id !== person);
