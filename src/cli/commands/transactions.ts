/** `behalf transactions …`: work of agents, from the intent to the end. */
import { type Command, EXIT } from '../command.ts';
import { managementCommand } from '../management-command.ts';
import { operandOf } from '../named-objects.ts';
import { actionCommand, listCommand, showCommand } from '../object-commands.ts';

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
  managementCommand({
    words: ['transactions', 'receipt'],
    operands: [operandOf('transactions')],
    summary: 'Print the signed receipt of a closed transaction, a compact JWS.',
    role: 'operator',
    options: {},
    run: async (call) => {
      const { body } = await call.api.run('getTransactionReceipt', { id: call.operands[0] ?? '' });
      call.print.object(body, `${String(body['receipt'])}\n`);
      return EXIT.done;
    },
  }),
  actionCommand({
    noun: 'transactions',
    verb: 'close',
    operation: 'closeTransaction',
    summary: 'Close a transaction, and end every token of it.',
    done: 'closed, and every token of it has ended',
  }),
];
