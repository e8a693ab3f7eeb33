/** Models of the pages of the console about groups and absences. Text that another party chose goes through `text`. */

import type { Html } from '../../../views/html.ts';
import { absencesPage, endAbsencePage } from '../../../views/pages/console-absences.ts';
import { groupFormPage, groupPage, groupsPage } from '../../../views/pages/console-groups.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { listedAgent } from './listed-agent.ts';

const NOON = 1_790_000_000;

export const groupPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
  const agent = listedAgent(home, text);
  const absence = {
    ...{ person: { name: text('Ada'), href: `${home}/people/acc_1` }, deputy: { name: text('Bob') } },
    ...{ from: NOON, until: NOON + 86_400 },
  };
  const href = `${home}/people/acc_1`;
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
    'console-end-absence': endAbsencePage(frame, {
      ...{ absence: { ...absence, state: 'planned' }, action: `${home}/absences/abs_1/end` },
      cancelHref: `${home}/absences`,
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
