import { chosenName, codeName, isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { chosenForm, withBoxes } from '../partials/bulk-choice.ts';
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
import { peopleBulkWords as bulkWords } from '../words/console-people-bulk.ts';
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

/** `disableAction`: the form GETs it with the ticked people as `id`. Absent: not permitted to the viewer. */
export type PeopleModel = ListModel<PersonRow> & { readonly disableAction?: string };

const PICKED = withBoxes(COLUMNS, {
  chooseAll: bulkWords.chooseAll,
  choose: ({ name }) => bulkWords.choose(chosenName(name)),
  isOpen: ({ state }) => state === 'active',
});

export const peoplePage = (model: PeopleModel): Html =>
  listPage(model, {
    place: 'people',
    title: words.title,
    lead: words.lead,
    columns: model.disableAction === undefined ? COLUMNS : PICKED,
    none: words.none,
    pagesLabel: listWords.pagesOf.people,
    states: STATE_OPTIONS,
    wordsHint: words.wordsHint,
    newText: words.make,
    ...(isPicked(model) ? { alsoStyle: 'bulk.css' as const } : {}),
    after: html`${
      isPicked(model) &&
      chosenForm(model.disableAction, {
        withChosen: bulkWords.withChosen,
        button: registerWords.disable,
        chooseAll: bulkWords.chooseAll,
      })
    }<p class="hint">${words.makeOne}</p>`,
  });

const isPicked = (model: PeopleModel): model is PeopleModel & { readonly disableAction: string } =>
  model.disableAction !== undefined && model.rows.length > 0;
