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
    description: 'Agents and clients that may request assertions: id at this server to `client_id` at the peer.',
  },
  resources: list(
    'Resource servers of the peer, and the scopes there that this server’s assertions cover.',
    50,
    input(
      {
        identifier: text('Resource indicator.', 512),
        scopes: list('Scopes, with their risk in the policies of this server.', 200, ref('Scope')),
      },
      ['identifier', 'scopes'],
    ),
  ),
  lifetime_seconds: {
    type: 'integer',
    minimum: 10,
    maximum: 300,
    description: 'Lifetime of an assertion. Default 300.',
  },
};
const INBOUND: Properties = {
  clients: strings('Ids of agents and clients that may redeem the peer’s assertions.', 200, 64),
  resources: {
    ...ref('ScopesByResource'),
    description: 'Resource servers of this server, and the maximum scopes there that the peer’s assertions grant.',
  },
  subjects: oneOf(
    '`linked` (default): only people whom an administrator linked to an account. `verified_email`: a person without a link is also linked to the account with the same verified address.',
    SUBJECT_RULES,
  ),
  max_lifetime_seconds: {
    type: 'integer',
    minimum: 30,
    maximum: 3600,
    description: 'Maximum lifetime that an assertion may state. Default 300.',
  },
};
const PEER: Properties = {
  name: text('Name to show, one line.', 100),
  outbound: {
    ...input(OUTBOUND, ['clients', 'resources']),
    description: 'Assertions that this server issues for the peer. Absent: none.',
  },
  inbound: {
    ...input(INBOUND, ['clients', 'resources']),
    description: 'Assertions of the peer that this server accepts. Absent: none.',
  },
  ...ISSUER_KEYS,
};
const ISSUER: Properties = { issuer: text('Issuer identifier of the peer, compared exactly. Cannot be changed.', 512) };
const OPTIONAL = ['outbound', 'inbound', 'jwks', 'jwks_uri'];
const LINK: Properties = {
  peer: text('Id of the peer.', 64),
  subject: text('`sub` of the person at the peer, compared exactly.', 1024),
  account: text('Id of the account at this server.', 64),
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
      state: oneOf('Whether the peer is trusted, in both directions.', ['active', 'disabled']),
      keys: output(
        {
          state: oneOf('Result of the last key fetch by the answering node.', [
            'pinned',
            'unknown',
            'healthy',
            'unhealthy',
          ]),
          fetched_at: seconds('When the keys in use were fetched.'),
          reason: { type: 'string', description: 'Why the node could not fetch the keys.' },
        },
        ['fetched_at', 'reason'],
      ),
      keys_after: seconds('The server does not use keys fetched up to then.'),
      ...RECORD,
    },
    [...OPTIONAL, 'keys_after'],
  ),
  PeerPage: page('Peer'),
  NewAccountLink: input(LINK, ['peer', 'subject', 'account']),
  AccountLink: output({
    ...identified('Begins with lnk_.'),
    ...LINK,
    created_by: {
      type: 'string',
      description: 'Account or client that created the link; the peer when a verified address created it.',
    },
    ...RECORD,
  }),
  AccountLinkPage: page('AccountLink'),
};
