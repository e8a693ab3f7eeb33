/** `behalf blueprints …`: templates and ceilings for agents. */
import { type Call, type Command, EXIT, usageError } from '../command.ts';
import { timeText } from '../look.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { actionCommand, listCommand } from '../object-commands.ts';
import { type Column, details, printable } from '../table.ts';
import { CEILINGS, ceilingsOf } from './blueprint-ceilings.ts';

const targetOf = ({ operands }: Call) => ({ id: operands[0] ?? '' });
const draftOf = (body: Json): Json => ((body['draft'] as Json | undefined)?.['ceilings'] ?? body['ceilings']) as Json;

const create = managementCommand({
  words: ['blueprints', 'create'],
  operands: [],
  summary: 'Create a draft of a blueprint. It has no effect until it is activated.',
  role: 'operator',
  options: {
    name: { value: 'NAME', description: 'Unique name.', isRequired: true },
    purpose: { value: 'TEXT', description: 'Purpose of agents under the blueprint, in a sentence.', isRequired: true },
    ...CEILINGS,
  },
  run: async (call) => {
    const { body } = await call.api.run('createBlueprint', {
      body: {
        name: call.required('name'),
        purpose: call.required('purpose'),
        ceilings: ceilingsOf(call, {}) ?? {},
      },
    });
    const id = printable(String(body['id']));
    call.print.object(body, `${id} is drafted.\nNext: behalf blueprints activate ${id}\n`);
    return EXIT.done;
  },
});

const show = managementCommand({
  words: ['blueprints', 'show'],
  operands: ['BLUEPRINT'],
  summary: 'Show a blueprint: the active version and the draft.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('getBlueprint', targetOf(call));
    const { draft, ceilings, ...words } = body;
    const parts: (readonly [string, unknown])[] = Object.entries(words).map(([name, value]) => [
      name,
      name.endsWith('_at') ? timeText(value) : value,
    ]);
    const lines = (of: unknown, prefix: string) =>
      Object.entries((of ?? {}) as Json).map(([name, value]) => [`${prefix}.${name}`, JSON.stringify(value)] as const);
    const ofDraft = lines((draft as Json | undefined)?.['ceilings'], 'draft');
    call.print.object(body, details([...parts, ...lines(ceilings, 'ceilings'), ...ofDraft]));
    return EXIT.done;
  },
});

const update = managementCommand({
  words: ['blueprints', 'update'],
  operands: ['BLUEPRINT'],
  summary:
    'Change the draft of a blueprint. A new draft starts from the active version. Options left out change nothing.',
  role: 'operator',
  options: {
    name: { value: 'NAME', description: 'Name. It changes at once.' },
    purpose: { value: 'TEXT', description: 'Purpose of agents under the blueprint. It changes at once.' },
    ...CEILINGS,
  },
  run: async (call) => {
    const [name, purpose] = ['name', 'purpose'].map(call.text);
    const ceilings = ceilingsOf(call, draftOf((await call.api.run('getBlueprint', targetOf(call))).body));
    const changes = {
      ...(name === undefined ? {} : { name }),
      ...(purpose === undefined ? {} : { purpose }),
      ...(ceilings === undefined ? {} : { ceilings }),
    };
    if (Object.keys(changes).length === 0) {
      throw usageError('Nothing to change was given.', 'See `behalf blueprints update --help`.');
    }
    const { body } = await call.api.change('updateBlueprint', targetOf(call), changes);
    const id = printable(call.typed[0] ?? '');
    const next =
      ceilings === undefined ? '' : `Next: behalf blueprints preview ${id}, then behalf blueprints activate ${id}\n`;
    call.print.object(body, `${id} was changed: ${Object.keys(changes).join(', ')}.\n${next}`);
    return EXIT.done;
  },
});

const activate = managementCommand({
  words: ['blueprints', 'activate'],
  operands: ['BLUEPRINT'],
  summary: 'Activate the draft of a blueprint for all its agents at once.',
  role: 'operator',
  options: {},
  notes:
    'The activation ends all rights of agents above the new ceilings. `behalf blueprints preview` lists the affected agents.',
  run: async (call) => {
    const { etag } = await call.api.run('getBlueprint', targetOf(call));
    const { body } = await call.api.run('activateBlueprint', { ...targetOf(call), etag });
    call.print.object(body, `${printable(call.typed[0] ?? '')} is active in version ${body['version']}.\n`);
    return EXIT.done;
  },
});

