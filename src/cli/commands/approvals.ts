/**
 * `behalf approvals …`: approvals that agents requested. Approvers decide on their pages. Here an account that took no part
 * reviews break-glass access.
 */
import { type Command, EXIT } from '../command.ts';
import { managementCommand, timeText } from '../management-command.ts';
import { listCommand, showCommand } from '../object-commands.ts';
import { printable } from '../table.ts';

export const approvalCommands: readonly Command[] = [
  listCommand({
    noun: 'approvals',
    plural: 'approvals, newest first',
    operation: 'listApprovals',
    nothing: 'There are no such approvals.',
    filters: {
      agent: { value: 'AGENT', description: 'Only approvals of this agent.' },
      subject: { value: 'ACCOUNT', description: 'Only approvals on behalf of this account.' },
      state: {
        value: 'STATE',
        description:
          'Only approvals in this state: pending, approved, redeemed, unused (approved, not used in time), denied, cancelled or expired.',
      },
      review: {
        value: 'REVIEW',
        description: 'Only break-glass approvals by two people: open (not reviewed) or closed.',
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
  showCommand('approvals', 'an approval', 'getApproval'),
  managementCommand({
    words: ['approvals', 'review'],
    operands: ['ID'],
    summary: 'Review a break-glass approval by two people: was it justified?',
    role: 'administrator',
    options: {
      finding: { value: 'FINDING', description: 'justified or unjustified.', isRequired: true },
      note: { value: 'TEXT', description: 'Result of the review. It is stored permanently.', isRequired: true },
    },
    notes: 'Neither of the two may review it. The reviewer is the owner of the calling client.',
    run: async (call) => {
      const [id = ''] = call.operands;
      const { body } = await call.api.run('reviewApproval', {
        id,
        body: { finding: call.required('finding'), note: call.required('note') },
      });
      call.print.object(body, `${printable(id)} is closed.\n`);
      return EXIT.done;
    },
  }),
];
