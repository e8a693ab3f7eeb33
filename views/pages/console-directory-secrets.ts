/** Static secrets of directories: their list on the page of one, and the forms that allow, rotate and end them. */
import { cellText, chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { type Column, confirmPage, table } from '../partials/console-list.ts';
import { choice, textArea } from '../partials/controls.ts';
import { field } from '../partials/field.ts';
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

/** A form about the secret of a directory, and what was typed into it before. */
export type SecretFormModel = {
  /** Page of the directory. */
  readonly href: string;
  readonly name: string;
  readonly values: { readonly reason?: string; readonly days?: string; readonly overlap?: string };
  readonly errors: Readonly<Partial<Record<'reason' | 'days' | 'overlap', Text>>>;
};

const errorAt = ({ errors }: SecretFormModel, name: keyof SecretFormModel['errors']): { readonly error?: Text } => {
  const error = errors[name];
  return error === undefined ? {} : { error };
};

/** The form POSTs `csrf`, `reason` and `days`. */
export const allowSecretPage = (frame: ConsoleFrame, model: SecretFormModel): Html =>
  confirmPage(frame, {
    ...{ place: 'directories', title: words.allowSecret, question: words.allowAsked(chosenName(model.name, 100)) },
    ...{ lead: words.allowLead, kind: 'primary', isNarrow: true },
    fields: html`${textArea({
      ...{ name: 'reason', label: words.secretReason, hint: words.secretReasonHint, rows: 2, maxLength: 500 },
      ...{ value: model.values.reason ?? '', ...errorAt(model, 'reason') },
    })}
${field({
  ...{ name: 'days', label: words.secretDays, hint: words.secretDaysHint, autocomplete: 'off', maxLength: 2 },
  ...{ inputMode: 'numeric', value: model.values.days ?? '90', ...errorAt(model, 'days') },
})}`,
    ...{ button: words.allowSecret, action: `${model.href}/secret`, cancelHref: model.href },
  });

/** How long the old secret stays valid, in seconds. */
const OVERLAPS = [0, 86_400, 604_800] as const;

/** The form POSTs `csrf` and `overlap`. */
export const rotateSecretPage = (frame: ConsoleFrame, model: SecretFormModel): Html =>
  confirmPage(frame, {
    ...{ place: 'directories', title: words.rotateSecret, question: words.rotateAsked(chosenName(model.name, 100)) },
    ...{ lead: words.rotateLead, kind: 'primary', isNarrow: true },
    fields: choice({
      ...{ name: 'overlap', label: words.oldSecretEnds, value: model.values.overlap ?? String(OVERLAPS[1]) },
      ...errorAt(model, 'overlap'),
      options: OVERLAPS.map((seconds) => ({ value: String(seconds), text: words.overlaps[seconds] })),
    }),
    ...{ button: words.rotateSecret, action: `${model.href}/rotate-secret`, cancelHref: model.href },
  });

/** The form POSTs `csrf`. */
export const revokeSecretPage = (frame: ConsoleFrame, { href, name }: Pick<SecretFormModel, 'href' | 'name'>): Html =>
  confirmPage(frame, {
    ...{ place: 'directories', title: words.revokeSecret, question: words.revokeAsked(chosenName(name, 100)) },
    ...{ lead: words.revokeLead, isNarrow: true },
    ...{ button: words.revokeSecret, action: `${href}/revoke-secret`, cancelHref: href },
  });
