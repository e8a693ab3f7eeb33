/** Models of the pages of the console about people, groups and software. Text that another party chose goes through `text`. */

import type { Html } from '../../../views/html.ts';
import { absencesPage, endAbsencePage } from '../../../views/pages/console-absences.ts';
import { auditPage } from '../../../views/pages/console-audit.ts';
import { auditEventPage } from '../../../views/pages/console-audit-event.ts';
import {
  activateBlueprintPage,
  blueprintPage,
  blueprintsPage,
  type Draft,
  deprecateBlueprintPage,
} from '../../../views/pages/console-blueprints.ts';
import { type BudgetRow, budgetPage, budgetsPage } from '../../../views/pages/console-budgets.ts';
import { type ClientModel, clientPage, clientsPage, disableClientPage } from '../../../views/pages/console-clients.ts';
import { disablePersonPage } from '../../../views/pages/console-disable-person.ts';
import { eraseValuePage } from '../../../views/pages/console-erasure.ts';
import { groupFormPage, groupPage, groupsPage } from '../../../views/pages/console-groups.ts';
import { inventoriesPage } from '../../../views/pages/console-inventories.ts';
import { chooseSystemPage, importFormPage } from '../../../views/pages/console-inventory-import.ts';
import { importResultPage, previewImportPage } from '../../../views/pages/console-inventory-result.ts';
import { mcpPlanPage, mcpServerForm, serverCodePage } from '../../../views/pages/console-mcp-servers.ts';
import { peoplePage } from '../../../views/pages/console-people.ts';
import { type ChosenPerson, disabledPeoplePage, disablePeoplePage } from '../../../views/pages/console-people-bulk.ts';
import { type PersonModel, personPage, removeFactorsPage } from '../../../views/pages/console-person.ts';
import {
  disableServerPage,
  type ServerModel,
  type ShownType,
  serverPage,
  serversPage,
} from '../../../views/pages/console-servers.ts';
import type { AgentRow } from '../../../views/partials/agent-rows.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { rightsList } from '../../../views/partials/console-list.ts';
import { agentPageWords } from '../../../views/words/console-agent.ts';
import { auditWords } from '../../../views/words/console-audit.ts';
import { budgetWords } from '../../../views/words/console-budgets.ts';
import { ceilingWords } from '../../../views/words/console-effect.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { peopleBulkWords } from '../../../views/words/console-people-bulk.ts';
import { grantTypeWords } from '../../../views/words/grant-types.ts';
import { delegationTreeSample } from './delegation-pages.ts';

const NOON = 1_790_000_000;
const NOTHING_ASKED = {
  type: '',
  outcome: 'refused' as const,
  text: '',
  id: '',
  subject: '',
  caller: '',
  agent: '',
  resource: '',
  txn: '',
  from: '',
  to: '',
};

