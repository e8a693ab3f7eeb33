import { anyName, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { type Column, type ListModel, listPage } from '../partials/console-list.ts';
import { agoText, timeText } from '../time-text.ts';
import { transactionWords as words } from '../words/console-transaction.ts';

export type TransactionRow = {
  readonly id: string;
  readonly href: string;
  /** What the agent states that the work is for; absent: it stated a digest only. */
  readonly intent?: string;
  readonly agent: Text;
  readonly agentHref: string;
  readonly state: 'open' | 'closed';
  readonly cause?: keyof (typeof words)['causes'];
  readonly trigger: keyof (typeof words)['triggers'];
  readonly openedAt: number;
};

export const transactionsPage = (model: ListModel<TransactionRow>): Html =>
  listPage(model, {
    place: 'transactions',
    title: words.titleOfList,
    lead: words.leadOfList,
    columns: COLUMNS,
    none: words.noneYet,
    pagesLabel: words.pagesOfList,
    states: [{ value: 'open', text: words.states.open }],
    wordsHint: words.ofAgent,
  });

export const transactionState = (state: 'open' | 'closed'): Html =>
  html`<span class="tag ${state === 'open' ? 'good' : 'still'}">${words.states[state]}</span>`;

const COLUMNS: readonly Column<TransactionRow>[] = [
  {
    title: words.intent,
    cell: ({ href, intent }) =>
      html`<a class="long" href="${href}">${intent === undefined ? words.noText : plainText(intent, 120)}</a>`,
  },
  {
    title: words.agent,
    cell: ({ agent, agentHref }) => html`<a class="long" href="${agentHref}">${anyName(agent)}</a>`,
  },
  {
    title: words.state,
    cell: ({ state, cause }) =>
      html`${transactionState(state)}${cause !== undefined && html` <span class="hint">${words.causes[cause]}</span>`}`,
  },
  { title: words.trigger, cell: ({ trigger }) => words.triggers[trigger] },
  {
    title: words.opened,
    cell: ({ openedAt }) => html`${timeText(openedAt)} <span class="hint roomy">${agoText(openedAt)}</span>`,
  },
];
