/** `behalf agents …`: the registry of agents. */
import { keyFileFor, requireNewName } from '../agent-names.ts';
import { type Command, CommandError, EXIT, isCommandError, type Option, usageError } from '../command.ts';
import { JWKS_URI, keySource } from '../key-source.ts';
import type { Json } from '../management-client.ts';
import {
  actionCommand,
  listCommand,
  type ManagementCall,
  managementCommand,
  showCommand,
  timeText,
  updateCommand,
  warn,
} from '../management-commands.ts';
import { AUTHORITY, authority, lists, texts } from '../members.ts';
import { momentOf } from '../moment.ts';
import { findOwner } from '../named-owners.ts';
import { details, printable, table } from '../table.ts';
import { secretCommands } from './agent-secrets.ts';
import { importAgents } from './agents-import.ts';

const PATH = '/agents';
const ENVIRONMENTS = ['development', 'test', 'production'];

const REGISTRATION = {
  environment: { value: 'NAME', description: `${ENVIRONMENTS.join(', ')}.` },
  'redirect-uri': { value: 'URI', description: 'Redirect URI.', isRepeatable: true },
  'grant-type': { value: 'TYPE', description: 'OAuth grant type that the agent may use.', isRepeatable: true },
  'resource-server': {
    value: 'ID',
    description: 'Resource server that the agent also is. The agent may exchange tokens issued for it.',
    isRepeatable: true,
  },
  blueprint: { value: 'ID', description: 'Blueprint of the agent.' },
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
    const { body } = await call.api.post(PATH, {
      name,
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

const update = updateCommand({
  noun: 'agents',
  singular: 'an agent',
  path: PATH,
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

const WHO_ACCEPTS =
  'The account that is asked accepts it, or a member of the group that is asked: in the console (ISSUER/console/agents/ID), or with --key-file FILE of a client that account owns. `behalf agents show ID` names owner and transfer_to.';

type AgentFindings = {
  readonly kind: string;
  readonly more: boolean;
  readonly agents: readonly Json[];
  readonly clients: readonly Json[];
};

const findings = managementCommand({
  words: ['agents', 'findings'],
  operands: [],
  summary: 'List findings about agents and clients, most urgent first.',
  role: 'operator',
  options: { limit: { value: 'N', description: 'Show at most N agents of each kind. Default 50.' } },
  notes:
    'Kinds: orphaned (no owner), secrets (allowed a secret), expiring (end within 30 days), stopped (active, but blocked), pending (not accepted), unused (no token for 30 days), exceptions (clients for which rules are lifted).',
  run: async (call) => {
    const limit = call.integer('limit', 1, 200);
    const { body } = await call.api.get(`/findings${limit === undefined ? '' : `?limit=${limit}`}`);
    const found = body['items'] as readonly AgentFindings[];
    const rows = found.flatMap(({ kind, agents, clients }) => [
      ...agents.map(({ agent, at }) => ({ ...(agent as Json), kind, at })),
      ...clients.map(({ client, exceptions }) => ({
        ...(client as Json),
        kind: `${kind}: ${exceptions}`,
        at: undefined,
      })),
    ]);
    const text =
      rows.length === 0
        ? ''
        : table<Json>(
            [
              { title: 'FINDING', value: ({ kind }) => kind },
              { title: 'ID', value: ({ id }) => id },
              { title: 'STATE', value: ({ state }) => state },
              { title: 'OWNER', value: ({ owner }) => owner },
              { title: 'UNTIL', value: ({ at }) => timeText(at) },
              { title: 'LAST USE', value: ({ last_used_at: at }) => timeText(at) },
              { title: 'NAME', value: ({ name }) => name },
            ],
            rows,
            call.terminal.columns,
          );
    call.print.object(body, text);
    if (!call.isSet('json')) {
      if (rows.length === 0) call.terminal.err('Nothing needs you.\n');
      for (const { kind } of found.filter(({ more }) => more)) call.terminal.err(`There are more: ${kind}.\n`);
      if (body['complete'] === false) {
        call.terminal.err(`Ends and stops were looked for among the newest ${body['looked_at']} agents.\n`);
      }
    }
    return EXIT.done;
  },
});

export const agentCommands: readonly Command[] = [
  create,
  importAgents,
  listCommand({
    noun: 'agents',
    plural: 'agents, newest first unless sorted otherwise',
    path: PATH,
    nothing: 'There are no agents yet. Register one: behalf agents create --name NAME --purpose TEXT',
    filters: {
      owner: {
        value: 'NAME',
        description: 'Only agents of this account or group: username, name of the group, or id.',
      },
      state: {
        value: 'STATE',
        description: 'Only agents in this state: pending, active, suspended, orphaned or retired.',
      },
      environment: { value: 'NAME', description: `Only those of ${ENVIRONMENTS.join(', ')}.` },
      blueprint: { value: 'ID', description: 'Only agents under this blueprint.' },
      search: { value: 'WORDS', description: 'Only agents with all these words in name, provider or purpose.' },
      'unused-since': {
        value: 'TIME',
        description: 'Only agents that got no token since then: 30d, 12h, or a date such as 2026-10-01.',
        parameter: 'unused_since',
      },
      'with-secret': {
        description: 'Only agents that were allowed a secret: exceptions that should end.',
        parameter: 'with_secret',
      },
      awaiting: { description: 'Only agents that you, or --owner, have to accept.' },
      sort: { value: 'BY', description: 'Sort key: created, name or last_use.' },
      order: { value: 'WAY', description: 'Sort order: ascending or descending.' },
    },
    meaning: (name, value) => (name === 'unused-since' ? String(momentOf(name, value)) : value),
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'ENVIRONMENT', value: ({ environment }) => environment },
      { title: 'OWNER', value: ({ owner }) => owner },
      { title: 'LAST USE', value: ({ last_used_at: at }) => timeText(at) },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  findings,
  showCommand('agents', 'an agent', PATH),
  update,
  managementCommand({
    words: ['agents', 'accept'],
    operands: ['ID'],
    summary:
      'Accept ownership of a pending agent, an orphaned agent, or an agent offered to you. The future owner runs this.',
    role: 'operator',
    options: {},
    notes: WHO_ACCEPTS,
    run: async (call) => {
      const id = call.operands[0] ?? '';
      const { body } = await call.api.post(`${PATH}/${encodeURIComponent(id)}/acceptance`).catch((error: unknown) => {
        if (!isCommandError(error) || error.status !== 403) throw error;
        const hint = WHO_ACCEPTS.replace('ISSUER', call.api.issuer).replaceAll('ID', printable(id));
        throw new CommandError(error.message, { hint, cause: error });
      });
      call.print.object(body, `${printable(String(body['id']))} is ${printable(String(body['state']))}.\n`);
      return EXIT.done;
    },
  }),
  ...secretCommands,
  actionCommand({
    noun: 'agents',
    verb: 'suspend',
    path: PATH,
    summary: 'Suspend an agent. Its tokens and credentials do not work until it is resumed.',
    done: 'suspended',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'resume',
    path: PATH,
    summary: 'Resume a suspended agent.',
    done: 'active',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'verify',
    path: PATH,
    summary: 'Verify the name of an agent. Other agents cannot register a similar name.',
    done: 'verified',
    role: 'administrator',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'unverify',
    path: PATH,
    summary: 'Remove the verification of a name.',
    done: 'no longer verified',
    role: 'administrator',
  }),
  actionCommand({
    noun: 'agents',
    verb: 'retire',
    path: PATH,
    summary: 'Retire an agent permanently.',
    done: 'retired for good',
  }),
];

const environmentOf = (value: string): string => {
  if (ENVIRONMENTS.includes(value)) return value;
  throw usageError(`--environment must be one of ${ENVIRONMENTS.join(', ')}.`);
};
