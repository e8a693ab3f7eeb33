import { anyText, chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { field } from '../partials/field.ts';
import { type Item, itemList } from '../partials/item-list.ts';
import { type NotificationChoicesModel, notificationChoices } from '../partials/notification-choices.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { notificationsWords as words } from '../words/notifications.ts';

export type NotificationsModel = PageFrame & {
  readonly csrf: string;
  /** Whether the server sends mails to the person's address. */
  readonly isMailed: boolean;
  /** Absent: this server sends nothing to browsers. */
  readonly push?: PushModel;
  readonly choices: NotificationChoicesModel;
};

export type PushModel = {
  /** The page itself: the form POSTs `csrf`, `name`, `key` and the browser's subscription to it. */
  readonly path: string;
  /** Our public key, base64url. A browser accepts only messages that its private key signed. */
  readonly key: string;
  readonly worker: { readonly href: string; readonly scope: string };
  readonly browsers: readonly ShownBrowser[];
  /** The account has the maximum number of browsers. */
  readonly isFull: boolean;
  readonly name: Text;
  readonly error?: { readonly field?: 'name'; readonly text: Text };
};

export type ShownBrowser = {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly lastSuccessAt?: number;
  /** POSTs `csrf` there to send a test, or to stop notifications to it. */
  readonly testAction: string;
  readonly removeAction: string;
};

/** The browsers in which a person gets notifications, which push.js turns on, and of what the person is notified. */
export const notificationsPage = (model: NotificationsModel): Html =>
  layout({
    frame: model,
    title: words.title,
    side: accountNavigation(model, 'notifications'),
    style: 'account.css',
    alsoStyle: 'security.css',
    ...(model.push ? { script: 'push.js' as const } : {}),
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${model.push ? words.lead : words.leadOfMail} ${model.isMailed ? words.mailed : words.notMailed}</p></div>
${model.push && browsers(model, model.push)}
${notificationChoices(model.choices)}`,
  });

const browsers = (model: NotificationsModel, push: PushModel): Html =>
  html`<section aria-labelledby="here" data-push-here data-key="${push.key}" data-scope="${push.worker.scope}"><h2 id="here">${words.here}</h2>
${push.isFull ? html`<p class="empty">${words.isFull}</p>` : turningOn(push, model.csrf)}
<p class="empty" data-push-on hidden>${words.isOn}</p>
<p class="flash" data-without-push>${words.needsScript}</p></section>
<section aria-labelledby="browsers" data-push-list><h2 id="browsers">${words.list}</h2>
${push.browsers.length === 0 ? html`<p class="empty">${words.none}</p>` : itemList(push.browsers.map((one) => shown(one, model.csrf)))}</section>`;

const turningOn = (push: PushModel, csrf: string): Html =>
  html`${push.error !== undefined && push.error.field === undefined && html`<div class="flash error" role="alert">${anyText(push.error.text, 300)}</div>`}
<form method="post" action="${push.path}" class="card naming" data-push data-worker="${push.worker.href}" data-denied="${words.denied}" data-failed="${words.failed}" hidden>
<input type="hidden" name="csrf" value="${csrf}"><input type="hidden" name="key" value="${push.key}">
<input type="hidden" name="endpoint" value=""><input type="hidden" name="p256dh" value=""><input type="hidden" name="auth" value="">
${field({
  name: 'name',
  label: words.name,
  hint: words.nameHint,
  value: push.name,
  autocomplete: 'off',
  maxLength: 60,
  ...(push.error?.field === 'name' ? { error: push.error.text } : {}),
})}
<div class="actions">${submit({ text: words.turnOn, kind: 'primary' })}</div>
<p class="error" role="alert" data-message></p>
</form>`;

const shown = (browser: ShownBrowser, csrf: string): Item => {
  const about = plainText(browser.name, 60);
  return {
    icon: 'bell',
    title: chosenName(browser.name),
    tags: html`<p class="facts" data-own hidden><span class="tag good">${words.here}</span></p>`,
    facts: [
      words.since(timeText(browser.createdAt), browser.lastSuccessAt !== undefined && timeText(browser.lastSuccessAt)),
    ],
    acts: html`<form method="post" action="${browser.testAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({ text: words.test, kind: 'plain', about })}</form>
<form method="post" action="${browser.removeAction}" data-remove><input type="hidden" name="csrf" value="${csrf}">${submit({ text: words.remove, kind: 'danger', about })}</form>`,
    browser: browser.id,
  };
};
