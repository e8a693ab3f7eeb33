/** Models of the pages about delegations. Text that another party chose goes through `text`. */
import type { Html } from '../../../views/html.ts';
import { delegationPage, delegationsPage } from '../../../views/pages/console-delegation.ts';
import {
  type ChosenDelegation,
  endDelegationsPage,
  endedDelegationsPage,
} from '../../../views/pages/console-delegations-bulk.ts';
import { type NarrowableAt, narrowChoicePage, narrowPreviewPage } from '../../../views/pages/console-narrowing.ts';
import type { DelegationNode, DelegationTree } from '../../../views/pages/delegation-tree.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { delegationWords } from '../../../views/words/console-delegations.ts';
import { delegationBulkWords } from '../../../views/words/console-delegations-bulk.ts';
import { narrowWords } from '../../../views/words/console-narrowing.ts';

const NOON = 1_790_000_000;

/** A tree with every state, a branch, a long chain and a hop that is left out. */
export const delegationTreeSample = (home: string, text: (usual: string) => string): readonly DelegationTree[] => {
  const node = (agent: string, more: Partial<DelegationNode> = {}): DelegationNode => ({
    agent: text(agent),
    href: `${home}/delegations/dlg_1`,
    resource: text('Calendar of the company'),
    scopes: [text('events:read'), text('events:write')],
    state: 'active',
    until: NOON + 86_400,
    hidden: 0,
    isHere: false,
    children: [],
    ...more,
  });
  const chain = Array.from({ length: 8 }).reduceRight<readonly DelegationNode[]>(
    (children, _, index) => [node(`Helper ${index}`, { children })],
    [],
  );
  return [
    {
      person: text('Alice Adams'),
      href: `${home}/people/acc_1`,
      delegations: [
        node('Travel planner', {
          children: [
            node('Booker of trains', { isHere: true, children: [node('Payer', { state: 'suspended' })] }),
            node('Hotel finder', { state: 'revoked', children: [node('Reviewer', { state: 'blocked', scopes: [] })] }),
          ],
        }),
        node('Bookkeeper', {
          state: 'expired',
          scopes: Array.from({ length: 30 }, (_, index) => text(`scope:${index}`)),
        }),
        ...chain,
      ],
    },
    { person: delegationWords.aPerson, delegations: [node('Sub-agent', { hidden: 2 })] },
  ];
};

