import { cellText, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { environmentTag } from '../partials/agent-card.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import {
  type Column,
  confirmPage,
  factList,
  type ListModel,
  listPage,
  postButton,
  registeredState,
  STATE_OPTIONS,
  table,
} from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { copyButton } from '../partials/copy-button.ts';
import { type DetailItem, detailChips } from '../partials/detail-list.ts';
import { type Loss, lossList } from '../partials/losses.ts';
import { headActions, type ObjectLink } from '../partials/object-page.ts';
import { sourceText } from '../partials/policy-text.ts';
import { type Risk, riskBadge, type ScopeItem } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { durationPhrase, timeText } from '../time-text.ts';
import { lossWords } from '../words/console-losses.ts';
import { mcpServerWords } from '../words/console-mcp-servers.ts';
import { clientWords, serverWords as words } from '../words/console-software.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';
import { serverTargetWords } from '../words/server-targets.ts';
import { type ServerTargets, serverTargets } from './console-server-targets.ts';

export type ServerRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly identifier: string;
  readonly state: 'active' | 'disabled';
  readonly scopeCount: number;
  readonly worst?: Risk;
  /** A scope of another API waits for acceptance. */
  readonly isProposed?: true;
};

const COLUMNS: readonly Column<ServerRow>[] = [
  {
    title: words.server,
    sort: 'identifier',
    cell: ({ href, name, identifier }) =>
      html`<a href="${href}">${isolated(name)}</a> <code>${plainText(identifier, 200)}</code>`,
  },
  {
    title: registerWords.state,
    cell: ({ state, isProposed }) =>
      html`${registeredState(state)}${isProposed && html` <span class="tag off">${serverTargetWords.waits}</span>`}`,
  },
  { title: words.scopes, cell: ({ scopeCount }) => words.scopeCount(scopeCount) },
  { title: words.worst, cell: ({ worst }) => (worst === undefined ? '–' : riskBadge(worst)) },
];

/** `mcpHref`: page that enables an MCP server. Absent: not permitted to the viewer. */
export const serversPage = (model: ListModel<ServerRow> & { readonly mcpHref?: string }): Html =>
  listPage(model, {
    place: 'servers',
    title: words.title,
    lead: html`${words.lead}${model.mcpHref !== undefined && html` <a href="${model.mcpHref}">${mcpServerWords.title}</a>`}`,
    columns: COLUMNS,
    none: words.none,
    pagesLabel: listWords.pagesOf.servers,
    states: STATE_OPTIONS,
    wordsHint: words.wordsHint,
    newText: words.make,
  });

/** A type of authorization details. The form GETs `type` and `example` to the page. */
export type ShownType = {
  readonly type: string;
  readonly description: string;
  readonly risk: Risk;
  readonly template: string;
  readonly rules: readonly { readonly member: string; readonly rule: string }[];
  readonly amount?: string;
  /** JSON with line ends. */
  readonly schema: string;
  readonly preview: DetailItem;
  /** The detail of the preview: the members as JSON. */
  readonly example: string;
  readonly error?: Text;
};

export type ServerModel = ConsoleFrame & {
  readonly server: ServerRow & {
    readonly format: 'jwt' | 'opaque';
    readonly lifeSeconds: number;
    readonly algorithm: string;
    /** Absent: any. */
    readonly environments?: readonly ('development' | 'test' | 'production')[];
    readonly asksWith: keyof typeof clientWords.methods;
    readonly mayReport: boolean;
    readonly hasStatusList: boolean;
    readonly createdAt: number;
    readonly updatedAt: number;
  };
  readonly scopes: readonly ScopeItem[];
  readonly types: readonly ShownType[];
  readonly isOwnApi: boolean;
  /** Scopes of other APIs. Absent: it never asks its callers for any. */
  readonly delegations?: ServerTargets;
  /** Pages that change the resource server. */
  readonly pageLinks: readonly ObjectLink[];
  /** The confirmation page. Absent: not permitted to the viewer. */
  readonly disableHref?: string;
  /** Target of the form that enables it again. Absent: not permitted to the viewer, or it is enabled. */
  readonly enable?: string;
};

const SCOPES: readonly Column<ScopeItem>[] = [
  {
    title: words.scope,
    cell: ({ name, description }) =>
      html`<span>${cellText(description, 160) || cellText(name, 80)}</span> <code>${plainText(name, 128)}</code>`,
  },
  { title: words.risk, cell: ({ risk }) => riskBadge(risk) },
];

