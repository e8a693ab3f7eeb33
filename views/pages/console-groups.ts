import { chosenName, codeName, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type AgentRow, agentRows } from '../partials/agent-rows.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, commaList, factList, type ListModel, listPage, table } from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { headActions } from '../partials/object-page.ts';
import { submit } from '../partials/submit.ts';
import { agoText, timeText } from '../time-text.ts';
import { groupWords as words } from '../words/console-people.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type GroupMember = {
  readonly name: string;
  readonly username?: string;
  /** Absent: not permitted to the viewer. */
  readonly href?: string;
  readonly isActive: boolean;
};

export type GroupRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly members: readonly GroupMember[];
  readonly createdAt: number;
};

const COLUMNS: readonly Column<GroupRow>[] = [
  { title: words.group, sort: 'name', cell: ({ href, name }) => html`<a href="${href}">${isolated(name, 200)}</a>` },
  { title: words.members, cell: ({ members }) => commaList(members.slice(0, 10).map(({ name }) => isolated(name))) },
  { title: registerWords.made, sort: 'created', cell: ({ createdAt }) => agoText(createdAt) },
];

export const groupsPage = (model: ListModel<GroupRow>): Html =>
  listPage(model, {
    place: 'groups',
    title: words.title,
    lead: words.lead,
    columns: COLUMNS,
    none: words.none,
    pagesLabel: listWords.pagesOf.groups,
    wordsHint: registerWords.wordsHint,
    newText: words.make,
  });

export type GroupModel = ConsoleFrame & {
  readonly group: GroupRow & { readonly updatedAt: number };
  readonly agents: readonly AgentRow[];
  /** Link to all of them, if the page does not show all. */
  readonly agentsHref?: string;
  /** Absent: not permitted to the viewer. */
  readonly editHref?: string;
};

const MEMBERS: readonly Column<GroupMember>[] = [
  {
    title: registerWords.name,
    cell: ({ href, name, username }) =>
      html`${href === undefined ? isolated(name) : html`<a href="${href}">${isolated(name)}</a>`} ${
        username !== undefined && codeName(username)
      }`,
  },
  {
    title: registerWords.state,
    cell: ({ isActive }) =>
      html`<span class="tag ${isActive ? 'good' : 'off'}">${isActive ? registerWords.states.active : words.gone}</span>`,
  },
];

export const groupPage = (model: GroupModel): Html => {
  const { group } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    title: words.group,
    width: 'wide',
    side: consoleNavigation(model, 'groups', false),
    body: html`<div class="page-head"><div class="row"><h1>${chosenName(group.name, 200)}</h1>
${headActions([], model.editHref === undefined ? [] : [{ text: registerWords.change, href: model.editHref }], plainText(group.name, 60))}</div></div>
<section aria-labelledby="members"><h2 id="members">${words.members}</h2>
${table(MEMBERS, group.members, 'members')}</section>
<section aria-labelledby="agents"><h2 id="agents">${words.agents}</h2>
${model.agents.length === 0 ? html`<p class="empty">${words.noAgents}</p>` : agentRows(model.agents)}
${model.agentsHref !== undefined && html`<p><a href="${model.agentsHref}">${listWords.allOfThem}</a></p>`}</section>
<section aria-labelledby="what" class="card"><h2 id="what">${registerWords.what}</h2>${factList([
      [registerWords.made, timeText(group.createdAt)],
      [registerWords.changed, timeText(group.updatedAt)],
      [registerWords.id, html`<code>${plainText(group.id, 80)}</code>`],
    ])}</section>`,
  });
};

/** The form POSTs `csrf`, `version`, `name` and `members` to `action`. */
export type GroupFormModel = ConsoleFrame & {
  readonly action: string;
  readonly cancelHref: string;
  /** The group to change; absent: a new one. */
  readonly version?: number;
  readonly group?: string;
  readonly name: string;
  /** Usernames, one on each line. */
  readonly members: string;
  readonly errors: { readonly name?: Text; readonly members?: Text };
};

export const groupFormPage = (model: GroupFormModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: model.group === undefined ? words.make : words.changeTitle,
    side: consoleNavigation(model, 'groups', false),
    body: html`<section class="card"><h1>${model.group === undefined ? words.make : words.changeOf(chosenName(model.group, 200))}</h1>
<p class="lead">${model.group === undefined ? words.makeLead : words.changeLead}</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">${
      model.version !== undefined && html`<input type="hidden" name="version" value="${model.version}">`
    }
${field({ name: 'name', label: registerWords.name, value: model.name, autocomplete: 'off', maxLength: 200, ...(model.errors.name === undefined ? {} : { error: model.errors.name }) })}
${textArea({ name: 'members', label: words.usernames, hint: words.usernamesHint, value: model.members, rows: 8, maxLength: 9000, ...(model.errors.members === undefined ? {} : { error: model.errors.members }) })}
<div class="actions">${submit({ text: model.group === undefined ? words.add : registerWords.save })} <a class="button plain" href="${model.cancelHref}">${registerWords.cancel}</a></div>
</form></section>`,
  });
