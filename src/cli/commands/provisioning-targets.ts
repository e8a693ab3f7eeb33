/** `behalf provisioning-targets …`: directories elsewhere that have the agents of this server and their owners. */
import { TOKEN_AUTHENTICATIONS } from '../../domain/platform/outbound-tokens/token-client.ts';
import { type Command, EXIT, type Option } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { emptyIsNull, secretIn, texts } from '../members.ts';
import { actionCommand, listCommand, showCommand, updateCommand } from '../object-commands.ts';
import { printable, table } from '../table.ts';

/** Commands that decide what leaves the server. */
const OPENS = { role: 'administrator', isProvenHere: true } as const;
const NOUN = 'provisioning-targets';

const NAME = { value: 'NAME', description: 'Name to show.' } as const;
const URL_OPTION = { value: 'URL', description: 'https URL below which /Agents and /Users are.' } as const;

const CREDENTIALS = {
  'token-file': { value: 'FILE', description: 'File with a bearer token that lasts; - for standard input.' },
  'token-endpoint': {
    value: 'URL',
    description: 'In place of a token: endpoint at which the server requests short ones; "" for none (default).',
  },
  'token-client-id': { value: 'ID', description: 'Client id of this server there.' },
  'token-client-authentication': {
    value: 'METHOD',
    description: `How it authenticates there: ${TOKEN_AUTHENTICATIONS.join(' or ')}. Default: ${TOKEN_AUTHENTICATIONS[0]}, with the keys at its jwks_uri.`,
  },
  'token-client-secret-file': {
    value: 'FILE',
    description: 'File with the client secret for client_secret_basic; - for standard input.',
  },
  'token-client-audience': {
    value: 'TEXT',
    description: 'aud of its assertions, often the issuer there. Default, or with "": the token endpoint.',
  },
  'token-scope': { value: 'SCOPES', description: 'Scopes of the token request; "" for none (default).' },
  'token-resource': {
    value: 'URI',
    description: 'Resource of the token request (RFC 8707); "" for none (default).',
  },
} as const satisfies Record<string, Option>;

const MEMBERS = {
  agents: {
    value: 'AGENTS',
    description:
      'An agent, or an account or group whose agents the target has; "*" for all (default). Repeat for several.',
    isRepeatable: true,
  },
  'agent-name': { value: 'ATTRIBUTE', description: 'agentUserName (default), or name for the older draft.' },
  'user-name': { value: 'SOURCE', description: 'What userName of an owner is: username (default) or email.' },
  removal: { value: 'HOW', description: 'What happens to an agent that is retired: deactivate (default) or delete.' },
} as const satisfies Record<string, Option>;

const members = (call: ManagementCall): Json => {
  const agents = call.texts('agents');
  return {
    ...texts(call, {
      ...{ name: 'name', url: 'url', 'agent-name': 'agent_name', 'user-name': 'user_name', removal: 'removal' },
      ...{ 'token-client-id': 'token_client_id', 'token-client-authentication': 'token_client_authentication' },
    }),
    ...emptyIsNull(
      texts(call, {
        ...{ 'token-endpoint': 'token_endpoint', 'token-client-audience': 'token_client_audience' },
        ...{ 'token-scope': 'token_scope', 'token-resource': 'token_resource' },
      }),
    ),
    ...(agents.length === 0 ? {} : { agents }),
    ...secretIn(call, 'token-file', 'token'),
    ...secretIn(call, 'token-client-secret-file', 'token_client_secret'),
  };
};

const create = managementCommand({
  words: [NOUN, 'create'],
  operands: [],
  summary: 'Register a target. The server pushes agents and their owners to it at once.',
  ...OPENS,
  options: {
    name: { ...NAME, isRequired: true },
    url: { ...URL_OPTION, isRequired: true },
    ...CREDENTIALS,
    ...MEMBERS,
  },
  notes:
    'It needs --token-file, or --token-endpoint and --token-client-id.\nName internal hosts in egress.internalHosts.provisioningTargets.\nTry it: behalf provisioning-targets test TARGET',
  run: async (call) => {
    const { body } = await call.api.run('createProvisioningTarget', { body: members(call) });
    call.print.object(body, `The target is ${printable(String(body['id']))}.\n`);
    return EXIT.done;
  },
});

/** A failure as a line for people. */
const failureLine = ({ failure, status, detail, remedy }: Json): string => {
  const said = detail === undefined ? '' : `: ${printable(String(detail))}`;
  const code = status === undefined ? '' : ` (status ${printable(String(status))})`;
  return `${printable(String(failure))}${code}${said}\n${printable(String(remedy))}\n`;
};

