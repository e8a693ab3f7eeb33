import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { consentWords } from '../words/consent.ts';
import { deviceWords as words } from '../words/device.ts';

/** The form POSTs `xsrf` and `user_code` to `action` (RFC 8628 §3.3). */
export type DeviceCodeModel = PageFrame & {
  readonly action: string;
  readonly xsrf: string;
  readonly userCode?: string;
  readonly error?: keyof typeof words.errors;
  readonly charset: 'base-20' | 'digits';
};

export const deviceCodePage = (model: DeviceCodeModel): Html =>
  layout({
    frame: model,
    title: words.connect,
    bare: true,
    body: html`<section class="card">
<h1>${words.connect}</h1>
<p class="lead">${words.enterCode}</p>
<form method="post" action="${model.action}">
<input type="hidden" name="xsrf" value="${model.xsrf}">
${field({
  name: 'user_code',
  label: words.code,
  autocomplete: 'off',
  maxLength: 32,
  code: true,
  autofocus: true,
  inputMode: model.charset === 'digits' ? 'numeric' : 'text',
  ...(model.userCode === undefined ? {} : { value: model.userCode }),
  ...(model.error === undefined ? {} : { error: words.errors[model.error] }),
})}
<div class="actions">${submit({ text: words.continue })}</div>
</form>
</section>`,
  });

/** The form POSTs `xsrf`, `user_code` and either `confirm=yes` or `abort=yes` to `action`. */
export type DeviceConfirmModel = PageFrame & {
  readonly action: string;
  readonly xsrf: string;
  /** As the person typed it; returned with the form. */
  readonly userCode: string;
  /** As the device shows it. */
  readonly displayCode: string;
  readonly client: {
    readonly name: string;
    readonly kind: 'agent' | 'client';
    readonly ownerName?: string;
    readonly host?: string;
  };
  /** Network of the device, as far as known. */
  readonly device?: {
    readonly address?: string;
    readonly software?: string;
    /** Epoch seconds. */
    readonly askedAt?: number;
  };
};

export const deviceConfirmPage = (model: DeviceConfirmModel): Html =>
  layout({
    frame: model,
    title: words.check,
    bare: true,
    body: html`<section class="card consent">
<h1>${words.sameCode}</h1>
<p class="destination"><span class="caption">${words.codeOnDevice}</span> <strong class="big code">${plainText(model.displayCode, 32)}</strong></p>
<dl class="facts">
<div><dt>${model.client.kind === 'agent' ? agentWords.agent : agentWords.app}</dt><dd>${chosenName(model.client.name)}</dd></div>
${model.client.host !== undefined && html`<div><dt>${words.site}</dt><dd>${words.unchecked(html`<strong>${plainText(model.client.host, 255)}</strong>`)}</dd></div>`}
${model.client.ownerName !== undefined && html`<div><dt>${agentWords.owner}</dt><dd>${isolated(model.client.ownerName)}</dd></div>`}
${model.device?.address !== undefined && html`<div><dt>${words.askedFrom}</dt><dd>${plainText(model.device.address, 60)}</dd></div>`}
${model.device?.askedAt !== undefined && html`<div><dt>${words.askedAt}</dt><dd>${timeText(model.device.askedAt)}</dd></div>`}
${model.device?.software !== undefined && html`<div><dt>${words.callsItself}</dt><dd dir="auto">${words.quoted(plainText(model.device.software, 120))}</dd></div>`}
</dl>
<div class="warnings" role="note" aria-label="${consentWords.beforeYouDecide}"><p><strong>${consentWords.beforeYouDecide}</strong></p><ul><li>${words.inYourHands}</li></ul></div>
<form method="post" action="${model.action}">
<input type="hidden" name="xsrf" value="${model.xsrf}"><input type="hidden" name="user_code" value="${model.userCode}">
<div class="decide">
${submit({ text: consentWords.deny, kind: 'strong', name: 'abort', value: 'yes' })}
${submit({ text: words.isSame, kind: 'primary', name: 'confirm', value: 'yes' })}
</div>
</form>
</section>`,
  });

export type DeviceDoneModel = PageFrame & { readonly clientName?: string };

export const deviceDonePage = (model: DeviceDoneModel): Html =>
  layout({
    frame: model,
    title: words.connected,
    body: html`<section class="card"><h1>${words.yourDeviceIsConnected}</h1>
<p class="lead">${words.goesOn(model.clientName === undefined ? undefined : chosenName(model.clientName))}</p>
<p>${words.standsUnder(`${model.basePath}/account`)}</p></section>`,
  });
