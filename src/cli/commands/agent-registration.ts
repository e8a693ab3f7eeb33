/** `behalf agents create` and `update`: what an agent is registered with. */
import { keyFileFor, requireNewName } from '../agent-names.ts';
import { EXIT, type Option, usageError } from '../command.ts';
import { JWKS_URI, keySource } from '../key-source.ts';
import { timeText } from '../look.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand, warn } from '../management-command.ts';
import { AUTHORITY, authority, lists, texts } from '../members.ts';
import { findOwner } from '../named-owners.ts';
import { updateCommand } from '../object-commands.ts';
import { details, printable } from '../table.ts';

export const ENVIRONMENTS = ['development', 'test', 'production'];

const REGISTRATION = {
  environment: { value: 'NAME', description: `${ENVIRONMENTS.join(', ')}.` },
  'redirect-uri': { value: 'URI', description: 'Redirect URI.', isRepeatable: true },
  'grant-type': { value: 'TYPE', description: 'OAuth grant type that the agent may use.', isRepeatable: true },
  'resource-server': {
    value: 'API',
    description: 'Resource server that the agent also is. The agent may exchange tokens issued for it.',
    isRepeatable: true,
  },
  blueprint: { value: 'BLUEPRINT', description: 'Blueprint of the agent.' },
  ...AUTHORITY,
} as const satisfies Record<string, Option>;

const LISTS = {
  'redirect-uri': 'redirect_uris',
  'grant-type': 'grant_types',
  'resource-server': 'resource_servers',
} as const;

export const create = managementCommand({
  words: ['agents', 'create'],
  operands: [],
  summary: 'Register an agent with its public key.',
  role: 'operator',
  options: {
    name: { value: 'NAME', description: 'Name that people see in its requests.', isRequired: true },
    purpose: { value: 'TEXT', description: 'Purpose of the agent, in a sentence.', isRequired: true },
    owner: {
      value: 'NAME',
      description: 'Owner: username, name of a group, or id. Default: the administrator.',
    },
    key: {
      value: 'FILE',
      description:
        'Key of the agent as a JWK. The command creates the file if it does not exist. Default: NAME.jwk.json in this folder.',
    },
    'jwks-uri': JWKS_URI,
    again: { description: 'Register the agent even if another agent has the name.' },
    ...REGISTRATION,
  },
  notes:
    'An agent for another owner is pending until that owner accepts it. The private key stays in the file (mode 0600) and is never sent. The default environment is development.',
  run: async (call) => {
    const owner = await findOwner(call.api, call.text('owner'));
    const environment = environmentOf(call.text('environment') ?? 'development');
    const name = call.required('name');
    const isAgain = call.isSet('again');
    if (!isAgain) await requireNewName(call.api, name);
    const { members, file, isNew } = await keySource(call, keyFileFor(name, isAgain));
    const { body } = await call.api.run('createAgent', {
      body: {
        name,
        purpose: call.required('purpose'),
        owner,
        environment,
        ...members,
        ...texts(call, { blueprint: 'blueprint' }),
        ...lists(call, LISTS),
        ...authority(call),
      },
    });
    const id = String(body['id']);
    call.print.object(
      { ...body, ...(file === undefined ? {} : { key_file: file }) },
      `${details([
        ['id', id],
        ['name', body['name']],
        ['owner', body['owner']],
        ['environment', body['environment']],
        ['state', body['state']],
        [
          'key',
          file === undefined ? `served at ${body['jwks_uri']}` : `${file}${isNew ? ' (new; keep it private)' : ''}`,
        ],
      ])}\n${body['state'] === 'pending' ? toAccept(call, id, body) : ''}It authenticates at ${printable(call.api.issuer)} with client_id ${printable(id)} and that key (private_key_jwt).\nNext: behalf agents show ${printable(id)}\n`,
    );
    warn(call, body);
    return EXIT.done;
  },
});

export const update = updateCommand({
  noun: 'agents',
  singular: 'an agent',
  operation: 'updateAgent',
  // Only an administrator replaces the keys of an agent that another account owns.
  role: ({ text }) => (text('key') === undefined && text('jwks-uri') === undefined ? 'operator' : 'administrator'),
  options: {
    name: { value: 'NAME', description: 'Name that people see in its requests.' },
    purpose: { value: 'TEXT', description: 'Purpose of the agent, in a sentence.' },
    owner: { value: 'NAME', description: 'New owner that the agent is offered to: username, name of a group, or id.' },
    key: {
      value: 'FILE',
      description:
        'New key as a JWK. It replaces all keys of the agent. The command creates the file if it does not exist.',
    },
    'jwks-uri': JWKS_URI,
    ...REGISTRATION,
  },
  changes: async (call) => {
    const [owner, environment] = ['owner', 'environment'].map(call.text);
    return {
      ...texts(call, { name: 'name', purpose: 'purpose', blueprint: 'blueprint' }),
      ...(owner === undefined ? {} : { owner: await findOwner(call.api, owner) }),
      ...(environment === undefined ? {} : { environment: environmentOf(environment) }),
      ...(await keySource(call)).members,
      ...lists(call, LISTS),
      ...authority(call),
    };
  },
});

/** What an agent that waits for its owner's acceptance lacks, who accepts it and where, and what it cannot do until then. */
const toAccept = (call: ManagementCall, id: string, { owner, accept_by: by }: Json): string => {
  const issuer = printable(call.api.issuer);
  return [
    `Its owner has to accept it${by === undefined ? '' : ` until ${timeText(by)}`}: ${printable(call.text('owner') ?? String(owner))}, or a member of that group.`,
    `  where       ${issuer}/console/agents/${printable(id)}`,
    `  or          behalf agents accept ${printable(id)} --key-file FILE, with the key of a client that the owner owns`,
    '  until then  it gets no token (invalid_client), and no person can allow it anything',
    '',
  ].join('\n');
};

const environmentOf = (value: string): string => {
  if (ENVIRONMENTS.includes(value)) return value;
  throw usageError(`--environment must be one of ${ENVIRONMENTS.join(', ')}.`);
};