const test = managementCommand({
  words: [NOUN, 'test'],
  operands: ['TARGET'],
  summary: 'Read the configuration of a target, and print whether it answered.',
  role: 'administrator',
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('testProvisioningTarget', { id });
    const isAnswered = body['answered'] === true;
    call.print.object(body, isAnswered ? 'The target answers.\n' : failureLine((body['failure'] ?? {}) as Json));
    return isAnswered ? EXIT.done : EXIT.failed;
  },
});

const refused = managementCommand({
  words: [NOUN, 'refused'],
  operands: ['TARGET'],
  summary: 'List the agents and accounts that a target refused, with what to do.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('listRefusedObjects', { id });
    const rows = (body['items'] ?? []) as readonly Json[];
    const columns = [
      { title: 'OBJECT', value: (row: Json) => row['object'] },
      { title: 'REASON', value: (row: Json) => row['failure'] },
      { title: 'STATUS', value: (row: Json) => row['status'] },
      { title: 'DETAIL', value: (row: Json) => row['detail'] },
      { title: 'WHAT TO DO', value: (row: Json) => row['remedy'] },
    ];
    call.print.object(body, rows.length === 0 ? 'The target refused nothing.\n' : table(columns, rows));
    return EXIT.done;
  },
});

const listed = (title: string, ids: unknown): string =>
  (ids as readonly unknown[]).map((id) => `${title} ${printable(String(id))}\n`).join('');

const reportText = (body: Json): string => {
  const different = ((body['different'] ?? []) as readonly Json[])
    .map(({ object, attributes }) => `different  ${printable(String(object))}  ${printable(String(attributes))}\n`)
    .join('');
  const repeated = Number(body['repeated']);
  return [
    listed('missing   ', body['missing'] ?? []),
    listed('surplus   ', body['surplus'] ?? []),
    different,
    listed('doubled   ', body['doubled'] ?? []),
    `${printable(String(body['same']))} are the same. ${printable(String(body['foreign']))} agents there are not from this server.\n`,
    body['complete'] === true ? '' : 'Not everything was compared. Run it again after these differences are gone.\n',
    repeated > 0 ? `${repeated} are pushed now. Look again: behalf provisioning-targets reconcile\n` : '',
  ].join('');
};

const reconcile = managementCommand({
  words: [NOUN, 'reconcile'],
  operands: ['TARGET'],
  summary: 'Compare what a target has with what it shall have.',
  role: 'administrator',
  options: { apply: { description: 'Push what is missing, surplus or different.' } },
  notes: 'Exit code 1: there are differences, and they are not pushed.',
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('reconcileProvisioningTarget', { id, body: { apply: call.isSet('apply') } });
    call.print.object(body, reportText(body));
    const differences = ['missing', 'surplus', 'different', 'doubled'].map(
      (name) => (body[name] as readonly unknown[]).length,
    );
    const isSame = differences.every((length) => length === 0) && body['complete'] === true;
    return isSame || Number(body['repeated']) > 0 ? EXIT.done : EXIT.failed;
  },
});

const remove = managementCommand({
  words: [NOUN, 'delete'],
  operands: ['TARGET'],
  summary: 'Delete a target. What it has stays there.',
  warning:
    'The server forgets the target, and changes nothing there any more. To stop it for a while: provisioning-targets pause.',
  ...OPENS,
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    await call.api.run('removeProvisioningTarget', { id });
    call.print.object({}, `${printable(call.typed[0] ?? '')} is removed.\n`);
    return EXIT.done;
  },
});

export const provisioningTargetCommands: readonly Command[] = [
  create,
  listCommand({
    noun: NOUN,
    plural: 'targets, newest first',
    operation: 'listProvisioningTargets',
    nothing: 'There is none. Add one: behalf provisioning-targets create --name NAME --url URL --token-file FILE',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: (row) => row['state'] },
      { title: 'WAITING', value: ({ waiting }) => waiting },
      { title: 'LAST SUCCESS', value: ({ last_success_at: at }) => at, as: 'time' },
      {
        title: 'FAILURE',
        value: (row) => row['failing_since'] && (row['last_failure'] as Json | undefined)?.['failure'],
      },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  showCommand(NOUN, 'a target, what waits for it, and its last failure', 'getProvisioningTarget'),
  updateCommand({
    noun: NOUN,
    singular: 'a target',
    operation: 'updateProvisioningTarget',
    ...OPENS,
    options: { name: NAME, url: URL_OPTION, ...CREDENTIALS, ...MEMBERS },
    changes: async (call) => members(call),
  }),
  test,
  refused,
  reconcile,
  actionCommand({
    ...{ noun: NOUN, verb: 'pause', operation: 'pauseProvisioningTarget', done: 'paused', role: 'administrator' },
    summary: 'Pause a target. The server sends nothing to it, and changes wait.',
  }),
  actionCommand({
    ...{ noun: NOUN, verb: 'resume', operation: 'resumeProvisioningTarget', done: 'active', role: 'administrator' },
    summary: 'Resume a paused target, or try a failing one again at once.',
  }),
  remove,
];
