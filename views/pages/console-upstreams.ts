import { chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { submit } from '../partials/submit.ts';
import { timeText } from '../time-text.ts';
import { upstreamsWords as words } from '../words/console-upstreams.ts';

export type ShownUpstream = {
  readonly id: string;
  readonly name: string;
  readonly issuer: string;
  readonly domains: readonly string[];
  readonly button: boolean;
  readonly create: 'never' | 'always';
  readonly isOn: boolean;
  readonly createdAt: number;
  /** POSTs `csrf` there to switch it to the other state; absent: not permitted to the viewer. */
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
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model, 'sign-in'),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${model.isPasswordOn ? words.withPasswords : words.withoutPasswords}</p>
${model.upstreams.length > 0 && html`<p class="hint">${words.toRegister(model.redirectUri)}</p>`}</div>
${model.upstreams.length === 0 && html`<p class="empty">${words.none(model.redirectUri)}</p>`}
${model.upstreams.map((one) => shown(one, model.csrf))}`,
  });

const shown = (one: ShownUpstream, csrf: string): Html => html`<article class="card">
<div class="row"><div class="agent"><h2>${chosenName(one.name)}</h2>
<p class="facts"><span class="tag ${one.isOn ? 'good' : 'off'}">${one.isOn ? words.on : words.off}</span></p></div>
${
  one.switchAction !== undefined &&
  html`<form method="post" action="${one.switchAction}"><input type="hidden" name="csrf" value="${csrf}">${submit({
    text: one.isOn ? words.switchOff : words.switchOn,
    kind: one.isOn ? 'danger' : 'plain',
    about: plainText(one.name, 60),
  })}</form>`
}</div>
<dl class="facts">
<div><dt>${words.issuer}</dt><dd>${isolated(one.issuer, 300)}</dd></div>
<div><dt>${words.leads}</dt><dd>${words.leading(one.button, one.domains.length > 0 && isolated(one.domains.join(', '), 300))}</dd></div>
<div><dt>${words.newPeople}</dt><dd>${one.create === 'always' ? words.getAccount : words.getNone}</dd></div>
<div><dt>${words.added}</dt><dd>${timeText(one.createdAt)}</dd></div>
<div><dt>${words.id}</dt><dd><code>${plainText(one.id, 64)}</code></dd></div>
</dl></article>`;
