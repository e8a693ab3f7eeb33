/** `behalf transactions …`: work of agents, from the intent to the end. */
import { writeFileSync } from 'node:fs';
import { type Command, CommandError, EXIT, usageError } from '../command.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { operandOf } from '../named-objects.ts';
import { actionCommand, listCommand, showCommand } from '../object-commands.ts';
import { type Column, jsonText, printable } from '../table.ts';
import { evidenceCommand } from './evidence-command.ts';

const receipt = managementCommand({
  words: ['transactions', 'receipt'],
  operands: [operandOf('transactions')],
  summary: 'Print the signed receipt of a closed transaction, a compact JWS.',
  role: 'operator',
  options: {
    cose: { description: 'The COSE form instead, for verifiers of COSE receipts. Needs --to.' },
    to: { value: 'FILE', description: 'File to create. It must not exist. Default: standard output.' },
  },
  run: async (call) => {
    const to = call.text('to');
    if (call.isSet('cose') && to === undefined) throw usageError('--cose needs --to FILE: COSE is binary.');
    const { body } = await call.api.run('getTransactionReceipt', { id: call.operands[0] ?? '' });
    if (to === undefined) {
      call.print.object(body, `${String(body['receipt'])}\n`);
      return EXIT.done;
    }
    const isCose = call.isSet('cose');
    newFile(to, isCose ? Buffer.from(String(body['cose']), 'base64url') : `${String(body['receipt'])}\n`);
    if (call.isSet('json')) call.terminal.out(jsonText(body));
    call.terminal.err(
      `${printable(to)} is written.${isCose ? ` Entry of the log: ${printable(String(body['entry']))}` : ''}\n`,
    );
    return EXIT.done;
  },
});

const evidence = evidenceCommand({
  noun: 'transactions',
  operation: 'getTransactionEvidence',
  summary: 'Write the evidence of a closed transaction as a ZIP archive. It verifies without the server.',
});

const newFile = (to: string, content: string | Buffer): void => {
  try {
    writeFileSync(to, content, { mode: 0o600, flag: 'wx', flush: true });
  } catch (cause) {
    throw new CommandError(`${to} cannot be written.`, { hint: 'Name a file that does not exist.', cause });
  }
};

/** As many as a receipt covers events. */
const MOST_STEPS = 10_000;

const STEP_COLUMNS: readonly Column<Json>[] = [
  { title: 'ISSUED', value: ({ at }) => at, as: 'time' },
  { title: 'GRADE', value: ({ grade }) => grade },
  { title: 'AGENT', value: ({ agent }) => agent, as: 'name' },
  { title: 'RESOURCE', value: ({ resource }) => resource },
  { title: 'SCOPE', value: ({ scope }) => (Array.isArray(scope) ? scope.join(' ') : '') },
  { title: 'REPORTS', value: ({ reports }) => reports },
  { title: 'TOKEN', value: ({ token }) => token },
];

export const transactionCommands: readonly Command[] = [
  listCommand({
    noun: 'transactions',
    plural: 'transactions, newest first',
    operation: 'listTransactions',
    nothing: 'There are no transactions. An agent opens one for its own work by the operation openTransaction.',
    filters: {
      agent: { value: 'AGENT', description: 'Only those of this agent.' },
      open: { description: 'Only open ones.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'CAUSE', value: ({ cause }) => cause, isRare: true },
      { title: 'AGENT', value: ({ agent }) => agent, as: 'name' },
      { title: 'TRIGGER', value: ({ trigger }) => trigger },
      { title: 'OPENED', value: (row) => row['created_at'], as: 'time' },
      { title: 'EXPIRES', value: (row) => row['expires_at'], as: 'time' },
      {
        title: 'INTENT',
        value: ({ intent }) => {
          const { text, digest } = intent as { readonly text?: string; readonly digest: string };
          return text ?? digest;
        },
      },
    ],
  }),
  showCommand('transactions', 'a transaction', 'getTransaction'),
  receipt,
  managementCommand({
    words: ['transactions', 'steps'],
    operands: [operandOf('transactions')],
    summary: 'List the tokens of a transaction, with their grades and the calls that resource servers reported.',
    role: 'operator',
    options: {},
    run: async (call) => {
      const items: Json[] = [];
      for await (const item of call.api.items('listTransactionSteps', { id: call.operands[0] ?? '' }, MOST_STEPS)) {
        items.push(item);
      }
      await call.print.list(items, STEP_COLUMNS, 'The transaction has no token.');
      return EXIT.done;
    },
  }),
  evidence,
  actionCommand({
    noun: 'transactions',
    verb: 'close',
    operation: 'closeTransaction',
    summary: 'Close a transaction, and end every token of it.',
    warning: 'Every token of it ends at once, also those of other agents. A closed transaction cannot be opened again.',
    done: 'closed, and every token of it has ended',
  }),
];
