import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { homeWords as words } from '../words/home.ts';
import { layoutWords } from '../words/layout.ts';

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
    title: words.start,
    width: 'wide',
    body: html`<section class="hero"><h1>${words.headline}</h1>
<p class="lead">${words.lead}</p>
<p class="actions"><a class="button primary" href="${model.basePath}/account">${model.signedInAs ? layoutWords.account : layoutWords.signIn}</a></p></section>
<section><h2>${words.howItWorks}</h2>
<ol class="links steps">
<li><strong>${words.seeWhoAsks}</strong><span>${words.seeWhoAsksMore}</span></li>
<li><strong>${words.narrowIt}</strong><span>${words.narrowItMore}</span></li>
<li><strong>${words.endIt}</strong><span>${words.endItMore}</span></li>
</ol></section>
<section><h2>${words.forBuilders}</h2>
<ul class="links">
<li><a href="${model.links.openidConfiguration}">${words.discovery}</a><span>${words.discoveryMore}</span></li>
<li><a href="${model.links.oauthMetadata}">${words.metadata}</a><span>${words.metadataMore}</span></li>
<li><a href="${model.links.openApi}">${words.api}</a><span>${words.apiMore}</span></li>
${model.links.documentation !== undefined && html`<li><a href="${model.links.documentation}">${words.documentation}</a><span>${words.documentationMore}</span></li>`}
</ul>
<p class="hint">${words.issuer} <code>${plainText(model.issuer, 255)}</code></p></section>`,
  });
