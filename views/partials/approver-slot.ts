import { isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { timeText } from '../time-text.ts';
import { approvalPeopleWords as words } from '../words/approval-people.ts';

/**
 * For whom the viewer decides: for themselves, or for an absent approver. `others` lead to the same page for other approvers.
 */
export type ApproverSlotChoice = {
  readonly value: string;
  readonly away?: { readonly name: string; readonly until?: number };
  readonly others: readonly { readonly href: string; readonly name?: string }[];
};

/** The approver for whom the person decides, if that is another person. It comes before the answers, which send it. */
export const slotNote = ({ away, others }: ApproverSlotChoice): Html | undefined =>
  away === undefined && others.length === 0
    ? undefined
    : html`<div class="flash notice" role="note"><p>${
        away === undefined
          ? html`<strong>${words.forYourself}</strong>`
          : html`<strong>${words.forAway(isolated(away.name))}</strong> ${away.until !== undefined && words.awayUntil(timeText(away.until))} ${words.forAwayMeans}`
      }</p>${
        others.length > 0 &&
        html`<ul class="plain">${others.map(({ href, name }) => html`<li><a href="${href}">${name === undefined ? words.insteadYourself : words.insteadAway(isolated(name))}</a></li>`)}</ul>`
      }</div>`;
