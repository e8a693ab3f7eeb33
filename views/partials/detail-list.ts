import { chosenName, isolated } from '../agent-text.ts';
import { detailSentence, type SentencePart } from '../detail-sentence.ts';
import { type Html, html } from '../html.ts';
import { type Risk, riskBadge } from './scope-list.ts';

/** An authorization detail (RFC 9396): text from the resource server's registration, and values of the request. */
export type DetailItem = {
  readonly type: string;
  /** What details of the type are about. */
  readonly about: string;
  readonly risk: Risk;
  readonly sentence: readonly SentencePart[];
  readonly more: readonly { readonly member: string; readonly value: string }[];
};

/** A detail that the person can switch off or on. The form field is `detail`, its value `id`. */
export type DetailChoice = DetailItem & { readonly id: string; readonly checked: boolean; readonly isNew?: true };

const VALUE = 300;

/** The sentence of a detail, and below it the members that the sentence leaves out. */
export const detailText = ({ sentence, more }: DetailItem): Html =>
  html`${detailSentence(sentence)}${more.map(({ member, value }) => html` <span class="hint">${isolated(member)}: ${chosenName(value, VALUE)}</span>`)}`;

/** Details to read. */
export const detailChips = (details: readonly DetailItem[] | undefined): Html | undefined =>
  details === undefined || details.length === 0
    ? undefined
    : html`<ul class="chips">${details.map((detail) => html`<li class="${detail.risk}">${detailText(detail)} ${riskBadge(detail.risk)}</li>`)}</ul>`;
