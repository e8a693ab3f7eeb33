/** `behalf findings …`: what needs a decision, and the decisions. */
import { systemClock } from '../../../adapters/node/clock.ts';
import { type Command, EXIT, type Option } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import { listCommand } from '../object-commands.ts';
import { printable, table } from '../table.ts';
import { timeSpan } from '../time-span.ts';

const NOUN = 'findings';

const REASON = { value: 'TEXT', description: 'Why, for later readers.', isRequired: true } as const satisfies Option;

/** `25  no_person  130`, one line for each part. */
const partsText = (body: Json): string =>
  table(
    [
      { title: 'POINTS', value: ({ points }) => points },
      { title: 'REASON', value: ({ reason }) => reason },
      { title: 'NUMBER', value: ({ value }) => value },
    ],
    (body['parts'] ?? []) as readonly Json[],
  );

const show = managementCommand({
  words: [NOUN, 'show'],
  operands: ['ID'],
  summary: 'Show a finding: the parts of its score, and the events that prove it.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const [id = ''] = call.operands;
    const { body } = await call.api.run('getFinding', { id });
    const { parts: _, evidence, ...rest } = body;
    if (call.isSet('json')) call.print.object(body, '');
    else {
      await call.print.members(rest);
      call.terminal.out(`\n${partsText(body)}`);
      for (const event of (evidence ?? []) as readonly unknown[])
        call.terminal.out(`behalf audit show ${printable(String(event))}\n`);
    }
    return EXIT.done;
  },
});

const decide = (
  verb: string,
  operation: 'dismissFinding' | 'adoptFinding' | 'quarantineFinding' | 'reopenFinding',
  {
    summary,
    warning,
    options,
    members,
    done,
  }: {
    readonly summary: string;
    readonly warning?: string;
    readonly options: Readonly<Record<string, Option>>;
    readonly members?: (call: ManagementCall) => Json;
    readonly done: (body: Json) => string;
  },
): Command =>
  managementCommand({
    words: [NOUN, verb],
    operands: ['ID'],
    summary,
    ...(warning === undefined ? {} : { warning }),
    role: 'operator',
    options,
    run: async (call) => {
      const [id = ''] = call.operands;
      const body = members ? { body: members(call) } : {};
      const answer = await call.api.run(operation, { id, ...body });
      call.print.object(answer.body, `${done(answer.body)}\n`);
      return EXIT.done;
    },
  });

export const findingCommands: readonly Command[] = [
  listCommand({
    noun: NOUN,
    plural: 'findings, the highest score first',
    operation: 'listFindings',
    nothing: 'Nothing needs you.',
    filters: {
      state: { value: 'STATE', description: 'open (default), dismissed, adopted, quarantined or resolved.' },
      kind: { value: 'KIND', description: 'Only findings of this kind, such as undeclared_agent.' },
      subject: { value: 'PARTY', description: 'Only findings about this agent or client.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'SEVERITY', value: ({ severity }) => severity, as: 'word' },
      { title: 'SCORE', value: ({ score }) => score },
      { title: 'FINDING', value: ({ kind }) => kind },
      { title: 'STATE', value: ({ state }) => state, isRare: true },
      { title: 'ENDS', value: ({ ends_at: at }) => at, as: 'time', isRare: true },
      { title: 'SUBJECT', value: ({ subject }) => subject },
      { title: 'OWNER', value: ({ owner }) => owner, as: 'name' },
      { title: 'NAME', value: ({ name }) => name },
    ],
    isWatched: true,
  }),
  show,
  decide('dismiss', 'dismissFinding', {
    summary: 'Dismiss a finding for some time. It comes back earlier if its score rises by 20.',
    options: {
      for: { value: 'TIME', description: 'How long: 30d, 12w. At most a year.', isRequired: true },
      reason: REASON,
    },
    members: (call) => ({
      until: systemClock.now() + timeSpan('for', call.required('for')),
      ...texts(call, { reason: 'reason' }),
    }),
    done: ({ id }) =>
      `${printable(String(id))} is dismissed. To undo it: behalf findings reopen ${printable(String(id))}`,
  }),
  decide('adopt', 'adoptFinding', {
    summary: 'Register an agent for a client that behaves like one. The client works as before.',
    options: {
      owner: { value: 'OWNER', description: 'Account or group that will own the agent.', isRequired: true },
      blueprint: { value: 'BLUEPRINT', description: 'Blueprint of the agent.' },
      name: { value: 'NAME', description: 'Name of the agent. Default: that of the client.' },
      purpose: { value: 'TEXT', description: 'What the agent is for. Default: the purpose of the client.' },
      environment: { value: 'ENVIRONMENT', description: 'production (default), staging or development.' },
    },
    members: (call) =>
      texts(call, {
        ...{ owner: 'owner', blueprint: 'blueprint', name: 'name', purpose: 'purpose', environment: 'environment' },
      }),
    done: ({ agent }) =>
      `The agent is ${printable(String(agent))}. Its owner accepts it and adds credentials. Then disable the client.`,
  }),
  decide('quarantine', 'quarantineFinding', {
    summary: 'Suspend the agent or client of a finding.',
    warning: 'Its tokens and credentials stop working at once. To undo it: behalf findings reopen ID.',
    options: { reason: REASON },
    members: (call) => texts(call, { reason: 'reason' }),
    done: ({ name }) => `${printable(String(name))} is suspended.`,
  }),
  decide('reopen', 'reopenFinding', {
    summary: 'Undo a decision. What a quarantine suspended works again.',
    options: {},
    done: ({ id }) => `${printable(String(id))} is open.`,
  }),
];
