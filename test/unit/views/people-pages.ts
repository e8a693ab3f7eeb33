/** Models of the pages of the console about people. Text that another party chose goes through `text`. */

import type { Html } from '../../../views/html.ts';
import { disablePersonPage } from '../../../views/pages/console-disable-person.ts';
import { peoplePage } from '../../../views/pages/console-people.ts';
import { type ChosenPerson, disabledPeoplePage, disablePeoplePage } from '../../../views/pages/console-people-bulk.ts';
import { type PersonModel, personPage, removeFactorsPage } from '../../../views/pages/console-person.ts';
import { upstreamLinkPage } from '../../../views/pages/console-upstream-link.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { peopleBulkWords } from '../../../views/words/console-people-bulk.ts';
import { delegationTreeSample } from './delegation-pages.ts';
import { listedAgent } from './listed-agent.ts';

const NOON = 1_790_000_000;

export const peoplePages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
  const agent = listedAgent(home, text);
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
        ...{ openidScopes: ['openid', 'profile'], lastUsedAt: NOON, until: NOON + 86_400, createdAt: NOON },
        rights: [{ resource: text('Calendar'), scopes: [text('events:read')] }],
        narrowHref: `${home}/grants/grt_1/narrow`,
        endAction: `${home}/people/acc_1/grants/grt_1/end`,
      },
      { client: { name: text('Desk') }, openidScopes: [], rights: [], until: NOON + 86_400, createdAt: NOON },
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
        narrowHref: `${home}/delegations/dlg_1/narrow`,
        endAction: `${href}/delegations/dlg_1/end`,
      },
      {
        ...{ agent: text('agt_gone'), resource: text('https://mail.example.com'), scopes: [text('send')], until: NOON },
        through: { href: `${home}/delegations/dlg_1`, agent: text('Secretary') },
      },
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
  const linking = {
    ...{ name: text('Alice Adams'), username: text('alice'), action: `${href}/link`, cancelHref: href },
    providersHref: `${home}/sign-in`,
  };
  return {
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
    'console-link-identity': upstreamLinkPage(frame, {
      ...linking,
      providers: [{ id: 'upi_1', name: text('The works') }],
      values: { upstream: 'upi_1', subject: text('u-17') },
      errors: { subject: text('Another account has it.') },
    }),
    'console-link-identity-nowhere': upstreamLinkPage(frame, { ...linking, providers: [], values: {}, errors: {} }),
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
    'console-remove-factors': removeFactorsPage({
      ...frame,
      name: text('Alice Adams'),
      username: text('alice'),
      action: `${href}/remove-factors`,
      personHref: href,
      factors: person.factors,
    }),
  };
};
