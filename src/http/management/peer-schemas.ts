/** Schemas of peers and account links; see schemas.ts. */
import { SUBJECT_RULES } from '../../domain/clients/peers/peer.ts';
import {
  change,
  ISSUER_KEYS,
  identified,
  input,
  type JsonSchema,
  list,
  nullable,
  oneOf,
  output,
  type Properties,
  page,
  RECORD,
  ref,
  seconds,
  strings,
  text,
} from './schema-parts.ts';

const OUTBOUND: Properties = {
  clients: {
    type: 'object',
    maxProperties: 200,
    additionalProperties: text('Its `client_id` at the peer.', 512),
    description: 'Which agents and clients may ask for assertions: id here to `client_id` there.',
  },
  resources: list(
    'Resource servers behind the peer, and which scopes there we vouch for.',
    50,
    input(
      {
        identifier: text('Its resource indicator.', 512),
        scopes: list('Scopes, with their risk as our policies see it.', 200, ref('Scope')),
      },
      ['identifier', 'scopes'],
    ),
  ),
  lifetime_seconds: {
    type: 'integer',
    minimum: 10,
    maximum: 300,
    description: 'How long an assertion lives. Default 300.',
  },
};
const INBOUND: Properties = {
  clients: strings('Which agents and clients may redeem its assertions, by id.', 200, 64),
  resources: {
    ...ref('ScopesByResource'),
    description: 'Our resource servers, and the scopes there that its assertions are good for at most.',
  },
  subjects: oneOf(
    '`linked`: only people an administrator linked to an account (default). `verified_email`: of somebody unknown also the account of the same verified address, which is then linked.',
    SUBJECT_RULES,
  ),
  max_lifetime_seconds: {
    type: 'integer',
    minimum: 30,
    maximum: 3600,
    description: 'How long an assertion may say that it lives. Default 300.',
  },
};
const PEER: Properties = {
  name: text('Name to show, one line.', 100),
  outbound: { ...input(OUTBOUND, ['clients', 'resources']), description: 'For whom we vouch there. Absent: nobody.' },
  inbound: { ...input(INBOUND, ['clients', 'resources']), description: 'What we take its word for. Absent: nothing.' },
  ...ISSUER_KEYS,
};
const ISSUER: Properties = { issuer: text('Its issuer identifier, compared exactly. Cannot be changed.', 512) };
const OPTIONAL = ['outbound', 'inbound', 'jwks', 'jwks_uri'];
const LINK: Properties = {
  peer: text('Id of the peer.', 64),
  subject: text('`sub` of the person at the peer, compared exactly.', 1024),
  account: text('Id of the account here.', 64),
};

export const PEER_SCHEMAS: Readonly<Record<string, JsonSchema>> = {
  NewPeer: input({ ...ISSUER, ...PEER }, ['name', 'issuer']),
  PeerChange: change({
    ...PEER,
    ...Object.fromEntries(OPTIONAL.map((name) => [name, nullable(PEER[name] ?? {})])),
  }),
  Peer: output(
    {
      ...identified('Begins with per_.'),
      ...ISSUER,
      ...PEER,
      state: oneOf('Whether it counts, in both directions.', ['active', 'disabled']),
      keys: output(
        {
          state: oneOf('How the node that answers had its keys last.', ['pinned', 'unknown', 'healthy', 'unhealthy']),
          fetched_at: seconds('When the keys in use were fetched.'),
          reason: { type: 'string', description: 'Why they could not be had.' },
        },
        ['fetched_at', 'reason'],
      ),
      keys_after: seconds('Keys that were fetched up to then are not used.'),
      ...RECORD,
    },
    [...OPTIONAL, 'keys_after'],
  ),
  PeerPage: page('Peer'),
  NewAccountLink: input(LINK, ['peer', 'subject', 'account']),
  AccountLink: output({
    ...identified('Begins with lnk_.'),
    ...LINK,
    created_by: { type: 'string', description: 'Who made it; the peer where a verified address did.' },
    ...RECORD,
  }),
  AccountLinkPage: page('AccountLink'),
};
