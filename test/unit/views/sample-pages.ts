/** One model for every page and variant. Text that another party chose goes through `text`, so that a test can put anything there. */
import { refusalPhrase } from '../../../src/http/refusal-phrase.ts';
import type { Html, Phrase } from '../../../views/html.ts';
import type { PageFrame } from '../../../views/layout.ts';
import { type AccountModel, accountPage, type DelegationNode } from '../../../views/pages/account.ts';
import { activityPage } from '../../../views/pages/account-activity.ts';
import { ownTransactionsPage } from '../../../views/pages/account-transactions.ts';
import { connectPage } from '../../../views/pages/connect.ts';
import { type ConsentModel, consentPage } from '../../../views/pages/consent.ts';
import { deviceCodePage, deviceConfirmPage, deviceDonePage } from '../../../views/pages/device.ts';
import { emailConfirmPage, emailPage } from '../../../views/pages/email.ts';
import { errorPage } from '../../../views/pages/error.ts';
import { homePage } from '../../../views/pages/home.ts';
import { newOwnerPage } from '../../../views/pages/new-owner.ts';
import { notificationsPage, type ShownBrowser } from '../../../views/pages/notifications.ts';
import { passkeyPage } from '../../../views/pages/passkey.ts';
import { passwordPage } from '../../../views/pages/password.ts';
import { recoveryCodesPage } from '../../../views/pages/recovery-codes.ts';
import { resetAskPage, resetPage } from '../../../views/pages/reset.ts';
import { secondFactorPage } from '../../../views/pages/second-factor.ts';
import { securityPage } from '../../../views/pages/security.ts';
import { sessionsPage } from '../../../views/pages/sessions.ts';
import { signInPage } from '../../../views/pages/sign-in.ts';
import { signedOutPage, signOutPage } from '../../../views/pages/sign-out.ts';
import { stepUpPage } from '../../../views/pages/step-up.ts';
import { totpPage } from '../../../views/pages/totp.ts';
import { onwardPage } from '../../../views/pages/upstream-redirect.ts';
import type { AgentFacts } from '../../../views/partials/agent-card.ts';
import { CONSOLE_PLACES, type ConsoleFrame } from '../../../views/partials/console-frame.ts';
import type { DetailItem } from '../../../views/partials/detail-list.ts';
import type { NotificationChoicesModel } from '../../../views/partials/notification-choices.ts';
import type { ResourceFacts, ScopeItem } from '../../../views/partials/scope-list.ts';
import { ownActivity, stoppedWords } from '../../../views/words/account.ts';
import { layerWords } from '../../../views/words/decision-layers.ts';
import { newOwnerWords } from '../../../views/words/new-owner.ts';
import { notificationKinds } from '../../../views/words/notification-kinds.ts';
import { approvalPages } from './approval-pages.ts';
import { auditPages } from './audit-pages.ts';
import { clientPages } from './client-pages.ts';
import { consolePages } from './console-pages.ts';
import { groupPages } from './group-pages.ts';
import { healthPages } from './health-pages.ts';
import { inventoryPages } from './inventory-pages.ts';
import { limitPages } from './limit-pages.ts';
import { operationPages } from './operation-pages.ts';
import { peoplePages } from './people-pages.ts';
import { policyPages } from './policy-pages.ts';
import { reviewPages } from './review-pages.ts';
import { serverPages } from './server-pages.ts';
import { signalPages } from './signal-pages.ts';

const NOON = 1_790_000_000;

/** Those of the console, in files by resource. */
const CONSOLE_PAGES = [
  consolePages,
  healthPages,
  operationPages,
  signalPages,
  limitPages,
  clientPages,
  serverPages,
  inventoryPages,
  auditPages,
  groupPages,
  peoplePages,
  reviewPages,
  policyPages,
];

