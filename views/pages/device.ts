import { chosenName, isDeceptiveName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { field } from '../partials/field.ts';
import { submit } from '../partials/submit.ts';
import { foldedWarnings } from '../partials/warnings.ts';
import { timeText } from '../time-text.ts';
import { agentWords } from '../words/agent.ts';
import { consentFactWords, consentHeadings, consentWords } from '../words/consent.ts';
import { deviceWords as words } from '../words/device.ts';

/** The form POSTs `xsrf` and `user_code` to `action` (RFC 8628 §3.3). */
export type DeviceCodeModel = PageFrame & {
  readonly action: string;
  readonly xsrf: string;
  readonly userCode?: string;
  readonly error?: keyof typeof words.errors;
  /** Why the account may not connect the device; goes before `error`. */
  readonly refusal?: Phrase;
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
  sample: model.charset === 'digits' ? '123 456 789' : 'XXXX-XXXX',
  autofocus: true,
  inputMode: model.charset === 'digits' ? 'numeric' : 'text',
  ...(model.userCode === undefined ? {} : { value: model.userCode }),
  ...(model.refusal === undefined ? {} : { error: model.refusal }),
  ...(model.error === undefined || model.refusal !== undefined ? {} : { error: words.errors[model.error] }),
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
    style: 'decisions.css',
    title: words.check,
    bare: true,
    body: html`<section class="card deciding">
<div class="ask-head"><h1 class="headline">${words.wantsToConnect(deviceClient(model))}</h1>
<p class="compare"><span>${words.sameCode}</span> <strong class="code">${plainText(model.displayCode, 32)}</strong></p>
<ul class="asker">${deviceFacts(model).map((fact) => html`<li>${fact}</li>`)}</ul></div>
${foldedWarnings([words.inYourHands])}
<form method="post" action="${model.action}" class="answering">
<input type="hidden" name="xsrf" value="${model.xsrf}"><input type="hidden" name="user_code" value="${model.userCode}">
<div class="decide stay">
${submit({ text: consentWords.deny, kind: 'plain', name: 'abort', value: 'yes' })}
${submit({ text: words.isSame, kind: 'primary', name: 'confirm', value: 'yes' })}
</div>
</form>
</section>`,
  });

/** An app that no administrator registered is named by its host, and so is no name that imitates another one. */
const deviceClient = ({ client }: DeviceConfirmModel): HtmlValue => {
  if (client.host !== undefined) return html`<strong class="host">${plainText(client.host, 255)}</strong>`;
  if (!isDeceptiveName(client.name)) return html`<strong>${chosenName(client.name, 40)}</strong>`;
  return client.kind === 'agent' && client.ownerName !== undefined
    ? consentHeadings.anAgentOf(isolated(client.ownerName, 40))
    : consentHeadings.anApp;
};

const deviceFacts = ({ client, device }: DeviceConfirmModel): readonly HtmlValue[] => [
  ...(client.host !== undefined || isDeceptiveName(client.name)
    ? [html`${consentFactWords.callsItself(chosenName(client.name))}`]
    : []),
  ...(client.host === undefined ? [] : [words.unchecked]),
  ...(client.ownerName === undefined ? [] : [agentWords.ownsIt(isolated(client.ownerName))]),
  ...(device?.address === undefined ? [] : [words.askedFrom(plainText(device.address, 60))]),
  ...(device?.askedAt === undefined ? [] : [words.askedAt(timeText(device.askedAt))]),
  ...(device?.software === undefined
    ? []
    : [words.software(html`<bdi dir="auto">${plainText(device.software, 120)}</bdi>`)]),
];

export type DeviceDoneModel = PageFrame & { readonly clientName?: string };

export const deviceDonePage = (model: DeviceDoneModel): Html =>
  layout({
    frame: model,
    title: words.connected,
    body: html`<section class="card"><h1>${words.yourDeviceIsConnected}</h1>
<p class="lead">${words.goesOn(model.clientName === undefined ? undefined : chosenName(model.clientName))}</p>
<p>${words.standsUnder(`${model.basePath}/account`)}</p></section>`,
  });
