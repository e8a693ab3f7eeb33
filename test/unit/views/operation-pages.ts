/** Models of the pages with which operators run the server. Whatever another party chose goes through `text`. */
import type { Html } from '../../../views/html.ts';
import {
  chooseKillPage,
  type KillRow,
  killPage,
  killsPage,
  liftKillPage,
  previewKillPage,
} from '../../../views/pages/console-kills.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';

const NOON = 1_790_000_000;

export const operationPages = (
  frame: ConsoleFrame,
  text: (usual: string) => string,
): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console/kills`;
  const kill: KillRow = {
    ...{ id: text('kil_1'), href: `${home}/kil_1`, scope: 'agent', target: text('Planner'), state: 'standing' },
    ...{ reason: text('It was too loud'), byName: text('Olga'), at: NOON },
  };
  const all: KillRow = {
    ...{ id: text('kil_2'), href: `${home}/kil_2`, scope: 'all', state: 'lifted', reason: text('A leak') },
    ...{ byName: text('Root'), at: NOON },
  };
  const preview = {
    ...{ ...frame, action: home, cancelHref: home, confirm: text('Planner'), errors: {} },
    target: { id: text('agt_1'), name: text('Planner') },
    values: { confirm: '', reason: '' },
    agents: { items: [{ name: text('Planner'), href: `${frame.basePath}/console/agents/agt_1` }], more: false },
    delegations: { items: [{ agent: text('Planner'), resource: text('https://bank.example.com') }], more: true },
    grants: { count: 3, more: false },
    sessions: { count: 100, more: true },
  };
  const nothing = { items: [], more: false };
  const none = { agents: nothing, delegations: nothing, grants: { count: 0, more: false } };
  return {
    kills: killsPage({
      ...{ ...frame, action: home, asked: { search: '', state: '' }, rows: [kill, all], newHref: `${home}/new` },
      pages: { nextHref: `${home}?after=x` },
    }),
    noKills: killsPage({ ...frame, action: home, asked: { search: '', state: 'standing' }, rows: [], pages: {} }),
    kill: killPage({
      ...frame,
      kill: { ...kill, signatures: [], signaturesNeeded: 1 },
      ...{ liftHref: `${home}/kil_1/lift`, auditLogHref: `${frame.basePath}/console/audit?id=kil_1` },
    }),
    killOfAll: killPage({
      ...frame,
      kill: {
        ...{ ...all, signaturesNeeded: 1, liftedAt: NOON },
        signatures: [{ byName: text('Root'), at: NOON }],
      },
    }),
    killChosen: chooseKillPage({
      ...{ ...frame, action: `${home}/new`, cancelHref: home, scopes: ['agent', 'all'], scope: 'agent' },
      ...{ typed: text('Planer'), error: text('There is nothing with the name.') },
    }),
    killOfAgent: previewKillPage({ ...preview, scope: 'agent' }),
    killOfToken: previewKillPage({
      ...{ ...preview, ...none, scope: 'token', sessions: { count: 0, more: false } },
      ...{ values: { confirm: text('x'), reason: text('why') }, errors: { confirm: text('Type it.') } },
    }),
    killOfPerson: previewKillPage({ ...preview, scope: 'account', errors: { reason: text('Give a reason.') } }),
    liftKill: liftKillPage({ ...frame, kill, action: `${home}/kil_1/lift`, killHref: kill.href }),
    liftKillOfAll: liftKillPage({ ...frame, kill: all, action: `${home}/kil_2/lift`, killHref: all.href }),
  };
};
