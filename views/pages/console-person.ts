import { cellText, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { type AgentRow, agentRows, lastUse } from '../partials/agent-rows.ts';
import { browserText, type ShownBrowserHint } from '../partials/browser-text.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import {
  type Column,
  commaList,
  confirmPage,
  factList,
  postButton,
  registeredState,
  rightsList,
  table,
} from '../partials/console-list.ts';
import { copyButton } from '../partials/copy-button.ts';
import { linkedName } from '../partials/named-link.ts';
import { headActions, type ObjectLink } from '../partials/object-page.ts';
import { submit } from '../partials/submit.ts';
import { agoText, timeText } from '../time-text.ts';
import { peopleWords as words } from '../words/console-people.ts';
import { accountSignalWords } from '../words/console-signals.ts';
import { transactionWords } from '../words/console-transaction.ts';
import { registerWords } from '../words/registries.ts';
import { sessionWords } from '../words/sessions.ts';
import { type AccountSignalRow, accountSignals } from './account-signals.ts';
import { type PersonRow, roleNames } from './console-people.ts';
import {
  type PersonApp,
  type PersonDelegation,
  type PersonLink,
  personApps,
  personDelegations,
  personLinks,
} from './console-person-access.ts';
import { transactionState } from './console-transactions.ts';
import { type DelegationTreesModel, delegationTrees } from './delegation-tree.ts';

export type PersonFactor = {
  readonly kind: keyof typeof words.factorKinds;
  readonly name: string;
  readonly createdAt: number;
  readonly lastUsedAt?: number;
  /** Unused recovery codes. */
  readonly left?: number;
  readonly isCopied: boolean;
};

export type PersonModel = ConsoleFrame & {
  readonly person: PersonRow & {
    readonly email?: string;
    readonly emailVerified: boolean;
    readonly updatedAt: number;
    /** Scopes by resource; absent: what consent gives. */
    readonly entitlements?: Readonly<Record<string, readonly string[]>>;
  };
  readonly isYou: boolean;
  readonly groups: readonly { readonly name: string; readonly href: string }[];
  /** The directory that provisions the account. Absent: none does, or the viewer may not see it. */
  readonly directory?: { readonly name: string; readonly href: string };
  /** What policies see now. Empty: nothing, or not permitted to the viewer. */
  readonly signals: readonly AccountSignalRow[];
  readonly factors: readonly PersonFactor[];
  readonly sessions: readonly PersonSession[];
  readonly links: readonly PersonLink[];
  readonly apps: readonly PersonApp[];
  readonly agents: readonly AgentRow[];
  /** Link to all of them, if the page does not show all. */
  readonly agentsHref?: string;
  readonly delegations: readonly PersonDelegation[];
  /** The newest. Absent: not permitted to the viewer. */
  readonly transactions?: readonly PersonTransactionRow[];
  readonly delegationTrees: DelegationTreesModel;
  readonly auditLogHref?: string;
  /** Buttons POST `csrf`; `disable` and `removeFactors` are confirmation pages. Absent: not permitted to the viewer. */
  /** Pages that change the account. */
  readonly pageLinks: readonly ObjectLink[];
  readonly actions: {
    readonly disable?: string;
    readonly enable?: string;
    readonly removeFactors?: string;
    readonly endSessions?: string;
  };
};

export type PersonSession = {
  readonly browser?: ShownBrowserHint;
  readonly source?: string;
  readonly signedInAt: number;
  readonly usedAt: number;
  /** POSTs `csrf`. */
  readonly endAction?: string;
};

export type PersonTransactionRow = {
  readonly id: string;
  readonly href: string;
  /** Absent: none was stated in words. */
  readonly intent?: string;
  /** Absent: not a declared transaction. */
  readonly state?: 'open' | 'closed';
  readonly agent?: string;
  /** Epoch seconds of the newest event on behalf of the person. */
  readonly lastAt: number;
};

export const personPage = (model: PersonModel): Html => {
  const { person } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'tree.css',
    title: words.person,
    width: 'wide',
    side: consoleNavigation(model, 'people', false),
    body: html`<div class="page-head"><div class="row"><h1>${chosenName(person.name)}</h1>
${buttons(model)}</div>
<p class="facts">${registeredState(person.state)}${person.roles.map((role) => html`<span class="tag">${words.roleNames[role]}</span>`)} <code>${plainText(person.username, 80)}</code></p>
${(model.isYou || person.state !== 'active') && html`<p class="lead">${model.isYou ? words.isYou : words.disabled}</p>`}</div>
<section aria-labelledby="who" class="card"><h2 id="who">${words.who}</h2>
${factList([
  [words.username, html`<code>${plainText(person.username, 80)}</code>`],
  person.email !== undefined && [
    words.email,
    html`${isolated(person.email, 254)} <span class="hint">${person.emailVerified ? words.verified : words.notVerified}</span>`,
  ],
  [words.roles, roleNames(person.roles)],
  [words.ownerGroups, commaList(model.groups.map(linkedName), '–')],
  [
    words.directoryGroups,
    commaList(
      person.groups.slice(0, 200).map((one) => isolated(one)),
      '–',
    ),
  ],
  [words.entitlements, person.entitlements === undefined ? words.whatConsentGives : rightsList(person.entitlements)],
  model.directory && [words.directory, linkedName(model.directory)],
  [registerWords.made, timeText(person.createdAt)],
  [registerWords.changed, timeText(person.updatedAt)],
  [registerWords.id, html`<code>${plainText(person.id, 80)}</code> ${copyButton(person.id)}`],
])}</section>
${accountSignals(model.signals, accountSignalWords.lead)}
${personDelegations(model.delegations, model.csrf)}
${personApps(model.apps, model.csrf)}
${agents(model)}
${factors(model)}
${personLinks(model.links, model.csrf)}
${sessions(model)}
${model.transactions && transactionsOf(model.transactions)}
${model.delegationTrees.trees.length > 0 && delegationTrees(model.delegationTrees)}
${model.auditLogHref !== undefined && html`<p><a href="${model.auditLogHref}">${registerWords.inTheAuditLog}</a></p>`}`,
  });
};

