/** `behalf mcp enable`: an MCP server behind this server, from its URL alone. A second run changes nothing. */
import { clientHostOf, hostSettings } from '../../domain/resources/mcp-servers/client-hosts.ts';
import {
  type EnabledBefore,
  type EnableWishes,
  enablePlan,
  type ScopePair,
  scopePairOf,
} from '../../domain/resources/mcp-servers/enable-plan.ts';
import { mcpServerUrl, type Read } from '../../domain/resources/mcp-servers/protected-resource.ts';
import { pythonLines, typescriptLines } from '../../domain/resources/mcp-servers/server-lines.ts';
import { checkProposals } from '../../domain/resources/resource-servers/delegation-targets.ts';
import { isDomainError } from '../../domain/vocabulary/errors.ts';
import { managementApiOf } from '../../domain/vocabulary/management-api.ts';
import { isAgreed, YES } from '../agreement.ts';
import { type Command, EXIT, given, type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand, secretText } from '../management-command.ts';
import { hostChange } from '../mcp/client-hosts.ts';
import { readProtectedResource } from '../mcp/protected-resource.ts';
import { type Step, serverSteps } from '../mcp/server-steps.ts';
import { apiIdentified } from '../named-objects.ts';
import { details, printable } from '../table.ts';
import { DEFAULT_SCOPE, NAME, SCOPE, scopeOf } from './resource-servers.ts';

const OPTIONS = {
  name: { ...NAME, description: 'Name that people see. Default: the name in its metadata, else its host.' },
  scope: {
    ...SCOPE,
    description:
      'A scope with its risk and what it allows. A scope that only the metadata names gets the risk medium and a text that you can improve with this option.',
  },
  'default-scope': DEFAULT_SCOPE,
  'delegates-to': {
    value: 'RESOURCE=SCOPE',
    description: 'A scope of another API that the MCP server asks its callers for. Another operator accepts it.',
    isRepeatable: true,
  },
  'client-host': {
    value: 'HOST',
    description: 'Host whose client metadata documents (CIMD) the server accepts. With --config, the file is changed.',
    isRepeatable: true,
  },
  config: { value: 'FILE', description: 'Configuration file of the server, on this machine, for --client-host.' },
  introspection: {
    value: 'METHOD',
    description: 'How a new MCP server authenticates for introspection. Default: none.',
  },
  ...YES,
} as const satisfies Record<string, Option>;

const enable = managementCommand({
  words: ['mcp', 'enable'],
  operands: ['URL'],
  summary: 'Register an MCP server by its URL, and print the lines for its code. The command asks first.',
  role: 'operator',
  options: OPTIONS,
  notes:
    'Reads the protected resource metadata of the MCP server (RFC 9728) from this machine. Without metadata and --scope, the scope is `mcp`. It adds what is missing and removes nothing, so a second run changes nothing. For --config, run the command as the user of the server, with its environment: the file is checked as by `behalf check-config`. The server reads it at its next start.',
  run: async (call) => {
    const url = call.operands[0] ?? '';
    const parsed = given('URL', () => mcpServerUrl(url));
    const wishes = wishesOf(call, url);
    const read = await readProtectedResource(url, parsed);
    const metadata = 'found' in read ? read.found : undefined;
    const existing = await apiIdentified(call.api, url);
    const plan = given('--default-scope:', () => enablePlan(wishes, metadata, existing && beforeOf(existing)));
    await checkPairs(call, url, wishes.delegatesTo, existing);
    const steps = [...serverSteps(call, plan, existing), ...hostSteps(call)];
    if (!(await isConfirmed(call, steps, read))) return EXIT.failed;
    const made = await changed(call, steps, existing);
    const { issuer } = call.api;
    const server = { issuer, resource: url, scopes: plan.scopes.map((one) => one.name) };
    const lines = { typescript: typescriptLines(server), python: pythonLines(server) };
    call.print.object(
      { resource_server: made, metadata: metadata ?? null, changes: steps.map(shown), lines },
      resultText(call, { made, steps, lines, isServed: metadata?.issuers.includes(issuer) === true }),
    );
    return EXIT.done;
  },
});

/** Throws a usage error for an option that cannot be read. */
const wishesOf = (call: ManagementCall, url: string): EnableWishes & Required<Pick<EnableWishes, 'delegatesTo'>> => ({
  url,
  name: call.text('name'),
  scopes: call.texts('scope').map(scopeOf),
  defaultScopes: call.texts('default-scope'),
  delegatesTo: call.texts('delegates-to').map((text) => given('--delegates-to', () => scopePairOf(text))),
});

/** Throws a usage error for a pair that the server would refuse after it registered the MCP server. */
const checkPairs = async (
  call: ManagementCall,
  url: string,
  pairs: readonly ScopePair[],
  existing: Json | undefined,
): Promise<void> => {
  const delegatesTo = existing && beforeOf(existing).delegatesTo;
  const findByIdentifier = async (identifier: string) => {
    const found = await apiIdentified(call.api, identifier);
    if (!found) return undefined;
    const { scopes, state } = beforeOf(found);
    return { document: { scopes, state: state === 'active' ? ('active' as const) : ('disabled' as const) } };
  };
  try {
    const rules = { managementApi: managementApiOf(call.api.issuer), findByIdentifier };
    await checkProposals({ identifier: url, ...(delegatesTo && { delegatesTo }) }, pairs, rules);
  } catch (error) {
    if (!isDomainError(error)) throw error;
    const { resource, scope } = pairs[Number(error.field?.split('/')[2])] ?? { resource: '', scope: '' };
    throw usageError(`--delegates-to ${printable(`${resource}=${scope}`)}: ${error.message}`);
  }
};

