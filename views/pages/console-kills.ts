import { anyName, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, confirmPage, type Fact, factList, type ListModel, listPage } from '../partials/console-list.ts';
import { choice, textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
import { objectPage } from '../partials/object-page.ts';
import { submit } from '../partials/submit.ts';
import { typedConfirmation } from '../partials/typed-confirmation.ts';
import { timeText } from '../time-text.ts';
import { killWords as words } from '../words/console-kills.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type KillScope = keyof typeof words.scopes;
type State = keyof typeof words.states;

export type KillRow = {
  readonly id: string;
  readonly href: string;
  readonly scope: KillScope;
  /** Name of the target, or its id; absent: everything. */
  readonly target?: string;
  readonly state: State;
  readonly reason: string;
  readonly byName: Text;
  readonly at: number;
};

const LOOKS: Readonly<Record<State, string>> = { standing: 'off', lifted: 'good', final: 'gone' };

const stateTag = (state: State): Html => html`<span class="tag ${LOOKS[state]}">${words.states[state]}</span>`;

const targetOf = ({ target }: Pick<KillRow, 'target'>): HtmlValue =>
  target === undefined ? words.scopes.all : chosenName(target, 100);

const COLUMNS: readonly Column<KillRow>[] = [
  {
    title: words.what,
    cell: (row) =>
      html`<a class="long" href="${row.href}">${targetOf(row)}</a>${row.target !== undefined && html` <span class="line hint">${words.scopes[row.scope]}</span>`}`,
  },
  { title: registerWords.state, cell: ({ state }) => stateTag(state) },
  { title: words.reason, cell: ({ reason }) => html`<span class="long">${plainText(reason, 160)}</span>` },
  { title: words.by, cell: ({ byName }) => html`<span class="long">${anyName(byName)}</span>` },
  { title: words.at, cell: ({ at }) => timeText(at) },
];

export const killsPage = (model: ListModel<KillRow>): Html =>
  listPage(model, {
    place: 'kills',
    title: words.title,
    lead: words.lead,
    columns: COLUMNS,
    none: words.none,
    pagesLabel: listWords.pagesOf.kills,
    states: [{ value: 'standing', text: words.standing }],
    newText: words.newTitle,
    newKind: 'destructive',
  });

export type KillModel = ConsoleFrame & {
  readonly kill: KillRow & {
    readonly signatures: readonly { readonly byName: Text; readonly at: number }[];
    readonly signaturesNeeded: number;
    readonly liftedAt?: number;
    /** Page of the target; absent: it has none. */
    readonly targetHref?: string;
  };
  readonly liftHref?: string;
  readonly auditLogHref?: string;
};

export const killPage = (model: KillModel): Html => {
  const { kill, liftHref, auditLogHref } = model;
  return objectPage(model, {
    place: 'kills',
    title: words.kill,
    name: kill.target ?? words.scopes.all,
    heading: words.killOf(anyName(kill.target ?? words.scopes.all)),
    id: kill.id,
    state: stateTag(kill.state),
    actions: [liftHref !== undefined && { text: words.lift, href: liftHref, kind: 'plain' }],
    facts: [
      [words.what, targetLink(kill)],
      [words.reason, plainText(kill.reason, 400)],
      [words.by, anyName(kill.byName)],
      [words.at, timeText(kill.at)],
      kill.signatures.length > 0 && [
        words.signatures,
        kill.signatures.map(({ byName, at }) => html`<span class="line">${anyName(byName)}, ${timeText(at)}</span>`),
      ],
      kill.signaturesNeeded > 0 && kill.scope === 'all' && [words.signatures, words.needed(kill.signaturesNeeded)],
      kill.liftedAt !== undefined && [words.liftedAt, timeText(kill.liftedAt)],
    ],
    ...(auditLogHref === undefined ? {} : { auditLogHref }),
  });
};

/** The target, and its kind if it has a name. */
const targetLink = ({ target, targetHref, scope }: KillModel['kill']): Html => {
  if (target === undefined) return html`${words.scopes.all}`;
  const name = chosenName(target, 100);
  return html`${targetHref === undefined ? name : html`<a href="${targetHref}">${name}</a>`} <span class="line hint">${words.scopes[scope]}</span>`;
};

/** The form GETs `scope` and `name` to `action`. */
export type ChooseKillModel = ConsoleFrame & {
  readonly action: string;
  readonly cancelHref: string;
  /** Those that the viewer may order. */
  readonly scopes: readonly KillScope[];
  readonly scope: KillScope;
  readonly typed: string;
  /** Names to choose from. */
  readonly offers: readonly { readonly value: string; readonly kind: 'agent' | 'account' | 'client' }[];
  readonly error?: Text;
};

export const chooseKillPage = (model: ChooseKillModel): Html =>
  layout({
    frame: model,
    side: consoleNavigation(model, 'kills', false),
    style: 'agents.css',
    title: words.newTitle,
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.newTitle}</h1>
<p class="lead">${words.newLead}</p></div>
<form method="get" action="${model.action}" class="card form choosing" role="search">
${choice({ name: 'scope', label: words.scope, value: model.scope, options: model.scopes.map((value) => ({ value, text: words.scopes[value] })) })}
${field({
  name: 'name',
  label: words.name,
  hint: words.nameHint,
  value: model.typed,
  autocomplete: 'off',
  maxLength: 512,
  optional: true,
  offers: model.offers.map(({ value, kind }) => ({ value, text: words.scopes[kind] })),
  ...(model.error === undefined ? {} : { error: model.error }),
})}
<div class="actions">${submit({ text: words.preview })} <a class="button plain" href="${model.cancelHref}">${registerWords.cancel}</a></div>
</form>`,
  });

type Some<T> = { readonly items: readonly T[]; readonly more: boolean };
type Count = { readonly count: number; readonly more: boolean };

/** The form POSTs `csrf`, `scope`, `id`, `confirm` and `reason` to `action`. */
export type PreviewKillModel = ConsoleFrame & {
  readonly action: string;
  readonly cancelHref: string;
  readonly scope: KillScope;
  /** Absent: everything. */
  readonly target?: { readonly id: string; readonly name: string };
  /** What the user types to confirm. */
  readonly confirm: string;
  readonly agents: Some<{ readonly name: string; readonly href: string }>;
  readonly delegations: Some<{ readonly agent: string; readonly resource: string }>;
  readonly grants: Count;
  readonly sessions: Count;
  readonly values: { readonly confirm: string; readonly reason: string };
  readonly errors: { readonly confirm?: Text; readonly reason?: Text };
};

/** Most objects of a kind on the page. */
const SHOWN = 20;

const countText = (count: number, more: boolean): HtmlValue =>
  count === 0 && more ? words.uncounted : words.count(count, more);

const isAny = (count: number, more: boolean): boolean => count > 0 || more;

const lines = <T>({ items, more }: Some<T>, line: (item: T) => HtmlValue): Html =>
  html`<span class="line"><strong>${countText(items.length, more)}</strong></span>${items
    .slice(0, SHOWN)
    .map((item) => html`<span class="line">${line(item)}</span>`)}${
    items.length > SHOWN && html`<span class="line">${words.others(items.length - SHOWN, more)}</span>`
  }`;

const endsOf = ({ agents, delegations, grants, sessions }: PreviewKillModel): readonly (Fact | false)[] => [
  isAny(agents.items.length, agents.more) && [
    words.agents,
    lines(agents, ({ name, href }) => html`<a href="${href}">${chosenName(name)}</a>`),
  ],
  isAny(delegations.items.length, delegations.more) && [
    words.delegations,
    lines(delegations, ({ agent, resource }) => words.atResource(chosenName(agent), isolated(resource, 120))),
  ],
  isAny(grants.count, grants.more) && [words.grants, countText(grants.count, grants.more)],
  isAny(sessions.count, sessions.more) && [words.sessions, countText(sessions.count, sessions.more)],
];

const warning = (scope: KillScope): HtmlValue => {
  if (scope === 'all') return words.untilTwo;
  return scope === 'delegation' || scope === 'token' ? words.forGood : words.untilLifted;
};

/** The preview of a kill, and its confirmation. */
export const previewKillPage = (model: PreviewKillModel): Html => {
  const { scope, target, errors, values } = model;
  const ends = endsOf(model);
  const isNothing = ends.every((fact) => fact === false);
  return layout({
    frame: model,
    side: consoleNavigation(model, 'kills', false),
    style: 'agents.css',
    title: words.newTitle,
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.askedOf[scope](target && chosenName(target.name, 100))}</h1>
<p class="lead">${warning(scope)}</p></div>
<section aria-labelledby="ends" class="card"><h2 id="ends">${words.ends}</h2>
${isNothing ? html`<p>${scope === 'token' ? words.nothingKnown : words.nothing}</p>` : html`${factList(ends)}<p class="hint">${words.alsoEnds}</p>`}</section>
<form method="post" action="${model.action}" class="card form"><input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="scope" value="${scope}">${
      target && html`<input type="hidden" name="id" value="${target.id}">`
    }
${textArea({
  name: 'reason',
  label: words.reason,
  hint: words.reasonHint,
  value: values.reason,
  rows: 2,
  maxLength: 500,
  ...(errors.reason === undefined ? {} : { error: errors.reason }),
})}
${typedConfirmation({ name: model.confirm, value: values.confirm, ...(errors.confirm === undefined ? {} : { error: errors.confirm }) })}
<div class="actions">${submit({ text: words.stop, kind: 'destructive' })} <a class="button plain" href="${model.cancelHref}">${registerWords.cancel}</a></div>
</form>`,
  });
};

/** The confirmation before a kill is lifted. */
export const liftKillPage = (
  model: ConsoleFrame & { readonly kill: KillRow; readonly action: string; readonly killHref: string },
): Html =>
  confirmPage(model, {
    place: 'kills',
    title: words.liftTitle,
    question: words.liftAsked(targetOf(model.kill)),
    lead: model.kill.scope === 'all' ? words.liftLeadAll : words.liftLead,
    button: words.lift,
    kind: 'primary',
    action: model.action,
    cancelHref: model.killHref,
  });
