/** Schemas of trusted transmitters and their signals. */
import { MOST_COUNTED } from '../../../domain/identity/directories/directory.ts';
import { TOKEN_AUTHENTICATIONS } from '../../../domain/platform/outbound-tokens/token-client.ts';
import {
  LONGEST_INTERVAL_SECONDS,
  NO_EFFECT_REASONS,
  RECEIVED_EVENTS,
  SIGNAL_EFFECTS,
  SIGNAL_STATES,
} from '../../../domain/signals/receiver/transmitter.ts';
import { named, ref } from '../schema.ts';
import {
  arrayOf,
  change,
  flag,
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
  text,
  textOrNull,
} from '../schema-parts.ts';

const EFFECTS = list(
  'What such an event does. Empty: it is recorded only.',
  SIGNAL_EFFECTS.length,
  oneOf('One effect.', SIGNAL_EFFECTS),
);
const BY_EVENT = Object.fromEntries(RECEIVED_EVENTS.map((event) => [event, EFFECTS])) as {
  readonly [Event in (typeof RECEIVED_EVENTS)[number]]: typeof EFFECTS;
};

const MEMBERS = {
  name: text('Name to show, one line.', 100),
  issuer: text('`iss` of its security events, compared character by character.', 512),
  jwks_uri: textOrNull(
    'URL of its keys. Null, the default: its configuration at /.well-known/ssf-configuration names them.',
    2048,
  ),
  audience: text('`aud` of its security events. Default: the issuer of this server.', 512),
  upstream: text('The upstream provider whose people it may speak of: accounts that are linked there.', 64),
  effects: {
    ...input(BY_EVENT),
    description: 'Effects by type of event; replaces the whole table. A type that is missing has none.',
  },
  max_age: integer('Seconds after `iat` for which an event is accepted. Default one day.', {
    minimum: 60,
    maximum: 604_800,
  }),
  risk_seconds: integer('Seconds for which an event is a fact of policies (`context.signals`). Default one day.', {
    minimum: 60,
    maximum: 2_592_000,
  }),
  most_accounts: integer('How many accounts its events may affect within ten minutes. Default 20.', {
    minimum: 1,
    maximum: MOST_COUNTED,
  }),
  most_accounts_percent: integer('The same in percent of the linked accounts; the larger number applies. Default 1.', {
    minimum: 0,
    maximum: 100,
  }),
  poll_url: textOrNull(
    'Poll endpoint of its stream (RFC 8936), which the server polls; then it refuses pushed events. Another URL needs its token in the same change. Null, the default: the transmitter pushes.',
    2048,
  ),
  poll_token: text(
    'Bearer token of the poll URL, one that lasts. Never shown. It takes the place of poll_token_endpoint.',
    4096,
  ),
  poll_token_endpoint: textOrNull(
    'Token endpoint at which the server requests access tokens for its polls by client_credentials (RFC 6749 §4.4). Null, the default: poll_token is sent.',
    2048,
  ),
  poll_client_id: text('This server’s client_id at the token endpoint.', 512),
  poll_client_authentication: oneOf(
    'How this server authenticates at the token endpoint. `private_key_jwt` (default) uses this server’s own keys, which are at its `jwks_uri`, with RS256.',
    TOKEN_AUTHENTICATIONS,
  ),
  poll_client_secret: text(
    'Client secret for client_secret_basic. Never shown. Another poll URL, endpoint or client_id needs it in the same change.',
    1024,
  ),
  poll_client_audience: textOrNull(
    '`aud` of the assertions of private_key_jwt: often the issuer of the authorization server (RFC 10070). Null, the default: the token endpoint.',
    512,
  ),
  poll_scope: textOrNull('`scope` of the token request. Null, the default: none.', 1000),
  poll_resource: textOrNull('`resource` of the token request (RFC 8707). Null, the default: none.', 512),
  poll_seconds: integer(
    'Seconds between two polls. 0, the default: the transmitter may hold each one until it has an event.',
    { minimum: 0, maximum: LONGEST_INTERVAL_SECONDS },
  ),
};

export const NEW_TRANSMITTER = named('NewTrustedTransmitter', input(MEMBERS, ['name', 'issuer', 'upstream']));
export const TRANSMITTER_CHANGE = named('TrustedTransmitterChange', change(MEMBERS));
const { poll_token: _, poll_client_secret: __, ...SHOWN } = MEMBERS;

