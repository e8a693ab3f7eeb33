/**
 * `behalf approvals …`: approvals that agents requested. Approvers decide on their pages. Here an account that took no part
 * reviews break-glass access.
 */
import { type Command, EXIT } from '../command.ts';
import { actionText, describedActions } from '../described-actions.ts';
import { bothTimes, colorOf, painted } from '../look.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { listCommand } from '../object-commands.ts';
import { details, printable } from '../table.ts';

const stateText = (state: unknown): unknown => (state === 'unused' ? 'approved, not used' : state);

const show = managementCommand({
  words: ['approvals', 'show'],
  operands: ['ID'],
  summary: 'Show an approval: what it allows, for whom, until when, and who approved it.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('getApproval', { id: call.operands[0] ?? '' });
    if (call.isSet('json')) call.print.object(body, '');
    else call.terminal.out(await approvalText(call, body));
    return EXIT.done;
  },
});

type Vote = { readonly account: string; readonly for?: string; readonly at: number };

const approvalText = async (call: ManagementCall, body: Json): Promise<string> => {
  const [requires, escalation, emergency] = ['requires', 'escalation', 'break_glass'].map(
    (name) => body[name] as Json | undefined,
  );
  const approvers = (body['approvers'] ?? []) as readonly string[];
  const votes = (body['votes'] ?? []) as readonly Vote[];
  const invoked = (emergency?.['by'] ?? []) as readonly Vote[];
  const look = await call.print.look([
    ...['agent', 'client', 'subject', 'resource', 'decided_by', 'must_agree', 'requested_by'].map((name) =>
      String(body[name]),
    ),
    ...approvers,
    ...[...votes, ...invoked].flatMap(({ account, for: away }) => (away === undefined ? [account] : [account, away])),
  ]);
  const who = (id: unknown): unknown => (typeof id === 'string' ? (look.names?.get(id) ?? id) : undefined);
  const withId = (id: unknown): unknown => (who(id) === id ? id : `${String(who(id))} (${String(id)})`);
  const time = (value: unknown): unknown => bothTimes(value, look);
  const voted = (all: readonly Vote[]): readonly string[] =>
    all.map(
      ({ account, for: away, at }) =>
        `${String(who(account))}${away === undefined ? '' : ` for ${String(who(away))}`}, ${String(time(at))}`,
    );
  const describe = await describedActions(call.api);
  const action = (body['details'] === undefined ? [] : describe(body)).flatMap(({ sentence, more }) => [
    ['action', sentence] as const,
    ...more.map(({ member, value }) => [`  ${member}`, value] as const),
  ]);
  const state = String(stateText(body['state']));
  const risk = String(body['risk']);
  return [
    `${painted(printable(state), colorOf(state), look)}  ${painted(printable(`${risk} risk`), colorOf(risk), look)}\n\n`,
    details([
      ...action,
      ['scopes', body['scope']],
      ['at', withId(body['resource'])],
      ['agent', withId(body['agent'])],
      ...(body['client'] === body['agent'] ? [] : [['requested by', withId(body['client'])] as const]),
      ['requested by', body['requested_by'] === undefined ? undefined : withId(body['requested_by'])],
      ['on behalf of', withId(body['subject'])],
      ['message', body['binding_message']],
      ['requested', time(body['created_at'])],
      ['decide until', body['state'] === 'pending' ? time(body['expires_at']) : undefined],
      ['approvals', `${votes.length} of ${String(requires?.['quorum'] ?? 1)}`],
      ['approved by', voted(votes)],
      ['approvers', approvers.map(who)],
      ['must approve', who(body['must_agree'] ?? undefined)],
      ['escalates', time(escalation?.['at'])],
      ['decided', time(body['decided_at'])],
      ['decided by', who(body['decided_by'])],
      ['use until', time(body['redeem_by'])],
      ['redeemed', time(body['redeemed_at'])],
      ['used', time(body['used_at'])],
      ['break-glass', emergency?.['reason']],
      ['invoked by', voted(invoked)],
      ['review', emergency?.['finding'] ?? emergency?.['review']],
      ['review note', emergency?.['note']],
      ['blueprint', (body['blueprint'] as Json | null)?.['id']],
      ['policy version', body['policy'] ?? undefined],
      ['channel', body['channel']],
      ['id', body['id']],
      ['digest', body['digest']],
    ]),
  ].join('');
};

export const approvalCommands: readonly Command[] = [
  listCommand({
    noun: 'approvals',
    plural: 'approvals, newest first',
    operation: 'listApprovals',
    isWatched: true,
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
        value: 'STATE',
        description: 'Only break-glass approvals by two people: open (not reviewed) or closed.',
      },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => stateText(state) },
      { title: 'RISK', value: ({ risk }) => risk },
      { title: 'ACTION', value: (row) => row['action'] ?? row['scope'] },
      { title: 'AGENT', value: ({ agent }) => agent, as: 'name' },
      { title: 'FOR', value: ({ subject }) => subject, as: 'name' },
      { title: 'ASKED', value: (row) => row['created_at'], as: 'time' },
      { title: 'DECIDED', value: (row) => row['decided_at'], as: 'time', isRare: true },
      { title: 'RESOURCE', value: ({ resource }) => resource, as: 'name' },
    ],
    prepare: async (call, rows) => {
      if (rows.every(({ details: given }) => given === undefined)) return rows;
      const describe = await describedActions(call.api);
      return rows.map((row) => ({ ...row, action: actionText(describe, row) }));
    },
  }),
  show,
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
