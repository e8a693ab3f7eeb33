/** Single rights taken from a delegation or a grant: the choice of what stays, and what ends with the rest. */
import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, type ConsolePlace, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, commaList, table } from '../partials/console-list.ts';
import type { DetailChoice } from '../partials/detail-list.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { heldRights, rightChoices } from '../partials/rights-list.ts';
import { type ResourceFacts, resourceHeading, type ScopeChoice, scopeFieldValue } from '../partials/scope-list.ts';
import { submit } from '../partials/submit.ts';
import { tickList } from '../partials/tick-list.ts';
import { agoText, timeText } from '../time-text.ts';
import { narrowWords as words } from '../words/console-narrowing.ts';
import { registerWords } from '../words/registries.ts';
import { wordOf } from '../words/word-of.ts';

/** The rights at one API. A ticked one stays. */
export type NarrowableAt = {
  readonly resource: ResourceFacts;
  readonly scopes: readonly ScopeChoice[];
  readonly details: readonly DetailChoice[];
};

type Narrowable = {
  readonly place: ConsolePlace;
  /** Name of the agent or app that holds the rights. */
  readonly holder: string;
  /** A phrase of ours, if the viewer may not know the person. */
  readonly person: Text;
  readonly backHref: string;
  /** Ends all of it. Absent: not permitted to the viewer. */
  readonly endHref?: string;
};

/** The choice, or why there is none. The form POSTs `csrf`, `seen`, and `scope`, `detail` and `openid` for each right that stays. */
export type NarrowChoiceModel = Narrowable & {
  readonly action: string;
  /** Epoch seconds since which the holder has them. */
  readonly since: number;
  /** Digest of the rights that the page shows. */
  readonly seen: string;
  readonly at: readonly NarrowableAt[];
  readonly openidScopes: readonly { readonly name: string; readonly checked: boolean }[];
  readonly error?: Phrase;
  /** Why single rights cannot be taken. */
  readonly obstacle?: 'over' | 'single' | 'isHop';
  /** With the obstacle 'isHop': the page of the first hop. */
  readonly firstHref?: string;
};

const headingOf = ({ holder, person }: Narrowable): Phrase =>
  words.choose(chosenName(holder, 100), isolated(person, 100));

const pageOf = (frame: ConsoleFrame, place: ConsolePlace, heading: Phrase, lead: HtmlValue, body: Html): Html =>
  layout({
    frame,
    style: 'agents.css',
    title: words.narrow,
    width: 'wide',
    side: consoleNavigation(frame, place, false),
    body: html`<div class="page-head"><h1>${heading}</h1>${lead && html`<p class="lead">${lead}</p>`}</div>
${body}`,
  });

export const narrowChoicePage = (frame: ConsoleFrame, model: NarrowChoiceModel): Html => {
  const { place, obstacle } = model;
  if (obstacle !== undefined) {
    return pageOf(frame, place, headingOf(model), undefined, obstacleCard(model, obstacle));
  }
  return pageOf(frame, place, headingOf(model), words.chooseLead(timeText(model.since)), choiceForm(frame, model));
};

const obstacleCard = (model: NarrowChoiceModel, obstacle: NonNullable<NarrowChoiceModel['obstacle']>): Html =>
  html`<section class="card" aria-label="${words.narrow}"><p>${words[obstacle]}</p>
<div class="actions">${
    obstacle === 'isHop' &&
    model.firstHref !== undefined &&
    html`<a class="button primary" href="${model.firstHref}">${words.toFirst}</a>`
  } ${obstacle !== 'over' && endLink(model)} <a class="button plain" href="${model.backHref}">${words.back}</a></div></section>`;

const endLink = ({ endHref }: Narrowable): Html | undefined =>
  endHref === undefined ? undefined : html`<a class="button danger" href="${endHref}">${words.endWhole}</a>`;

