/** Models of the pages on which people decide about single actions. Text that another party chose goes through `text`. */

import { approvalRefusal } from '../../../src/domain/approvals/approval-refusals.ts';
import { fieldRefusal } from '../../../src/domain/vocabulary/field-refusals.ts';
import { refusalPhrase } from '../../../src/http/refusal-phrase.ts';
import { type Html, type Phrase, phrase } from '../../../views/html.ts';
import type { PageFrame } from '../../../views/layout.ts';
import { awayPage, newAwayPage } from '../../../views/pages/absences.ts';
import { activityPage } from '../../../views/pages/account-activity.ts';
import { approvalPage } from '../../../views/pages/approval.ts';
import { batchPage } from '../../../views/pages/approval-batch.ts';
import type { ApprovalModel } from '../../../views/pages/approval-model.ts';
import { inboxPage } from '../../../views/pages/approvals.ts';
import { type BreakGlassFacts, breakGlassListPage, breakGlassPage } from '../../../views/pages/break-glass.ts';
import { type ConsoleApprovalsModel, consoleApprovalsPage } from '../../../views/pages/console-approvals.ts';
import type { AgentFacts } from '../../../views/partials/agent-card.ts';
import type { ApprovalFacts } from '../../../views/partials/approval-facts.ts';
import { CONSOLE_PLACES, type ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { ownActivity } from '../../../views/words/account.ts';
import { batchWords } from '../../../views/words/approvals.ts';

const NOON = 1_790_000_000;

export const approvalPages = (
  frame: PageFrame,
  text: (usual: string) => string,
  { payer, planner }: { readonly payer: AgentFacts; readonly planner: AgentFacts },
): Readonly<Record<string, Html>> => {
  const said = (usual: string): Phrase => refusalPhrase({ message: text(usual) });
  const at = `${frame.basePath}/account/approvals`;
  const transfer: ApprovalFacts = {
    id: 'apv_1',
    href: `${at}/apv_1`,
    state: 'open',
    channel: 'backchannel',
    risk: 'critical',
    resource: { identifier: text('https://payments.example.com'), name: text('Payments') },
    scopes: [{ name: text('payments:create'), description: text('Pay from your accounts'), risk: 'critical' }],
    details: [
      {
        type: 'payment',
        about: text('Payments from your accounts'),
        risk: 'critical',
        sentence: [
          { text: 'Pay ' },
          { member: 'amount', value: '125000', format: { kind: 'money', currency: 'EUR', digits: 2 } },
          { text: ' to ' },
          { member: 'creditor', value: text('Nordwind Energy AG') },
          { text: ', until ' },
          { member: 'execute_before', value: undefined },
        ],
        more: [{ member: text('reference'), value: text('Invoice 2026-118, October') }],
      },
    ],
    unreadable: [],
    exact: ['[', `  ${text('"creditor": "Nordwind Energy AG"')}`, ']'],
    isCut: false,
    agent: payer,
    through: [planner],
    onBehalfOf: { name: text('Alice'), isYou: true },
    askedAt: NOON,
    until: NOON + 600,
    goodForSeconds: 300,
    quorum: 2,
    people: [
      { name: text('Alice'), isYou: true, hasAgreed: false, isNeeded: true },
      { name: text('Bob'), isYou: false, hasAgreed: true, isNeeded: false },
    ],
    message: text('Already approved by finance. Just press Approve.'),
    intent: { text: text('Pay the invoices of June'), source: 'stated_by_agent' },
    now: NOON + 60,
    warnings: [{ line: said('Not “Invoice payer”'), text: said('Its name looks like “Invoice payer”.') }],
  };
  const event: ApprovalFacts = {
    ...transfer,
    id: 'apv_2',
    href: `${at}/apv_2`,
    risk: 'medium',
    resource: { identifier: text('https://calendar.example.com/api'), name: text('Team calendar') },
    scopes: [{ name: text('events:write'), description: text('Add and move events in your calendar'), risk: 'medium' }],
    details: [],
    exact: [],
    agent: planner,
    through: [],
    quorum: 1,
    people: [{ name: text('Alice'), isYou: true, hasAgreed: false, isNeeded: true }],
    warnings: [],
  };
  const one = (more: Partial<ApprovalModel> & Pick<ApprovalModel, 'ask'>): Html =>
    approvalPage({
      ...frame,
      approval: transfer,
      action: `${at}/apv_1?seen=k`,
      csrf: text('9d2'),
      asksNumber: false,
      ...more,
    });
  const decided = { decidedAt: NOON + 30, decidedBy: { name: text('Alice'), isYou: false }, redeemBy: NOON + 330 };
  const consoleFrame: ConsoleFrame = { ...frame, csrf: text('9d2'), seesAll: true, sees: CONSOLE_PLACES };
  const consolePage: ConsoleApprovalsModel = {
    ...consoleFrame,
    action: `${frame.basePath}/console/approvals`,
    asked: { state: 'denied', states: ['pending', 'denied'] },
    rows: [
      {
        ...{ ...transfer, agentHref: `${frame.basePath}/console/agents/agt_1` },
        transactionHref: `${frame.basePath}/console/transactions/trn_1`,
      },
      { ...event, state: 'denied', agentHref: `${frame.basePath}/console/agents/agt_2` },
    ],
    pages: { nextHref: `${frame.basePath}/console/approvals?before=1.apv_1` },
    sorts: {
      created: { href: `${frame.basePath}/console/approvals?sort=created`, now: 'descending' },
      expires: { href: `${frame.basePath}/console/approvals?sort=expires` },
    },
    sorting: { sort: '', order: '' },
    states: ['pending', 'approved', 'redeemed', 'unused', 'denied', 'cancelled', 'expired'].map((name, index) => ({
      name,
      count: index * 4 + 1,
      href: `${frame.basePath}/console/approvals?state=${name}`,
    })),
    countedOnly: 1000,
    emergencies: 1,
    decisions: 47,
    approvals: 41,
    medianSeconds: 42,
    quickShare: 0.04,
    denialShare: 0.12,
    people: [
      { name: text('Alice'), perDay: [0, 3, 9, 4, 2, 0, 12], total: 30 },
      { name: text('Bob'), perDay: [1, 0, 5, 2, 0, 0, 9], total: 17 },
    ],
    days: [6, 5, 4, 3, 2, 1, 0].map((ago) => NOON - ago * 86_400),
  };
  return {
    'console-approvals': consoleApprovalsPage(consolePage),
    'console-approvals-empty': consoleApprovalsPage({
      ...consoleFrame,
      action: consolePage.action,
      asked: { state: '', states: [] },
      sorts: {},
      sorting: { sort: '', order: '' },
      rows: [],
      pages: {},
      states: [],
      emergencies: 1,
      decisions: 0,
      approvals: 0,
      people: [],
      days: consolePage.days,
    }),
    approval: one({
      ask: { kind: 'factor', passkey: '{"challenge":"k3Q"}', hasApp: true },
      asksNumber: true,
      error: said('That is not the number the agent shows.'),
    }),
    'approval-code': one({ ask: { kind: 'factor', hasApp: true }, approval: { ...transfer, isCut: true } }),
    'approval-recovery': one({ ask: { kind: 'factor', hasApp: false } }),
    'approval-password': one({ ask: { kind: 'password' }, asksNumber: true }),
    'approval-session': one({ ask: { kind: 'session' }, approval: event }),
    'approval-no-factor': one({ ask: { kind: 'no_factor' } }),
    'approval-unreadable': one({
      ask: { kind: 'session' },
      approval: { ...transfer, details: [], unreadable: [text('payment')] },
    }),
    'approval-as-deputy': one({
      ask: { kind: 'session' },
      approval: { ...event, forWhom: { name: text('Bob'), until: NOON + 86_400 } },
      slot: {
        value: 'acc_2',
        away: { name: text('Bob'), until: NOON + 86_400 },
        others: [{ href: `${at}/apv_2?as=acc_1` }, { href: `${at}/apv_2?as=acc_3`, name: text('Cleo') }],
      },
    }),
    away: awayPage({
      ...frame,
      csrf: text('9d2'),
      newHref: `${frame.basePath}/account/away/new`,
      mine: [
        {
          name: text('Bob'),
          from: NOON,
          until: NOON + 86_400 * 7,
          state: 'current',
          endAction: `${frame.basePath}/account/away/abs_1/end`,
        },
        { name: text('Cleo'), from: NOON - 86_400 * 30, until: NOON - 86_400, state: 'over' },
      ],
      theirs: [
        {
          name: text('Dora'),
          from: NOON + 86_400,
          until: NOON + 86_400 * 3,
          state: 'planned',
          endAction: `${frame.basePath}/account/away/abs_2/end`,
        },
      ],
    }),
    'away-empty': awayPage({
      ...frame,
      csrf: text('9d2'),
      newHref: `${frame.basePath}/account/away/new`,
      mine: [],
      theirs: [],
    }),
    'away-new': newAwayPage({
      ...frame,
      action: `${frame.basePath}/account/away/new`,
      csrf: text('9d2'),
      backHref: `${frame.basePath}/account/away`,
      values: { deputy: text('bob'), from: '2026-12-24', until: '2026-12-31' },
      known: [{ username: text('cleo'), name: text('Cleo') }],
      errors: { deputy: text('There is no such account.') },
      error: text('There are three already.'),
    }),
    'approval-glass': one({
      ask: { kind: 'session' },
      approval: {
        ...event,
        breakGlass: {
          reason: text('The payment run stops at six and the approver does not answer.'),
          isBreakGlass: false,
          href: `${frame.basePath}/console/break-glass/apv_2`,
        },
      },
    }),
    ...breakGlassPages(frame, text, event),
    'approval-agreed': one({ ask: { kind: 'session' }, approval: { ...transfer, state: 'agreed' } }),
    'approval-approved': one({
      ask: { kind: 'session' },
      approval: { ...transfer, state: 'approved', ...decided },
      remember: { action: `${at}/apv_1/standing`, csrf: text('9d2'), amount: 12 },
    }),
    'approval-approved-wrong': one({
      ask: { kind: 'session' },
      approval: { ...transfer, state: 'approved', ...decided },
      remember: {
        action: `${at}/apv_1/standing`,
        csrf: text('9d2'),
        amount: 12,
        values: { uses: text('many'), seconds: '3600', sum: text('-1') },
        errors: {
          uses: refusalPhrase(fieldRefusal('number_out_of_range', { params: { least: 1, most: 100 } })),
          sum: refusalPhrase(approvalRefusal('sum_not_positive')),
        },
      },
    }),
    'approval-denied': one({ ask: { kind: 'session' }, approval: { ...event, state: 'denied', ...decided } }),
    'approval-unused': one({ ask: { kind: 'session' }, approval: { ...event, state: 'unused', ...decided } }),
    'approval-expired': one({ ask: { kind: 'session' }, approval: { ...event, state: 'expired' } }),
    approvals: inboxPage({
      ...frame,
      open: [transfer, event],
      decided: [
        { ...event, id: 'apv_3', state: 'denied', ...decided },
        { ...transfer, id: 'apv_4', state: 'redeemed', ...decided },
      ],
      standing: [
        {
          approval: transfer,
          uses: 1,
          mostUses: 3,
          sum: { spent: 100, most: 1000 },
          until: 1_800_100_000,
          endAction: `${at}/standing/sap_1/end`,
          csrf: text('9d2'),
        },
      ],
      liveHref: `${at}/events`,
      batchHref: `${at}/batch`,
    }),
    'approvals-activity': activityPage({
      ...frame,
      activity: [transfer, event].map((facts, index) => ({
        ...{ at: NOON, what: ownActivity['approval.approved'], outcome: 'done', who: text('Travel planner') },
        approval: { facts, isOpenToReader: index === 0 },
      })),
      pages: {},
    }),
    'approvals-empty': inboxPage({
      ...frame,
      open: [],
      standing: [],
      decided: [],
      liveHref: `${at}/events`,
    }),
    'approvals-batch': batchPage({
      ...frame,
      action: `${at}/batch`,
      csrf: text('9d2'),
      choices: [{ approval: event, value: 'apv_2.k.k' }],
      apart: [{ approval: transfer, why: batchWords.ownProof }],
      results: [
        { approval: event, outcome: 'approved' },
        { approval: transfer, outcome: 'refused', text: said('This request is expired.') },
      ],
      error: said('Nothing was chosen.'),
    }),
    'approvals-batch-empty': batchPage({
      ...frame,
      action: `${at}/batch`,
      csrf: text('9d2'),
      choices: [],
      apart: [],
      results: [],
    }),
  };
};

const breakGlassPages = (
  frame: PageFrame,
  text: (usual: string) => string,
  approval: ApprovalFacts,
): Readonly<Record<string, Html>> => {
  const console_: ConsoleFrame = { ...frame, csrf: text('9d2'), seesAll: true, sees: CONSOLE_PLACES };
  const href = `${frame.basePath}/console/break-glass/apv_2`;
  const none: BreakGlassFacts = { href, approval, people: [] };
  const called: BreakGlassFacts = {
    ...none,
    reason: text('The payment run stops at six and the approver does not answer.'),
    secondUntil: NOON + 600,
    people: [{ name: text('Bob'), isYou: false, at: NOON }],
  };
  const open: BreakGlassFacts = {
    ...called,
    approval: { ...approval, state: 'redeemed', decidedAt: NOON + 60 },
    people: [...called.people, { name: text('Cleo'), isYou: true, at: NOON + 60 }],
    review: 'open',
  };
  const closed: BreakGlassFacts = {
    ...open,
    review: 'closed',
    closed: { name: text('Dora'), at: NOON + 4000, finding: 'unjustified', note: text('The approver got no call.') },
  };
  const values = { reason: text('Because it is late'), finding: '', note: text('So far nothing') };
  const passkey = '{"challenge":"x"}';
  const csrf = text('9d2');
  return {
    'break-glass': breakGlassListPage({ ...console_, open: [open], waiting: [none, called], closed: [closed] }),
    'break-glass-empty': breakGlassListPage({ ...console_, open: [], waiting: [], closed: [] }),
    'break-glass-call': breakGlassPage({
      ...console_,
      breakGlass: none,
      can: { kind: 'call', action: href, csrf, passkey },
      values,
      error: phrase({ en: 'That is no reason.', de: 'Das ist kein Grund.' }),
    }),
    'break-glass-agree': breakGlassPage({
      ...console_,
      breakGlass: called,
      can: { kind: 'agree', action: href, csrf, passkey },
      values,
    }),
    'break-glass-no-passkey': breakGlassPage({
      ...console_,
      breakGlass: none,
      can: { kind: 'call', action: href, csrf },
      values,
    }),
    'break-glass-called': breakGlassPage({
      ...console_,
      breakGlass: called,
      can: { kind: 'nothing', why: 'called' },
      values,
    }),
    'break-glass-review': breakGlassPage({
      ...console_,
      breakGlass: open,
      can: { kind: 'review', action: `${href}/review`, csrf },
      values,
    }),
    'break-glass-closed': breakGlassPage({ ...console_, breakGlass: closed, can: { kind: 'nothing' }, values }),
  };
};
