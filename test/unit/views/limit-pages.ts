/** Models of the pages of the console about blueprints and budgets. Text that another party chose goes through `text`. */

import type { Html } from '../../../views/html.ts';
import {
  activateBlueprintPage,
  blueprintPage,
  blueprintsPage,
  type Draft,
  deprecateBlueprintPage,
} from '../../../views/pages/console-blueprints.ts';
import { type BudgetRow, budgetPage, budgetsPage } from '../../../views/pages/console-budgets.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { rightsList } from '../../../views/partials/console-list.ts';
import { agentPageWords } from '../../../views/words/console-agent.ts';
import { budgetWords } from '../../../views/words/console-budgets.ts';
import { ceilingWords } from '../../../views/words/console-effect.ts';
import { grantTypeWords } from '../../../views/words/grant-types.ts';
import { listedAgent } from './listed-agent.ts';

const NOON = 1_790_000_000;

export const limitPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
  const agent = listedAgent(home, text);
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
  };
};