/** Every page by a name that also serves as its path in the browser test. */
export const samplePages = (
  text: (usual: string) => string = (usual) => usual,
  basePath = '',
): Readonly<Record<string, Html>> => {
  const said = (usual: string): Phrase => refusalPhrase({ message: text(usual) });
  const frame: PageFrame = {
    basePath,
    signedInAs: {
      name: text('Alice'),
      username: text('alice'),
      hasNotifications: true,
      signOut: { action: `${basePath}/account/sign-out`, csrf: text('k3Q') },
    },
  };
  const bare: PageFrame = { basePath };
  const agent = (id: string, name: string, purpose: string, environment: AgentFacts['environment']): AgentFacts => ({
    id: text(id),
    name: text(name),
    ownerName: text('Admin'),
    purpose: text(purpose),
    environment,
  });
  const planner = agent(
    'agt_7Vn2kQeX',
    'Travel planner',
    'Finds free days in your calendar and books trips you ask for.',
    'production',
  );
  const payer = agent('agt_p4Lm9TzC', 'Invoice payer', 'Pays approved invoices before they are due.', 'production');
  const searcher = agent('agt_c1Rw8YbN', 'Calendar search', 'Looks up free times for other agents.', 'test');
  const resource = (identifier: string, name: string): ResourceFacts => ({
    identifier: text(identifier),
    name: text(name),
  });
  const scope = (name: string, description: string, risk: ScopeItem['risk']): ScopeItem => ({
    name: text(name),
    description: text(description),
    risk,
  });
  const calendar = resource('https://calendar.example.com/api', 'Team calendar');
  const payments = resource('https://payments.example.com', 'Payments');
  const deployments = resource('https://deploy.internal.example.com:8443/v2', 'Deployments');
  const read = scope('events:read', 'See your events and when you are free', 'low');
  const write = scope('events:write', 'Add and move events in your calendar', 'medium');
  const pay = scope('payments:create', 'Pay from your accounts, up to their limit', 'critical');
  const balances = scope('balances:read', 'See balances and past payments', 'medium');
  const deploy = scope('deploy:production', 'Change what runs in production', 'high');
  const ticked = (item: ScopeItem, checked = true) => ({ ...item, checked });

  const consent: ConsentModel = {
    ...bare,
    action: `${basePath}/interaction/u1/consent`,
    csrf: text('f81c'),
    uid: text('u1'),
    requester: { kind: 'agent', ...planner },
    origin: {
      kind: 'redirect',
      redirectUri: 'https://planner.agents.example.com/callback',
      registrableDomain: 'example.com',
    },
    account: {
      name: text('Alice'),
      username: text('alice'),
      switchAction: `${basePath}/interaction/u1/switch`,
    },
    openidScopes: ['openid', 'profile', 'email', 'offline_access'].map((name) => ({ name })),
    resources: [
      { ...calendar, scopes: [ticked(read), ticked(write)] },
      { ...payments, scopes: [ticked(balances), ticked(pay)] },
    ],
    durations: [3_600, 86_400, 604_800, 2_592_000],
    duration: 86_400,
    delegableTo: { agents: [searcher, payer], maxDepth: 4 },
    warnings: [],
  };

  const node = (
    id: string,
    who: AgentFacts,
    where: ResourceFacts,
    scopes: readonly ScopeItem[],
    below: readonly DelegationNode[] = [],
  ): DelegationNode => ({
    id,
    agent: who,
    resource: where,
    scopes,
    since: NOON,
    until: NOON + 604_800,
    revokeAction: `${basePath}/account/delegations/${id}/revoke`,
    ...(below.length === 0 ? {} : { revokeAllAction: `${basePath}/account/agents/agt_1/revoke` }),
    below,
  });
  const payment = (upTo: string, about: string): DetailItem => ({
    type: text('payment_initiation'),
    about: text('A single payment'),
    risk: 'high',
    sentence: [
      { text: 'Pay up to ' },
      { member: 'amount', value: text(upTo) },
      { text: ' to ' },
      { member: 'creditor', value: text('Paper and Pens, a company with a name as long as a name may well be') },
    ],
    more: [{ member: text('reference'), value: text(about) }],
  });
  const invoices = [payment('40.00 EUR', 'Invoice 7731'), payment('1200.00 EUR', 'Rent')];
  const toTake = invoices.map((detail, index) => ({ ...detail, id: `detail-${index}`, checked: false }));
  const account: AccountModel = {
    ...frame,
    flash: { kind: 'success', text: text('Invoice payer can no longer act for you at Deployments.') },
    csrf: text('9d2'),
    openApprovals: 2,
    offers: [{ agent: planner, href: `${basePath}/console/agents/agt_7Kd2Hq9X`, isOrphan: true, until: 1_800_000_000 }],
    newOwners: [{ agent: planner, href: `${basePath}/account/agents/agt_7Kd2Hq9X/owner` }],
    asked: [
      {
        ...{ agent: planner, resource: calendar, unused: [write], since: NOON, usedAt: NOON + 86_400 },
        keepAction: `${basePath}/account/delegations/dlg_1/keep`,
        narrowAction: `${basePath}/account/delegations/dlg_1/narrow`,
        revokeAction: `${basePath}/account/delegations/dlg_1/revoke`,
      },
      {
        ...{ agent: payer, resource: calendar, unused: [read, write], since: NOON },
        keepAction: `${basePath}/account/delegations/dlg_2/keep`,
        revokeAction: `${basePath}/account/delegations/dlg_2/revoke`,
      },
    ],
    account: { name: text('Alice'), username: text('alice'), email: text('alice@example.com') },
    links: [undefined, 'role' as const, 'server' as const].map((inert, index) => ({
      name: text('Headquarters'),
      issuer: text('https://idp.example'),
      subject: text('u-9'),
      through: [text('Desk')],
      resources: [{ ...calendar, scopes: [read] }],
      since: NOON,
      isByAddress: index === 1,
      ...(inert === undefined ? {} : { inert }),
      endAction: `${basePath}/account/links/lnk_${index}/end`,
    })),
    delegations: [
      {
        ...node(
          'dlg_1',
          planner,
          calendar,
          [read, write],
          [node('dlg_2', searcher, calendar, [read], [node('dlg_3', payer, calendar, [read])])],
        ),
        mayBeDelegatedTo: [text('Calendar search'), text('Invoice payer')],
        usedAt: NOON + 3_000,
        narrowing: {
          action: `${basePath}/account/delegations/dlg_1/narrow`,
          resources: [{ resource: calendar, scopes: [read, write] }],
        },
      },
      node('dlg_4', planner, payments, [balances]),
      {
        ...node('dlg_5', payer, payments, [balances]),
        details: invoices,
        stopped: [
          { what: pay, why: stoppedWords.approval },
          { what: scope('payments:refund', 'Refund payments', 'high'), why: layerWords.policy.blocked },
        ],
        narrowing: {
          action: `${basePath}/account/delegations/dlg_5/narrow`,
          resources: [{ resource: payments, scopes: [balances, pay], details: toTake }],
        },
      },
    ],
    clients: [
      {
        grants: 3,
        client: { id: text('app_9XkT'), name: text('Expense reports') },
        openidScopes: ['openid', 'profile', 'email'],
        resources: [{ ...deployments, scopes: [], stopped: [{ what: deploy, why: layerWords.subject.blocked }] }],
        since: NOON,
        until: NOON + 86_400,
        usedAt: NOON + 600,
        narrowing: {
          action: `${basePath}/account/clients/app_1/narrow`,
          resources: [
            { resource: deployments, scopes: [deploy] },
            { resource: payments, scopes: [], details: toTake },
          ],
          openidScopes: ['profile', 'email'],
        },
        revokeAction: `${basePath}/account/clients/app_1/revoke`,
      },
    ],
  };

  const choices: NotificationChoicesModel = {
    ...{ action: `${basePath}/account/notifications/choices`, csrf: text('9d2'), channels: ['mail', 'push'] },
    kinds: [
      { kind: 'approval.requested', ...notificationKinds['approval.requested'], in: { mail: 'on', push: 'off' } },
      { kind: 'agent.retired', ...notificationKinds['agent.retired'], in: { mail: 'off' } },
      { kind: 'factor.added', ...notificationKinds['factor.added'], in: { mail: 'fixed', push: 'on' } },
    ],
  };
  const push = {
    path: `${basePath}/account/notifications`,
    key: text('BP4z9KsN6nGRTbVYI_c7VJSPQTBtkgcy27mlmlMoZIIg'),
    worker: { href: `${basePath}/account/push-worker.js`, scope: `${basePath}/account/` },
    name: text('Firefox on Android'),
  };
  const notifications = { ...frame, csrf: text('9d2'), isMailed: true, choices };
  const browser = (id: string, name: string, lastSuccessAt?: number): ShownBrowser => ({
    id: text(id),
    name: text(name),
    createdAt: NOON,
    ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
    testAction: `${basePath}/account/notifications/${id}/test`,
    removeAction: `${basePath}/account/notifications/${id}/remove`,
  });

  const inConsole: ConsoleFrame = { ...frame, csrf: text('9d2'), seesAll: true, sees: CONSOLE_PLACES };
  return {
    home: homePage({ ...bare, issuer: text('https://id.example.com'), links: links(basePath) }),
    'home-signed-in': homePage({ ...frame, issuer: text('https://id.example.com'), links: links(basePath) }),
    'sign-in': signInPage({
      passkey: { action: `${basePath}/interaction/u1/passkey`, options: '{"challenge":"k3Q"}' },
      ...bare,
      action: `${basePath}/interaction/u1/sign-in`,
      csrf: text('f81c'),
      uid: text('u1'),
      client: { kind: 'agent', name: text('Travel planner'), host: text('planner.agents.example.com') },
      cancelAction: `${basePath}/interaction/u1/cancel`,
      resetHref: `${basePath}/account/reset`,
      hasPassword: true,
      upstreams: {
        action: `${basePath}/interaction/u1/upstream`,
        buttons: [{ id: text('upi_1'), name: text('Example Works') }],
        hasDomains: true,
      },
    }),
    'sign-in-elsewhere': signInPage({
      ...bare,
      action: `${basePath}/interaction/u1/sign-in`,
      csrf: text('f81c'),
      uid: text('u1'),
      hasPassword: false,
      upstreams: {
        action: `${basePath}/interaction/u1/upstream`,
        buttons: [{ id: text('upi_1'), name: text('Example Works') }],
        hasDomains: false,
      },
    }),
    connect: connectPage({
      ...bare,
      action: `${basePath}/interaction/u1/upstream/connect`,
      otherAction: `${basePath}/interaction/u1/upstream/drop`,
      csrf: text('f81c'),
      uid: text('u1'),
      provider: text('Example Works'),
      label: text('ada@example.com'),
      hasPassword: true,
      passkey: { action: `${basePath}/interaction/u1/passkey`, options: '{"challenge":"k3Q"}' },
      error: said('The username or the password is not right.'),
    }),
    email: emailPage({
      ...frame,
      action: `${basePath}/account/email`,
      csrf: text('f81c'),
      email: text('alice@example.com'),
      isVerified: false,
      error: said('This is none'),
    }),
    'email-sent': emailPage({
      ...frame,
      action: `${basePath}/account/email`,
      csrf: text('f81c'),
      isVerified: false,
      isSent: true,
    }),
    'email-confirm': emailConfirmPage({
      ...frame,
      action: `${basePath}/account/email/k3Q`,
      csrf: text('f81c'),
      email: text('alice@example.com'),
    }),
    'reset-ask': resetAskPage({
      ...bare,
      action: `${basePath}/account/reset`,
      csrf: text('f81c'),
      error: said('Wait'),
    }),
    'reset-sent': resetAskPage({ ...bare, action: `${basePath}/account/reset`, csrf: text('f81c'), isSent: true }),
    reset: resetPage({
      ...bare,
      action: `${basePath}/account/reset/k3Q`,
      csrf: text('f81c'),
      username: text('alice'),
      minimumLength: 8,
      errors: { new: said('Too short'), repeat: said('They differ') },
    }),
    onward: onwardPage({ ...bare, kind: 'back', provider: text('Example Works'), href: `${basePath}/interaction/u1` }),
    'sign-in-again': signInPage({
      hasPassword: true,
      ...bare,
      action: `${basePath}/sign-in`,
      csrf: text('f81c'),
      username: text('alice'),
      error: said('Username or password is not right.'),
    }),
    consent: consentPage(consent),
    'consent-loopback': consentPage({
      ...consent,
      requester: { kind: 'agent', ...searcher, name: text('Cаlendar search') },
      origin: { kind: 'redirect', redirectUri: 'http://127.0.0.1:43117/callback' },
      resources: [{ ...deployments, scopes: [ticked(deploy), ticked(read, false)] }],
      delegableTo: { agents: [], maxDepth: 0 },
      warnings: [{ line: said('Registered today'), text: said('This agent was registered today.') }],
      error: said('Nothing was ticked. Tick what you allow, or deny.'),
    }),
    'consent-client': consentPage({
      ...consent,
      requester: { kind: 'client', id: text('app_9XkT'), name: text('Expense reports'), ownerName: text('Admin') },
      origin: { kind: 'redirect', redirectUri: 'com.example.expenses:/done' },
    }),
    'consent-site': consentPage({
      ...consent,
      requester: {
        kind: 'client',
        id: text('https://notes.apps.example.com/client.json'),
        name: text('Notebook'),
        site: { host: 'notes.apps.example.com', registrableDomain: 'example.com' },
      },
      origin: { kind: 'redirect', redirectUri: 'http://127.0.0.1:43117/callback' },
    }),
    'consent-details': consentPage({
      ...consent,
      requester: { kind: 'agent', ...payer },
      resources: [
        { ...payments, scopes: [ticked(balances)], details: toTake, raw: ['{', text('"amount": 4000'), '}'] },
      ],
      openidScopes: [{ name: 'openid' }],
    }),
    'consent-nothing': consentPage({
      ...consent,
      openidScopes: [],
      resources: [],
      isNothing: true,
      withheld: [
        {
          resource: payments,
          rights: [
            { what: pay, why: layerWords.blueprint.blocked },
            { what: payment('40.00 EUR', 'Invoice 7731'), why: layerWords.subject.blocked },
          ],
        },
      ],
    }),
    'consent-returning': consentPage({
      ...consent,
      resources: [
        {
          ...calendar,
          scopes: [ticked(read), { ...ticked(write), isNew: true }, { ...ticked(deploy, false), isNew: true }],
        },
      ],
      earlier: { allowed: [read.description], hasNew: true, until: NOON + 3_600 },
    }),
    'consent-device': consentPage({ ...consent, origin: { kind: 'device', userCode: text('WDJB-MJHT') } }),
    'consent-delegation': consentPage({
      ...consent,
      requester: { kind: 'agent', ...payer },
      origin: { kind: 'delegation', through: { kind: 'agent', name: text('Travel planner') } },
      resources: [{ ...payments, scopes: [ticked(balances), ticked(pay)] }],
      openidScopes: [],
      intent: {
        text: text('Pay the invoices of June'),
        source: 'stated_by_app',
        isTypable: true,
        own: text('Pay one'),
      },
    }),
    'device-code': deviceCodePage({
      ...bare,
      action: `${basePath}/device`,
      xsrf: text('ab12'),
      userCode: text('WDJB-MJHX'),
      error: 'incorrect',
      charset: 'base-20',
    }),
    'device-confirm': deviceConfirmPage({
      ...bare,
      action: `${basePath}/device`,
      xsrf: text('ab12'),
      userCode: text('WDJBMJHT'),
      displayCode: text('WDJB-MJHT'),
      client: { kind: 'agent', name: text('Travel planner'), ownerName: text('Admin') },
      device: { address: text('203.0.113.7'), software: text('planner-cli/2.1'), askedAt: NOON },
    }),
    'device-done': deviceDonePage({ ...frame, clientName: text('Travel planner') }),
    'sign-out': signOutPage({
      ...bare,
      action: `${basePath}/session/end/confirm`,
      xsrf: text('cd34'),
      clientName: text('Expense reports'),
    }),
    'signed-out': signedOutPage({ ...bare, clientName: text('Expense reports') }),
    error: errorPage({
      ...bare,
      title: text('That request cannot go on'),
      text: text('redirect_uri is not one that this client registered.'),
      detail: text('redirect_uri did not match'),
      code: text('invalid_request'),
      requestId: text('req_8Hq2'),
    }),
    account: accountPage(account),
    'account-activity': activityPage({
      ...frame,
      activity: [
        {
          at: NOON + 3_000,
          what: ownActivity['token.issued'],
          outcome: 'granted',
          who: text('Travel planner'),
          where: text('Team calendar'),
          txn: text('txn_Zk39'),
          txnHref: `${basePath}/account/activity?transaction=txn_Zk39`,
        },
        {
          at: NOON + 2_000,
          what: ownActivity['token.refused'],
          outcome: 'refused',
          who: text('Calendar search'),
          where: text('Payments'),
        },
        { at: NOON, what: ownActivity['session.started'], outcome: 'done' },
      ],
      pages: { nextHref: `${basePath}/account/activity?before=x` },
      filter: {
        allHref: `${basePath}/account/activity`,
        refusalsHref: `${basePath}/account/activity?show=refusals`,
        isRefusals: false,
      },
    }),
    'account-activity-empty': activityPage({ ...frame, activity: [], pages: {} }),
    'account-activity-of-one': activityPage({
      ...frame,
      activity: [{ at: NOON, what: ownActivity['token.issued'], outcome: 'granted', who: text('Travel planner') }],
      pages: {},
      of: {
        ...{ id: text('trn_Zk39'), allHref: `${basePath}/account/transactions`, openedAt: NOON, endsAt: NOON + 3600 },
        declared: { state: 'open', others: 2, intent: { text: text('Plan the fair'), source: 'stated_by_agent' } },
      },
    }),
    'account-activity-of-another': activityPage({
      ...{ ...frame, activity: [], pages: {} },
      of: { id: text('trn_other'), allHref: `${basePath}/account/transactions` },
    }),
    'account-transactions': ownTransactionsPage({
      ...frame,
      rows: [
        {
          ...{
            id: text('trn_1'),
            href: `${basePath}/account/activity?transaction=trn_1`,
            agent: text('Travel planner'),
            lastAt: NOON,
          },
          declared: { state: 'closed', others: 1, intent: { text: text('Plan it'), source: 'confirmed_by_person' } },
        },
        { id: text('txn_1'), href: `${basePath}/account/activity?transaction=txn_1`, lastAt: NOON },
      ],
      pages: { nextHref: `${basePath}/account/transactions?before=x` },
    }),
    'account-transactions-empty': ownTransactionsPage({ ...frame, rows: [], pages: {} }),
    'step-up': stepUpPage({
      ...bare,
      action: `${basePath}/step-ups/x`,
      csrf: text('9d2'),
      party: { name: text('Invoice payer'), isAgent: true },
      resource: payments,
      client: text('Desk'),
      needsFactor: true,
      next: 'sign_in',
      minutes: 5,
      securityHref: `${basePath}/account/security`,
    }),
    'step-up-confirm': stepUpPage({
      ...bare,
      action: `${basePath}/step-ups/x`,
      csrf: text('9d2'),
      party: { name: text('Payments'), isAgent: false },
      resource: payments,
      client: text('Desk'),
      needsFactor: false,
      next: 'confirm',
      minutes: 5,
      securityHref: `${basePath}/account/security`,
    }),
    'step-up-without-factor': stepUpPage({
      ...bare,
      action: `${basePath}/step-ups/x`,
      csrf: text('9d2'),
      party: { name: text('Payments'), isAgent: false },
      resource: payments,
      client: text('Desk'),
      needsFactor: true,
      next: 'without_factor',
      minutes: 5,
      securityHref: `${basePath}/account/security`,
    }),
    'new-owner': newOwnerPage({
      ...frame,
      csrf: text('9d2'),
      action: `${basePath}/account/agents/agt_1/owner`,
      agent: planner,
      since: NOON,
      ownership: 1,
      rights: [
        { resource: calendar, scopes: [read, write], since: NOON - 86_400, until: NOON + 604_800 },
        {
          resource: payments,
          scopes: [balances],
          details: invoices,
          since: NOON - 86_400,
          until: NOON + 604_800,
          delegatedFurtherBy: text('Invoice payer'),
        },
      ],
      error: newOwnerWords.changedAgain,
    }),
    ...approvalPages(frame, text, { payer, planner }),
    'account-empty': accountPage({
      ...frame,
      csrf: text('9d2'),
      account: { name: text('Alice'), username: text('alice') },
      openApprovals: 0,
      offers: [],
      newOwners: [],
      asked: [],
      delegations: [],
      clients: [],
      links: [],
    }),
    'second-factor': secondFactorPage({
      ...bare,
      action: `${basePath}/interaction/u1/factor`,
      csrf: text('k3Q'),
      uid: text('u1'),
      isStepUp: false,
      hasApp: true,
      againAction: `${basePath}/interaction/u1/again`,
      cancel: { action: `${basePath}/interaction/u1/deny`, csrf: text('k4Q') },
    }),
    'second-factor-step-up': secondFactorPage({
      ...bare,
      action: `${basePath}/interaction/u1/factor`,
      csrf: text('k3Q'),
      uid: text('u1'),
      isStepUp: true,
      hasApp: true,
      passkey: '{"challenge":"k3Q"}',
      error: said('That code is not right, or was used already.'),
    }),
    security: securityPage({
      ...frame,
      flash: { kind: 'success', text: text('Added. The next sign-in asks for it.') },
      csrf: text('9d2'),
      path: `${basePath}/account/security`,
      hasPasskeys: true,
      mail: { address: text('alice@example.com'), isVerified: true },
      hasPassword: true,
      language: 'de',
      connected: [
        {
          provider: text('Example Works'),
          label: text('ada@example.com'),
          createdAt: NOON,
          isOff: true,
          removeAction: `${basePath}/account/security/upstream/upl_1/remove`,
        },
      ],
      connectable: [{ id: text('upi_2'), name: text('Sample Cloud') }],
      factors: [
        {
          id: text('fac_3'),
          kind: 'passkey',
          name: text('Laptop'),
          createdAt: NOON,
          isCopied: true,
          removeAction: `${basePath}/account/security/factors/fac_3/remove`,
        },
        {
          id: text('fac_1'),
          kind: 'totp',
          name: text('Work phone'),
          createdAt: NOON,
          lastUsedAt: NOON + 3600,
          removeAction: `${basePath}/account/security/factors/fac_1/remove`,
        },
        {
          id: text('fac_2'),
          kind: 'recovery',
          name: text('Recovery codes'),
          createdAt: NOON,
          left: 9,
          removeAction: `${basePath}/account/security/factors/fac_2/remove`,
        },
      ],
    }),
    'security-empty': securityPage({
      ...frame,
      csrf: text('9d2'),
      path: `${basePath}/account/security`,
      factors: [],
      hasPasskeys: false,
      hasPassword: false,
      language: 'en',
      connected: [],
      connectable: [],
    }),
    notifications: notificationsPage({
      ...notifications,
      flash: { kind: 'success', text: text('This browser notifies you from now on.') },
      push: {
        ...push,
        browsers: [browser('psh_1', 'My phone', NOON + 600), browser('psh_2', 'Firefox on Linux')],
        isFull: false,
      },
    }),
    'notifications-by-mail': notificationsPage({
      ...{ ...notifications, isMailed: false },
      choices: { ...choices, channels: ['mail'] },
    }),
    'notifications-refused': notificationsPage({
      ...notifications,
      push: {
        ...{ ...push, browsers: [], isFull: false },
        error: { text: text('This browser uses a push service that this server does not send to.') },
      },
    }),
    'notifications-full': notificationsPage({
      ...notifications,
      push: { ...push, browsers: [browser('psh_1', 'My phone')], isFull: true },
    }),
    sessions: sessionsPage({
      ...frame,
      csrf: text('9d2'),
      sessions: [
        {
          isThis: true,
          browser: { family: 'Firefox', system: 'Linux' },
          amr: ['pwd', 'otp'],
          startedAt: NOON - 86_400,
          authTime: NOON,
          usedAt: NOON + 600,
          source: text('203.0.113.0/24'),
          seenFrom: text('198.51.100.0/24'),
          apps: [text('Wiki'), text('Time sheets')],
          endAction: `${basePath}/account/sessions/ses_1/end`,
        },
        {
          isThis: false,
          amr: [text('urn:behalf:amr:upstream'), 'hwk', 'user', 'mfa'],
          provider: text('Example Works'),
          startedAt: NOON,
          authTime: NOON,
          usedAt: NOON,
          apps: [],
          endAction: `${basePath}/account/sessions/ses_2/end`,
        },
      ],
      endOthersAction: `${basePath}/account/sessions/end-others`,
      endAllAction: `${basePath}/account/sessions/end-all`,
    }),
    passkey: passkeyPage({
      ...frame,
      action: `${basePath}/account/security/passkey`,
      csrf: text('9d2'),
      options: '{"challenge":"k3Q"}',
      name: text('Laptop'),
      errors: { credential: said('That did not work. Try again.') },
    }),
    totp: totpPage({
      ...frame,
      action: `${basePath}/account/security/totp`,
      csrf: text('9d2'),
      username: text('alice'),
      secret: 'GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      address: 'otpauth://totp/Behalf%20id.example.com:alice?issuer=Behalf&secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ',
      name: text('Work phone'),
      errors: { code: said('That is not the code the app shows now.') },
    }),
    'recovery-codes': recoveryCodesPage({
      ...frame,
      codes: ['abcd-efgh-ijkm-2345', 'npqr-stuv-wxyz-6789', 'bcde-fghi-jkmn-3456', 'pqrs-tuvw-xyz2-7899'],
      isFirst: true,
      nextHref: `${basePath}/account/security`,
    }),
    password: passwordPage({
      ...frame,
      action: `${basePath}/account/password`,
      csrf: text('9d2'),
      username: text('alice'),
      minimumLength: 12,
      errors: { new: said('Too short: at least 12 characters.') },
    }),
    ...Object.assign({}, ...CONSOLE_PAGES.map((pages) => pages(inConsole, text))),
  };
};

const links = (basePath: string) => ({
  openidConfiguration: `${basePath}/.well-known/openid-configuration`,
  oauthMetadata: `/.well-known/oauth-authorization-server${basePath}`,
  openApi: `${basePath}/api/v1/openapi.json`,
  documentation: `${basePath}/docs`,
});