export const TRANSMITTER = named(
  'TrustedTransmitter',
  output(
    {
      ...identified('Begins with trm_.'),
      ...SHOWN,
      jwks_uri: string('URL of its keys. Absent: its configuration names them.'),
      delivery: oneOf('How its events arrive.', ['push', 'poll']),
      poll_url: string('The endpoint that the server polls. Absent: the transmitter pushes.'),
      poll_token_endpoint: string('The token endpoint of its polls. Absent: a static token is sent.'),
      poll_client_audience: string('`aud` of the assertions. Absent: the token endpoint.'),
      poll_scope: string('`scope` of the token request. Absent: none.'),
      poll_resource: string('`resource` of the token request. Absent: none.'),
      state: oneOf('Whether the server accepts what it sends.', ['active', 'disabled']),
      verification_state: string('The state that the next verification event must have. Absent: none is expected.'),
      verified_at: seconds('When a verification event arrived last. Absent: never.'),
      ...RECORD,
      authorization: string('The value of the header Authorization that it sends. Shown only once.'),
    },
    [
      ...(['jwks_uri', 'poll_url', 'poll_seconds', 'poll_token_endpoint', 'poll_client_id'] as const),
      ...(['poll_client_authentication', 'poll_client_audience', 'poll_scope', 'poll_resource'] as const),
      ...(['verification_state', 'verified_at', 'authorization'] as const),
    ],
  ),
);
export const TRANSMITTER_PAGE = page(TRANSMITTER);

const POLLS = named(
  'TransmitterPolls',
  output(
    {
      last_answer_at: seconds('When the transmitter last answered a poll.'),
      acknowledged: integer('Number of events that were acknowledged.'),
      refused: integer('Number of events that were refused.'),
      failing_since: seconds('Since when all polls have failed.'),
      last_failure: string('Why the last one failed: a code of this server.'),
      last_failure_status: integer('HTTP status that the transmitter, or its token endpoint, answered.'),
      last_failure_detail: string(
        'Of a failure about a token: the error of the token endpoint (RFC 6749 §5.2), or why there is no answer.',
      ),
      last_failure_at: seconds('When it failed.'),
      remedy: string('What to do about it, while polls fail.'),
      due_at: seconds('Time of the next poll.'),
      node: string('The node that polls.'),
    },
    [
      ...['last_answer_at', 'failing_since', 'last_failure', 'last_failure_status', 'last_failure_detail'],
      ...['last_failure_at', 'remedy', 'due_at', 'node'],
    ] as const,
  ),
);

export const ACTIVITY = named(
  'TrustedTransmitterActivity',
  output(
    {
      last_contact_at: seconds('When its last valid event arrived, to the minute. Absent: never.'),
      affected: integer('How many accounts its events affected within the last ten minutes.'),
      paused_at: seconds('Since when its effects are paused. Absent: they are not.'),
      held: arrayOf(string(), 'Accounts whose signals are held in this pause, at most 1,000.'),
      more_held: flag('Whether it sends again later what came after those.'),
      allowed: integer(
        'How many accounts an administrator let pass, at most for a day: those that were held, and others.',
      ),
      polls: ref(POLLS),
    },
    ['last_contact_at', 'paused_at', 'polls'],
  ),
);

export const SIGNAL = named(
  'Signal',
  output(
    {
      ...identified('Begins with sgn_.'),
      transmitter: string(),
      event: oneOf('Its type. Absent: a type that is unknown here.', [...RECEIVED_EVENTS, 'tokens_revoked']),
      account: string('The account that it is about. Absent: no person whom the transmitter may speak of.'),
      effects: arrayOf(oneOf('One effect.', SIGNAL_EFFECTS)),
      level: oneOf('What it says about the risk. None: an earlier event is over.', ['none', 'low', 'medium', 'high']),
      at: seconds('When it happened there.'),
      txn: string('Its transaction there.'),
      state: oneOf(
        'pending: its effects are under way. held: the effects of the transmitter are paused.',
        SIGNAL_STATES,
      ),
      why: oneOf('Why it has no effect.', NO_EFFECT_REASONS),
      ...RECORD,
      expires_at: seconds('When the server forgets it.'),
    },
    ['event', 'account', 'level', 'txn', 'why'],
  ),
);
export const SIGNAL_PAGE = page(SIGNAL);

export const ACCOUNT_SIGNALS = named(
  'AccountSignals',
  output({
    items: arrayOf(
      output(
        {
          transmitter: string('Id of the trusted transmitter.'),
          issuer: string('`iss` of the event.'),
          event: oneOf('Its type.', RECEIVED_EVENTS),
          level: oneOf('What it says about the risk. none: it requires a newer sign-in only.', [
            'none',
            'low',
            'medium',
            'high',
          ]),
          at: seconds('When it happened there.'),
          step_up_from: seconds('Every permit needs a sign-in after this time. Absent: it requires none.'),
          until: seconds('When it ends.'),
        },
        ['step_up_from'],
      ),
      'Newest first.',
    ),
  }),
);

export const RESUMPTION = named(
  'ResumedEffects',
  input({
    allowed: integer(
      'How many pass within a day: the held ones first, and others beyond them. Default: all held ones.',
      {
        minimum: 0,
        maximum: 1_000_000,
      },
    ),
  }),
);