const buttons = ({ person, actions, pageLinks, csrf }: PersonModel): Html | undefined => {
  const about = plainText(person.name, 60);
  return headActions(
    [actions.enable !== undefined && postButton(actions.enable, csrf, submit({ text: registerWords.enable, about }))],
    [
      ...(actions.disable === undefined
        ? []
        : [{ text: registerWords.disable, href: actions.disable, kind: 'danger' } as const]),
      ...pageLinks,
    ],
    about,
    'in view',
  );
};

const FACTORS: readonly Column<PersonFactor>[] = [
  {
    title: words.kind,
    cell: ({ kind, name, isCopied, left }) =>
      html`${words.factorKinds[kind]} ${isCopied && html`<span class="tag off">${words.copied}</span>`}<span class="line hint">${
        kind !== 'recovery' && chosenName(name)
      }${left !== undefined && words.left(left)}</span>`,
  },
  { title: words.since, cell: ({ createdAt }) => agoText(createdAt) },
  { title: words.lastUse, cell: ({ lastUsedAt }) => lastUse(lastUsedAt) },
];

const factors = ({ factors: all, actions, person }: PersonModel): Html =>
  html`<section aria-labelledby="factors"><div class="row"><h2 id="factors">${words.factors}</h2>${
    actions.removeFactors !== undefined &&
    html`<a class="button danger" href="${actions.removeFactors}">${words.removeFactors}<span class="unseen"> ${plainText(person.name, 60)}</span></a>`
  }</div>
${all.length === 0 ? html`<p class="hint">${words.noFactors}</p>` : table(FACTORS, all, 'factors')}</section>`;

const sessions = ({ sessions: all, actions, csrf, person }: PersonModel): Html => {
  const columns: readonly Column<PersonSession>[] = [
    {
      title: words.browser,
      cell: ({ browser, source }) =>
        html`${browserText(browser)} ${source !== undefined && html`<code>${plainText(source, 60)}</code>`}`,
    },
    { title: sessionWords.signedIn, cell: ({ signedInAt }) => agoText(signedInAt) },
    { title: words.lastUse, cell: ({ usedAt }) => agoText(usedAt) },
    {
      title: words.end,
      isActions: true,
      cell: ({ endAction, browser }) =>
        endAction === undefined
          ? '–'
          : postButton(endAction, csrf, submit({ text: words.end, kind: 'danger', about: browserText(browser) })),
    },
  ];
  return html`<section aria-labelledby="sessions"><div class="row"><h2 id="sessions">${words.sessions}</h2>${
    actions.endSessions !== undefined &&
    postButton(
      actions.endSessions,
      csrf,
      submit({ text: words.endSessions, kind: 'danger', about: plainText(person.name, 60) }),
    )
  }</div>
${all.length === 0 ? html`<p class="hint">${words.noSessions}</p>` : table(columns, all, 'sessions')}</section>`;
};

const agents = ({ agents: rows, agentsHref }: PersonModel): Html =>
  html`<section aria-labelledby="agents"><h2 id="agents">${words.agents}</h2>
${rows.length === 0 ? html`<p class="hint">${words.noAgents}</p>` : agentRows(rows)}
${agentsHref !== undefined && html`<p><a href="${agentsHref}">${words.allAgents}</a></p>`}</section>`;

const TRANSACTIONS: readonly Column<PersonTransactionRow>[] = [
  {
    title: transactionWords.intent,
    cell: ({ href, intent, id }) =>
      html`<a href="${href}">${intent === undefined ? html`<code>${plainText(id, 80)}</code>` : cellText(intent, 120)}</a>`,
  },
  { title: words.agent, cell: ({ agent }) => (agent === undefined ? '–' : chosenName(agent)) },
  {
    title: transactionWords.state,
    cell: ({ state }) => (state === undefined ? words.undeclared : transactionState(state)),
  },
  { title: words.lastEvent, cell: ({ lastAt }) => agoText(lastAt) },
];

const transactionsOf = (rows: readonly PersonTransactionRow[]): Html =>
  html`<section aria-labelledby="transactions"><h2 id="transactions">${words.transactions}</h2>
${rows.length === 0 ? html`<p class="hint">${words.noTransactions}</p>` : table(TRANSACTIONS, rows, 'transactions')}</section>`;

/** The confirmation before all second factors are removed. */
export const removeFactorsPage = (
  model: ConsoleFrame & {
    readonly name: string;
    readonly username: string;
    readonly action: string;
    readonly personHref: string;
    readonly factors: readonly PersonFactor[];
  },
): Html =>
  confirmPage(model, {
    ...{ place: 'people', title: words.removeTitle, question: words.removeAsked(chosenName(model.name)) },
    ...{ lead: words.removeLead, isNarrow: true, button: words.removeFactors },
    more: html`${factList([[words.username, html`<code>${plainText(model.username, 80)}</code>`]])}${table(FACTORS, model.factors)}`,
    ...{ action: model.action, cancelHref: model.personHref },
  });
