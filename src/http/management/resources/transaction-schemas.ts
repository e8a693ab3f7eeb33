/** What the management API takes and shows of a transaction. */
import {
  CLOSE_CAUSES,
  DEFAULT_SECONDS,
  INTENT_SOURCES,
  LONGEST_SECONDS,
  MOST_INTENT_CHARACTERS,
  MOST_INVOKER_CHARACTERS,
  MOST_PARTICIPANTS,
  SHORTEST_SECONDS,
  TRIGGERS,
} from '../../../domain/authority/transactions/transaction.ts';
import { named } from '../schema.ts';
import {
  identified,
  input,
  integer,
  list,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  strings,
  text,
} from '../schema-parts.ts';

const TRIGGER = oneOf('What started the work, as its opener states it.', TRIGGERS);
const TRACEPARENT = 'W3C Trace Context of version 00, so that traces and the audit log find each other.';

const PARTICIPANTS =
  'Accounts of the people who take part, when there are several. Each token is for one of them, and none is removed.';

export const NEW_TRANSACTION = named(
  'NewTransaction',
  input(
    {
      agent: text('Agent that does the work. An app names it; an agent leaves it out.', 64),
      trigger: TRIGGER,
      invoker: text(
        'What invoked the agent: the id of an account, a schedule, an event or another transaction. Visible ASCII, no spaces.',
        MOST_INVOKER_CHARACTERS,
      ),
      intent: text(
        'What the work is for, in one line. Approvers read it. Send this or `intent_digest`.',
        MOST_INTENT_CHARACTERS,
      ),
      intent_digest: text(
        'SHA-256 of the intent in UTF-8, base64url, when the text must not leave the agent. Put a secret of your own in front of a text that could be guessed.',
        43,
      ),
      participants: {
        ...list(PARTICIPANTS, MOST_PARTICIPANTS, text('Account.', 64)),
        minItems: 2,
      },
      traceparent: text(TRACEPARENT, 55),
      expires_in: integer('Seconds until the server closes the transaction by itself.', {
        minimum: SHORTEST_SECONDS,
        maximum: LONGEST_SECONDS,
        default: DEFAULT_SECONDS,
      }),
    },
    ['trigger'],
  ),
);

export const TRANSACTION = named(
  'Transaction',
  output(
    {
      ...identified('Begins with trn_; the claim `txn` of every token of the transaction.'),
      agent: string('Agent that does the work.'),
      opener: string('The agent, or the app that opened it for the agent.'),
      owner: string('Owner of the agent at that time.'),
      trigger: TRIGGER,
      invoker: string('What invoked the agent, as the opener states it.'),
      intent: output(
        {
          text: string('What the work is for. Absent when the opener sent only a digest.'),
          salt: string('Stands in front of the text in its digest. Absent when the opener sent only a digest.'),
          digest: string('SHA-256 of salt and text in UTF-8, base64url; or as the opener sent it.'),
          stated_digest: string(
            'The same of the intent that the opener stated. Present once a person typed another one. `source` is about this one while it names the opener.',
          ),
          source: oneOf(
            'Who vouches for the intent. With several people it is confirmed once each of them has confirmed or typed it.',
            INTENT_SOURCES,
          ),
          typed_by: string('The person who typed the text on a page of this server.'),
          confirmed_by: strings('People who confirmed or typed it on a page of this server.', MOST_PARTICIPANTS, 64),
        },
        ['text', 'salt', 'stated_digest', 'typed_by', 'confirmed_by'],
      ),
      composition: string('Digest of the composition that the agent had: of its token, else the declared one.'),
      composition_grade: oneOf('Who vouched for the composition.', ['declared', 'attested']),
      participants: strings(PARTICIPANTS, MOST_PARTICIPANTS, 64),
      traceparent: string(TRACEPARENT),
      state: oneOf('closed: every token of the transaction has ended, and none is issued.', ['open', 'closed']),
      cause: oneOf('What closed it.', CLOSE_CAUSES),
      closed_by: string('Account, client or agent that closed it, or system.'),
      closed_at: seconds('When it was closed.'),
      ...RECORD,
      expires_at: seconds('When the server closes it by itself. No token of it lives longer.'),
    },
    ['invoker', 'participants', 'composition', 'composition_grade', 'traceparent', 'cause', 'closed_by', 'closed_at'],
  ),
);

export const TRANSACTION_PAGE = page(TRANSACTION);

export const RECEIPT = named(
  'TransactionReceipt',
  output({
    receipt: string('Compact JWS of type transaction-receipt+jwt, by a key of `jwks_uri`.'),
    cose: string(
      'The same claims as COSE_Sign1 by the same key, with a COSE receipt of the transparency log (RFC 9942) in header 394. Base64url.',
    ),
    entry: string('Entry of the transparency log, of which the COSE receipt is the proof.'),
  }),
);
