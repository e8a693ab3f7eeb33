import { chosenName, isolated } from '../agent-text.ts';
import { amountLine, amountOf } from '../detail-amount.ts';
import { detailSentence, type SentencePart } from '../detail-sentence.ts';
import { type Html, html } from '../html.ts';
import { scopeWords } from '../words/scope.ts';
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

/** The amount and the payee as the first line, where there is money. */
const sum = (detail: DetailItem): Html | undefined =>
  amountOf(detail) && html`<strong class="sum">${amountLine(detail, html``)}</strong> `;

const words = ({ sentence, more }: DetailItem): Html =>
  html`${detailSentence(sentence)}${more.map(({ member, value }) => html` <span class="hint">${isolated(member)}: ${chosenName(value, VALUE)}</span>`)}`;

const isOff = ({ risk, checked }: DetailChoice): boolean => !checked && (risk === 'high' || risk === 'critical');

/** Details to read. */
export const detailChips = (details: readonly DetailItem[] | undefined): Html | undefined =>
  details === undefined || details.length === 0
    ? undefined
    : html`<ul class="chips">${details.map((detail) => html`<li class="${detail.risk}">${words(detail)} ${riskBadge(detail.risk)}</li>`)}</ul>`;

/** Checkboxes, in the order of the request. */
export const detailChoices = (details: readonly DetailChoice[], idPrefix: string): Html | undefined =>
  details.length === 0
    ? undefined
    : html`<ul class="choices">${details.map((detail, index) => {
        const id = `${idPrefix}-${index}`;
        return html`<li class="${detail.risk}"><input type="checkbox" id="${id}" name="detail" value="${detail.id}"${detail.checked && html` checked`}>
<label for="${id}">${sum(detail)}${words(detail)} <span class="hint">${isolated(detail.about, 200)}${isOff(detail) && html` · ${scopeWords.ownDecision}`}</span></label> <span class="marks">${riskBadge(detail.risk, detail.isNew)}</span></li>`;
      })}</ul>`;