const beforeOf = (existing: Json): EnabledBefore => ({
  name: String(existing['name']),
  state: String(existing['state']),
  scopes: existing['scopes'] as EnabledBefore['scopes'],
  delegatesTo: (existing['delegates_to'] ?? []) as readonly ScopePair[],
});

const hostsOf = (call: ManagementCall): readonly string[] =>
  call.texts('client-host').map((text) => given('--client-host', () => clientHostOf(text)));

const hostSteps = (call: ManagementCall): readonly Step[] => {
  const [hosts, file] = [hostsOf(call), call.text('config')];
  if (file === undefined) return [];
  if (hosts.length === 0) throw usageError('--config goes with --client-host.', 'Name the hosts of the clients.');
  const change = hostChange(file, hosts, call.env);
  if (!change) return [];
  const before = change.before?.join(', ') ?? 'none';
  const run = async (): Promise<undefined> => {
    change.write();
    return undefined;
  };
  return [
    {
      sign: '~',
      what: `file ${file}`,
      lines: [`client metadata documents of: ${before} → ${change.hosts.join(', ')}`],
      run,
    },
  ];
};

/**
 * Makes the changes in their order. Returns the resource server as it is afterwards. If a later change fails, prints first what was
 * done, and a new secret: the server shows it once, and a second run finds the resource server there.
 */
const changed = async (call: ManagementCall, steps: readonly Step[], existing: Json | undefined): Promise<Json> => {
  let made = existing ?? {};
  const done: Step[] = [];
  try {
    for (const step of steps) {
      made = { ...made, ...(await step.run(String(made['id']))) };
      done.push(step);
    }
  } catch (error) {
    if (done.length > 0) {
      const changes = done.map(({ sign, what }) => `${sign} ${printable(what)}\n`).join('');
      call.terminal.err(`Only a part was done:\n${changes}Run the command again: it makes the other changes.\n`);
    }
    const secret = secretText(made);
    if (secret !== undefined)
      call.terminal.err(`The secret of ${printable(String(made['id']))}: ${printable(secret)}\n`);
    throw error;
  }
  return made;
};

const previewText = (steps: readonly Step[], read: Read): string => {
  const from =
    'found' in read
      ? `Its metadata is at ${printable(read.found.from)}.\n`
      : `It answers no metadata (${printable(read.none)}).\n`;
  const changes = steps.map(({ sign, what, lines }) =>
    [`${sign} ${printable(what)}`, ...lines.map((line) => `    ${printable(line)}`), ''].join('\n'),
  );
  return [from, ...changes].join('');
};

/** Asks about the steps. Without any, there is nothing to ask. */
const isConfirmed = async (call: ManagementCall, steps: readonly Step[], read: Read): Promise<boolean> => {
  const preview = previewText(steps, read);
  if (steps.length === 0) {
    if (!call.isSet('json')) call.terminal.err(preview);
    return true;
  }
  const json = { metadata: 'found' in read ? read.found : null, changes: steps.map(shown) };
  return isAgreed(call, { preview, json, question: 'Do this?' });
};

const shown = ({ sign, what, lines }: Step) => ({ action: sign === '+' ? 'create' : 'change', object: what, lines });

const resultText = (
  call: ManagementCall,
  {
    made,
    steps,
    lines,
    isServed,
  }: {
    readonly made: Json;
    readonly steps: readonly Step[];
    readonly lines: { readonly typescript: readonly string[]; readonly python: readonly string[] };
    readonly isServed: boolean;
  },
): string => {
  const block = (title: string, content: readonly string[]): readonly string[] => [
    '',
    title,
    '',
    ...content.map((line) => (line === '' ? '' : `  ${printable(line)}`)),
  ];
  const waiting = ((made['delegates_to'] ?? []) as readonly Json[]).filter((pair) => pair['accepted_at'] === undefined);
  const issuer = printable(call.api.issuer);
  return [
    steps.length === 0
      ? 'Nothing had to change.'
      : `${steps.length === 1 ? '1 change' : `${steps.length} changes`} made.`,
    details([
      ['id', made['id']],
      ['identifier', made['identifier']],
      ['secret', secretText(made)],
    ]).trimEnd(),
    ...(isServed
      ? []
      : block('Clients do not find this server yet: the metadata of the MCP server has to name it. Its package does:', [
          `"authorization_servers": ["${issuer}"]`,
        ])),
    ...block('TypeScript: packages/resource-server, on Express', lines.typescript),
    ...block('Python: python/, on any ASGI app', lines.python),
    ...(waiting.length === 0
      ? []
      : block('Another operator or administrator accepts the proposals:', [
          `${issuer}/console/resource-servers/${String(made['id'])}`,
        ])),
    ...clientLines(call, steps),
    '',
  ].join('\n');
};

/** What is left to do, so that clients may ask people. */
const clientLines = (call: ManagementCall, steps: readonly Step[]): readonly string[] => {
  const hosts = hostsOf(call);
  if (steps.some(({ what }) => what.startsWith('file ')))
    return ['', 'Start the server again: it reads the file at its start.'];
  if (hosts.length === 0) {
    return ['', 'Which clients may ask people: add --client-host HOST, or read docs/how-to/mcp.md.'];
  }
  if (call.text('config') !== undefined) return [];
  return [
    '',
    'Set this for the server beside the hosts that it has, and start it again. With --config FILE this command does it:',
    '',
    ...hostSettings(hosts).map((line) => `  ${line}`),
  ];
};

export const mcpCommands: readonly Command[] = [enable];
