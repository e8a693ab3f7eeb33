/** `behalf agents …`: the register of agents. */
import { type Command, EXIT, type Option, usageError } from '../command.ts';
import { JWKS_URI, keySource } from '../key-source.ts';
import {
  actionCommand,
  listCommand,
  managementCommand,
  showCommand,
  updateCommand,
  warn,
} from '../management-commands.ts';
import { AUTHORITY, authority, lists, texts } from '../members.ts';
import { details, printable } from '../table.ts';
import { findAccount } from './accounts.ts';

const PATH = '/agents';
const ENVIRONMENTS = ['development', 'test', 'production'];

const REGISTRATION = {
  environment: { value: 'NAME', description: `${ENVIRONMENTS.join(', ')}.` },
  'redirect-uri': { value: 'URI', description: 'Where a person may be sent back to.', isRepeatable: true },
  'grant-type': { value: 'TYPE', description: 'OAuth grant type it may use.', isRepeatable: true },
  'resource-server': {
    value: 'ID',
    description: 'Resource server it is: it may exchange tokens made for that one.',
    isRepeatable: true,
  },
  blueprint: { value: 'ID', description: 'Blueprint it stands under.' },
  ...AUTHORITY,
} as const satisfies Record<string, Option>;

const LISTS = {
  'redirect-uri': 'redirect_uris',
  'grant-type': 'grant_types',
  'resource-server': 'resource_servers',
} as const;

const create = managementCommand({
  words: ['agents', 'create'],
  operands: [],
  summary: 'Register an agent with its public key.',
  role: 'operator',
  options: {
    name: { value: 'NAME', description: 'What people see when it asks for something.', isRequired: true },
    purpose: { value: 'TEXT', description: 'What it is for, in a sentence.', isRequired: true },
    owner: { value: 'ACCOUNT', description: 'Who answers for it: username or id. Default: the administrator.' },
    key: {
      value: 'FILE',
      description: 'Its key as a JWK; made there when the file does not exist. Default: NAME.jwk.json in this folder.',
    },
    'jwks-uri': JWKS_URI,
    ...REGISTRATION,
  },
  notes:
    'The private key stays in the file (mode 0600) and is never sent. The environment is development unless given.',
  run: async (call) => {
    const owner = await findAccount(call.api, call.text('owner'));
    const environment = environmentOf(call.text('environment') ?? 'development');
    const { members, file, isNew } = await keySource(call, `${fileNameFor(call.required('name'))}.jwk.json`);
    const { body } = await call.api.post(PATH, {
      name: call.required('name'),
      purpose: call.required('purpose'),
      owner,
      environment,
      ...members,
      ...texts(call, { blueprint: 'blueprint' }),
      ...lists(call, LISTS),
      ...authority(call),
    });
    const id = String(body['id']);
    call.print.object(
      { ...body, ...(file === undefined ? {} : { key_file: file }) },
      `${details([
        ['id', id],
        ['name', body['name']],
        ['owner', body['owner']],
        ['environment', body['environment']],
        [
          'key',
          file === undefined ? `served at ${body['jwks_uri']}` : `${file}${isNew ? ' (new; keep it private)' : ''}`,
        ],
      ])}\nIt authenticates at ${printable(call.api.issuer)} with client_id ${printable(id)} and that key (private_key_jwt).\nNext: behalf agents show ${printable(id)}\n`,
    );
    warn(call, body);
    return EXIT.done;
  },
});

const update = updateCommand({
  noun: 'agents',
  singular: 'an agent',
  path: PATH,
  options: {
    name: { value: 'NAME', description: 'What people see when it asks for something.' },
    purpose: { value: 'TEXT', description: 'What it is for, in a sentence.' },
    owner: { value: 'ACCOUNT', description: 'Who answers for it: username or id.' },
    key: {
      value: 'FILE',
      description: 'New key as a JWK, in place of all it has; made there when the file does not exist.',
    },
    'jwks-uri': JWKS_URI,
    ...REGISTRATION,
  },
  changes: async (call) => {
    const [owner, environment] = ['owner', 'environment'].map(call.text);
    return {
      ...texts(call, { name: 'name', purpose: 'purpose', blueprint: 'blueprint' }),
      ...(owner === undefined ? {} : { owner: await findAccount(call.api, owner) }),
      ...(environment === undefined ? {} : { environment: environmentOf(environment) }),
      ...(await keySource(call)).members,
      ...lists(call, LISTS),
      ...authority(call),
    };
  },
});

export const agentCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'agents',
    plural: 'agents, newest first',
    path: PATH,
    nothing: 'There are no agents yet. Register one: behalf agents create --name NAME --purpose TEXT',
    filters: {
      owner: { value: 'ID', description: 'Only those of this account.' },
      blueprint: { value: 'ID', description: 'Only those of this blueprint.' },
      state: { value: 'STATE', description: 'Only active, suspended or retired ones.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'ENVIRONMENT', value: ({ environment }) => environment },
      { title: 'OWNER', value: ({ owner }) => owner },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  showCommand('agents', 'an agent', PATH),
  update,
  actionCommand({
    noun: 'agents',
    verb: 'suspend',
    path: PATH,
    summary: 'Suspend an agent: nothing it holds works until it is resumed.',
    done: 'suspended',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'resume',
    path: PATH,
    summary: 'Make a suspended agent active again.',
    done: 'active',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'retire',
    path: PATH,
    summary: 'Retire an agent for good.',
    done: 'retired for good',
  }),
];

const environmentOf = (value: string): string => {
  if (ENVIRONMENTS.includes(value)) return value;
  throw usageError(`--environment must be one of ${ENVIRONMENTS.join(', ')}.`);
};

const fileNameFor = (name: string): string =>
  name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '')
    .slice(0, 40) || 'agent';
