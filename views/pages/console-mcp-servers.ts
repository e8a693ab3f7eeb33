import { cellText, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { commandBlock } from '../partials/command-block.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, commaList, factList, table } from '../partials/console-list.ts';
import { textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { riskBadge, type ScopeItem } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { mcpServerWords as words } from '../words/console-mcp-servers.ts';
import { registerWords } from '../words/registries.ts';

export const MCP_FIELDS = ['url', 'name', 'scopes', 'delegates_to', 'client_hosts'] as const;
export type McpField = (typeof MCP_FIELDS)[number];
export type McpValues = Readonly<Record<McpField, string>>;

const AREAS = [
  ['scopes', words.scopes, words.scopesHint],
  ['delegates_to', words.delegates, words.delegatesHint],
  ['client_hosts', words.clientHosts, words.clientHostsHint],
] as const;

/** Characters of a field of several lines. */
export const LONGEST_LINES = 8000;

export type McpFormModel = ConsoleFrame & {
  readonly action: string;
  readonly cancelHref: string;
  readonly values: McpValues;
  readonly errors: Readonly<Partial<Record<McpField, Text>>>;
};

/** The form that takes the URL of an MCP server. It changes nothing. */
export const mcpServerForm = (model: McpFormModel): Html => {
  const { values, errors } = model;
  const errorOf = (name: McpField): { readonly error?: Text } =>
    errors[name] === undefined ? {} : { error: errors[name] };
  const isMore = [...AREAS.map(([name]) => name), 'name' as const].some(
    (name) => values[name] !== '' || errors[name] !== undefined,
  );
  return layout({
    frame: model,
    style: 'agents.css',
    title: words.title,
    width: 'narrow',
    side: consoleNavigation(model, 'servers', false),
    body: html`<section class="card"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${field({ name: 'url', label: words.url, hint: words.urlHint, value: values.url, autocomplete: 'off', maxLength: 512, ...errorOf('url') })}
<details${isMore && html` open`}><summary>${words.more}</summary>
${field({ name: 'name', label: words.name, hint: words.nameHint, value: values.name, autocomplete: 'off', maxLength: 100, optional: true, ...errorOf('name') })}
${AREAS.map(([name, label, hint]) =>
  textArea({
    ...{ name, label, hint, value: values[name], rows: 3, maxLength: LONGEST_LINES },
    ...{ code: true, optional: true },
    ...errorOf(name),
  }),
)}</details>
<div class="actions">${submit({ text: words.read })} <a class="button plain" href="${model.cancelHref}">${registerWords.cancel}</a></div>
</form></section>`,
  });
};

export type McpPlan = {
  readonly identifier: string;
  readonly action: 'create' | 'change' | 'none';
  readonly name: string;
  readonly formerName?: string;
  readonly scopes: readonly (ScopeItem & { readonly isChanged: boolean })[];
  readonly enables: boolean;
  readonly proposals: readonly { readonly resource: string; readonly scope: string }[];
  readonly metadata: { readonly from: string; readonly namesThisServer: boolean } | { readonly failure: string };
  readonly settings: readonly string[];
};

export type McpPlanModel = ConsoleFrame & {
  readonly action: string;
  readonly values: McpValues;
  /** Digest of the plan: the form confirms this plan and no other. Absent: nothing has to change. */
  readonly seen?: string;
  readonly plan: McpPlan;
  /** Page with the lines for the code, if the resource server exists. */
  readonly codeHref?: string;
};

const SCOPES: readonly Column<McpPlan['scopes'][number]>[] = [
  {
    title: words.scope,
    cell: ({ name, description }) =>
      html`<span>${cellText(description, 160)}</span> <code>${plainText(name, 128)}</code>`,
  },
  { title: words.risk, cell: ({ risk }) => riskBadge(risk) },
  { title: words.scopeChange, cell: ({ isChanged }) => (isChanged ? words.isChanged : words.isKept) },
];

/** What enabling an MCP server changes, and the button that does it. */
export const mcpPlanPage = (model: McpPlanModel): Html => {
  const { plan, values } = model;
  return layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'commands.css',
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'servers', false),
    body: html`<div class="page-head"><h1>${words.planTitle}</h1>
<p class="lead">${model.seen === undefined ? words.nothing : words.planLead}</p></div>
${unread(plan.metadata)}<section class="card" aria-labelledby="what"><h2 id="what">${registerWords.what}</h2>
${factList(planFacts(plan))}</section>
<section aria-labelledby="scopes"><h2 id="scopes">${words.scopes}</h2>${table(SCOPES, plan.scopes, 'scopes')}</section>
${settings(plan.settings)}
<form method="post" action="${model.action}"><input type="hidden" name="csrf" value="${model.csrf}">
${MCP_FIELDS.map((name) => html`<input type="hidden" name="${name}" value="${values[name]}">`)}
<div class="actions">${
      model.seen !== undefined &&
      html`<input type="hidden" name="seen" value="${model.seen}">${submit({ text: words.confirm })} `
    }<button class="button plain" type="submit" name="change" value="yes">${words.back}</button>${
      model.codeHref !== undefined && html` <a class="button plain" href="${model.codeHref}">${words.toCode}</a>`
    }</div></form>`,
  });
};

