/** Reads what an agent, or an app for one, states about a new transaction. */
import { hash } from 'node:crypto';
import { checkText } from '../../platform/display-names/display-text.ts';
import {
  type Intent,
  MOST_INTENT_CHARACTERS,
  MOST_INVOKER_CHARACTERS,
  MOST_PARTICIPANTS,
  type Transaction,
  type Trigger,
} from './transaction.ts';
import { transactionRefusal } from './transaction-refusals.ts';

export type NewTransaction = {
  readonly trigger: Trigger;
  readonly invoker?: string;
  /** Either this or `intentDigest`. */
  readonly intent?: string;
  /** SHA-256 of the text in UTF-8, base64url. */
  readonly intentDigest?: string;
  readonly traceparent?: string;
  /** Account ids of several people. */
  readonly participants?: readonly string[];
  /** SHORTEST_SECONDS to LONGEST_SECONDS; default DEFAULT_SECONDS. */
  readonly expiresIn?: number;
};

const DIGEST = /^[A-Za-z0-9_-]{43}$/;
const ACCOUNT = /^acc_[a-z0-9]{1,60}$/;
const ID = /^[\x21-\x7e]+$/;
/** W3C Trace Context §3.2. Other versions may have further members, which this server does not know. */
const TRACEPARENT = /^00-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;

/**
 * The members of a transaction that the opener states. `salt`: a new secret for the digest of its intent. Throws 'invalid_field',
 * which names the member.
 */
export const readTransaction = (
  { trigger, invoker, traceparent, participants, ...stated }: NewTransaction,
  { salt, source }: { readonly salt: string; readonly source: Intent['source'] },
): Pick<Transaction, 'trigger' | 'invoker' | 'intent' | 'traceparent' | 'participants'> => {
  if (invoker !== undefined && (invoker.length > MOST_INVOKER_CHARACTERS || !ID.test(invoker))) {
    const params = { most: MOST_INVOKER_CHARACTERS };
    throw transactionRefusal('transaction_invoker_malformed', { field: '/invoker', params });
  }
  if (traceparent !== undefined && !TRACEPARENT.test(traceparent)) {
    throw transactionRefusal('transaction_traceparent_malformed', { field: '/traceparent' });
  }
  return {
    trigger,
    intent: intentOf(stated, salt, source),
    ...(invoker === undefined ? {} : { invoker }),
    ...(traceparent === undefined ? {} : { traceparent }),
    ...(participants === undefined ? {} : { participants: readParticipants(participants) }),
  };
};

/** Whether an account has such an id is not checked: a participant who allows the agent nothing only takes away. */
const readParticipants = (ids: readonly string[]): readonly string[] => {
  const unique = [...new Set(ids)].sort();
  const wrong = unique.length !== ids.length || ids.length < 2 || ids.length > MOST_PARTICIPANTS;
  if (wrong || !ids.every((id) => ACCOUNT.test(id))) {
    throw transactionRefusal('transaction_participants_malformed', {
      field: '/participants',
      params: { most: MOST_PARTICIPANTS },
    });
  }
  return unique;
};

/** The audit log keeps the digest for good: without its salt, it does not say whether a guessed text is the erased one. */
const intentOf = (
  { intent: text, intentDigest }: Pick<NewTransaction, 'intent' | 'intentDigest'>,
  salt: string,
  source: Intent['source'],
): Intent => {
  if ((text === undefined) === (intentDigest === undefined)) {
    throw transactionRefusal('transaction_intent_missing', { field: '/intent' });
  }
  if (text !== undefined) {
    // Approvers read it: what the page shows is what was stated.
    checkText(text, '/intent', MOST_INTENT_CHARACTERS);
    return { text, salt, digest: hash('sha256', `${salt}${text}`, 'base64url'), source };
  }
  if (intentDigest === undefined || !DIGEST.test(intentDigest)) {
    throw transactionRefusal('transaction_digest_malformed', { field: '/intent_digest' });
  }
  return { digest: intentDigest, source };
};
