import { anyText, chosenName, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, Phrase, type Text } from '../html.ts';
import { layout } from '../layout.ts';
import { registerWords } from '../words/registries.ts';
import { type ConsoleFrame, type ConsolePlace, consoleNavigation } from './console-frame.ts';
import { type Fact, factList, postButton } from './console-list.ts';
import { submit } from './submit.ts';

/** A button or link about one object. A button POSTs `csrf` to `action`. */
export type ObjectAction = {
  readonly text: Phrase;
  readonly kind?: 'primary' | 'strong' | 'plain' | 'danger';
} & ({ readonly href: string } | { readonly action: string });

/** A link to a page about the object. */
export type ObjectLink = {
  readonly text: Phrase;
  readonly href: string;
  readonly kind?: 'plain' | 'strong' | 'danger';
};

export type ObjectPage = {
  readonly place: ConsolePlace;
  /** The kind of object: the title of the tab. */
  readonly title: Phrase;
  /** A name that a party chose, or a phrase of ours. */
  readonly name: Text;
  readonly id: string;
  readonly state?: HtmlValue;
  readonly lead?: HtmlValue;
  readonly actions: readonly (ObjectAction | undefined | false)[];
  readonly facts: readonly (Fact | undefined | false)[];
  readonly more?: HtmlValue;
  /** Absent: not permitted to the viewer. */
  readonly auditLogHref?: string;
};

/** Links to what a viewer may do with an object. Prints nothing without any. */
export const actionLinks = (links: readonly ObjectLink[], about: string): Html | undefined =>
  links.length === 0
    ? undefined
    : html`<div class="actions">${links.map((link) => actionLink(link, plainText(about, 60)))}</div>`;

export const actionLink = ({ text, href, kind = 'plain' }: ObjectLink, about: HtmlValue): Html =>
  html`<a class="button ${kind}" href="${href}">${text}<span class="unseen"> ${about}</span></a>`;

/** The page of one registered object: its state, the actions on it, its facts. */
export const objectPage = (frame: ConsoleFrame, model: ObjectPage): Html => {
  const actions = model.actions.filter((one): one is ObjectAction => one !== undefined && one !== false);
  return layout({
    frame,
    side: consoleNavigation(frame, model.place, false),
    style: 'agents.css',
    title: model.title,
    width: 'wide',
    body: html`<div class="page-head"><h1>${model.name instanceof Phrase ? model.name : chosenName(model.name, 100)}</h1>
<p class="facts">${model.state} <code>${plainText(model.id, 300)}</code></p>
${model.lead !== undefined && html`<p class="lead">${model.lead}</p>`}</div>
<section aria-labelledby="what" class="card"><h2 id="what">${registerWords.what}</h2>
${factList(model.facts)}
${actions.length > 0 && html`<div class="actions">${actions.map((one) => actionOf(one, frame.csrf, anyText(model.name, 60)))}</div>`}</section>
${model.more}
${model.auditLogHref !== undefined && html`<p><a href="${model.auditLogHref}">${registerWords.inTheAuditLog}</a></p>`}`,
  });
};

const actionOf = (one: ObjectAction, csrf: string, about: HtmlValue): Html => {
  const { text, kind = 'plain' } = one;
  return 'href' in one
    ? html`<a class="button ${kind}" href="${one.href}">${text}<span class="unseen"> ${about}</span></a>`
    : postButton(one.action, csrf, submit({ text, kind, about }));
};
