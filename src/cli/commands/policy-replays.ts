/** `behalf policy replay`: which recorded decisions other policies would have decided differently. */
import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { CommandError, EXIT } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import { momentOf } from '../moment.ts';
import { type Column, idsIn, jsonText, table } from '../table.ts';
import { policiesOf, rowsOf } from './policy-simulations.ts';

export const replayCommand = managementCommand({
  words: ['policy', 'replay'],
  operands: ['VERSION|FILE'],
  summary: 'Replay recorded decisions with policies, and list the decisions that would differ.',
  role: 'operator',
  options: {
    since: { value: 'TIME', description: 'Start: 7d, 12h, or a date. Default 7d.' },
    until: { value: 'TIME', description: 'End. Default: now.' },
    agent: { value: 'AGENT', description: 'Only decisions about this agent.' },
    transaction: { value: 'ID', description: 'Only decisions in this transaction.' },
  },
  notes: 'The audit log records that it was read. Stop with Ctrl+C: the server stops the replay as well.',
  run: async (call) => {
    const [since, until] = [call.text('since') ?? '7d', call.text('until')];
    const stream = await call.api.stream('replayPolicies', {
      body: {
        since: momentOf('since', since),
        ...(until === undefined ? {} : { until: momentOf('until', until) }),
        ...texts(call, { agent: 'agent', transaction: 'transaction' }),
        ...policiesOf(call.operands[0]),
      },
    });
    const summary = await summaryOf(call, stream);
    if (call.isSet('json')) call.terminal.out(jsonText(summary));
    else call.terminal.out(await summaryText(call, summary));
    return EXIT.done;
  },
});

/** Shows progress until the last line arrives. Throws CommandError when the stream ends without it. */
const summaryOf = async (call: ManagementCall, stream: ReadableStream<Uint8Array>): Promise<Json> => {
  let summary: Json | undefined;
  let cause: unknown;
  try {
    const input = Readable.fromWeb(stream);
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const read = JSON.parse(line) as Json;
      summary = read['summary'] as Json | undefined;
      if (!summary) progress(call, read);
    }
  } catch (error) {
    cause = error;
  }
  if (call.terminal.isErrLive) call.terminal.err('\n');
  if (summary) return summary;
  throw new CommandError('The replay ended before it was done.', { hint: 'Try again, with less at once.', cause });
};

const NUMBER = new Intl.NumberFormat('en');

const progress = ({ terminal }: ManagementCall, { read, changed, share }: Json): void => {
  const percent = Math.floor(Number(share) * 100);
  const text = `${String(percent).padStart(3)} %  ${NUMBER.format(Number(read))} decisions read, ${NUMBER.format(Number(changed))} would change`;
  terminal.err(terminal.isErrLive ? `\r${text}` : `${text}\n`);
};

/** Of an agent or client: its decisions, and the scopes in them. */
const CALLER_COUNTS = [
  { title: 'DECISIONS', value: (one: Json) => one['changed'] },
  { title: 'SCOPES ALLOWED', value: (one: Json) => one['allowed'] },
  { title: 'SCOPES REFUSED', value: (one: Json) => one['refused'] },
];

/** Of one scope: decisions. */
const SCOPE_COUNTS = [
  { title: 'NEWLY ALLOWED', value: (one: Json) => one['allowed'] },
  { title: 'NEWLY REFUSED', value: (one: Json) => one['refused'] },
];

const CALLER: Column<Json> = { title: 'AGENT OR CLIENT', value: ({ caller }) => caller, as: 'name' };

const summaryText = async (
  { print }: ManagementCall,
  { read, decided, changed, by_caller, by_scope, examples }: Json,
): Promise<string> => {
  const [of, all] = [NUMBER.format(Number(decided)), NUMBER.format(Number(read))];
  const counts = `${NUMBER.format(Number(changed))} of ${of} decisions would change (${all} were read).\n`;
  if (Number(changed) === 0) return counts;
  const look = await print.look(idsIn([CALLER], [...rowsOf(by_caller), ...rowsOf(examples)]));
  return [
    counts,
    table([...CALLER_COUNTS, CALLER], rowsOf(by_caller), look),
    table(
      [
        ...SCOPE_COUNTS,
        { title: 'SCOPE', value: ({ scope }: Json) => scope },
        { title: 'AT', value: ({ resource }) => resource },
      ],
      rowsOf(by_scope),
      look,
    ),
    table(
      [
        { title: 'FOR EXAMPLE', value: ({ at }: Json) => at, as: 'time' },
        CALLER,
        { title: 'ALLOWED', value: ({ allowed }) => allowed },
        { title: 'REFUSED', value: ({ refused }) => refused },
        { title: 'DECISION', value: ({ decision }) => decision },
      ],
      rowsOf(examples).slice(0, 5),
      look,
    ),
  ].join('\n');
};