/** Without metadata the input alone says what is enabled: the reader has to know that. */
const unread = (metadata: McpPlan['metadata']): Html | false =>
  'failure' in metadata &&
  html`<div class="flash warning"><p><strong>${words.unread}</strong> ${words.unreadLead}</p>
<details class="fold"><summary>${words.attempts}</summary><p><code>${plainText(metadata.failure, 400)}</code></p>
<p class="hint">${words.readsOnly}</p></details></div>
`;

const planFacts = (plan: McpPlan): Parameters<typeof factList>[0] => {
  const { metadata } = plan;
  const name = chosenName(plan.name, 100);
  return [
    [words.facts.identifier, isolated(plan.identifier, 400)],
    [
      words.facts.name,
      plan.formerName === undefined ? name : words.facts.renamed(chosenName(plan.formerName, 100), name),
    ],
    [words.facts.change, html`${words.actions[plan.action]}${plan.enables && html`, ${words.enables}`}`],
    [words.facts.metadata, 'from' in metadata ? html`<code>${plainText(metadata.from, 400)}</code>` : words.noneFound],
    'from' in metadata && [words.facts.issuer, metadata.namesThisServer ? words.named : words.notNamed],
    plan.proposals.length > 0 && [words.facts.proposals, commaList(plan.proposals.map(pairText))],
  ];
};

const pairText = ({ resource, scope }: McpPlan['proposals'][number]): HtmlValue =>
  words.pair(html`<code>${plainText(scope, 128)}</code>`, isolated(resource, 400));

const settings = (lines: readonly string[]): Html | false =>
  lines.length > 0 &&
  html`<div class="commands"><h2>${words.settings}</h2>
<p>${words.settingsLead}</p>${commandBlock(lines.join('\n'), words.settings)}</div>`;

export type CodeModel = ConsoleFrame & {
  readonly name: string;
  readonly typescript: readonly string[];
  readonly python: readonly string[];
  readonly settings: readonly string[];
  /** Scopes of other APIs wait to be accepted. */
  readonly isProposed: boolean;
  readonly serverHref: string;
};

/** The lines for the code of an API, in TypeScript and Python. */
export const serverCodePage = (model: CodeModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: 'commands.css',
    title: words.codeTitle,
    width: 'wide',
    side: consoleNavigation(model, 'servers', false),
    body: html`<div class="page-head"><h1>${words.codeOf(chosenName(model.name, 100))}</h1>
<p class="lead">${words.codeLead}</p>${model.isProposed && html`<p>${words.waits(`${model.serverHref}#delegates-to`)}</p>`}</div>
${settings(model.settings)}
<div class="commands"><h2>${words.typescript}</h2>
<p>${words.typescriptLead}</p>${commandBlock(model.typescript.join('\n'), words.typescript)}</div>
<div class="commands"><h2>${words.python}</h2>
<p>${words.pythonLead}</p>${commandBlock(model.python.join('\n'), words.python)}</div>
<p><a class="button plain" href="${model.serverHref}">${words.toServer}</a></p>`,
  });
