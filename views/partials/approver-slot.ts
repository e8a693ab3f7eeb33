import { isolated } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { ApproverSlotChoice } from '../pages/approval-model.ts';
import { timeText } from '../time-text.ts';
import { approvalPeopleWords as words } from '../words/approval-people.ts';

/** The approver for whom the person decides, where that is another one; before the answers, which carry it. */
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
