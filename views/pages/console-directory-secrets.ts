/** Static secrets of directories: their list on the page of one, and the question before one ends. */
import { cellText, chosenName, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, table } from '../partials/console-list.ts';
import { linkedName, type NamedLink } from '../partials/named-link.ts';
import { actionLink, type ObjectLink } from '../partials/object-page.ts';
import { timeText } from '../time-text.ts';
import { directoryWords as words } from '../words/console-directories.ts';
import { registerWords } from '../words/registries.ts';

export type DirectorySecretRow = {
  readonly id: string;
  readonly owner: NamedLink;
  readonly reason: string;
  readonly state: keyof typeof words.secretStates;
  readonly endsAt: number;
};

const LOOKS = { active: 'good', ended: 'gone' } as const;

const COLUMNS: readonly Column<DirectorySecretRow>[] = [
  { title: registerWords.id, cell: ({ id }) => html`<code>${plainText(id, 100)}</code>` },
  {
    title: registerWords.state,
    cell: ({ state }) => html`<span class="tag ${LOOKS[state]}">${words.secretStates[state]}</span>`,
  },
  { title: registerWords.owner, cell: ({ owner }) => linkedName(owner) },
  { title: words.reason, cell: ({ reason }) => cellText(reason, 400) },
  { title: words.ends, cell: ({ endsAt }) => timeText(endsAt) },
];

export const directorySecrets = (rows: readonly DirectorySecretRow[], links: readonly ObjectLink[]): Html =>
  html`<section aria-labelledby="secrets"><div class="row"><h2 id="secrets">${words.secrets}</h2>${
    links.length > 0 && html`<div class="actions">${links.map((link) => actionLink(link, ''))}</div>`
  }</div>
${
  rows.length === 0
    ? html`<p class="empty">${words.noSecrets}</p>`
    : html`<p>${words.secretsLead}</p>
${table(COLUMNS, rows, 'secrets')}`
}</section>`;

/** The form POSTs `csrf`. */
export const revokeSecretPage = (
  frame: ConsoleFrame,
  { href, name }: { readonly href: string; readonly name: string },
): Html =>
  confirmPage(frame, {
    ...{ place: 'directories', title: words.revokeSecret, question: words.revokeAsked(chosenName(name, 100)) },
    ...{ lead: words.revokeLead, isNarrow: true },
    ...{ button: words.revokeSecret, action: `${href}/revoke-secret`, cancelHref: href },
  });