export const registerPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
  const inventoryList = {
    ...{ listHref: `${home}/inventories`, findingsHref: `${home}/findings?kind=unknown_app`, rows: [], pages: {} },
    ...{ old: [], search: '' },
  };
  const inventoryViews = (['decide', 'new', 'changed', 'known', 'gone', 'all'] as const).map((name, count) => ({
    ...{ name, count: count === 0 ? 1 : count, href: `${home}/inventories?view=${name}` },
  }));
  const inventoryLinks = { listHref: `${home}/inventories`, importHref: `${home}/inventories/import` };
  const absence = {
    ...{ person: { name: text('Ada'), href: `${home}/people/acc_1` }, deputy: { name: text('Bob') } },
    ...{ from: NOON, until: NOON + 86_400 },
  };
  const auditOutcomes = (['', 'granted', 'refused', 'done'] as const).map((name) => ({
    name,
    href: `${home}/audit?outcome=${name}`,
    isIt: name === '',
  }));

  const auditPeriods = (['all', 'today', 'yesterday', 'week'] as const).map((name) => ({
    ...{ name, href: `${home}/audit?from=2026-11-25`, isIt: name === 'today' },
  }));
  const href = `${home}/people/acc_1`;
  const alice = {
    id: text('acc_1'),
    href,
    name: text('Alice Adams'),
    username: text('alice'),
    state: 'active' as const,
    roles: ['operator' as const],
    groups: [text('staff'), text('travel')],
    createdAt: NOON,
  };
  const seenPerson: ChosenPerson = {
    id: text('acc_1'),
    facts: { href, name: text('Alice Adams'), username: text('alice'), state: 'active' },
  };
  const none = { items: [], more: false };
  const zero = { count: 0, more: false };
  const nothingEnds = { roles: [], sessions: zero, delegations: zero, standing: zero };
  const agent: AgentRow = {
    id: text('agt_7Vn2kQeX'),
    name: text('Travel planner'),
    ownerName: text('Alice Adams'),
    purpose: text('Plans'),
    environment: 'production',
    state: 'active',
    href: `${home}/agents/agt_1`,
    isStopped: false,
  };
  const person: PersonModel = {
    ...frame,
    person: {
      ...alice,
      email: text('alice@example.com'),
      emailVerified: true,
      updatedAt: NOON,
      entitlements: { [text('https://calendar.example.com/api')]: [text('events:read'), '*'] },
    },
    isYou: false,
    pageLinks: [{ text: fieldWords.change, href: `${home}/people/acc_1/edit` }],
    groups: [{ name: text('Platform team'), href: `${home}/groups/grp_1` }],
    signals: [
      {
        ...{ event: 'credential_compromise', level: 'high', requiresStepUp: true, at: NOON, until: NOON + 60 },
        ...{
          source: { name: text('Risk engine'), href: `${home}/transmitters/trm_1` },
          issuer: text('https://r.example.com'),
        },
      },
    ],
    factors: [
      { kind: 'passkey', name: text('Laptop'), createdAt: NOON, lastUsedAt: NOON, isCopied: true },
      { kind: 'recovery', name: text('Recovery codes'), createdAt: NOON, left: 9, isCopied: false },
    ],
    sessions: [
      {
        browser: { family: 'Firefox', system: 'Linux' },
        source: text('192.0.2.0/24'),
        signedInAt: NOON,
        usedAt: NOON,
        endAction: `${href}/sessions/ses_1/end`,
      },
      { signedInAt: NOON, usedAt: NOON },
    ],
    links: [
      {
        ...{ provider: text('Example Works'), subject: text('00u1a2b3'), createdAt: NOON },
        endAction: `${home}/people/acc_1/links/upl_1/end`,
      },
    ],
    apps: [
      {
        client: { name: text('Wiki'), href: `${home}/clients/app_1` },
        ...{ openidScopes: ['openid', 'profile'], lastUsedAt: NOON, until: NOON + 86_400 },
        rights: [{ resource: text('Calendar'), scopes: [text('events:read')] }],
        endAction: `${home}/people/acc_1/grants/grt_1/end`,
      },
      { client: { name: text('Desk') }, openidScopes: [], rights: [], until: NOON + 86_400 },
    ],
    agents: [agent],
    agentsHref: `${home}/agents?owner=acc_1`,
    delegationTrees: {
      trees: delegationTreeSample(home, text),
      more: 3,
      isMore: false,
      listHref: `${home}/delegations?subject=acc_1`,
    },
    delegations: [
      {
        agent: text('Travel planner'),
        agentHref: `${home}/agents/agt_1`,
        resource: text('https://calendar.example.com/api'),
        scopes: [text('events:read'), text('events:write')],
        until: NOON,
        endAction: `${href}/delegations/dlg_1/end`,
      },
      { agent: text('agt_gone'), resource: text('https://mail.example.com'), scopes: [text('send')], until: NOON },
    ],
    transactions: [
      {
        ...{ id: text('trn_1'), href: `${home}/transactions/trn_1`, intent: text('Plan the fair'), state: 'open' },
        ...{ agent: text('Travel planner'), lastAt: NOON },
      },
      { id: text('txn_1'), href: `${home}/transactions/txn_1`, lastAt: NOON },
    ],
    auditLogHref: `${home}/audit?subject=acc_1`,
    actions: {
      disable: `${href}/disable`,
      removeFactors: `${href}/remove-factors`,
      endSessions: `${href}/end-sessions`,
    },
  };
  const members = [
    { name: text('Alice Adams'), username: text('alice'), href, isActive: true },
    { name: text('acc_gone'), isActive: false },
  ];
  const group = {
    id: text('grp_1'),
    href: `${home}/groups/grp_1`,
    name: text('Platform team'),
    members,
    createdAt: NOON,
  };
  const client: ClientModel['client'] = {
    id: text('app_9XkT'),
    href: `${home}/clients/app_1`,
    name: text('Expense reports'),
    state: 'active',
    method: 'private_key_jwt',
    isVerified: true,
    ownerName: text('Alice Adams'),
    createdAt: NOON,
    applicationType: 'web',
    ways: [grantTypeWords.authorization_code, grantTypeWords.refresh_token],
    holds: [{ kind: 'grants', count: 3, isMore: false }],
    redirectUris: [text('https://expenses.example.com/callback')],
    logoutUris: [text('https://expenses.example.com/')],
    origins: [text('https://expenses.example.com')],
    skipsConsent: false,
    binding: 'dpop',
    isSuspended: false,
    idTokenAlgorithm: text('RS256'),
    isPushedOnly: true,
    exceptions: ['no_pkce'],
    keys: { uri: text('https://expenses.example.com/jwks') },
    rights: { [text('https://calendar.example.com/api')]: [text('events:read')] },
    roles: [text('auditor')],
    expiresAt: NOON,
    updatedAt: NOON,
  };
  const bank: ServerModel['server'] = {
    id: text('rsv_1'),
    href: `${home}/resource-servers/rsv_1`,
    name: text('First Bank'),
    identifier: text('https://bank.example.com'),
    state: 'active',
    scopeCount: 2,
    worst: 'critical',
    format: 'jwt',
    lifeSeconds: 300,
    algorithm: 'ES256',
    environments: ['production', 'test'],
    asksWith: 'client_secret_basic',
    mayReport: true,
    hasStatusList: true,
    createdAt: NOON,
    updatedAt: NOON,
  };
  const type: ShownType = {
    type: text('payment_initiation'),
    description: text('Pay an invoice'),
    risk: 'high',
    template: text('Pay up to {amount} {currency} to {creditor.name}'),
    rules: [{ member: text('amount'), rule: 'max' }],
    amount: text('amount'),
    schema: text('{\n  "type": "object"\n}'),
    preview: {
      type: text('payment_initiation'),
      about: text('Pay an invoice'),
      risk: 'high',
      sentence: [{ text: 'Pay up to ' }, { member: 'amount', value: text('4000') }],
      more: [{ member: text('reference'), value: text('Invoice 7731') }],
    },
    example: text('{\n  "amount": 4000\n}'),
  };
  const budget: BudgetRow = {
    ...{ id: text('bud_1'), href: `${home}/budgets/bud_1`, name: text('A few'), about: 'agent', measure: 'amount' },
    ...{
      subject: text('Planner'),
      limit: 100,
      used: 37,
      windowSeconds: 86_400,
      currency: text('EUR'),
      state: 'active',
    },
  };
  const blueprint = {
    id: text('bpt_1'),
    href: `${home}/blueprints/bpt_1`,
    name: text('Desk helpers'),
    purpose: text('Agents that work beside people'),
    state: 'active' as const,
    version: 2,
    updatedAt: NOON,
  };
  const draft: Draft = {
    version: 3,
    differences: [
      {
        name: ceilingWords.names.maxDelegationDepth,
        before: ceilingWords.hops(2),
        after: ceilingWords.noLimit,
        narrows: false,
      },
      {
        name: ceilingWords.names.authority,
        before: rightsList({ [text('https://bank.example.com')]: [text('balance')] }),
        after: ceilingWords.none,
        narrows: true,
      },
    ],
    breaks: [
      {
        name: text('Travel planner'),
        href: `${home}/agents/agt_1`,
        stops: [agentPageWords.stops.environment_not_allowed],
        loses: [grantTypeWords.refresh_token],
        lowered: [ceilingWords.names.maxInstances],
      },
    ],
    hasMoreBreaks: true,
  };
  return {
    'console-blueprints': blueprintsPage({
      ...frame,
      action: `${home}/blueprints`,
      asked: { search: '', state: 'active' },
      rows: [blueprint, { ...blueprint, state: 'draft', version: 0 }],
      pages: { nextHref: `${home}/blueprints?after=x` },
    }),
    'console-blueprint': blueprintPage({
      ...frame,
      blueprint: { ...blueprint, createdAt: NOON },
      ceilings: [[ceilingWords.names.authority, rightsList({ [text('https://bank.example.com')]: [text('balance')] })]],
      draft,
      versions: [
        { version: 3, state: 'draft' },
        { version: 2, state: 'active', activatedAt: NOON, byName: text('Alice') },
      ],
      agents: [agent],
      agentsHref: `${home}/agents?blueprint=bpt_1`,
      editHref: `${blueprint.href}/edit`,
      activateHref: `${blueprint.href}/activate`,
      deprecateHref: `${blueprint.href}/deprecate`,
    }),
    'console-budgets': budgetsPage({
      ...{ ...frame, action: `${home}/budgets`, asked: { search: text('Planner'), state: '' } },
      ...{ rows: [budget, { ...budget, limit: 0, state: 'disabled' }], pages: {}, newHref: `${home}/budgets/new` },
    }),
    'console-budget': budgetPage({
      ...{ ...frame, actions: [{ text: budgetWords.disable, href: `${budget.href}/disable` }] },
      budget: {
        ...{ ...budget, subjectHref: `${home}/agents/agt_1`, resource: text('https://bank.example.com') },
        ...{ scopes: [text('pay')], detailType: text('payment'), currencyMember: text('currency') },
        ...{ createdAt: NOON, updatedAt: NOON },
      },
      auditLogHref: `${home}/audit?id=bud_1`,
    }),
    'console-budget-of-all': budgetPage({
      ...{ ...frame, actions: [] },
      budget: { ...budget, currencyMember: null, createdAt: NOON, updatedAt: NOON },
    }),
    'console-blueprint-activate': activateBlueprintPage({
      ...frame,
      name: text('Desk helpers'),
      draft: { ...draft, differences: [], breaks: [] },
      action: `${blueprint.href}/activate`,
      etag: 4,
      blueprintHref: blueprint.href,
    }),
    'console-blueprint-deprecate': deprecateBlueprintPage({
      ...{ ...frame, agents: [], agentsHref: `${home}/agents` },
      name: text('Desk helpers'),
      action: `${blueprint.href}/deprecate`,
      blueprintHref: blueprint.href,
      typed: { name: text('Desk helpers'), value: '' },
    }),
    'console-clients': clientsPage({
      ...frame,
      action: `${home}/clients`,
      asked: { search: '', state: '' },
      rows: [client, { ...client, id: text('app_2'), state: 'retired', isVerified: false }],
      pages: { nextHref: `${home}/clients?after=x` },
    }),
    'console-client': clientPage({
      ...frame,
      client,
      pageLinks: [{ text: fieldWords.change, href: `${home}/people/acc_1/edit` }],
      auditLogHref: `${home}/audit?caller=app_1`,
      actions: {
        disable: `${client.href}/disable`,
        adopt: `${client.href}/adopt`,
        unverify: `${client.href}/unverify`,
      },
    }),
    'console-servers': serversPage({
      ...frame,
      action: `${home}/resource-servers`,
      asked: { search: text('bank'), state: '' },
      rows: [bank],
      pages: {},
    }),
    'console-server': serverPage({
      ...frame,
      server: bank,
      scopes: [
        { name: text('balance'), description: text('See the balance'), risk: 'low' },
        { name: text('pay'), description: text('Pay from the accounts'), risk: 'critical' },
      ],
      types: [type, { ...type, type: text('transfer'), error: text('It does not fit the schema.') }],
      isOwnApi: false,
      pageLinks: [{ text: fieldWords.change, href: `${home}/people/acc_1/edit` }],
      delegations: {
        targets: [
          {
            resource: text('https://calendar.example.com'),
            scope: text('calendar.read'),
            api: { name: text('Calendar'), href: `${home}/resource-servers/rs_2` },
            declared: { description: text('See your appointments'), risk: 'low' },
            proposed: { by: text('Ada'), at: NOON },
            accepted: { by: text('Bob'), at: NOON },
          },
          {
            resource: text('https://calendar.example.com'),
            scope: text('calendar.write'),
            api: { name: text('Calendar'), href: `${home}/resource-servers/rs_2` },
            declared: { description: text('Move appointments'), risk: 'high' },
            proposed: { by: text('Ada'), at: NOON },
          },
          {
            resource: text('https://gone.example.com'),
            scope: text('read'),
            without: 'gone',
            proposed: { by: text('Ada'), at: NOON },
            bar: 'proposer',
          },
        ],
        version: 3,
        accept: `${bank.href}/accept-delegation`,
        withdraw: `${bank.href}/withdraw-delegation`,
        proposeCommand: 'behalf resource-servers propose-delegation rs_1 --to API --scope NAME',
      },
      disableHref: `${bank.href}/disable`,
    }),
    'console-mcp-server-form': mcpServerForm({
      ...frame,
      action: `${home}/resource-servers/mcp`,
      cancelHref: `${home}/resource-servers`,
      values: {
        url: text('https://notes.example.com/mcp'),
        name: text('Notes'),
        scopes: text('notes.read:low:See your notes'),
        delegates_to: '',
        client_hosts: '',
      },
      errors: { url: text('This is not a URL.') },
    }),
    'console-mcp-server-plan': mcpPlanPage({
      ...frame,
      action: `${home}/resource-servers/mcp`,
      values: { url: text('https://notes.example.com/mcp'), name: '', scopes: '', delegates_to: '', client_hosts: '' },
      seen: 'aGFzaA',
      plan: {
        identifier: text('https://notes.example.com/mcp'),
        action: 'change',
        name: text('Notes'),
        formerName: text('Notebook'),
        scopes: [
          { name: text('notes.read'), description: text('See your notes'), risk: 'low', isChanged: false },
          { name: text('notes.write'), description: text('Change your notes'), risk: 'high', isChanged: true },
        ],
        enables: true,
        proposals: [{ resource: text('https://tickets.example.com'), scope: text('tickets.read') }],
        metadata: {
          from: text('https://notes.example.com/.well-known/oauth-protected-resource'),
          namesThisServer: false,
        },
        settings: [text('BEHALF__CLIENTIDMETADATA__ACCEPT=true')],
      },
      codeHref: `${bank.href}/code`,
    }),
    'console-mcp-server-plan-empty': mcpPlanPage({
      ...frame,
      action: `${home}/resource-servers/mcp`,
      values: { url: text('https://notes.example.com/mcp'), name: '', scopes: '', delegates_to: '', client_hosts: '' },
      plan: {
        identifier: text('https://notes.example.com/mcp'),
        action: 'none',
        name: text('Notes'),
        scopes: [{ name: text('notes.read'), description: text('See your notes'), risk: 'low', isChanged: false }],
        enables: false,
        proposals: [],
        metadata: { failure: text('status_not_ok') },
        settings: [],
      },
    }),
    'console-server-code': serverCodePage({
      ...frame,
      name: text('First Bank'),
      typescript: [text('const mcp = 1;')],
      python: [text('mcp = 1')],
      settings: [text('BEHALF__CLIENTIDMETADATA__ACCEPT=true')],
      isProposed: true,
      serverHref: bank.href,
    }),
    'console-server-disable': disableServerPage({
      ...frame,
      name: text('First Bank'),
      action: `${bank.href}/disable`,
      losses: [
        { kind: 'agents', count: 2, isMore: false },
        { kind: 'delegations', count: 100, isMore: true },
      ],
      serverHref: bank.href,
    }),
    'console-audit': auditPage({
      log: {
        size: 1234,
        verifierKey:
          'id.example.com/log/log_a2b3c4d5e6f7g2h3i4j5k6l7m2+0a1b2c3d+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k',
        witnesses: { count: 2, failing: ['w2'], isQuorum: false },
      },
      ...frame,
      action: `${home}/audit`,
      periods: auditPeriods,
      outcomes: auditOutcomes,
      asked: {
        ...NOTHING_ASKED,
        type: 'token.refused',
        subject: text('ada'),
        resource: text('Calendar'),
        from: '2026-11-25',
      },
      errors: {},
      rows: [
        {
          at: NOON,
          type: 'token.refused',
          outcome: 'refused',
          who: text('Travel planner'),
          subject: text('Ada Byron'),
          where: text('https://calendar.example.com'),
          error: text('consent_required'),
          members: [
            { name: 'request', value: text('req_1') },
            { name: 'inputs', value: text('{"grant":"exchange"}') },
            { name: 'source', value: undefined },
          ],
          workHref: `${home}/audit?txn=txn_1`,
        },
        { at: NOON, type: 'kill.ordered', outcome: 'done', members: [] },
        { at: NOON, type: 'token.issued', outcome: 'granted', members: [] },
        {
          at: NOON - 60,
          type: 'token.issued',
          outcome: 'granted',
          members: [{ name: 'request', value: text('req_2') }],
        },
      ],
      pages: { firstHref: `${home}/audit`, nextHref: `${home}/audit?after=x` },
      exportHref: `${home}/audit.ndjson`,
    }),
    'console-erase-value': eraseValuePage(frame, {
      ...{ type: 'token.issued', at: NOON, name: 'source', text: text('192.0.2.7') },
      ...{ action: `${home}/audit/events/nod_1/erase`, cancelHref: `${home}/audit/events/nod_1` },
      typed: { name: 'source', value: text('sauce'), error: text('Type source.') },
    }),
    'console-absences': absencesPage({
      ...{ ...frame, action: `${home}/absences`, asked: { search: '', state: '' }, pages: {} },
      rows: [
        { ...absence, state: 'current', endHref: `${home}/absences/abs_1/end` },
        { ...absence, state: 'void', deputy: { name: text('Eve'), href: `${home}/people/acc_3` } },
      ],
    }),
    'console-no-absences': absencesPage({
      ...{ ...frame, action: `${home}/absences`, asked: { search: '', state: '' }, pages: {}, rows: [] },
    }),
    'console-inventories': inventoriesPage(frame, {
      ...{ ...inventoryList, view: 'all', newHref: `${home}/inventories/import` },
      ...{ pages: { nextHref: `${home}/inventories?at=25` }, views: inventoryViews, old: ['crm', 'entra'] },
      inventories: [
        { ...{ source: 'crm', href: `${home}/inventories?source=crm`, apps: 2, gone: 1, decide: 0 }, at: NOON },
        {
          ...{ source: 'entra', href: `${home}/inventories?source=entra`, apps: 1, gone: 0, decide: 1 },
          system: 'entra',
        },
      ],
      rows: [
        {
          ...{ name: text('Mail helper'), externalId: text('app-1'), source: 'entra', createdAt: NOON, people: 3 },
          ...{ owner: text('Grace'), scopes: 12, risky: [text('Mail.Send'), 'repo', 'drive', 'admin:org', 'a.write'] },
          ...{ rights: Array.from({ length: 50 }, () => text('Mail.Send')), isNew: true },
          decideHref: `${home}/findings/fnd_1`,
        },
        {
          ...{ name: text('Wiki'), externalId: text('app-2'), source: 'crm', isOff: true, createdAt: NOON, people: 1 },
          ...{ scopes: 0, risky: [], owner: 'grace.hopper.the.second@example.com' },
          ...{ known: { name: text('Wiki'), by: 'redirect_host', href: `${home}/clients/app_1` } },
          decideHref: `${home}/findings/fnd_2`,
        },
        {
          ...{ name: text('Old'), externalId: text('app-3'), source: 'crm', goneAt: NOON, createdAt: NOON, people: 0 },
          ...{ scopes: 1, risky: [], known: { name: text('app_2'), by: 'stated' } },
        },
        {
          ...{ name: 'Both', externalId: 'app-4', source: 'crm', createdAt: NOON, people: 0 },
          ...{ scopes: 2, risky: ['repo', 'drive'], registerHref: `${home}/agents/new?name=Both` },
          changed: { added: [text('repo')], removed: ['mail'] },
        },
      ],
    }),
    'console-one-inventory': inventoriesPage(frame, {
      ...{ ...inventoryList, source: 'okta', system: 'okta', view: 'decide', views: inventoryViews },
      ...{ links: inventoryLinks, search: text('mail'), old: ['okta'] },
      imports: [
        {
          ...{ at: NOON, byName: text('Ada'), href: `${home}/audit/events/nod_2`, apps: 4 },
          changes: { created: 1, changed: 0, gone: 1 },
        },
        { at: NOON - 60, href: `${home}/audit/events/nod_1`, apps: 4 },
      ],
      newHref: `${home}/inventories/import?format=okta&source=okta`,
    }),
    'console-many-apps': inventoriesPage(frame, {
      ...{ ...inventoryList, source: 'crm', view: 'all', imports: [] },
      pages: { firstHref: `${home}/inventories` },
    }),
    'console-no-inventories': inventoriesPage(frame, { ...inventoryList, view: 'all' }),
    'console-no-inventories-yet': inventoriesPage(frame, { ...inventoryList, view: 'all', links: inventoryLinks }),
    'console-import-system': chooseSystemPage(frame, inventoryLinks, { source: 'crm', times: new Map() }),
    'console-import-system-again': chooseSystemPage(frame, inventoryLinks, { times: new Map([['okta', NOON]]) }),
    'console-import-inventory': importFormPage(frame, {
      ...{ links: inventoryLinks, system: 'okta' },
      values: { format: 'okta', source: text('crm'), list: text('[]') },
      errors: { list: text('list#/0: the member label is missing or has another form.') },
    }),
    'console-import-file': importFormPage(frame, {
      ...{ links: inventoryLinks, system: 'csv', values: {} },
      errors: { list: text('apps.csv:1: the member name is missing.'), source: text('A name has other letters.') },
    }),
    'console-import-preview': previewImportPage(frame, {
      ...{
        links: inventoryLinks,
        system: 'github',
        source: 'crm',
        heldAt: NOON,
        apps: 72,
        carried: text('{"name":"A"}'),
      },
      counts: { created: 62, changed: 1, unchanged: 9, gone: 10, known: 3, findings: 2 },
      rows: [
        {
          ...{ name: text('Mail helper'), externalId: text('app-1'), owner: text('Grace'), change: 'changed' },
          ...{
            scopes: 2,
            risky: [text('repo')],
            people: 3,
            added: [text('repo')],
            removed: ['drive'],
            needsDecision: true,
          },
        },
        {
          ...{ name: text('Wiki'), externalId: text('app-2'), scopes: 0, risky: [], change: 'gone' },
          ...{ people: 0, added: [], removed: [], needsDecision: false },
        },
      ],
    }),
    'console-import-same': previewImportPage(frame, {
      ...{ links: inventoryLinks, system: 'ndjson', source: 'crm', apps: 1, carried: '{}', rows: [] },
      counts: { created: 0, changed: 0, unchanged: 1, gone: 0, known: 0, findings: 0 },
    }),
    'console-import-one-gone': previewImportPage(frame, {
      ...{ links: inventoryLinks, system: 'ndjson', source: 'crm', apps: 9, carried: '{}', rows: [] },
      counts: { created: 0, changed: 0, unchanged: 9, gone: 1, known: 0, findings: 0 },
    }),
    'console-import-done': importResultPage(frame, {
      ...{ links: inventoryLinks, system: 'google', source: text('crm') },
      counts: { created: 1, changed: 0, unchanged: 0, gone: 2, known: 0, findings: 1 },
      ...{ sourceHref: `${home}/inventories?source=crm`, findingsHref: `${home}/findings?kind=unknown_app` },
      rows: [
        {
          ...{
            name: text('Mail helper'),
            externalId: text('app-1'),
            change: 'created',
            scopes: 2,
            needsDecision: true,
          },
          ...{ risky: [text('repo')], people: 0, added: [], removed: [], decideHref: `${home}/findings/fnd_1` },
        },
      ],
    }),
    'console-import-done-several': importResultPage(frame, {
      ...{ links: inventoryLinks, system: 'mcp-registry', source: 'tools' },
      counts: { created: 0, changed: 0, unchanged: 4, gone: 0, known: 0, findings: 4 },
      ...{ sourceHref: `${home}/inventories?source=tools`, findingsHref: `${home}/findings?kind=unknown_app` },
      rows: [
        {
          ...{ name: text('Tickets'), externalId: text('t'), change: 'unchanged', scopes: 0, risky: [] },
          ...{ people: 0, added: [], removed: [], needsDecision: true, decideHref: `${home}/findings/fnd_1` },
        },
      ],
    }),
    'console-import-done-secret': importResultPage(frame, {
      ...{ links: inventoryLinks, system: 'mcp-registry', source: 'tools' },
      counts: { created: 1, changed: 0, unchanged: 0, gone: 0, known: 0, findings: 1 },
      ...{ sourceHref: `${home}/inventories?source=tools`, findingsHref: `${home}/findings?kind=unknown_app` },
      rows: [
        {
          ...{ name: text('Tickets'), externalId: text('t'), change: 'created', scopes: 0, risky: [] },
          ...{ people: 0, added: [], removed: [], needsDecision: true },
        },
      ],
    }),
    'console-import-done-known': importResultPage(frame, {
      ...{ links: inventoryLinks, system: 'csv', source: 'crm', rows: [] },
      counts: { created: 4, changed: 0, unchanged: 0, gone: 0, known: 4, findings: 0 },
      ...{ sourceHref: `${home}/inventories?source=crm`, findingsHref: `${home}/findings?kind=unknown_app` },
    }),
    'console-end-absence': endAbsencePage(frame, {
      ...{ absence: { ...absence, state: 'planned' }, action: `${home}/absences/abs_1/end` },
      cancelHref: `${home}/absences`,
    }),
    'console-audit-event': auditEventPage({
      ...frame,
      ...{ path: `${home}/audit/events/nod_1`, auditHref: `${home}/audit` },
      erasable: [{ name: 'source', href: `${home}/audit/events/nod_1/erase?value=source` }],
      event: {
        ...{ at: NOON, type: 'token.issued', outcome: 'granted', who: text('Planner'), where: text('Calendar') },
        ...{ error: text('none'), workHref: `${home}/transactions/trn_1` },
        members: [
          { name: 'request', value: text('req_1') },
          { name: 'source', value: undefined },
        ],
      },
      why: {
        ...{ isRecorded: true, decidedBy: 3, decidedHref: `${home}/policy/versions/3`, by: 4 },
        scopes: [
          {
            ...{ scope: text('events:write'), was: 'granted', says: 'forbid', policies: [text('night')] },
            ...{ reasons: [text('Not at night.')], needs: [text('approval')] },
          },
          {
            ...{ scope: text('events:read'), was: 'refused', wasBy: text('agent'), says: 'none', policies: [] },
            ...{ reasons: [], needs: [] },
          },
          { scope: text('x'), was: 'granted', says: 'permit', policies: [text('all')], reasons: [], needs: [] },
        ],
        sources: [{ id: text('night'), line: 7, text: text('@id("night") forbid (principal, action, resource);') }],
        versions: [
          { value: '3', text: text('Version 3') },
          { value: '4', text: text('Version 4') },
        ],
      },
    }),
    'console-audit-event-unasked': auditEventPage({
      ...frame,
      ...{ path: `${home}/audit/events/nod_1`, auditHref: `${home}/audit`, erasable: [] },
      event: { at: NOON, type: 'token.refused', outcome: 'refused', members: [] },
      why: { isRecorded: false, scopes: [], sources: [], versions: [] },
    }),
    'console-audit-event-decided': auditEventPage({
      ...frame,
      ...{ path: `${home}/audit/events/nod_1`, auditHref: `${home}/audit`, erasable: [] },
      event: { at: NOON, type: 'agent.created', outcome: 'done', members: [] },
      why: { isRecorded: true, decidedBy: 3, by: 3, scopes: [], sources: [], versions: [] },
    }),
    'console-audit-refused': auditPage({
      log: undefined,
      ...frame,
      action: `${home}/audit`,
      periods: auditPeriods,
      outcomes: auditOutcomes,
      asked: {
        ...NOTHING_ASKED,
        text: text('?'),
        subject: text('unknown'),
        agent: text('none'),
        to: text('yesterday'),
      },
      errors: {
        ...{ text: auditWords.noWord, subject: auditWords.unknownAccount, to: auditWords.noDate },
        ...{ agent: auditWords.unknownAgent, resource: auditWords.unknownResource },
      },
      rows: [],
      pages: {},
    }),
    'console-people': peoplePage({
      ...frame,
      action: `${home}/people`,
      asked: { search: text('ali'), state: 'active' },
      rows: [alice, { ...alice, state: 'disabled', roles: [], groups: [] }],
      pages: { firstHref: `${home}/people`, nextHref: `${home}/people?after=x` },
      disableAction: `${home}/people/disable`,
    }),
    'console-people-disable': disablePeoplePage({
      ...{ ...frame, action: `${home}/people/disable`, listHref: `${home}/people` },
      rows: [
        {
          one: seenPerson,
          ends: {
            roles: ['operator', 'break_glass'],
            sessions: { count: 2, more: false },
            delegations: { count: 100, more: true },
            standing: { count: 1, more: false },
          },
        },
        { one: { ...seenPerson, id: text('acc_2') }, ends: nothingEnds },
        { one: { ...seenPerson, id: text('acc_3') }, kind: 'unchanged', text: peopleBulkWords.already },
        { one: { id: text('acc_4') }, kind: 'refused', text: peopleBulkWords.obstacles.not_found },
      ],
      agents: { items: [{ name: text('Travel planner'), href: `${home}/agents/agt_1` }], more: true },
      groups: { items: [{ name: text('Platform team'), href: `${home}/groups/grp_1` }], more: false },
    }),
    'console-people-disable-nothing': disablePeoplePage({
      ...{ ...frame, action: `${home}/people/disable`, listHref: `${home}/people` },
      rows: [{ one: seenPerson, kind: 'refused', text: peopleBulkWords.obstacles.last_administrator }],
      ...{ agents: none, groups: none },
    }),
    'console-people-disable-none': disablePeoplePage({
      ...{ ...frame, action: `${home}/people/disable`, listHref: `${home}/people`, rows: [] },
      ...{ agents: none, groups: none },
    }),
    'console-people-disabled': disabledPeoplePage({
      ...{ ...frame, listHref: `${home}/people` },
      rows: [
        { one: seenPerson, kind: 'done', text: peopleBulkWords.done },
        { one: { id: text('acc_4') }, kind: 'refused', text: peopleBulkWords.obstacles.not_found },
      ],
    }),
    'console-people-none': peoplePage({
      ...frame,
      action: `${home}/people`,
      asked: { search: text('zz'), state: '' },
      rows: [],
      pages: { nextHref: `${home}/people?after=x` },
    }),
    'console-person': personPage(person),
    'console-person-disabled': personPage({
      ...person,
      person: { ...alice, state: 'disabled', emailVerified: false, updatedAt: NOON },
      groups: [],
      signals: [],
      factors: [],
      sessions: [],
      links: [],
      apps: [],
      agents: [],
      delegations: [],
      transactions: [],
      delegationTrees: { trees: [], more: 0, isMore: false, listHref: `${home}/delegations?subject=acc_1` },
      actions: { enable: `${href}/enable` },
    }),
    'console-disable-person': disablePersonPage({
      ...frame,
      name: text('Alice'),
      isDisabled: false,
      action: `${home}/people/acc_1/disable`,
      personHref: `${home}/people/acc_1`,
      roles: ['operator'],
      sessions: { count: 2, more: false },
      agents: {
        items: Array.from({ length: 24 }, (_, index) => ({
          name: text('Travel planner'),
          href: `${home}/agents/agt_${index}`,
        })),
        more: true,
      },
      groups: { items: [{ name: text('Platform team'), href: `${home}/groups/grp_1` }], more: false },
      delegations: {
        items: [{ agent: text('Travel planner'), resource: text('https://calendar.example.com/api') }],
        more: false,
      },
      standing: { items: [{ agent: text('Bookkeeper'), resource: text('https://bank.example.com') }], more: false },
    }),
    'console-disable-person-nothing': disablePersonPage({
      ...frame,
      name: text('Bob'),
      isDisabled: true,
      action: `${home}/people/acc_2/disable`,
      personHref: `${home}/people/acc_2`,
      roles: [],
      sessions: { count: 0, more: false },
      agents: { items: [], more: false },
      groups: { items: [], more: false },
      delegations: { items: [], more: false },
      standing: { items: [], more: false },
    }),
    'console-disable-client': disableClientPage({
      ...{ ...frame, name: text('Wiki'), action: `${home}/clients/app_1/disable`, clientHref: `${home}/clients/app_1` },
      losses: [{ kind: 'grants', count: 100, isMore: true }],
    }),
    'console-disable-unused-client': disableClientPage({
      ...{ ...frame, name: text('Wiki'), action: `${home}/clients/app_1/disable`, clientHref: `${home}/clients/app_1` },
      losses: [],
    }),
    'console-remove-factors': removeFactorsPage({
      ...frame,
      name: text('Alice Adams'),
      username: text('alice'),
      action: `${href}/remove-factors`,
      personHref: href,
      factors: person.factors,
    }),
    'console-groups': groupsPage({
      ...frame,
      action: `${home}/groups`,
      asked: { search: '', state: '' },
      rows: [group],
      pages: {},
      newHref: `${home}/groups/new`,
    }),
    'console-group': groupPage({
      ...frame,
      group: { ...group, updatedAt: NOON },
      agents: [agent],
      agentsHref: `${home}/agents?owner=grp_1`,
      editHref: `${home}/groups/grp_1/edit`,
    }),
    'console-group-form': groupFormPage({
      ...frame,
      action: `${home}/groups/grp_1/edit`,
      cancelHref: `${home}/groups/grp_1`,
      version: 3,
      group: text('Platform team'),
      name: text('Platform team'),
      members: text('alice\nbob'),
      errors: { name: text('There is a group with this name.'), members: text('There is no account called bob.') },
    }),
  };
};
