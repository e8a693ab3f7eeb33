/** Models of the pages of the console about people, groups and software. Whatever somebody else chose goes through `text`. */
import type { Html } from '../../../views/html.ts';
import { groupFormPage, groupPage, groupsPage } from '../../../views/pages/console-groups.ts';
import type { AgentRow } from '../../../views/pages/console-model.ts';
import { type PersonModel, peoplePage, personPage, removeFactorsPage } from '../../../views/pages/console-people.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';

const NOON = 1_790_000_000;

export const registerPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
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
    groups: [{ name: text('Platform team'), href: `${home}/groups/grp_1` }],
    factors: [
      { kind: 'passkey', name: text('Laptop'), createdAt: NOON, lastUsedAt: NOON, isCopied: true },
      { kind: 'recovery', name: text('Recovery codes'), createdAt: NOON, left: 9, isCopied: false },
    ],
    links: [{ provider: text('Example Works'), subject: text('00u1a2b3'), createdAt: NOON }],
    agents: [agent],
    agentsHref: `${home}/agents?of=all&owner=acc_1`,
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
    trailHref: `${home}/audit?subject=acc_1`,
    actions: { disable: `${href}/disable`, removeFactors: `${href}/remove-factors` },
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
  return {
    'console-people': peoplePage({
      ...frame,
      action: `${home}/people`,
      asked: { search: text('ali'), state: 'active' },
      rows: [alice, { ...alice, state: 'disabled', roles: [], groups: [] }],
      pages: { firstHref: `${home}/people`, nextHref: `${home}/people?after=x` },
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
      factors: [],
      links: [],
      agents: [],
      delegations: [],
      actions: { enable: `${href}/enable` },
    }),
    'console-remove-factors': removeFactorsPage({
      ...frame,
      name: text('Alice Adams'),
      action: `${href}/remove-factors`,
      personHref: href,
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
      errors: { name: text('There is a group with this name.'), members: text('There is nobody called bob.') },
    }),
  };
};
