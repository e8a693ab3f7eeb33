/** `behalf resource-servers …`: the APIs that tokens can be for. */
import { type McpScope, mcpScopeOf } from '../../domain/resources/mcp-servers/enable-plan.ts';
import { CERTIFICATE, certificateMethod, certificateRule } from '../certificates.ts';
import { type Call, type Command, EXIT, given, type Option, usageError } from '../command.ts';
import { publicKeyOf } from '../key-pair.ts';
import type { Json } from '../management-client.ts';
import { managementCommand, secretText } from '../management-command.ts';
import { jsonIn, lists, texts } from '../members.ts';
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
import { delegationCommands } from './resource-server-delegations.ts';

export const NAME: Option = { value: 'NAME', description: 'Name that people see on the consent page.' };
export const SCOPE: Option = {
  value: 'NAME:RISK:TEXT',
  description: 'A scope, its risk (low, medium, high, critical) and what it allows.',
  isRepeatable: true,
};
export const DEFAULT_SCOPE: Option = {
  value: 'NAME',
  description: 'One of the given scopes that a request without a scope requests. Default: all.',
  isRepeatable: true,
};

const SCOPE_OF_ALL: Option = {
  value: 'NAME',
  description:
    'One of the given scopes that needs the authority of every participant in a transaction of several people. Default: none.',
  isRepeatable: true,
};

/** Options of both creating and changing. */
const CHANGEABLE = {
  format: { value: 'FORMAT', description: 'Format of access tokens: jwt or opaque. Default: jwt.' },
  ttl: { value: 'SECONDS', description: 'Lifetime of access tokens, 30 to 3600. Default: 300.' },
  environment: {
    value: 'NAME',
    description: 'Only agents of this environment may get access here. Default: all.',
    isRepeatable: true,
  },
  permission: {
    value: 'NAME',
    description: 'What it may do here: reports:write, to report what it did with its tokens. Default: nothing.',
    isRepeatable: true,
  },
  'status-list': {
    value: 'on|off',
    description: 'Whether each JWT access token has an index in a Token Status List. Default: off.',
  },
  'detail-types': {
    value: 'FILE',
    description: 'JSON list of the types of authorization details that it understands (RFC 9396).',
  },
  key: {
    value: 'FILE',
    description: 'Key of the resource server as a JWK. The command creates the file if it does not exist.',
  },
} as const satisfies Record<string, Option>;

const create = managementCommand({
  words: ['resource-servers', 'create'],
  operands: ['IDENTIFIER'],
  summary: 'Register an API that accepts access tokens of this server.',
  role: 'operator',
  options: {
    name: { ...NAME, isRequired: true },
    scope: { ...SCOPE, isRequired: true },
    'default-scope': DEFAULT_SCOPE,
    'scope-of-all': SCOPE_OF_ALL,
    ...CHANGEABLE,
    ...CERTIFICATE,
    introspection: {
      value: 'METHOD',
      description:
        'Authentication method for introspection: none, client_secret_basic, private_key_jwt, tls_client_auth or self_signed_tls_client_auth. Default: none, with --key private_key_jwt, or a certificate where one is given.',
    },
  },
  notes:
    'IDENTIFIER is the resource indicator (RFC 8707): an https URL. Example of a scope: mail.read:low:Read your mail',
  run: async (call) => {
    const key = call.text('key');
    const pair = key === undefined ? undefined : await publicKeyOf(key);
    const certificate = certificateRule(call);
    const introspection =
      call.text('introspection') ??
      (certificate && certificateMethod(certificate)) ??
      (key === undefined ? undefined : 'private_key_jwt');
    const { body } = await call.api.run('createResourceServer', {
      body: {
        identifier: call.operands[0],
        name: call.required('name'),
        scopes: scopesOf(call),
        ...tokenFormOf(call),
        ...detailTypesOf(call),
        ...(introspection === undefined ? {} : { introspection_auth_method: introspection }),
        ...(pair === undefined ? {} : { jwks: { keys: [pair.jwk] } }),
        ...(certificate ? { certificate } : {}),
      },
    });
    call.print.object(
      { ...body, ...(key === undefined ? {} : { key_file: key }) },
      details([
        ['id', body['id']],
        ['identifier', body['identifier']],
        ['access tokens', body['access_token_format']],
        ['introspects with', body['introspection_auth_method']],
        ['secret', secretText(body)],
        ['key', key === undefined ? undefined : `${key}${pair?.isNew ? ' (new; keep it private)' : ''}`],
      ]),
    );
    return EXIT.done;
  },
});

