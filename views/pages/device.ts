import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';

/** The form POSTs `xsrf` and `user_code` to `action` (RFC 8628 §3.3). */
export type DeviceCodeModel = PageFrame & {
  readonly action: string;
  readonly xsrf: string;
  readonly userCode?: string;
  readonly error?: 'incorrect' | 'aborted' | 'too_many_attempts' | 'failed';
  readonly charset: 'base-20' | 'digits';
};

const ERRORS = {
  incorrect: 'That code is not known or is no longer valid. Check what your device shows and try again.',
  aborted: 'The request was denied. Your device was not given access.',
  too_many_attempts: 'Too many codes were tried. Wait a few minutes and try again.',
  failed: 'Something went wrong. Start again on your device.',
} as const;

export const deviceCodePage = (model: DeviceCodeModel): Html =>
  layout({
    frame: model,
    title: 'Connect a device',
    bare: true,
    body: html`<section class="card">
<h1>Connect a device</h1>
<p class="lead">Enter the code that your device shows. Only do this if you started it yourself.</p>
<form method="post" action="${model.action}">
<input type="hidden" name="xsrf" value="${model.xsrf}">
${field({
  name: 'user_code',
  label: 'Code',
  autocomplete: 'off',
  maxLength: 32,
  code: true,
  autofocus: true,
  inputMode: model.charset === 'digits' ? 'numeric' : 'text',
  ...(model.userCode === undefined ? {} : { value: model.userCode }),
  ...(model.error === undefined ? {} : { error: ERRORS[model.error] }),
})}
<div class="actions">${submit({ text: 'Continue' })}</div>
</form>
</section>`,
  });

/** The form POSTs `xsrf`, `user_code` and either `confirm=yes` or `abort=yes` to `action`. */
export type DeviceConfirmModel = PageFrame & {
  readonly action: string;
  readonly xsrf: string;
  /** As it was typed; goes back with the form. */
  readonly userCode: string;
  /** As the device shows it. */
  readonly displayCode: string;
  readonly client: {
    readonly name: string;
    readonly kind: 'agent' | 'client';
    readonly ownerName?: string;
    readonly host?: string;
  };
  /** Where the device asked from, as far as known. */
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
    title: 'Check the code',
    bare: true,
    body: html`<section class="card consent">
<h1>Does your device show this code?</h1>
<p class="destination"><span class="caption">Code on your device</span> <strong class="big code">${plainText(model.displayCode, 32)}</strong></p>
<dl class="facts">
<div><dt>${model.client.kind === 'agent' ? 'Agent' : 'App'}</dt><dd>${chosenName(model.client.name)}</dd></div>
${model.client.host !== undefined && html`<div><dt>Site that stands for it</dt><dd><strong>${plainText(model.client.host, 255)}</strong>; nobody here has checked it</dd></div>`}
${model.client.ownerName !== undefined && html`<div><dt>Owner</dt><dd>${isolated(model.client.ownerName)}</dd></div>`}
${model.device?.address !== undefined && html`<div><dt>Asked from</dt><dd>${plainText(model.device.address, 60)}</dd></div>`}
${model.device?.askedAt !== undefined && html`<div><dt>Asked at</dt><dd>${timeText(model.device.askedAt)}</dd></div>`}
${model.device?.software !== undefined && html`<div><dt>It calls itself</dt><dd dir="auto">“${plainText(model.device.software, 120)}”</dd></div>`}
</dl>
<div class="warnings" role="note" aria-label="Before you decide"><p><strong>Before you decide</strong></p><ul><li>Only continue if you started this yourself, on a device in your hands. If somebody sent you this code, deny.</li></ul></div>
<form method="post" action="${model.action}">
<input type="hidden" name="xsrf" value="${model.xsrf}"><input type="hidden" name="user_code" value="${model.userCode}">
<div class="decide">
${submit({ text: 'Deny', kind: 'strong', name: 'abort', value: 'yes' })}
${submit({ text: 'The code is the same', kind: 'primary', name: 'confirm', value: 'yes' })}
</div>
</form>
</section>`,
  });

export type DeviceDoneModel = PageFrame & { readonly clientName?: string };

export const deviceDonePage = (model: DeviceDoneModel): Html =>
  layout({
    frame: model,
    title: 'Device connected',
    body: html`<section class="card"><h1>Your device is connected</h1>
<p class="lead">${model.clientName === undefined ? 'It' : chosenName(model.clientName)} goes on by itself in a moment. You can close this page.</p>
<p>What you allowed stands under <a href="${model.basePath}/account">My account</a>, where you can end it.</p></section>`,
  });
