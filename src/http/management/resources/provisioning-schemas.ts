/** Schemas of the calls about provisioning targets. */
import { TOKEN_AUTHENTICATIONS } from '../../../domain/platform/outbound-tokens/token-client.ts';
import {
  AGENT_NAME_ATTRIBUTES,
  MOST_CHOSEN,
  REMOVALS,
  USER_NAME_SOURCES,
} from '../../../domain/provisioning/provisioning-target.ts';
import { named, ref } from '../schema.ts';
import {
  arrayOf,
  change,
  flag,
  identified,
  input,
  integer,
  oneOf,
  output,
  page,
  RECORD,
  seconds,
  string,
  strings,
  text,
  textOrNull,
} from '../schema-parts.ts';

const CHANGEABLE = {
  name: text('Name to show.', 100),
  url: text('https URL below which /Agents and /Users are. Another URL needs its token in the same change.', 2048),
  token: text(
    'Bearer token that the target accepts, one that lasts. Never shown. It takes the place of token_endpoint.',
    4096,
  ),
  token_endpoint: textOrNull(
    'Token endpoint at which the server requests access tokens for the target by client_credentials (RFC 6749 §4.4). Null, the default: token is sent.',
    2048,
  ),
  token_client_id: text('This server’s client_id at the token endpoint.', 512),
  token_client_authentication: oneOf(
    'How this server authenticates at the token endpoint. `private_key_jwt` (default) uses this server’s own keys, which are at its `jwks_uri`, with RS256.',
    TOKEN_AUTHENTICATIONS,
  ),
  token_client_secret: text(
    'Client secret for client_secret_basic. Never shown. Another URL, endpoint or client_id needs it in the same change.',
    1024,
  ),
  token_client_audience: textOrNull(
    '`aud` of the assertions of private_key_jwt: often the issuer of the authorization server (RFC 10070). Null, the default: the token endpoint.',
    512,
  ),
  token_scope: textOrNull('`scope` of the token request. Null, the default: none.', 1000),
  token_resource: textOrNull('`resource` of the token request (RFC 8707). Null, the default: none.', 512),
  agents: strings(
    'Ids of agents, and of accounts and groups whose agents the target has; * alone for all. Default: all.',
    MOST_CHOSEN,
    64,
  ),
  agent_name: oneOf(
    'What the target calls the unique name of an agent: agentUserName, or name of the older draft. Default: agentUserName.',
    AGENT_NAME_ATTRIBUTES,
  ),
  user_name: oneOf('What userName of an owner is there. Default: username.', USER_NAME_SOURCES),
  removal: oneOf(
    'What happens there to an agent that is retired here or no longer chosen. Default: deactivate.',
    REMOVALS,
  ),
};

export const NEW_TARGET = named('NewProvisioningTarget', input(CHANGEABLE, ['name', 'url']));
export const TARGET_CHANGE = named('ProvisioningTargetChange', change(CHANGEABLE));

const FAILURE = {
  failure: string('Why: a code of this server.'),
  status: integer('HTTP status that the target answered.'),
  detail: string('What the target said, shortened.'),
  remedy: string('What to do about it.'),
};
const FAILURE_OPTIONAL = ['status', 'detail'] as const;

const TARGET_FAILURE = named('ProvisioningFailure', output(FAILURE, FAILURE_OPTIONAL));
const REFUSED_OBJECT = named(
  'RefusedObject',
  output(
    { object: string('Id of the agent or account.'), ...FAILURE, at: seconds('When the target refused it.') },
    FAILURE_OPTIONAL,
  ),
);

const { token: _, token_client_secret: __, ...SHOWN } = CHANGEABLE;
export const TARGET = named(
  'ProvisioningTarget',
  output(
    {
      ...identified('Begins with ptg_.'),
      ...SHOWN,
      token_endpoint: string('The token endpoint of the target. Absent: a static token is sent.'),
      token_client_audience: string('`aud` of the assertions. Absent: the token endpoint.'),
      token_scope: string('`scope` of the token request. Absent: none.'),
      token_resource: string('`resource` of the token request. Absent: none.'),
      state: oneOf('paused: the server sends nothing, and changes wait.', ['active', 'paused']),
      waiting: integer('Number of agents and accounts that wait to be pushed.'),
      backlog: integer('Number of audit events that were not looked at for the target yet.'),
      comparing: flag('Whether all agents are being looked at, as after the creation or a change of the target.'),
      pushed: integer('Number of changes that the target acknowledged.'),
      last_success_at: seconds('When the target last acknowledged one.'),
      failing_since: seconds('Since when all attempts have failed.'),
      last_failure: ref(TARGET_FAILURE),
      last_failure_at: seconds('When the last attempt failed.'),
      due_at: seconds('Time of the next attempt.'),
      node: string('The node that pushes.'),
      ...RECORD,
    },
    [
      ...(['token_endpoint', 'token_client_id', 'token_client_authentication', 'token_client_audience'] as const),
      ...(['token_scope', 'token_resource', 'last_success_at', 'failing_since', 'last_failure'] as const),
      ...(['last_failure_at', 'due_at', 'node'] as const),
    ],
  ),
);
export const TARGET_PAGE = page(TARGET);
export const TEST = named(
  'ProvisioningTest',
  output({ answered: flag('Whether the target answered.'), failure: ref(TARGET_FAILURE) }, ['failure']),
);
export const REFUSED = named(
  'RefusedObjects',
  output({ items: arrayOf(ref(REFUSED_OBJECT), 'At most 100. Each is tried again after its next change.') }),
);
export const RECONCILIATION = named(
  'Reconciliation',
  output({
    missing: arrayOf(string(), 'Agents and accounts that the target does not have.'),
    surplus: arrayOf(string(), 'Those that it has, and shall not.'),
    different: arrayOf(
      ref(
        named(
          'ReconciledDifference',
          output({
            object: string('Id of the agent or account.'),
            attributes: arrayOf(string(), 'Names of the SCIM attributes that differ.'),
          }),
        ),
      ),
    ),
    doubled: arrayOf(
      string(),
      'Agents of which the target has several resources. Delete those that are too many there.',
    ),
    same: integer('Number of agents and accounts that are the same.'),
    foreign: integer('Number of agents of the target that are not from this server.'),
    complete: flag(
      'Whether all was compared, and all differences are listed: at most 500 of each kind, within 20 seconds.',
    ),
    repeated: integer('Number of agents and accounts that are pushed again, with `apply`.'),
  }),
);
export const RECONCILE = named(
  'Reconcile',
  input({ apply: flag('Push what is missing, surplus or different. Default: false, which changes nothing.') }),
);
