import { chosenName, isolated } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { confirmPage, type Fact, factList } from '../partials/console-list.ts';
import { disablePersonWords as words } from '../words/console-disable-person.ts';
import { registerWords } from '../words/registries.ts';
import { type Role, roleNames } from './console-people.ts';

export type Some<T> = { readonly items: readonly T[]; readonly more: boolean };
export type Linked = { readonly name: string; readonly href: string };
type Held = { readonly agent: string; readonly resource: string };

export type DisablePersonModel = ConsoleFrame & {
  readonly name: string;
  readonly isDisabled: boolean;
  /** The form POSTs `csrf` to it. */
  readonly action: string;
  readonly personHref: string;
  readonly roles: readonly Role[];
  readonly sessions: { readonly count: number; readonly more: boolean };
  readonly agents: Some<Linked>;
  readonly groups: Some<Linked>;
  readonly delegations: Some<Held>;
  readonly standing: Some<Held>;
};

/** Most objects of a kind on the page. */
const SHOWN = 20;

const lines = <T>({ items, more }: Some<T>, line: (item: T) => HtmlValue): Html =>
  html`${items.slice(0, SHOWN).map((item) => html`<span class="line">${line(item)}</span>`)}${
    (more || items.length > SHOWN) &&
    html`<span class="line">${words.others(Math.max(0, items.length - SHOWN), more)}</span>`
  }`;

const link = ({ name, href }: Linked): Html => html`<a href="${href}">${chosenName(name)}</a>`;
/** The objects as links, one in each line. */
export const linkLines = (some: Some<Linked>): Html => lines(some, link);
const held = ({ agent, resource }: Held): HtmlValue => words.heldAt(chosenName(agent), isolated(resource, 120));

/** The confirmation before an account is disabled. Lists what ends with it. */
export const disablePersonPage = (model: DisablePersonModel): Html => {
  const { roles, sessions, agents, groups, delegations, standing } = model;
  const facts: readonly (Fact | false)[] = [
    agents.items.length > 0 && [words.agents, linkLines(agents)],
    groups.items.length > 0 && [words.groups, linkLines(groups)],
    delegations.items.length > 0 && [words.delegations, lines(delegations, held)],
    standing.items.length > 0 && [words.standing, lines(standing, held)],
    sessions.count > 0 && [words.sessions, words.count(sessions.count, sessions.more)],
    roles.length > 0 && [words.roles, roleNames(roles)],
  ];
  const isNothing = facts.every((fact) => fact === false);
  return confirmPage(model, {
    place: 'people',
    title: words.title,
    question: words.asked(chosenName(model.name)),
    lead: model.isDisabled ? words.already : words.lead,
    button: registerWords.disable,
    action: model.action,
    cancelHref: model.personHref,
    more: isNothing ? html`<p>${words.nothing}</p>` : html`<h2>${words.ends}</h2>${factList(facts)}`,
  });
};
