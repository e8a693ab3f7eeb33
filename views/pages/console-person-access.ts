/** On the page of a person: what agents and apps may do in the name, and where else the account is connected. */
import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html } from '../html.ts';
import { lastUse } from '../partials/agent-rows.ts';
import { type Column, commaList, postButton, table } from '../partials/console-list.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { actionLink } from '../partials/object-page.ts';
import { submit } from '../partials/submit.ts';
import { agoText, dayText } from '../time-text.ts';
import { accountAgentWords } from '../words/account.ts';
import { narrowWords } from '../words/console-narrowing.ts';
import { peopleWords as words } from '../words/console-people.ts';

export type PersonDelegation = {
  readonly agent: string;
  readonly agentHref?: string;
  /** Name of the API, or its identifier. */
  readonly resource: string;
  /** Name of the app to whose calls it is limited. Absent: it applies to all. */
  readonly calledBy?: string;
  readonly scopes: readonly string[];
  readonly until: number;
  /** Of a re-delegation: the delegation that it is cut from, and its agent if that is in the list. */
  readonly through?: { readonly href: string; readonly agent?: string };
  /** Page that takes single rights. Absent: not permitted to the viewer, or there is one right. */
  readonly narrowHref?: string;
  /** POSTs `csrf`. */
  readonly endAction?: string;
};

/** A grant of the person to an app. */
export type PersonApp = {
  readonly client: NamedLink;
  /** OpenID scopes: what the app may learn about the person. */
  readonly openidScopes: readonly string[];
  /** By API, its name or identifier. */
  readonly rights: readonly { readonly resource: string; readonly scopes: readonly string[] }[];
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  readonly until: number;
  /** Page that takes single rights. Absent: not permitted to the viewer, or there is one right. */
  readonly narrowHref?: string;
  /** POSTs `csrf`. */
  readonly endAction?: string;
};

/** The account of the person at a provider of sign-in. */
export type PersonLink = {
  readonly provider: string;
  readonly subject: string;
  readonly createdAt: number;
  /** POSTs `csrf`. */
  readonly endAction?: string;
};

/** In a row. */
const MOST_SCOPES = 20;

const scopeNames = (scopes: readonly string[]): HtmlValue =>
  commaList(scopes.slice(0, MOST_SCOPES).map((scope) => html`<span class="name">${plainText(scope, 80)}</span>`));

const endColumn = <Row extends { readonly narrowHref?: string; readonly endAction?: string }>(
  csrf: string,
  about: (row: Row) => HtmlValue,
): Column<Row> => ({
  ...{ title: words.end, isActions: true },
  cell: (row) =>
    row.endAction === undefined && row.narrowHref === undefined
      ? '–'
      : html`${row.narrowHref !== undefined && html`${actionLink({ text: narrowWords.narrow, href: row.narrowHref }, about(row))} `}${
          row.endAction !== undefined &&
          postButton(row.endAction, csrf, submit({ text: words.end, kind: 'danger', about: about(row) }))
        }`,
});

export const personDelegations = (rows: readonly PersonDelegation[], csrf: string): Html => {
  const columns: readonly Column<PersonDelegation>[] = [
    {
      title: words.agent,
      cell: ({ agent, agentHref, through }) => [
        html`<span class="line">${agentHref === undefined ? chosenName(agent) : html`<a href="${agentHref}">${chosenName(agent)}</a>`}</span>`,
        through &&
          html`<span class="line hint"><a href="${through.href}">${narrowWords.through(through.agent === undefined ? narrowWords.another : chosenName(through.agent))}</a></span>`,
      ],
    },
    {
      title: words.where,
      cell: ({ resource, calledBy }) =>
        html`${isolated(resource, 120)}${calledBy !== undefined && html` <span class="hint">${accountAgentWords.whenCalledBy(chosenName(calledBy))}</span>`}`,
    },
    { title: words.scopes, cell: ({ scopes }) => scopeNames(scopes) },
    { title: words.until, cell: ({ until }) => agoText(until) },
    endColumn(csrf, ({ agent }) => plainText(agent, 60)),
  ];
  return html`<section aria-labelledby="delegations"><h2 id="delegations">${words.delegations}</h2>
${rows.length === 0 ? html`<p class="hint">${words.noDelegations}</p>` : table(columns, rows, 'delegations')}</section>`;
};

export const personApps = (rows: readonly PersonApp[], csrf: string): Html => {
  const columns: readonly Column<PersonApp>[] = [
    { title: words.app, cell: ({ client }) => linkedName(client) },
    {
      title: words.scopes,
      cell: ({ rights, openidScopes }) => [
        ...rights.map(
          ({ resource, scopes }) => html`<span class="line">${isolated(resource, 120)}: ${scopeNames(scopes)}</span>`,
        ),
        openidScopes.length > 0 &&
          html`<span class="line hint">${words.aboutPerson} ${scopeNames(openidScopes)}</span>`,
      ],
    },
    { title: words.since, cell: ({ createdAt }) => dayText(createdAt) },
    { title: words.lastUse, cell: ({ lastUsedAt }) => lastUse(lastUsedAt) },
    { title: words.until, cell: ({ until }) => agoText(until) },
    endColumn(csrf, ({ client }) => plainText(client.name, 60)),
  ];
  return html`<section aria-labelledby="apps"><h2 id="apps">${words.apps}</h2>
${rows.length === 0 ? html`<p class="hint">${words.noApps}</p>` : table(columns, rows, 'apps')}</section>`;
};

/** Nothing, for an account that is connected nowhere. */
export const personLinks = (rows: readonly PersonLink[], csrf: string): Html | undefined => {
  const columns: readonly Column<PersonLink>[] = [
    { title: words.provider, cell: ({ provider }) => chosenName(provider) },
    { title: words.theirId, cell: ({ subject }) => isolated(subject, 255) },
    { title: words.since, cell: ({ createdAt }) => agoText(createdAt) },
    endColumn(csrf, ({ provider }) => plainText(provider, 60)),
  ];
  return rows.length === 0
    ? undefined
    : html`<section aria-labelledby="links"><h2 id="links">${words.links}</h2>${table(columns, rows, 'links')}</section>`;
};
