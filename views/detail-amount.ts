import { chosenName } from './agent-text.ts';
import { formattedValue, type SentencePart } from './detail-sentence.ts';
import { type Html, html } from './html.ts';
import { approvalFactWords as words } from './words/approval-facts.ts';

/** Member of a detail that names who gets the money. */
const PAYEE = /(?:^|\.)(?:creditor|payee|recipient|beneficiary)(?:\.name|_?name)?$/i;

/** What of a detail says how much, and to whom. */
type Said = {
  readonly sentence: readonly SentencePart[];
  readonly more: readonly { readonly member: string; readonly value: string }[];
};

type Value = Extract<SentencePart, { readonly member: string }>;

const isValue = (part: SentencePart): part is Value => 'member' in part && part.value !== undefined;

/** The amount of a detail, and who gets it. Absent: the detail is not about money. */
export const amountOf = ({ sentence, more }: Said): { readonly amount: Html; readonly payee?: Html } | undefined => {
  const values = sentence.filter(isValue);
  const money = values.find(({ format }) => format?.kind === 'money');
  if (money?.value === undefined) return undefined;
  const payee = [...values, ...more].find(({ member, value }) => PAYEE.test(member) && value !== undefined)?.value;
  return {
    amount: formattedValue(money.value, money.format),
    ...(payee === undefined ? {} : { payee: chosenName(payee, 70) }),
  };
};

/** `EUR 185.00 to Paper and Pens`, `otherwise` for a detail without money. */
export const amountLine = (detail: Said, otherwise: Html): Html => {
  const found = amountOf(detail);
  if (!found) return otherwise;
  return found.payee ? html`${words.amountTo(found.amount, found.payee)}` : found.amount;
};
