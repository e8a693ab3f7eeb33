import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { type Column, factList, type ListModel, listPage, postButton, table } from '../partials/console-list.ts';
import { actionLink, type ObjectAction, objectPage } from '../partials/object-page.ts';
import { submit } from '../partials/submit.ts';
import { agoText, timeText } from '../time-text.ts';
import { deadLetterWords, failureText } from '../words/console-dead-letters.ts';
import { keyWords, webhookWords } from '../words/console-settings.ts';
import { listWords } from '../words/lists.ts';
import { notificationText } from '../words/notification-kinds.ts';
import { registerWords } from '../words/registries.ts';
import { type PushKeysModel, pushKeysSection } from './console-push-keys.ts';

export type KeyRow = {
  readonly id: string;
  readonly kind: string;
  readonly state: keyof typeof keyWords.states;
  readonly from: number;
  readonly until?: number;
  /** Confirmation page; absent: revoked already, or not permitted to the viewer. */
  readonly revokeHref?: string;
};

const KEY_LOOKS = { published: 'still', active: 'good', retired: 'gone', revoked: 'off' } as const;

/** A key, its kind, its state and its times. */
export const KEY_COLUMNS: readonly Column<KeyRow>[] = [
  { title: keyWords.key, cell: ({ id }) => html`<code>${plainText(id, 100)}</code>` },
  { title: keyWords.kind, cell: ({ kind }) => plainText(kind, 20) },
  {
    title: registerWords.state,
    cell: ({ state }) => html`<span class="tag ${KEY_LOOKS[state]}">${keyWords.states[state]}</span>`,
  },
  { title: keyWords.from, cell: ({ from }) => timeText(from) },
  { title: keyWords.until, cell: ({ until }) => (until === undefined ? '–' : timeText(until)) },
];

const REVOKE: Column<KeyRow> = {
  title: keyWords.revoke,
  isActions: true,
  cell: ({ revokeHref, id }) =>
    revokeHref !== undefined && actionLink({ text: keyWords.revoke, href: revokeHref }, plainText(id, 100)),
};

const keyColumns = (keys: readonly KeyRow[]): readonly Column<KeyRow>[] =>
  keys.some(({ revokeHref }) => revokeHref !== undefined) ? [...KEY_COLUMNS, REVOKE] : KEY_COLUMNS;

/** `rotateHref` and `pushKeys`: absent without the permission. */
export const signingKeysPage = (
  model: ConsoleFrame & {
    readonly keys: readonly KeyRow[];
    readonly rotateHref?: string;
    readonly pushKeys?: PushKeysModel;
  },
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
${model.keys.length === 0 ? html`<p class="empty">${keyWords.none}</p>` : table(keyColumns(model.keys), model.keys, 'list')}</section>
${model.pushKeys && pushKeysSection(model.pushKeys)}`,
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
  /** POSTs `csrf`; absent: verified already, or not permitted to the viewer. */
  readonly verifyAction?: string;
};

const WEBHOOK_LOOKS = { unproven: 'warn', active: 'good', stopped: 'off' } as const;

const webhookState = (state: WebhookRow['state']): Html =>
  html`<span class="tag ${WEBHOOK_LOOKS[state]}">${webhookWords.states[state]}</span>`;

const WEBHOOKS: readonly Column<WebhookRow>[] = [
  {
    title: webhookWords.webhook,
    sort: 'name',
    cell: ({ href, name }) => html`<a href="${href}">${chosenName(name, 100)}</a>`,
  },
  { title: registerWords.state, cell: ({ state }) => webhookState(state) },
  { title: webhookWords.url, cell: ({ url }) => isolated(url, 100) },
  {
    title: webhookWords.delivered,
    cell: ({ deliveredAt }) => (deliveredAt === undefined ? webhookWords.never : timeText(deliveredAt)),
  },
  { title: webhookWords.failed, cell: ({ failedAt }) => (failedAt === undefined ? '–' : timeText(failedAt)) },
];

/** The step that mends an endpoint that is not verified. */
const verifyColumn = (csrf: string): Column<WebhookRow> => ({
  title: webhookWords.verify,
  isActions: true,
  cell: ({ verifyAction, name }) =>
    verifyAction !== undefined &&
    postButton(verifyAction, csrf, submit({ text: webhookWords.verify, kind: 'plain', about: plainText(name, 60) })),
});

export const webhooksPage = (model: ListModel<WebhookRow>): Html =>
  listPage(model, {
    ...{ place: 'webhooks', title: webhookWords.title, lead: webhookWords.lead },
    columns: model.rows.some(({ verifyAction }) => verifyAction !== undefined)
      ? [...WEBHOOKS, verifyColumn(model.csrf)]
      : WEBHOOKS,
    ...{ none: webhookWords.none, pagesLabel: listWords.pagesOf.webhooks, newText: webhookWords.make },
  });

export type WebhookModel = ConsoleFrame & {
  readonly webhook: WebhookRow & {
    readonly kinds: readonly string[];
    readonly ownerName?: string;
    readonly failingSince?: number;
    /** Until then messages also have a signature by the former secret. */
    readonly formerUntil?: number;
    readonly createdAt: number;
  };
  readonly actions: readonly ObjectAction[];
};

export const webhookPage = (model: WebhookModel): Html => {
  const { webhook } = model;
  return objectPage(model, {
    ...{ place: 'webhooks', title: webhookWords.webhook, name: webhook.name, id: webhook.id },
    ...{ state: webhookState(webhook.state), actions: model.actions },
    first: html`<section aria-labelledby="deliveries" class="card"><h2 id="deliveries">${webhookWords.deliveries}</h2>
${webhook.state === 'unproven' && html`<p>${webhookWords.verifyFirst}</p>`}
${factList([
  [webhookWords.delivered, webhook.deliveredAt === undefined ? webhookWords.never : agoText(webhook.deliveredAt)],
  webhook.failedAt !== undefined && [
    webhookWords.failed,
    html`${agoText(webhook.failedAt)}: ${failureText(webhook.failure ?? '') ?? plainText(webhook.failure ?? '', 200)}`,
  ],
  webhook.failingSince !== undefined && [webhookWords.failing, timeText(webhook.failingSince)],
])}
${model.sees.includes('dead-letters') && html`<p><a href="${model.basePath}/console/dead-letters">${deadLetterWords.title}</a></p>`}</section>`,
    facts: [
      [webhookWords.url, isolated(webhook.url, 400)],
      [
        webhookWords.kinds,
        html`<ul class="plain-list">${webhook.kinds.map(
          (kind) => html`<li>${notificationText(kind)} <code>${plainText(kind, 80)}</code></li>`,
        )}</ul>`,
      ],
      webhook.ownerName !== undefined && [registerWords.owner, isolated(webhook.ownerName)],
      webhook.formerUntil !== undefined && [webhookWords.formerUntil, timeText(webhook.formerUntil)],
      [registerWords.made, timeText(webhook.createdAt)],
    ],
  });
};
