/** `behalf reviews …` and `behalf review-items …`: access reviews, and the decisions about what agents hold. */
import { type Call, type Command, EXIT, type Option } from '../command.ts';
import type { Json } from '../management-client.ts';
import { type ManagementCall, managementCommand } from '../management-command.ts';
import { lists, texts } from '../members.ts';
import { actionCommand, listCommand, showCommand } from '../object-commands.ts';
import { printable, table } from '../table.ts';
import { evidenceCommand } from './evidence-command.ts';

const NOUN = 'reviews';
const ITEMS = 'review-items';

const REASON = { value: 'TEXT', description: 'Why, for later readers.' } as const satisfies Option;

/** The number of an option. A text that is no number goes to the server, which refuses it. */
const numbers = (call: Call, names: Readonly<Record<string, string>>): Json =>
  Object.fromEntries(
    Object.entries(texts(call, names)).map(([member, value]) => [
      member,
      /^\d{1,6}$/.test(String(value)) ? Number(value) : value,
    ]),
  );

const SELECTION = {
  owner: { value: 'OWNER', description: 'Only agents of this account or group.' },
  person: { value: 'ACCOUNT', description: 'Only what agents hold for this person.' },
  agent: { value: 'AGENT', description: 'Only this agent.' },
  resource: { value: 'URL', description: 'Only delegations at this resource indicator.' },
  environment: { value: 'ENVIRONMENT', description: 'Only agents of this environment.' },
  risk: {
    value: 'RISK',
    description: 'Only delegations with a scope of at least this risk: low, medium, high, critical.',
  },
  'older-than': { value: 'DAYS', description: 'Only delegations that are at least so old.' },
  'unused-for': { value: 'DAYS', description: 'Only delegations without a token for so many days.' },
} as const satisfies Readonly<Record<string, Option>>;

const create = managementCommand({
  words: [NOUN, 'create'],
  operands: ['NAME'],
  summary: 'Begin an access review of what agents hold for people. Without a selection: of everything.',
  role: 'operator',
  options: {
    ...SELECTION,
    reviewers: { value: 'RULE', description: 'Who decides: operators (default), manager (of the owner), or group.' },
    group: {
      value: 'GROUP',
      description: 'Id or name of the group that decides, or that stands in for a missing manager.',
    },
    'owner-decides': { description: 'Owners may decide about their own agents.' },
    default: { value: 'DECISION', description: 'What happens to items without a decision: keep (default) or end.' },
    due: { value: 'DAYS', description: 'Days in which reviewers decide. Default: 14.' },
    repeat: { value: 'DAYS', description: 'Begin the next review so many days after this one.' },
  },
  run: async (call) => {
    const body = {
      name: call.operands[0] ?? '',
      ...texts(call, { owner: 'owner', person: 'person', agent: 'agent', resource: 'resource' }),
      ...texts(call, { environment: 'environment', risk: 'risk', reviewers: 'reviewers', group: 'group' }),
      ...texts(call, { default: 'default' }),
      ...numbers(call, { 'older-than': 'older_than_days', 'unused-for': 'unused_for_days' }),
      ...numbers(call, { due: 'due_in_days', repeat: 'repeat_days' }),
      ...(call.isSet('owner-decides') ? { owner_decides: true } : {}),
    };
    const answer = await call.api.run('createReview', { body });
    const id = printable(String(answer.body['id']));
    call.print.object(answer.body, `${id} begins. See its items: behalf review-items list --review ${id}\n`);
    return EXIT.done;
  },
});

const figures = managementCommand({
  words: [NOUN, 'figures'],
  operands: ['REVIEW'],
  summary: 'Show how reviewers decided: the share they kept, and the seconds for each item.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const { body } = await call.api.run('getReviewFigures', { id: call.operands[0] ?? '' });
    const shown = table(
      [
        { title: 'REVIEWER', value: ({ reviewer }) => reviewer },
        { title: 'DECIDED', value: ({ decided }) => decided },
        { title: 'KEPT', value: ({ kept }) => kept },
        { title: 'SECONDS', value: ({ median_seconds: median }) => median },
        { title: 'HASTY', value: ({ hasty }) => (hasty ? 'yes' : 'no') },
      ],
      (body['reviewers'] ?? []) as readonly Json[],
    );
    call.print.object(body, shown);
    return EXIT.done;
  },
});