const choiceForm = ({ csrf }: ConsoleFrame, model: NarrowChoiceModel): Html => {
  const { action, seen, at, openidScopes, backHref, error } = model;
  return html`${error !== undefined && html`<div class="flash error" role="alert"><span>${error}</span></div>`}
<form method="post" action="${action}" class="card form" aria-labelledby="stays"><h2 id="stays">${words.stays}</h2>
<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="seen" value="${seen}">
${at.map(
  ({ resource, scopes, details }, index) =>
    html`<fieldset class="choices"><legend>${resourceHeading(resource)}</legend>${rightChoices(
      { identifier: resource.identifier, scopes, details },
      `right-${index}`,
      { hasNames: true },
    )}</fieldset>`,
)}
${
  openidScopes.length > 0 &&
  html`<fieldset class="choices"><legend>${words.aboutPerson}</legend>${tickList(
    openidScopes.map(({ name, checked }, index) => ({
      ...{ id: `openid-${index}`, name: 'openid', value: name, isChecked: checked },
      label: html`<span class="does">${knownAs(name)}</span>`,
    })),
  )}<p class="hint">${words.signInStays}</p></fieldset>`
}
<div class="actions">${submit({ text: words.next, kind: 'primary' })} <a class="button plain" href="${backHref}">${registerWords.cancel}</a></div></form>`;
};

const knownAs = (name: string): HtmlValue => wordOf(words.knows, name) ?? plainText(name, 80);

/** A re-delegation that holds some of the rights. */
export type LosesBelow = {
  readonly agent: NamedLink;
  readonly loses: readonly string[];
  readonly keeps: readonly string[];
};

/** The form POSTs the same fields again, and as `step` what the button says: `remove` or `choose`. */
export type NarrowPreviewModel = Narrowable & {
  readonly action: string;
  readonly seen: string;
  /** Ticked rights stay. */
  readonly at: readonly NarrowableAt[];
  readonly openidScopes: NarrowChoiceModel['openidScopes'];
  /** Epoch seconds; absent: no token is known. */
  readonly lastUsedAt?: number;
  /** Of an agent. `isMore`: some were not looked at. */
  readonly below?: { readonly rows: readonly LosesBelow[]; readonly isMore: boolean };
  /** Of an app or agent: instances that hold parts of the same grant. */
  readonly instances?: { readonly count: number; readonly isMore: boolean };
};

const BELOW: readonly Column<LosesBelow>[] = [
  { title: words.agent, cell: ({ agent }) => linkedName(agent) },
  { title: words.loses, cell: ({ loses }) => names(loses) },
  { title: words.keeps, cell: ({ keeps }) => names(keeps) },
];

/** In a row. */
const MOST_NAMES = 20;

const names = (all: readonly string[]): HtmlValue =>
  commaList(
    all.slice(0, MOST_NAMES).map((name) => html`<span class="name">${plainText(name, 80)}</span>`),
    words.nothing,
  );

export const narrowPreviewPage = (frame: ConsoleFrame, model: NarrowPreviewModel): Html => {
  const { at, openidScopes, lastUsedAt, below, instances } = model;
  const count =
    at.flatMap(({ scopes, details }) => [...scopes, ...details]).filter(({ checked }) => !checked).length +
    openidScopes.filter(({ checked }) => !checked).length;
  const holder = chosenName(model.holder, 100);
  const person = isolated(model.person, 100);
  return pageOf(
    frame,
    model.place,
    words.asked(count, holder, person),
    words.askedLead(lastUsedAt === undefined ? undefined : agoText(lastUsedAt), holder, person),
    html`${instances && instances.count > 0 && html`<p>${words.instances(instances.count, instances.isMore)}</p>`}
${part(model, 'ends', false)}
${below && belowSection(below)}
${part(model, 'stays', true)}
<form method="post" action="${model.action}" class="form"><input type="hidden" name="csrf" value="${frame.csrf}"><input type="hidden" name="seen" value="${model.seen}">${keptFields(model)}
<div class="actions">${submit({ text: words.remove(count), kind: 'destructive', name: 'step', value: 'remove' })} ${submit({ text: words.change, kind: 'plain', name: 'step', value: 'choose' })} <a class="button plain" href="${model.backHref}">${registerWords.cancel}</a></div></form>`,
  );
};

