import { anyText, chosenName, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { accountNavigation } from '../partials/account-frame.ts';
import { field } from '../partials/field.ts';
import { type Item, itemList } from '../partials/item-list.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { notificationsWords as words } from '../words/notifications.ts';

export type NotificationsModel = PageFrame & {
  readonly csrf: string;
  /** The page itself: the form POSTs `csrf`, `name`, `key` and the browser's subscription to it. */
  readonly path: string;
  /** Our public key, base64url. A browser accepts only messages that its private key signed. */
  readonly key: string;
  readonly worker: { readonly href: string; readonly scope: string };
  readonly browsers: readonly ShownBrowser[];
  /** The account has the maximum number of browsers. */
  readonly isFull: boolean;
  /** Whether the server also sends mails to the person's address. */
  readonly isMailed: boolean;
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

/** The browsers in which a person gets notifications. push.js turns them on. */
export const notificationsPage = (model: NotificationsModel): Html =>
  layout({
    frame: model,
    title: words.title,
    side: accountNavigation(model, 'notifications'),
    style: 'account.css',
    alsoStyle: 'security.css',
    script: 'push.js',
    width: 'wide',
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p></div>
<section aria-labelledby="here" data-push-here data-key="${model.key}" data-scope="${model.worker.scope}"><h2 id="here">${words.here}</h2>
${model.isFull ? html`<p class="empty">${words.isFull}</p>` : turningOn(model)}
<p class="empty" data-push-on hidden>${words.isOn}</p>
<p class="flash" data-without-push>${words.needsScript}${model.isMailed && html` ${words.byMail}`}</p></section>
<section aria-labelledby="browsers" data-push-list><h2 id="browsers">${words.list}</h2>
${model.browsers.length === 0 ? html`<p class="empty">${words.none}</p>` : itemList(model.browsers.map((one) => shown(one, model.csrf)))}</section>
${kinds(model)}`,
  });

const turningOn = (model: NotificationsModel): Html =>
  html`${model.error !== undefined && model.error.field === undefined && html`<div class="flash error" role="alert">${anyText(model.error.text, 300)}</div>`}
<form method="post" action="${model.path}" class="card naming" data-push data-worker="${model.worker.href}" data-denied="${words.denied}" data-failed="${words.failed}" hidden>
<input type="hidden" name="csrf" value="${model.csrf}"><input type="hidden" name="key" value="${model.key}">
<input type="hidden" name="endpoint" value=""><input type="hidden" name="p256dh" value=""><input type="hidden" name="auth" value="">
${field({
  name: 'name',
  label: words.name,
  hint: words.nameHint,
  value: model.name,
  autocomplete: 'off',
  maxLength: 60,
  ...(model.error?.field === 'name' ? { error: model.error.text } : {}),
})}
<div class="actions">${submit({ text: words.turnOn, kind: 'primary' })}</div>
<p class="error" role="alert" data-message></p>
</form>`;

/** What a message is about, and that it goes to every browser of the list. */
const kinds = ({ isMailed }: NotificationsModel): Html =>
  html`<section aria-labelledby="kinds"><h2 id="kinds">${words.kinds}</h2>
<p><strong>${words.ofApprovals}.</strong> ${words.ofApprovalsMore}</p>
<p><strong>${words.ofSignIn}.</strong> ${words.ofSignInMore}</p>
<p><strong>${words.ofAgents}.</strong> ${words.ofAgentsMore}</p>
<p class="hint">${words.allOfThem}${isMailed && html` ${words.byMail}`}</p></section>`;

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