export const serverPage = (model: ServerModel): Html => {
  const { server } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'policy.css',
    title: words.server,
    width: 'wide',
    side: consoleNavigation(model, 'servers', false),
    body: html`<div class="page-head"><div class="row"><h1>${chosenName(server.name)}</h1>
${headActions(
  [
    model.enable !== undefined &&
      postButton(model.enable, model.csrf, submit({ text: registerWords.enable, about: plainText(server.name, 60) })),
  ],
  [
    ...(model.disableHref === undefined
      ? []
      : [{ text: registerWords.disable, href: model.disableHref, kind: 'danger' } as const]),
    ...model.pageLinks,
  ],
  plainText(server.name, 60),
)}</div>
<p class="facts">${registeredState(server.state)} <span class="copied"><code>${plainText(server.identifier, 300)}</code>${copyButton(server.identifier)}</span></p>
${server.state !== 'active' && html`<p class="lead">${words.worksNot}</p>`}${model.isOwnApi && html`<p class="lead">${words.ownApi}</p>`}</div>
<section aria-labelledby="scopes"><h2 id="scopes">${words.scopes}</h2>${table(SCOPES, model.scopes, 'scopes')}</section>
<section aria-labelledby="what" class="card"><h2 id="what">${registerWords.what}</h2>
${factList([
  [words.facts.identifier, isolated(server.identifier, 400)],
  [
    words.facts.format,
    html`${words.formats[server.format]} <span class="hint">${plainText(server.algorithm, 20)}</span>`,
  ],
  [words.facts.life, durationPhrase(server.lifeSeconds)],
  [
    words.facts.environments,
    server.environments === undefined ? words.anyEnvironment : server.environments.map(environmentTag),
  ],
  [words.facts.asks, server.asksWith === 'none' ? words.asksNot : clientWords.methods[server.asksWith]],
  [words.facts.reports, server.mayReport ? words.mayReport : words.mayNotReport],
  [words.facts.statusList, server.hasStatusList ? words.hasStatusList : words.hasNoStatusList],
  [registerWords.made, timeText(server.createdAt)],
  [registerWords.changed, timeText(server.updatedAt)],
  [registerWords.id, html`<code>${plainText(server.id, 80)}</code> ${copyButton(server.id)}`],
])}</section>
${model.delegations && serverTargets(model.delegations, model.csrf)}${
  model.types.length > 0 &&
  html`<section aria-labelledby="types"><h2 id="types">${words.types}</h2><p class="lead">${words.typesLead}</p>
${model.types.map((type, index) => detailType(type, model.server.href, index))}</section>`
}`,
  });
};

const detailType = (type: ShownType, action: string, index: number): Html => {
  const id = `type-${index}`;
  return html`<article class="card" id="${id}" aria-labelledby="${id}-name"><div class="row"><h3 id="${id}-name">${isolated(type.description, 200)}</h3>${riskBadge(type.risk)}</div>
<p><code id="${id}-type">${plainText(type.type, 200)}</code></p>
<div><h4>${words.preview}</h4>${detailChips([type.preview])}</div>
<form method="get" action="${action}#${id}" role="search" aria-labelledby="${id}-type"><input type="hidden" name="type" value="${type.type}">
${textArea({
  name: 'example',
  id: `example-${index}`,
  label: words.exampleOf(plainText(type.type, 100)),
  hint: words.exampleHint,
  value: type.example,
  rows: Math.min(12, type.example.split('\n').length),
  maxLength: 2000,
  code: true,
  ...(type.error === undefined ? {} : { error: type.error }),
})}
<div class="actions">${submit({ text: words.show, kind: 'plain', about: plainText(type.type, 100) })}</div></form>
${factList([
  [words.template, html`<code>${plainText(type.template, 300)}</code>`],
  type.rules.length > 0 && [
    words.rules,
    html`<ul class="plain-list">${type.rules
      .slice(0, 50)
      .map(({ member, rule }) => html`<li><code>${plainText(member, 100)}</code> ${plainText(rule, 60)}</li>`)}</ul>`,
  ],
  type.amount !== undefined && [words.amount, html`<code>${plainText(type.amount, 100)}</code>`],
])}
<details><summary>${words.schema}</summary>${sourceText(type.schema, words.schemaOf(plainText(type.type, 100)))}</details></article>`;
};

/** The confirmation before a resource server is disabled. */
export const disableServerPage = (
  model: ConsoleFrame & {
    readonly name: string;
    readonly action: string;
    readonly serverHref: string;
    readonly losses: readonly Loss[];
  },
): Html =>
  confirmPage(model, {
    more: lossList(model.losses, { title: lossWords.lostAt, nothing: lossWords.nobodyAt }),
    isNarrow: true,
    place: 'servers',
    title: words.disableTitle,
    question: words.disableAsked(chosenName(model.name)),
    lead: words.disabling,
    button: registerWords.disable,
    action: model.action,
    cancelHref: model.serverHref,
  });
