/** `behalf clients …`: applications that sign users in, and back ends. */

import { CERTIFICATE, certificateMethod, certificateRule } from '../certificates.ts';
import { type Command, EXIT, type Option, usageError } from '../command.ts';
import { JWKS_URI, keySource } from '../key-source.ts';
import { type ManagementCall, managementCommand, secretText, warn } from '../management-command.ts';
import { AUTHORITY, authority, lists, texts } from '../members.ts';
import { findAccount } from '../named-owners.ts';
import {
  actionCommand,
  listCommand,
  rotateSecretCommand,
  SEARCH,
  showCommand,
  stateFilter,
  updateCommand,
} from '../object-commands.ts';
import { details } from '../table.ts';

/** Options of both creating and changing. */
const CHANGEABLE = {
  'redirect-uri': { value: 'URI', description: 'Redirect URI.', isRepeatable: true },
  'logout-redirect-uri': {
    value: 'URI',
    description: 'Redirect URI after sign-out.',
    isRepeatable: true,
  },
  'backchannel-logout-uri': {
    value: 'URL',
    description: 'URL that receives logout tokens (OpenID Connect Back-Channel Logout).',
  },
  'logout-session-required': { description: 'Name the session in `sid`, in ID tokens and logout tokens.' },
  'grant-type': {
    value: 'TYPE',
    description: 'Default: authorization_code and refresh_token. CIBA is for agents.',
    isRepeatable: true,
  },
  origin: {
    value: 'ORIGIN',
    description: 'Origin of a browser app that may call the token endpoint.',
    isRepeatable: true,
  },
  'id-token-alg': {
    value: 'ALG',
    description: 'Signature algorithm of ID tokens: RS256 (default), ES256, PS256 or EdDSA.',
  },
  'require-par': { description: 'The client must push its authorization requests (RFC 9126).' },
  pkce: {
    value: 'RULE',
    description:
      'required (default), or optional: requests with openid and a nonce may omit PKCE. An administrator decides, for a confidential client whose software does not support PKCE.',
  },
  'assertion-audience': {
    value: 'RULE',
    description:
      'issuer (default), or token-endpoint: client assertions may name the token endpoint as audience (RFC 7523). An administrator decides, for software that cannot be changed.',
  },
  role: {
    value: 'ROLE',
    description: 'Role in the management API when the client acts for itself.',
    isRepeatable: true,
  },
  ...AUTHORITY,
  owner: { value: 'ACCOUNT', description: 'Owner: username or id.' },
  purpose: { value: 'TEXT', description: 'What the client is for, one line.' },
} as const satisfies Record<string, Option>;

const LISTS = {
  'redirect-uri': 'redirect_uris',
  'logout-redirect-uri': 'post_logout_redirect_uris',
  'grant-type': 'grant_types',
  origin: 'cors_origins',
  role: 'roles',
} as const;

const logout = (call: ManagementCall) => ({
  ...texts(call, { 'backchannel-logout-uri': 'backchannel_logout_uri' }),
  ...(call.isSet('logout-session-required') ? { backchannel_logout_session_required: true } : {}),
});

const ruleOf = (call: ManagementCall, option: string, rules: readonly [string, string]): string | undefined => {
  const rule = call.text(option);
  if (rule === undefined || rules.includes(rule)) return rule;
  throw usageError(`--${option} is ${rules.join(' or ')}.`);
};

const protection = (call: ManagementCall) => {
  const pkce = ruleOf(call, 'pkce', ['required', 'optional']);
  const audience = ruleOf(call, 'assertion-audience', ['issuer', 'token-endpoint']);
  return {
    ...texts(call, { 'id-token-alg': 'id_token_signed_response_alg' }),
    ...(call.isSet('require-par') ? { require_pushed_authorization_requests: true } : {}),
    ...(pkce === undefined ? {} : { require_pkce: pkce === 'required' }),
    ...(audience === undefined ? {} : { legacy_assertion_audience: audience === 'token-endpoint' }),
  };
};