export const delegationPages = (
  frame: ConsoleFrame,
  text: (usual: string) => string,
): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
  const listHref = `${home}/delegations?subject=acc_1`;
  const shown = {
    agent: text('Booker of trains'),
    resource: text('Calendar of the company'),
    scopes: [text('events:read')],
    state: 'active' as const,
    until: NOON + 86_400,
  };
  const one = {
    ...frame,
    ...shown,
    id: text('dlg_1'),
    person: text('Alice Adams'),
    identifier: text('https://calendar.example.com/api'),
    detailTypes: [],
    depth: 1,
    delegable: { depth: 0, agents: [] },
    createdAt: NOON,
    tree: { trees: delegationTreeSample(home, text), more: 4, isMore: false, listHref },
  };
  const chosen: ChosenDelegation = {
    id: text('dlg_1'),
    facts: {
      ...{ href: `${home}/delegations/dlg_1`, agent: text('Planner'), person: text('Alice') },
      ...{ resource: text('Calendar'), state: 'active' },
    },
  };
  const at: readonly NarrowableAt[] = [
    {
      resource: { identifier: text('https://calendar.example.com/api'), name: text('Calendar') },
      scopes: [
        { name: text('events:read'), description: text('See events'), risk: 'low', checked: true },
        { name: text('events:write'), description: text('Change events'), risk: 'high', checked: false },
      ],
      details: [
        {
          ...{ id: 'd'.repeat(43), type: text('payment'), about: text('Payments'), risk: 'critical', checked: true },
          ...{
            sentence: [{ text: 'Pay ' }, { member: 'amount', value: text('20 EUR') }],
            more: [{ member: text('creditor'), value: text('Bob') }],
          },
        },
      ],
    },
  ];
  const narrowed = {
    ...({ place: 'delegations', holder: text('Planner'), person: text('Alice') } as const),
    ...{ backHref: `${home}/delegations/dlg_1`, endHref: `${home}/delegations/end?id=dlg_1` },
    action: `${home}/delegations/dlg_1/narrow`,
    at,
  } as const;
  return {
    'console-delegation': delegationPage(one),
    'console-delegation-full': delegationPage({
      ...one,
      ...{ href: `${home}/people/acc_1`, agentHref: `${home}/agents/agt_1`, state: 'revoked' },
      detailTypes: [text('payment'), text('payment'), text('account')],
      calledBy: text('Desk app'),
      delegable: { depth: 2, agents: [text('Payer'), text('Reviewer')] },
      revokedAt: NOON,
      lastUsedAt: NOON,
      narrowHref: `${home}/delegations/dlg_1/narrow`,
      endHref: `${home}/delegations/end?id=dlg_1`,
    }),
    'console-delegation-narrow': narrowChoicePage(frame, {
      ...{ ...narrowed, since: NOON, seen: 'x'.repeat(43), openidScopes: [{ name: 'profile', checked: true }] },
      error: narrowWords.keepOne,
    }),
    'console-delegation-narrow-hop': narrowChoicePage(frame, {
      ...{ ...narrowed, since: NOON, seen: 'x'.repeat(43), openidScopes: [], obstacle: 'isHop' },
      firstHref: `${home}/delegations/dlg_1/narrow`,
    }),
    'console-delegation-narrow-over': narrowChoicePage(frame, {
      ...{ ...narrowed, since: NOON, seen: 'x'.repeat(43), openidScopes: [], obstacle: 'over' },
    }),
    'console-delegation-narrow-preview': narrowPreviewPage(frame, {
      ...{ ...narrowed, seen: 'x'.repeat(43), openidScopes: [], lastUsedAt: NOON },
      below: {
        rows: [
          {
            agent: { name: text('Payer'), href: `${home}/delegations/dlg_2` },
            ...{ loses: [text('events:write')], keeps: [text('events:read')] },
          },
          { agent: { name: text('agt_gone') }, loses: [text('events:write')], keeps: [] },
        ],
        isMore: true,
      },
    }),
    'console-grant-narrow-preview': narrowPreviewPage(frame, {
      ...{ ...narrowed, place: 'people', holder: text('Desk'), seen: 'x'.repeat(43) },
      openidScopes: [
        { name: 'profile', checked: false },
        { name: text('other'), checked: true },
      ],
      instances: { count: 2, isMore: false },
    }),
    'console-delegations': delegationsPage({
      ...{ ...frame, action: `${home}/delegations`, asked: { search: text('Alice'), state: 'active' } },
      of: [text('Alice Adams')],
      rows: [
        {
          ...shown,
          id: text('dlg_1'),
          person: text('Alice Adams'),
          href: `${home}/people/acc_1`,
          delegationHref: `${home}/delegations/dlg_1`,
        },
        {
          ...{ ...shown, id: text('dlg_2'), person: delegationWords.aPerson, state: 'blocked' },
          delegationHref: `${home}/delegations/dlg_2`,
        },
      ],
      pages: { firstHref: listHref, nextHref: `${listHref}&after=x` },
      endAction: `${home}/delegations/end`,
    }),
    'console-delegations-end': endDelegationsPage({
      ...{ ...frame, action: `${home}/delegations/end`, listHref },
      rows: [
        { one: chosen, text: delegationBulkWords.ends(1, false) },
        { one: chosen, text: delegationBulkWords.ends(100, true) },
        { one: { ...chosen, id: text('dlg_3') }, kind: 'unchanged', text: delegationBulkWords.over },
        { one: { id: text('dlg_4') }, kind: 'refused', text: delegationBulkWords.over },
      ],
    }),
    'console-delegations-end-nothing': endDelegationsPage({
      ...{ ...frame, action: `${home}/delegations/end`, listHref },
      rows: [{ one: chosen, kind: 'unchanged', text: delegationBulkWords.over }],
    }),
    'console-delegations-end-none': endDelegationsPage({
      ...{ ...frame, action: `${home}/delegations/end`, listHref, rows: [] },
    }),
    'console-delegations-ended': endedDelegationsPage({
      ...{ ...frame, listHref },
      rows: [
        { one: chosen, kind: 'done', text: delegationBulkWords.done },
        { one: { id: text('dlg_4') }, kind: 'refused', text: delegationBulkWords.over },
      ],
    }),
    'console-delegations-none': delegationsPage({
      ...frame,
      action: `${home}/delegations`,
      asked: { search: '', state: '' },
      of: [],
      rows: [],
      pages: {},
    }),
  };
};