const CHANGES: readonly Column<Json>[] = [
  { title: 'CEILING', value: ({ member }) => member },
  { title: 'BEFORE', value: ({ before }) => valueText(before) },
  { title: 'AFTER', value: ({ after }) => valueText(after) },
  { title: '', value: ({ narrows }) => (narrows === true ? 'narrower' : 'wider') },
];
const valueText = (value: unknown): string =>
  value === undefined ? 'no limit' : typeof value === 'object' ? JSON.stringify(value) : String(value);

const diff = managementCommand({
  words: ['blueprints', 'diff'],
  operands: ['BLUEPRINT'],
  summary: 'Compare two versions. Without options: the draft with the active version.',
  role: 'operator',
  options: {
    from: { value: 'VERSION', description: 'The older version; 0 means no limits.' },
    to: { value: 'VERSION', description: 'The newer version.' },
  },
  run: async (call) => {
    const [from, to] = ['from', 'to'].map((name) => call.integer(name, 0, 1_000_000)?.toString());
    const { body } = await call.api.run('diffBlueprint', { ...targetOf(call), query: { from, to } });
    await call.print.list((body['changes'] ?? []) as readonly Json[], CHANGES, 'They do not differ.');
    return EXIT.done;
  },
});

const versions = managementCommand({
  words: ['blueprints', 'versions'],
  operands: ['BLUEPRINT'],
  summary: 'List the versions of a blueprint, newest first.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const found: Json[] = [];
    for await (const one of call.api.items('listBlueprintVersions', targetOf(call))) found.push(one);
    await call.print.list(
      found,
      [
        { title: 'VERSION', value: ({ version }) => version },
        { title: 'STATE', value: ({ state }) => state },
        { title: 'ACTIVATED', value: (one) => one['activated_at'], as: 'time' },
        { title: 'BY', value: (one) => one['activated_by'], as: 'name' },
      ],
      'There are none.',
    );
    return EXIT.done;
  },
});

const preview = managementCommand({
  words: ['blueprints', 'preview'],
  operands: ['BLUEPRINT'],
  summary: 'List the agents that the draft would break, and how, before it is activated.',
  role: 'operator',
  options: { limit: { value: 'N', description: 'Show at most N. Default: all.' } },
  notes:
    'With --json the command prints one line per agent as soon as it is known. The exit code is 0 even when agents would break.',
  run: async (call: ManagementCall) => {
    let count = 0;
    let stopped = 0;
    const most = call.integer('limit', 1, 1_000_000);
    for await (const one of call.api.items('previewBlueprint', targetOf(call), most)) {
      count += 1;
      if ((one['stops'] as readonly unknown[]).length > 0) stopped += 1;
      call.terminal.out(call.isSet('json') ? `${JSON.stringify(one)}\n` : `${breakText(one)}\n`);
    }
    if (!call.isSet('json')) {
      call.terminal.out(count === 0 ? 'No agent would break.\n' : `${count} would break, ${stopped} of them stop.\n`);
    }
    return EXIT.done;
  },
});

const breakText = (one: Json): string => {
  const words = (value: unknown): string => (value as readonly string[]).join(', ');
  const authority = Object.entries((one['authority'] ?? {}) as Json);
  const lowered = (one['lowered'] ?? []) as readonly Json[];
  return [
    `${printable(String(one['agent']))}  ${printable(String(one['name']))}  (owner ${printable(String(one['owner']))})`,
    ...(words(one['stops']) === '' ? [] : [`  stops: ${words(one['stops'])}`]),
    ...(words(one['grant_types']) === '' ? [] : [`  loses the grant types ${words(one['grant_types'])}`]),
    ...authority.map(([resource, scopes]) => `  loses ${words(scopes)} at ${printable(resource)}`),
    ...lowered.map(
      (each) => `  ${each['member']}: ${printable(`${valueText(each['before'])} → ${valueText(each['after'])}`)}`,
    ),
  ].join('\n');
};

export const blueprintCommands: readonly Command[] = [
  create,
  listCommand({
    noun: 'blueprints',
    plural: 'blueprints, newest first',
    operation: 'listBlueprints',
    nothing: 'There are no blueprints yet. Draft one: behalf blueprints create --name NAME --purpose TEXT',
    filters: { state: { value: 'STATE', description: 'Only blueprints in this state: draft, active or deprecated.' } },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'VERSION', value: ({ version }) => version },
      { title: 'NAME', value: ({ name }) => name },
      { title: 'PURPOSE', value: ({ purpose }) => purpose },
    ],
  }),
  show,
  update,
  diff,
  preview,
  activate,
  versions,
  actionCommand({
    noun: 'blueprints',
    verb: 'deprecate',
    operation: 'deprecateBlueprint',
    summary: 'Deprecate a blueprint. It accepts no new agents, and existing agents stay under it.',
    done: 'deprecated',
  }),
];
