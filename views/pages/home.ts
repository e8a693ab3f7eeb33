import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';

export type HomeModel = PageFrame & {
  readonly issuer: string;
  /** Absolute or with basePath. */
  readonly links: {
    readonly openidConfiguration: string;
    readonly oauthMetadata: string;
    readonly openApi: string;
    readonly documentation?: string;
  };
};

export const homePage = (model: HomeModel): Html =>
  layout({
    frame: model,
    title: 'Start',
    width: 'wide',
    body: html`<section class="hero"><h1>Agents act on your behalf. You stay in charge.</h1>
<p class="lead">This server signs people in, lets them allow agents a narrow piece of what they may do themselves, and ends it the moment they say so.</p>
<p class="actions"><a class="button primary" href="${model.basePath}/account">${model.signedInAs ? 'My account' : 'Sign in'}</a></p></section>
<section><h2>How it works</h2>
<ol class="links steps">
<li><strong>You see who asks</strong><span>The agent, the person who answers for it, and the address your answer goes to.</span></li>
<li><strong>You narrow it</strong><span>Switch off single permissions, shorten the time, and choose whether it may be passed on.</span></li>
<li><strong>You end it</strong><span>One click under My account ends an agent’s access, and that of every agent below it.</span></li>
</ol></section>
<section><h2>For people who build</h2>
<ul class="links">
<li><a href="${model.links.openidConfiguration}">OpenID discovery</a><span>Endpoints and abilities for apps</span></li>
<li><a href="${model.links.oauthMetadata}">OAuth server metadata</a><span>The same for agents and OAuth libraries</span></li>
<li><a href="${model.links.openApi}">Management API</a><span>OpenAPI 3.1 description</span></li>
${model.links.documentation !== undefined && html`<li><a href="${model.links.documentation}">Documentation</a><span>Guides and reference</span></li>`}
</ul>
<p class="hint">Issuer <code>${plainText(model.issuer, 255)}</code></p></section>`,
  });