const belowSection = ({ rows, isMore }: NonNullable<NarrowPreviewModel['below']>): Html =>
  rows.length === 0
    ? html`<p>${isMore ? words.moreBelow : words.noneBelow}</p>`
    : html`<section aria-labelledby="below"><h2 id="below">${words.below}</h2>
${table(BELOW, rows, 'below')}${isMore && html`<p class="hint">${words.moreBelow}</p>`}</section>`;

/** The rights that stay, or those that end. */
const part = ({ at, openidScopes }: NarrowPreviewModel, id: 'ends' | 'stays', stays: boolean): Html | undefined => {
  const openid = openidScopes.filter(({ checked }) => checked === stays);
  const some = at.flatMap(({ resource, scopes, details }) => {
    const rights = [...scopes, ...details].filter(({ checked }) => checked === stays);
    return rights.length === 0
      ? []
      : [html`<h3>${resourceHeading(resource)}</h3>${heldRights(rights, { hasNames: true })}`];
  });
  if (some.length + openid.length === 0) return undefined;
  return html`<section class="card" aria-labelledby="${id}"><h2 id="${id}">${words[id]}</h2>${some}${
    openid.length > 0 && html`<h3>${words.aboutPerson}</h3><p>${commaList(openid.map(({ name }) => knownAs(name)))}</p>`
  }</section>`;
};

const keptFields = ({ at, openidScopes }: NarrowPreviewModel): readonly Html[] => {
  const hidden = (name: string, value: string): Html => html`<input type="hidden" name="${name}" value="${value}">`;
  return [
    ...at.flatMap(({ resource, scopes, details }) => [
      ...scopes
        .filter(({ checked }) => checked)
        .map(({ name }) => hidden('scope', scopeFieldValue(resource.identifier, name))),
      ...details.filter(({ checked }) => checked).map(({ id }) => hidden('detail', id)),
    ]),
    ...openidScopes.filter(({ checked }) => checked).map(({ name }) => hidden('openid', name)),
  ];
};

/** A delegation on the page of its agent. */
export type RightsFromPerson = {
  /** A phrase of ours, if the viewer may not know the person. */
  readonly person: Text;
  readonly href: string;
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly until: number;
  /** It was derived from another delegation. */
  readonly isHandedOn: boolean;
  /** Absent: not permitted to the viewer, or it holds one right. */
  readonly narrowHref?: string;
};

/** What people allow an agent, on its page. Prints nothing without any. */
export const rightsFromPeople = (
  model: { readonly rows: readonly RightsFromPerson[]; readonly allHref?: string } | undefined,
): Html | undefined => {
  if (model === undefined || model.rows.length === 0) return undefined;
  const { rows, allHref } = model;
  const columns: readonly Column<RightsFromPerson>[] = [
    {
      title: words.person,
      cell: ({ person, href, isHandedOn }) =>
        html`<a href="${href}">${isolated(person, 100)}</a>${isHandedOn && html` <span class="tag still">${words.handedOn}</span>`}`,
    },
    { title: words.where, cell: ({ resource }) => isolated(resource, 120) },
    { title: words.rights, cell: ({ scopes }) => names(scopes) },
    { title: words.until, cell: ({ until }) => agoText(until) },
    {
      ...{ title: words.narrow, isActions: true },
      cell: ({ narrowHref, person }) =>
        narrowHref !== undefined &&
        html`<a class="button plain" href="${narrowHref}">${words.narrow}<span class="unseen"> ${isolated(person, 60)}</span></a>`,
    },
  ];
  return html`<section aria-labelledby="from-people"><div class="row"><h2 id="from-people">${words.fromPeople}</h2>${
    allHref !== undefined && html`<a href="${allHref}">${words.allFromPeople}</a>`
  }</div>
<p class="lead">${words.fromPeopleLead}</p>
${table(columns, rows, 'from-people')}</section>`;
};