export const reviewCommands: readonly Command[] = [
  create,
  listCommand({
    noun: NOUN,
    plural: 'access reviews, newest first',
    operation: 'listReviews',
    nothing: 'There are no access reviews.',
    filters: { state: { value: 'STATE', description: 'preparing, open, completed or cancelled.' } },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state },
      { title: 'DUE', value: ({ due_at: at }) => at, as: 'time' },
      { title: 'ITEMS', value: ({ items }) => items },
      { title: 'OPEN', value: ({ counts }) => (counts as Json | undefined)?.['open'] },
      { title: 'DEFAULT', value: (review) => review['default'] },
      { title: 'NAME', value: ({ name }) => name },
    ],
    isWatched: true,
  }),
  showCommand(NOUN, 'an access review', 'getReview'),
  figures,
  evidenceCommand({
    noun: NOUN,
    operation: 'getReviewEvidence',
    summary: 'Write the evidence of an access review as a ZIP archive. It verifies without the server.',
  }),
  actionCommand({
    ...{ noun: NOUN, verb: 'confirm', operation: 'confirmReviewDefault', role: 'administrator' },
    summary: 'Let the default of a review end all its open items at once when it is due.',
    warning: 'What it ends stays ended, apart from an undo within 24 hours.',
    done: 'The default applies to all open items when the review is due.',
  }),
  actionCommand({
    ...{ noun: NOUN, verb: 'cancel', operation: 'cancelReview' },
    summary: 'Cancel an access review. Open items stay as they are.',
    done: 'The review is cancelled.',
  }),
];

const decide = (
  verb: 'keep' | 'narrow' | 'transfer' | 'end',
  {
    summary,
    warning,
    options = {},
    members,
    done,
  }: {
    readonly summary: string;
    readonly warning?: string;
    readonly options?: Readonly<Record<string, Option>>;
    readonly members?: (call: ManagementCall) => Json;
    readonly done: string;
  },
): Command =>
  managementCommand({
    words: [ITEMS, verb],
    operands: ['ID'],
    summary,
    ...(warning === undefined ? {} : { warning }),
    role: 'operator',
    options: { ...options, reason: REASON },
    run: async (call) => {
      const [id = ''] = call.operands;
      const body = { decision: verb, ...members?.(call), ...texts(call, { reason: 'reason' }) };
      const answer = await call.api.run('decideReviewItem', { id, body });
      call.print.object(answer.body, `${done}\n`);
      return EXIT.done;
    },
  });

export const reviewItemCommands: readonly Command[] = [
  listCommand({
    noun: ITEMS,
    plural: 'items of access reviews, the oldest first',
    operation: 'listReviewItems',
    nothing: 'There are no items.',
    filters: {
      review: { value: 'REVIEW', description: 'Only items of this review.' },
      state: { value: 'STATE', description: 'open, kept, narrowed, offered, transferred, ended, over or undone.' },
    },
    columns: [
      { title: 'ID', value: ({ id }) => id },
      { title: 'STATE', value: ({ state }) => state, as: 'word' },
      { title: 'RISK', value: ({ risk }) => risk, as: 'word' },
      { title: 'USED', value: ({ last_used_at: at }) => at, as: 'time' },
      { title: 'UNUSED', value: ({ unused_scopes: unused, scope }) => shareOf(unused, scope) },
      { title: 'AGENT', value: ({ agent_name: name }) => name },
      { title: 'PERSON', value: ({ subject }) => subject, as: 'name' },
      { title: 'RESOURCE', value: ({ resource }) => resource },
      { title: 'REVIEWER', value: ({ reviewer }) => reviewer, as: 'name', isRare: true },
    ],
  }),
  showCommand(ITEMS, 'an item of an access review, and what ends with the delegation', 'getReviewItem'),
  decide('keep', { summary: 'Keep a delegation as it is.', done: 'It is kept.' }),
  decide('narrow', {
    summary: 'Remove scopes from a delegation.',
    warning: 'Tokens with these scopes stop working at once. It cannot be undone: the agent asks the person again.',
    options: { remove: { value: 'SCOPE', description: 'Scope to remove.', isRepeatable: true, isRequired: true } },
    members: (call) => lists(call, { remove: 'remove' }),
    done: 'It is narrowed.',
  }),
  decide('transfer', {
    summary: 'Offer the agent of a delegation to another owner, who accepts it.',
    options: { owner: { value: 'OWNER', description: 'Account or group.', isRequired: true } },
    members: (call) => texts(call, { owner: 'owner' }),
    done: 'The agent is offered. People confirm the new owner before it acts for them again.',
  }),
  decide('end', {
    summary: 'End a delegation, with all below it.',
    warning: 'Its tokens stop working at once. Within 24 hours: behalf review-items undo ID.',
    done: 'It is ended.',
  }),
  managementCommand({
    words: [ITEMS, 'assign'],
    operands: ['ID'],
    summary: 'Hand an open item to another reviewer.',
    role: 'operator',
    options: { to: { value: 'OWNER', description: 'Account or group that decides.', isRequired: true } },
    run: async (call) => {
      const body = texts(call, { to: 'to' });
      const answer = await call.api.run('assignReviewItem', { id: call.operands[0] ?? '', body });
      call.print.object(answer.body, 'It is handed over.\n');
      return EXIT.done;
    },
  }),
  actionCommand({
    ...{ noun: ITEMS, verb: 'undo', operation: 'undoReviewItem' },
    summary: 'Undo the end of a delegation, within 24 hours. The person is told.',
    done: 'The person has a new delegation with the same rights.',
  }),
];

/** `2 of 3` */
const shareOf = (unused: unknown, scope: unknown): string =>
  Array.isArray(unused) && Array.isArray(scope) ? `${unused.length} of ${scope.length}` : '';