const tokenFormOf = (call: Call): Json => {
  const ttl = call.integer('ttl', 30, 3600);
  return {
    ...texts(call, { format: 'access_token_format' }),
    ...lists(call, { environment: 'environments', permission: 'permissions' }),
    ...(ttl === undefined ? {} : { access_token_ttl_seconds: ttl }),
    ...statusListOf(call),
  };
};

const statusListOf = (call: Call): Json => {
  const given = call.text('status-list');
  if (given !== undefined && given !== 'on' && given !== 'off') {
    throw usageError(`--status-list ${given} is neither on nor off.`, 'Example: --status-list on');
  }
  return given === undefined ? {} : { status_list: given === 'on' };
};

const detailTypesOf = (call: Call): Json => {
  const file = call.text('detail-types');
  return file === undefined ? {} : { detail_types: jsonIn(file) };
};

const update = updateCommand({
  noun: 'resource-servers',
  singular: 'a resource server',
  operation: 'updateResourceServer',
  options: {
    name: NAME,
    scope: SCOPE,
    'default-scope': DEFAULT_SCOPE,
    'scope-of-all': SCOPE_OF_ALL,
    ...CHANGEABLE,
    ...CERTIFICATE,
  },
  changes: async (call) => {
    const key = call.text('key');
    const scopes = scopesOf(call);
    const certificate = certificateRule(call);
    return {
      ...(certificate ? { certificate } : {}),
      ...texts(call, { name: 'name' }),
      ...(scopes.length === 0 ? {} : { scopes }),
      ...tokenFormOf(call),
      ...detailTypesOf(call),
      ...(key === undefined ? {} : { jwks: { keys: [(await publicKeyOf(key)).jwk] } }),
    };
  },
});

const scopesOf = (call: Call): readonly Json[] => {
  const scopes = call.texts('scope').map(scopeOf);
  const marked = (option: 'default-scope' | 'scope-of-all'): readonly string[] => {
    const names = call.texts(option);
    const unknown = names.find((name) => !scopes.some((scope) => scope.name === name));
    if (unknown === undefined) return names;
    throw usageError(`--${option} ${unknown} is none of the scopes given.`, 'Name one of those after --scope.');
  };
  const defaults = marked('default-scope');
  const ofAll = marked('scope-of-all');
  return scopes.map((scope) => ({
    ...scope,
    ...(defaults.includes(scope.name) ? { default: true } : {}),
    ...(ofAll.includes(scope.name) ? { participants: 'all' } : {}),
  }));
};

/** `mail.read:low:Read your mail`. Throws a usage error. */
export const scopeOf = (text: string): McpScope => given('--scope', () => mcpScopeOf(text));

export const resourceServerCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'resource-servers',
    plural: 'resource servers, newest first',
    operation: 'listResourceServers',
    filters: {
      ...SEARCH,
      ...stateFilter('active or disabled'),
      awaiting: { description: 'Only resource servers with a scope of another API that waits to be accepted.' },
    },
    nothing:
      'There are no resource servers yet. Register one: behalf resource-servers create https://api.example.com --name NAME --scope NAME:RISK:TEXT',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'IDENTIFIER', value: ({ identifier }) => identifier },
      { title: 'NAME', value: ({ name }) => name },
      {
        title: 'SCOPES',
        value: ({ scopes }) => (scopes as readonly { readonly name: string }[]).map(({ name }) => name),
      },
    ],
  }),
  showCommand('resource-servers', 'a resource server', 'getResourceServer'),
  update,
  actionCommand({
    noun: 'resource-servers',
    verb: 'disable',
    operation: 'disableResourceServer',
    summary: 'Disable a resource server. No token is issued for it.',
    done: 'disabled',
  }),
  actionCommand({
    noun: 'resource-servers',
    verb: 'enable',
    operation: 'enableResourceServer',
    summary: 'Enable a resource server again.',
    done: 'active',
  }),
  ...delegationCommands,
  rotateSecretCommand('resource-servers', 'a resource server', 'rotateResourceServerSecret'),
];
