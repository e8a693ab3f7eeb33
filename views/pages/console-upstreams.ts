import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleTabs } from '../partials/console-frame.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';

export type ShownUpstream = {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly domains: readonly string[];
  readonly button: boolean;
  readonly create: 'never' | 'always';
  readonly isOn: boolean;
  readonly createdAt: number;
  /** Where `csrf` is POSTed to switch it the other way; absent: the reader may not. */
  readonly switchAction?: string;
};

export type UpstreamsModel = ConsoleFrame & {
  readonly upstreams: readonly ShownUpstream[];
  readonly redirectUri: string;
  /** Whether people may sign in with a password. */
  readonly isPasswordOn: boolean;
};

export const upstreamsPage = (model: UpstreamsModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    title: 'Where people sign in',
    width: 'wide',
    body: html`<div class="page-head"><h1>Where people sign in</h1>
<p class="lead">${model.isPasswordOn ? 'Here with a password or a passkey, and at these providers.' : 'Here with a passkey, and at these providers. Passwords are switched off.'}</p>
${consoleTabs(model, 'sign-in')}</div>
${model.upstreams.length === 0 && html`<p class="empty">There is no other provider. Add one with <code>behalf upstreams create</code>; to be registered there: <code>${model.redirectUri}</code></p>`}
${model.upstreams.map((one) => shown(one, model.csrf))}
${model.upstreams.length > 0 && html`<p class="hint">To be registered at each of them: <code>${model.redirectUri}</code></p>`}`,
  });

const shown = (one: ShownUpstream, csrf: string): Html => html`<article class="card">
<div class="row"><div class="agent"><h2>${chosenName(one.name)}</h2>
<p class="facts"><span class="tag ${one.isOn ? 'good' : 'off'}">${one.isOn ? 'On' : 'Off'}</span></p></div>
${
  one.switchAction !== undefined &&
  html`<form method="post" action="${one.switchAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
    text: one.isOn ? 'Switch off' : 'Switch on',
    kind: one.isOn ? 'danger' : 'plain',
    about: plainText(one.name, 60),
  })}</form>`
}</div>
<dl class="facts">
<div><dt>Issuer</dt><dd>${isolated(one.issuer, 300)}</dd></div>
<div><dt>Leads there</dt><dd>${one.button ? 'A button' : 'No button'}${one.domains.length > 0 && html`; addresses at ${isolated(one.domains.join(', '), 300)}`}</dd></div>
<div><dt>New people</dt><dd>${one.create === 'always' ? 'Get an account' : 'Get none'}</dd></div>
<div><dt>Added</dt><dd>${timeText(one.createdAt)}</dd></div>
<div><dt>Id</dt><dd><code>${plainText(one.id, 64)}</code></dd></div>
</dl></article>`;
