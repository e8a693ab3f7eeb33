/** `behalf response-rules …`: what the server does by itself when an agent behaves unlike itself. */
import { type Command, EXIT, type Option, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import { actionCommand, deleteCommand, listCommand, updateCommand } from '../object-commands.ts';
import { printable, table } from '../table.ts';

const NOUN = 'response-rules';

const DEFINITION = {
  when: {
    ...{ value: 'FACT=NUMBER', isRepeatable: true },
    description:
      'Condition: the fact and the value from which on it holds, as denials_10_minutes=20. All of them hold.',
  },
  act: { value: 'ACT', description: 'notify, narrow, withhold, approve, suspend or contain.' },
  hours: { value: 'N', description: 'How long narrow, withhold and approve last, 1 to 168 hours. Default: 24.' },
  environment: { value: 'ENVIRONMENT', description: 'Only agents of this environment.', isRepeatable: true },
} as const satisfies Record<string, Option>;

const conditionOf = (given: string): Json => {
  const [, fact, value] = /^([a-z0-9_]+)=([0-9]+(?:\.[0-9]+)?)$/.exec(given) ?? [];
  if (fact === undefined)
    throw usageError(`${printable(given)} is no condition.`, 'Write it as denials_10_minutes=20.');
  return { fact, at_least: Number(value) };
};

const definitionOf = (call: ManagementCall): Json => {
  const [when, environments] = [call.texts('when'), call.texts('environment')];
  const hours = call.integer('hours', 1, 168);
  return {
    ...(when.length === 0 ? {} : { when: when.map(conditionOf) }),
    ...(environments.length === 0 ? {} : { environments }),
    ...texts(call, { act: 'act' }),
    ...(hours === undefined ? {} : { hours }),
  };
};

type Condition = { readonly fact: string; readonly at_least: number };
const whenText = ({ when }: Json): string =>
  ((when ?? []) as readonly Condition[]).map(({ fact, at_least: least }) => `${fact}=${least}`).join(' ');

/** What the last replay says, and the agents on which the rule would have acted. */
const replayText = (replay: Json | undefined): string => {
  if (!replay) return 'It was not replayed. Next: behalf response-rules replay ID\n';
  const { events, agents_seen: seen, agents_acted_on: acted, most_in_an_hour: most, agents, cut } = replay;
  const rows = (agents ?? []) as readonly Json[];
  const head = `Replayed over ${events} events of ${seen} agents: it would have acted on ${acted}, at most ${most} in an hour.\n`;
  const past = Number(replay['outside']);
  const outside =
    past > 0 ? `Then they got ${past} tokens for what was new to them, which it would have stopped.\n` : '';
  const isCut = cut === true ? 'The end of the log was not read: replay fewer days.\n' : '';
  if (rows.length === 0) return head + isCut;
  const columns = [
    { title: 'AGENT', value: ({ agent }: Json) => agent },
    { title: 'AT', value: ({ at }: Json) => at, as: 'time' as const },
    {
      title: 'NEW AFTER',
      value: ({ outside: count }: Json) => (count === 0 ? undefined : count),
      isRare: true as const,
    },
    { title: 'VALUES', value: ({ values }: Json) => JSON.stringify(values) },
  ];
  return head + outside + isCut + table(columns, rows);
};

const show = managementCommand({
  words: [NOUN, 'show'],
  operands: ['RESPONSE_RULE'],
  summary: 'Show a response rule, and on which agents it would have acted.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('getResponseRule', { id: call.operands[0] ?? '' });
    if (call.isSet('json')) call.print.object(body, '');
    else {
      const { replay, when: _, ...rest } = body;
      await call.print.members({ ...rest, when: whenText(body) });
      call.terminal.out(`\n${replayText(replay as Json | undefined)}`);
    }
    return EXIT.done;
  },
});

const create = managementCommand({
  words: [NOUN, 'create'],
  operands: ['NAME'],
  summary: 'Create a response rule, as a draft. It does nothing until it was replayed and activated.',
  role: 'operator',
  options: DEFINITION,
  run: async (call) => {
    const { body } = await call.api.run('createResponseRule', {
      body: { name: call.operands[0], ...definitionOf(call) },
    });
    const id = printable(String(body['id']));
    call.print.object(body, `${id} is drafted.\nNext: behalf response-rules replay ${id}\n`);
    return EXIT.done;
  },
});

const replay = managementCommand({
  words: [NOUN, 'replay'],
  operands: ['RESPONSE_RULE'],
  summary: 'Replay a response rule over the audit log: on which agents it would have acted.',
  role: 'operator',
  options: { days: { value: 'N', description: 'How many days of the log. Default: 28.' } },
  run: async (call) => {
    const [id = ''] = call.operands;
    const days = call.integer('days', 1, 28);
    const { body } = await call.api.run('replayResponseRule', { id, body: days === undefined ? {} : { days } });
    const made = body['replay'] as Json | undefined;
    const next = `Next: behalf response-rules activate ${printable(id)} --agents ${String(made?.['agents_acted_on'])}\n`;
    call.print.object(body, `${replayText(made)}${made?.['cut'] === true ? '' : next}`);
    return EXIT.done;
  },
});

const activate = managementCommand({
  words: [NOUN, 'activate'],
  operands: ['RESPONSE_RULE'],
  summary: 'Let a response rule act, after you have seen what it would have done.',
  role: 'administrator',
  isProvenHere: true,
  options: {
    agents: {
      value: 'N',
      description: 'On how many agents the last replay says that it would have acted.',
      isRequired: true,
    },
  },
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body, etag } = await call.api.run('getResponseRule', { id });
    const acted = (body['replay'] as Json | undefined)?.['agents_acted_on'];
    if (acted !== undefined && String(acted) !== call.required('agents'))
      throw usageError(
        `The last replay says ${printable(String(acted))} agents.`,
        `Look at it first: behalf response-rules show ${printable(id)}`,
      );
    const activated = await call.api.run('activateResponseRule', { id, etag });
    call.print.object(activated.body, `${printable(call.typed[0] ?? '')} acts from now on.\n`);
    return EXIT.done;
  },
});

export const responseRuleCommands: readonly Command[] = [
  create,
  listCommand({
    noun: NOUN,
    plural: 'response rules, newest first',
    operation: 'listResponseRules',
    nothing:
      'There are no response rules. Make one: behalf response-rules create NAME --when denials_10_minutes=20 --act suspend',
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'ACT', value: ({ act }) => act },
      { title: 'WHEN', value: whenText },
      { title: 'WOULD ACT ON', value: ({ replay: last }) => (last as Json | undefined)?.['agents_acted_on'] },
      { title: 'NAME', value: ({ name }) => name },
    ],
  }),
  show,
  updateCommand({
    noun: NOUN,
    singular: 'a response rule',
    operation: 'updateResponseRule',
    options: { name: { value: 'NAME', description: 'Name to show.' }, ...DEFINITION },
    changes: async (call) => ({ ...texts(call, { name: 'name' }), ...definitionOf(call) }),
  }),
  replay,
  activate,
  actionCommand({
    noun: NOUN,
    verb: 'deactivate',
    operation: 'deactivateResponseRule',
    summary: 'Make a response rule a draft again. What it did stays.',
    done: 'a draft',
  }),
  deleteCommand({
    noun: NOUN,
    operation: 'removeResponseRule',
    summary: 'Delete a response rule.',
    warning: 'The rule and its replay are gone. What it did stays: behalf responses list.',
  }),
];
