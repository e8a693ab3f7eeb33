/**
 * `behalf approvals …`: approvals that agents requested. People decide on their pages; here other accounts review break-glass
 * access.
 */
import { type Command, EXIT } from '../command.ts';
import { listCommand, managementCommand, showCommand, timeText } from '../management-commands.ts';
import { printable } from '../table.ts';

const PATH = '/approvals';

export const approvalCommands: readonly Command[] = [
  listCommand({
    noun: 'approvals',
    plural: 'approvals, newest first',
    path: PATH,
    nothing: 'There are no such approvals.',
    filters: {
      agent: { value: 'ID', description: 'Only those of this agent.' },
      subject: { value: 'ID', description: 'Only those on behalf of this account.' },
      state: {
        value: 'STATE',
        description:
          'Only those that are pending, approved, redeemed, unused (approved, not used in time), denied, cancelled or expired.',
      },
      review: {
        value: 'REVIEW',
        description: 'Only those let happen in an emergency by two people: open (nobody has looked at them) or closed.',
      },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => (state === 'unused' ? 'approved, not used' : state) },
      { title: 'RISK', value: ({ risk }) => risk },
      { title: 'AGENT', value: ({ agent }) => agent },
      { title: 'FOR', value: ({ subject }) => subject },
      { title: 'ASKED', value: (row) => timeText(row['created_at']) },
      { title: 'DECIDED', value: (row) => timeText(row['decided_at']) },
      { title: 'RESOURCE', value: ({ resource }) => resource },
      { title: 'SCOPE', value: ({ scope }) => scope },
    ],
  }),
  showCommand('approvals', 'an approval', PATH),
  managementCommand({
    words: ['approvals', 'review'],
    operands: ['ID'],
    summary: 'Say whether it was right that two people let an action happen in an emergency.',
    role: 'administrator',
    options: {
      finding: { value: 'FINDING', description: 'justified or unjustified.', isRequired: true },
      note: { value: 'TEXT', description: 'What was found; kept for ever.', isRequired: true },
    },
    notes: 'Nobody of the two does; who answers for the client that calls is who says so.',
    run: async (call) => {
      const [id = ''] = call.operands;
      const { body } = await call.api.post(`${PATH}/${encodeURIComponent(id)}/review`, {
        finding: call.required('finding'),
        note: call.required('note'),
      });
      call.print.object(body, `${printable(id)} is closed.\n`);
      return EXIT.done;
    },
  }),
];
