/** Options of `behalf trusted-transmitters create` and `update`. */
import { MOST_COUNTED } from '../../domain/identity/directories/directory.ts';
import { TOKEN_AUTHENTICATIONS } from '../../domain/platform/outbound-tokens/token-client.ts';
import {
  LONGEST_INTERVAL_SECONDS,
  RECEIVED_EVENTS,
  SIGNAL_EFFECTS,
} from '../../domain/signals/receiver/transmitter.ts';
import { type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import type { ManagementCall } from '../management-command.ts';
import { emptyIsNull, secretIn, texts } from '../members.ts';

export const NAME = { value: 'NAME', description: 'Name to show.' } as const;
export const ISSUER = { value: 'URL', description: 'iss of its security events.' } as const;
export const UPSTREAM = {
  value: 'UPSTREAM',
  description: 'Upstream provider whose people it may speak of: behalf upstreams list',
} as const;

export const MEMBERS = {
  'jwks-uri': { value: 'URL', description: 'Its keys. Default: those that its configuration names.' },
  audience: { value: 'TEXT', description: 'aud of its security events. Default: the issuer of this server.' },
  effect: {
    value: 'EVENT=EFFECTS',
    description: `What events of a type do, repeatable; replaces the whole table. Effects with commas: ${SIGNAL_EFFECTS.join(', ')}. Nothing after =: none.`,
    isRepeatable: true,
  },
  'max-age': { value: 'SECONDS', description: 'How long after its iat an event is accepted. Default one day.' },
  'risk-seconds': { value: 'SECONDS', description: 'How long an event is a fact of policies. Default one day.' },
  'most-accounts': { value: 'N', description: 'Accounts that its events may affect within ten minutes. Default 20.' },
  'most-accounts-percent': {
    value: 'N',
    description: 'The same in percent of the linked accounts; the larger number applies. Default 1.',
  },
  'poll-url': {
    value: 'URL',
    description: 'Poll endpoint of its stream (RFC 8936); "" for a transmitter that pushes (default).',
  },
  'poll-token-file': {
    value: 'FILE',
    description: 'File with the bearer token of the poll URL; - for standard input. Another URL needs its token.',
  },
  'poll-token-endpoint': {
    value: 'URL',
    description:
      'Token endpoint at which the server requests short access tokens for its polls; "" for none (default).',
  },
  'poll-client-id': { value: 'ID', description: 'Client id of this server there.' },
  'poll-client-authentication': {
    value: 'METHOD',
    description: `How it authenticates there: ${TOKEN_AUTHENTICATIONS.join(' or ')}. Default: ${TOKEN_AUTHENTICATIONS[0]}, with the keys at its jwks_uri.`,
  },
  'poll-client-secret-file': {
    value: 'FILE',
    description: 'File with the client secret for client_secret_basic; - for standard input.',
  },
  'poll-client-audience': {
    value: 'TEXT',
    description: 'aud of its assertions, often the issuer there. Default, or with "": the token endpoint.',
  },
  'poll-scope': { value: 'SCOPES', description: 'Scopes of the token request; "" for none (default).' },
  'poll-resource': {
    value: 'URI',
    description: 'Resource of the token request (RFC 8707); "" for none (default).',
  },
  'poll-seconds': {
    value: 'SECONDS',
    description: 'Time between two polls. Default 0: the transmitter may hold each one until it has an event.',
  },
} as const satisfies Record<string, Option>;

const effectsOf = (call: ManagementCall): Json | undefined => {
  const given = call.texts('effect');
  if (given.length === 0) return undefined;
  return Object.fromEntries(
    given.map((text) => {
      const [event = '', effects] = text.split('=', 2);
      const names = effects?.split(',').filter((name) => name !== '');
      if (!RECEIVED_EVENTS.some((known) => known === event) || names === undefined) {
        throw usageError(`--effect '${text}' is not EVENT=EFFECTS. Events: ${RECEIVED_EVENTS.join(', ')}.`);
      }
      return [event, names];
    }),
  );
};

/** The members of a body that the options say. Throws a usage error for an effect that is none. */
export const members = (call: ManagementCall): Json => {
  const effects = effectsOf(call);
  const numbers = {
    max_age: call.integer('max-age', 60, 604_800),
    risk_seconds: call.integer('risk-seconds', 60, 2_592_000),
    most_accounts: call.integer('most-accounts', 1, MOST_COUNTED),
    most_accounts_percent: call.integer('most-accounts-percent', 0, 100),
    poll_seconds: call.integer('poll-seconds', 0, LONGEST_INTERVAL_SECONDS),
  };
  return {
    ...texts(call, {
      name: 'name',
      issuer: 'issuer',
      upstream: 'upstream',
      'jwks-uri': 'jwks_uri',
      audience: 'audience',
    }),
    ...(effects === undefined ? {} : { effects }),
    ...emptyIsNull(
      texts(call, {
        'poll-url': 'poll_url',
        'poll-token-endpoint': 'poll_token_endpoint',
        'poll-client-audience': 'poll_client_audience',
        'poll-scope': 'poll_scope',
        'poll-resource': 'poll_resource',
      }),
    ),
    ...texts(call, { 'poll-client-id': 'poll_client_id', 'poll-client-authentication': 'poll_client_authentication' }),
    ...secretIn(call, 'poll-token-file', 'poll_token'),
    ...secretIn(call, 'poll-client-secret-file', 'poll_client_secret'),
    ...Object.fromEntries(Object.entries(numbers).filter(([, value]) => value !== undefined)),
  };
};