const create = managementCommand({
  words: ['clients', 'create'],
  operands: [],
  summary: 'Register a client.',
  role: 'operator',
  isProvenHere: true,
  options: {
    name: { value: 'NAME', description: 'Name that people see in its requests.', isRequired: true },
    type: { value: 'TYPE', description: 'web or native. Default: web.' },
    auth: {
      value: 'METHOD',
      description:
        'private_key_jwt, client_secret_basic, client_secret_post, tls_client_auth, self_signed_tls_client_auth or none. Default: private_key_jwt with --key or --jwks-uri, a certificate where one is given, else none for native and client_secret_basic for web.',
    },
    key: {
      value: 'FILE',
      description: 'Key of the client as a JWK. The command creates the file if it does not exist.',
    },
    'jwks-uri': JWKS_URI,
    ...CERTIFICATE,
    ...CHANGEABLE,
    'skip-consent': {
      description: 'First party: skip the consent page. Needs --local, or an administrator with a second factor.',
    },
    dpop: { description: 'Bind its access tokens to its own key (RFC 9449).' },
  },
  run: async (call) => {
    const { members, file, isNew } = await keySource(call);
    const type = call.text('type');
    const certificate = certificateRule(call);
    const method =
      call.text('auth') ??
      (certificate && certificateMethod(certificate)) ??
      (members === undefined ? (type === 'native' ? 'none' : 'client_secret_basic') : 'private_key_jwt');
    const owner = call.text('owner');
    const { body } = await call.api.run('createClient', {
      body: {
        name: call.required('name'),
        token_endpoint_auth_method: method,
        ...(type === undefined ? {} : { application_type: type }),
        ...members,
        ...(certificate ? { certificate } : {}),
        ...(owner === undefined ? {} : { owner: await findAccount(call.api, owner) }),
        ...(call.isSet('skip-consent') ? { skip_consent: true } : {}),
        ...(call.isSet('dpop') ? { dpop_bound_access_tokens: true } : {}),
        ...texts(call, { purpose: 'purpose' }),
        ...lists(call, LISTS),
        ...logout(call),
        ...protection(call),
        ...authority(call),
      },
    });
    call.print.object(
      { ...body, ...(file === undefined ? {} : { key_file: file }) },
      details([
        ['client_id', body['id']],
        ['name', body['name']],
        ['authenticates with', body['token_endpoint_auth_method']],
        ['secret', secretText(body)],
        ['key', file === undefined ? undefined : `${file}${isNew ? ' (new; keep it private)' : ''}`],
        ['keys served at', body['jwks_uri']],
        ['discovery', `${call.api.issuer}/.well-known/openid-configuration`],
      ]),
    );
    warn(call, body);
    return EXIT.done;
  },
});

const update = updateCommand({
  noun: 'clients',
  singular: 'a client',
  operation: 'updateClient',
  isProvenHere: true,
  options: {
    name: { value: 'NAME', description: 'Name that people see in its requests.' },
    key: {
      value: 'FILE',
      description:
        'New key as a JWK. It replaces all keys of the client. The command creates the file if it does not exist.',
    },
    'jwks-uri': JWKS_URI,
    ...CERTIFICATE,
    ...CHANGEABLE,
  },
  changes: async (call) => {
    const owner = call.text('owner');
    const certificate = certificateRule(call);
    return {
      ...(certificate ? { certificate } : {}),
      ...texts(call, { name: 'name', purpose: 'purpose' }),
      ...(owner === undefined ? {} : { owner: await findAccount(call.api, owner) }),
      ...(await keySource(call)).members,
      ...lists(call, LISTS),
      ...logout(call),
      ...protection(call),
      ...authority(call),
    };
  },
});

export const clientCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'clients',
    plural: 'clients that are not agents, newest first',
    operation: 'listClients',
    filters: { ...SEARCH, ...stateFilter('active, disabled or retired') },
    nothing: 'There are no clients yet. Register one: behalf clients create --name NAME --redirect-uri URI',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'AUTHENTICATES WITH', value: (client) => client['token_endpoint_auth_method'] },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  showCommand('clients', 'a client', 'getClient'),
  update,
  actionCommand({
    noun: 'clients',
    verb: 'disable',
    operation: 'disableClient',
    summary: 'Disable a client. Its tokens and credentials stop working.',
    done: 'disabled',
  }),
  actionCommand({
    noun: 'clients',
    verb: 'verify',
    operation: 'verifyClient',
    summary: 'Verify the name of a client. Other clients cannot register a similar name.',
    done: 'verified',
    role: 'administrator',
  }),
  actionCommand({
    noun: 'clients',
    verb: 'unverify',
    operation: 'unverifyClient',
    summary: 'Remove the verification of a name.',
    done: 'no longer verified',
    role: 'administrator',
  }),
  actionCommand({
    noun: 'clients',
    verb: 'enable',
    operation: 'enableClient',
    summary: 'Enable a client again.',
    done: 'active',
    isProvenHere: true,
  }),
  rotateSecretCommand('clients', 'a client', 'rotateClientSecret', { isProvenHere: true }),
];
