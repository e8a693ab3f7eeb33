import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { objectWords as words } from '../words/console-objects.ts';
import type { ConsoleFrame, ConsolePlace } from './console-frame.ts';
import { copyable } from './copy-button.ts';
import { type OldCredential, oldCredential } from './old-credential.ts';

type Labelled = { readonly label: Phrase; readonly value: string };

/** Tells that a secret is shown once, and shows it. `next`: where the reader goes from here. */
export const secretPage = (
  frame: ConsoleFrame,
  shown: {
    readonly place: ConsolePlace;
    readonly title: Phrase;
    readonly lead: Phrase;
    /** What goes with the secrets, and can be read later too. */
    readonly values?: readonly Labelled[];
    readonly secrets: readonly Labelled[];
    /** What the secret replaced. */
    readonly old?: OldCredential;
    readonly next: { readonly href: string; readonly text: Phrase };
  },
): Html => {
  const next = html`<a class="button primary" href="${shown.next.href}">${shown.next.text}</a>`;
  return layout({
    frame,
    style: 'agents.css',
    title: shown.title,
    body: html`<section class="card"><h1>${shown.title}</h1>
<p class="lead">${shown.lead}</p>
<div class="flash warning" role="status"><span>${words.shownOnce}</span></div>
<dl class="facts">${(shown.values ?? []).map(labelled)}${shown.secrets.map(labelled)}</dl>
${shown.old ? oldCredential(shown.old, { of: 'secret', next, csrf: frame.csrf }) : html`<div class="actions">${next}</div>`}</section>`,
  });
};

const labelled = ({ label, value }: Labelled): Html =>
  html`<div><dt>${label}</dt><dd>${copyable(value, { look: 'secret', what: label })}</dd></div>`;
