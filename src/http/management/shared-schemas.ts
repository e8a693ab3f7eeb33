import { SCOPE_PARTICIPANTS } from '../../domain/resources/resource-servers/resource-server.ts';
import type { Detail, DetailType } from '../../domain/vocabulary/detail-type.ts';
import { MEMBER_RULES } from '../../domain/vocabulary/detail-type.ts';
import type { JsonWebKeySet } from '../../domain/vocabulary/json-web-keys.ts';
import { named, ref, type Schema } from './schema.ts';
import {
  flag,
  input,
  integer,
  list,
  object,
  oneOf,
  output,
  recordOf,
  seconds,
  string,
  strings,
  text,
} from './schema-parts.ts';

export const ROLES = ['administrator', 'operator', 'auditor'] as const;
const RISKS = ['low', 'medium', 'high', 'critical'] as const;

export const SCOPES_BY_RESOURCE = named(
  'ScopesByResource',
  recordOf('Resource indicator to scopes.', strings('Scopes there, or "*" for all.', 500, 200), { maxProperties: 200 }),
);

/** The domain checks the keys themselves. */
export const JSON_WEB_KEY_SET = named<JsonWebKeySet>('JsonWebKeySet', {
  type: 'object',
  required: ['keys'],
  properties: { keys: list('Public keys only (RFC 7517).', 10, object()) },
});

export const SCOPE = named(
  'Scope',
  input(
    {
      name: text('scope-token of RFC 6749 §3.3.', 128),
      description: text('What the scope allows, for the consent page.', 200),
      risk: oneOf('Severity of misuse.', RISKS),
      default: flag(
        'Whether a request that names the resource and no scope requests this scope. If no scope is a default, such a request requests all.',
      ),
      participants: oneOf(
        'Whose authority a token with this scope needs in a transaction of several people. all: that of every participant, and never more than what all of them allow. one: that of its subject alone.',
        SCOPE_PARTICIPANTS,
      ),
    },
    ['name', 'description', 'risk'],
  ),
);

/** The domain checks the schema itself. */
const MEMBERS_SCHEMA: Schema<DetailType['schema']> = {
  type: 'object',
  maxProperties: 20,
  description: 'JSON Schema 2020-12 of all members but `type`; at most 8192 characters.',
};

const MEMBER_RULE = input(
  {
    rule: oneOf('How a child delegation’s value must relate to its parent’s value.', MEMBER_RULES),
    absent: oneOf(
      'unlimited: a parent without the member sets no limit. Default: the child must not have the member either.',
      ['unlimited'],
    ),
  },
  ['rule'],
);

export const DETAIL_TYPE = named(
  'DetailType',
  input(
    {
      type: text('Value of the member `type` of a detail.', 200),
      description: text('What details of this type describe, for people.', 200),
      risk: oneOf('Severity of misuse.', RISKS),
      schema: MEMBERS_SCHEMA,
      display: text(
        'A sentence with members in braces, formatters and optional clauses: `Pay up to {amount | money currency}[, until {execute_before | date}]`.',
        300,
      ),
      members: recordOf('Path of a member to its rule. Members without one are `equal`.', MEMBER_RULE, {
        maxProperties: 50,
      }),
      amount: text('The member that holds the amount: a whole number under the rule `max`.', 200),
    },
    ['type', 'description', 'risk', 'schema', 'display', 'members'],
  ),
);

export const JWKS_URI = text(
  'https URL that serves the public keys, instead of `jwks`. Setting one removes the other.',
  2048,
);

/** Authorization details (RFC 9396). The handlers compare them with those that are held. */
export const DETAIL: Schema<Detail> = { type: 'object' };

/** Source of the keys of an issuer: of workload tokens, or of a peer. */
export const ISSUER_KEYS = {
  jwks: { ...ref(JSON_WEB_KEY_SET), description: 'Pinned keys. The server fetches nothing.' },
  jwks_uri: text('URL that serves the keys. Without `jwks` and `jwks_uri`, the discovery document names it.', 2048),
  max_key_age_seconds: integer('How long the last fetched keys stay valid while fetching fails. Default 3600.', {
    minimum: 300,
    maximum: 86_400,
  }),
};
/** What the answering node knows about the keys of an issuer. */
export const KEY_HEALTH = output(
  {
    state: oneOf('Result of the last key fetch by the answering node.', ['pinned', 'unknown', 'healthy', 'unhealthy']),
    fetched_at: seconds('When the keys in use were fetched.'),
    reason: string('Why the node could not fetch the keys.'),
  },
  ['fetched_at', 'reason'],
);
