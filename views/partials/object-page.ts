import { anyText, chosenName } from '../agent-text.ts';
import type { StyleName } from '../assets.ts';
import { type Html, type HtmlValue, html, Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { registerWords } from '../words/registries.ts';
import { type ConsoleFrame, type ConsolePlace, consoleNavigation } from './console-frame.ts';
import { type Fact, factList, postButton } from './console-list.ts';
import { copyable } from './copy-button.ts';
import { submit } from './submit.ts';

type Named = {
  readonly text: Phrase;
  readonly kind?: 'primary' | 'plain' | 'danger';
  /** It is rare, and stays out of view however few actions there are. */
  readonly inMenu?: true;
};

/** A link to a page about the object. */
export type ObjectLink = Named & { readonly href: string };

/** A button or link about one object. A button POSTs `csrf` to `action`. */
export type ObjectAction = ObjectLink | ObjectButton;
type ObjectButton = Named & { readonly action: string };

export type ObjectPage = {
  readonly place: ConsolePlace;
  /** The kind of object: the title of the tab. */
  readonly title: Phrase;
  /** A name that a party chose, or a phrase of ours. */
  readonly name: Text;
  /** Default: the name. */
  readonly heading?: Phrase;
  readonly id: string;
  readonly state?: HtmlValue;
  readonly actions: readonly (ObjectAction | undefined | false)[];
  readonly facts: readonly (Fact | undefined | false)[];
  /** Actions that end the object stay beside the heading. */
  readonly endsInView?: true;
  /** The path to the page. */
  readonly above?: Html;
  /** Before the facts: what a reader comes for. */
  readonly first?: HtmlValue;
  /** After the facts. */
  readonly further?: HtmlValue;
  /** Absent: not permitted to the viewer. */
  readonly auditLogHref?: string;
  /** Besides agents.css. */
  readonly alsoStyle?: StyleName;
};

/** Actions that stay in view beside a heading when there are too many for one row. */
const IN_VIEW = 2;

/**
 * What a viewer may do with an object, in one row beside its heading: the main action first, what ends it last. With more than three actions, all
 * but the first two are in a menu, and so is each with `inMenu`. `ends: 'in view'` keeps those that end the object out of it. Prints nothing without any.
 */
export const headActions = (
  buttons: readonly (Html | undefined | false)[],
  links: readonly ObjectLink[],
  about: HtmlValue,
  ends: 'in view' | 'in menu' = 'in menu',
): Html | undefined => {
  const isEnd = ({ kind }: ObjectLink): boolean => kind === 'danger';
  const kept = links.filter(({ inMenu }) => inMenu);
  const free = links.filter(({ inMenu }) => !inMenu);
  const shownAs = (some: readonly ObjectLink[]): readonly Html[] => some.map((link) => actionLink(link, about));
  const isMain = ({ kind }: ObjectLink): boolean => kind === 'primary';
  const further = [
    ...shownAs(free.filter(isMain)),
    ...buttons.filter((one): one is Html => one !== undefined && one !== false),
    ...shownAs(free.filter((link) => !isEnd(link) && !isMain(link))),
  ];
  const last = shownAs(free.filter(isEnd));
  const count = further.length + last.length;
  if (count + kept.length === 0) return undefined;
  const isShort = count <= IN_VIEW + 1;
  const hidden = [
    ...(isShort ? [] : further.slice(IN_VIEW)),
    ...(isShort || ends === 'in view' ? [] : last),
    ...shownAs(kept),
  ];
  const menu =
    hidden.length > 1 || kept.length > 0
      ? html`<details class="menu"><summary class="button plain">${registerWords.moreActions}<span class="unseen"> ${about}</span></summary>
<div>${hidden}</div></details>`
      : hidden;
  if (isShort) return html`<div class="actions">${further} ${last} ${menu}</div>`;
  return html`<div class="actions">${further.slice(0, IN_VIEW)} ${menu} ${ends === 'in view' && last}</div>`;
};

export const actionLink = ({ text, href, kind = 'plain' }: ObjectLink, about: HtmlValue): Html =>
  html`<a class="button ${kind}" href="${href}">${text}<span class="unseen"> ${about}</span></a>`;

/** The page of one registered object: its state, the actions on it, its facts. */
export const objectPage = (frame: ConsoleFrame, model: ObjectPage): Html => {
  const actions = model.actions.filter((one): one is ObjectAction => one !== undefined && one !== false);
  const about = anyText(model.name, 60);
  return layout({
    frame,
    side: consoleNavigation(frame, model.place, false),
    style: 'agents.css',
    ...(model.alsoStyle === undefined ? {} : { alsoStyle: model.alsoStyle }),
    title: model.title,
    width: 'wide',
    body: html`${model.above}<div class="page-head"><div class="row"><h1>${model.heading ?? (model.name instanceof Phrase ? model.name : chosenName(model.name, 100))}</h1>
${headActions(
  actions
    .filter((one): one is ObjectButton => !('href' in one))
    .toSorted((one, other) => Number(other.kind === 'primary') - Number(one.kind === 'primary'))
    .map((one) => actionOf(one, frame.csrf, about)),
  actions.flatMap((one) => ('href' in one ? [one] : [])),
  about,
  model.endsInView ? 'in view' : 'in menu',
)}</div>
<p class="facts">${model.state} ${copyable(model.id, { limit: 300 })}</p></div>
${model.first}
<section aria-labelledby="what" class="card"><h2 id="what">${registerWords.what}</h2>
${factList(model.facts)}</section>
${model.further}
${model.auditLogHref !== undefined && html`<p><a href="${model.auditLogHref}">${registerWords.inTheAuditLog}</a></p>`}`,
  });
};

const actionOf = ({ text, action, kind = 'plain' }: ObjectButton, csrf: string, about: HtmlValue): Html =>
  postButton(action, csrf, submit({ text, kind, about }));
