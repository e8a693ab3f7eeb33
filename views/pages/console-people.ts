import { chosenName, codeName, isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import {
  type Column,
  commaList,
  type ListModel,
  listPage,
  registeredState,
  STATE_OPTIONS,
} from '../partials/console-list.ts';
import { agoText } from '../time-text.ts';
import { peopleWords as words } from '../words/console-people.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type Role = keyof typeof words.roleNames;

export type PersonRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly username: string;
  readonly state: 'active' | 'disabled';
  readonly roles: readonly Role[];
  /** For other software. */
  readonly groups: readonly string[];
  readonly createdAt: number;
};

/** Roles by name; none: a dash. */
export const roleNames = (roles: readonly Role[]) =>
  commaList(
    roles.map((role) => words.roleNames[role]),
    '–',
  );

const COLUMNS: readonly Column<PersonRow>[] = [
  {
    title: words.person,
    sort: 'username',
    cell: ({ href, name, username }) => html`<a href="${href}">${chosenName(name)}</a> ${codeName(username)}`,
  },
  { title: registerWords.state, cell: ({ state }) => registeredState(state) },
  { title: words.roles, cell: ({ roles }) => roleNames(roles) },
  {
    title: words.groups,
    cell: ({ groups }) =>
      commaList(
        groups.slice(0, 5).map((one) => isolated(one)),
        '–',
      ),
  },
  { title: registerWords.made, sort: 'created', cell: ({ createdAt }) => agoText(createdAt) },
];

export const peoplePage = (model: ListModel<PersonRow>): Html =>
  listPage(model, {
    place: 'people',
    title: words.title,
    lead: words.lead,
    columns: COLUMNS,
    none: words.none,
    pagesLabel: listWords.pagesOf.people,
    states: STATE_OPTIONS,
    wordsHint: words.wordsHint,
    newText: words.make,
    after: html`<p class="hint">${words.makeOne}</p>`,
  });
