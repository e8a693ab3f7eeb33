import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, commaList, type ListModel, listPage, table } from '../partials/console-list.ts';
import { type ObjectAction, objectPage } from '../partials/object-page.ts';
import { timeText } from '../time-text.ts';
import { keyWords, webhookWords } from '../words/console-settings.ts';
import { listWords } from '../words/lists.ts';
import { registerWords } from '../words/registries.ts';

export type KeyRow = {
  readonly id: string;
  readonly kind: string;
  readonly state: keyof typeof keyWords.states;
  readonly from: number;
  readonly until?: number;
};

const KEY_LOOKS = { published: 'still', active: 'good', retired: 'gone', revoked: 'off' } as const;

const KEYS: readonly Column<KeyRow>[] = [
  { title: keyWords.key, cell: ({ id }) => html`<code>${plainText(id, 100)}</code>` },
  { title: keyWords.kind, cell: ({ kind }) => plainText(kind, 20) },
  {
    title: registerWords.state,
    cell: ({ state }) => html`<span class="tag ${KEY_LOOKS[state]}">${keyWords.states[state]}</span>`,
  },
  { title: keyWords.from, cell: ({ from }) => timeText(from) },
  { title: keyWords.until, cell: ({ until }) => (until === undefined ? '–' : timeText(until)) },
];

/** `rotateHref`: absent without the permission. */
export const signingKeysPage = (
  model: ConsoleFrame & { readonly keys: readonly KeyRow[]; readonly rotateHref?: string },
): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: keyWords.title,
    width: 'wide',
    side: consoleNavigation(model, 'keys'),
    body: html`<div class="page-head"><div class="row"><h1>${keyWords.title}</h1>${
      model.rotateHref !== undefined &&
      html`<a class="button primary" href="${model.rotateHref}">${keyWords.rotate}</a>`
    }</div>
<p class="lead">${keyWords.lead}</p></div>
<section aria-labelledby="list"><h2 id="list" class="unseen">${listWords.list}</h2>
${model.keys.length === 0 ? html`<p class="empty">${keyWords.none}</p>` : table(KEYS, model.keys, 'list')}</section>`,
  });

export type WebhookRow = {
  readonly id: string;
  readonly href: string;
  readonly name: string;
  readonly url: string;
  readonly state: keyof typeof webhookWords.states;
  readonly deliveredAt?: number;
  readonly failedAt?: number;
  readonly failure?: string;
};

const WEBHOOK_LOOKS = { unproven: 'warn', active: 'good', stopped: 'off' } as const;

const webhookState = (state: WebhookRow['state']): Html =>
  html`<span class="tag ${WEBHOOK_LOOKS[state]}">${webhookWords.states[state]}</span>`;

const WEBHOOKS: readonly Column<WebhookRow>[] = [
  { title: webhookWords.webhook, cell: ({ href, name }) => html`<a href="${href}">${chosenName(name, 100)}</a>` },
  { title: registerWords.state, cell: ({ state }) => webhookState(state) },
  { title: webhookWords.url, cell: ({ url }) => isolated(url, 100) },
  {
    title: webhookWords.delivered,
    cell: ({ deliveredAt }) => (deliveredAt === undefined ? webhookWords.never : timeText(deliveredAt)),
  },
  { title: webhookWords.failed, cell: ({ failedAt }) => (failedAt === undefined ? '–' : timeText(failedAt)) },
];

export const webhooksPage = (model: ListModel<WebhookRow>): Html =>
  listPage(model, {
    ...{ place: 'webhooks', title: webhookWords.title, lead: webhookWords.lead, columns: WEBHOOKS },
    ...{ none: webhookWords.none, pagesLabel: listWords.pagesOf.webhooks, newText: webhookWords.make },
  });

export type WebhookModel = ConsoleFrame & {
  readonly webhook: WebhookRow & {
    readonly kinds: readonly string[];
    readonly ownerName?: string;
    readonly failingSince?: number;
    readonly createdAt: number;
  };
  readonly actions: readonly ObjectAction[];
};

export const webhookPage = (model: WebhookModel): Html => {
  const { webhook } = model;
  return objectPage(model, {
    ...{ place: 'webhooks', title: webhookWords.webhook, name: webhook.name, id: webhook.id },
    ...{ state: webhookState(webhook.state), actions: model.actions },
    facts: [
      [webhookWords.url, isolated(webhook.url, 400)],
      [webhookWords.kinds, commaList(webhook.kinds.map((kind) => html`<code>${plainText(kind, 80)}</code>`))],
      webhook.ownerName !== undefined && [registerWords.owner, isolated(webhook.ownerName)],
      [webhookWords.delivered, webhook.deliveredAt === undefined ? webhookWords.never : timeText(webhook.deliveredAt)],
      webhook.failedAt !== undefined && [
        webhookWords.failed,
        html`${timeText(webhook.failedAt)}: ${plainText(webhook.failure ?? '', 200)}`,
      ],
      webhook.failingSince !== undefined && [webhookWords.failing, timeText(webhook.failingSince)],
      [registerWords.made, timeText(webhook.createdAt)],
    ],
  });
};
