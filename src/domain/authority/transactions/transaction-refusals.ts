import { type RefusalTable, refusalsOf } from '../../vocabulary/refusals.ts';

/** Refusals: transactions. */
export const TRANSACTION_REFUSALS = {
  transaction_agent_not_active: {
    code: 'forbidden',
    text: 'The agent is not active. Its owner can see why.',
  },
  transaction_intent_missing: {
    code: 'invalid_field',
    text: 'State the intent: send intent, or intent_digest with the SHA-256 of its text. Send one of them.',
  },
  transaction_digest_malformed: {
    code: 'invalid_field',
    text: 'A digest is a SHA-256 in base64url: 43 characters.',
  },
  transaction_invoker_malformed: {
    code: 'invalid_field',
    text: 'An invoker is an id of 1 to {most} visible ASCII characters, without spaces.',
  },
  transaction_participants_malformed: {
    code: 'invalid_field',
    text: 'participants are 2 to {most} different ids of accounts. For one person, leave them out.',
  },
  transaction_traceparent_malformed: {
    code: 'invalid_field',
    text: 'traceparent has the form of W3C Trace Context, version 00: 00-TRACE-PARENT-FLAGS in lower-case hexadecimal digits, and no id of zeros only.',
  },
  receipt_of_open_transaction: {
    code: 'conflict',
    text: 'This transaction is open. A receipt is about a closed one: close it first.',
  },
  transaction_archived: {
    code: 'conflict',
    text: 'Events of this transaction are in an archive only ({places}), so that no new receipt can be signed. Receipts and evidence that were read before still verify.',
  },
  transaction_end_not_recorded: {
    code: 'unavailable',
    text: 'This transaction has ended, and its end is being recorded. Try again later.',
  },
  evidence_too_large: {
    code: 'conflict',
    text: 'This transaction has more than {most} records. Use the export of the audit log (exportAudit), which has all of them.',
  },
  transactions_exceeded: {
    code: 'conflict',
    text: 'This agent or app has {most} open transactions. Close one of them (closeTransaction).',
  },
  transaction_agent_missing: {
    code: 'invalid_field',
    text: 'An app opens a transaction for an agent: send agent with the id of an active one.',
  },
  transaction_agent_other: {
    code: 'invalid_field',
    text: 'An agent opens transactions for its own work. Leave agent out.',
  },
} as const satisfies RefusalTable;

export const transactionRefusal = refusalsOf(TRANSACTION_REFUSALS);
