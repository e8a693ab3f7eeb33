import { plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { icon } from '../partials/icon.ts';
import { riskBadge } from '../partials/scope-list.ts';
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

/** What a consent looks like. A picture: nothing of it can be pressed, and the text beside it says the same. */
const picture = html`<div class="card picture" aria-hidden="true"><p class="headline">${words.still.asks}</p>
<ul><li><span class="box on">✓</span>${words.still.read}${riskBadge('low')}</li><li><span class="box"></span>${words.still.book}${riskBadge('high')}</li></ul>
<p><span class="button plain answer">${words.still.deny}</span><span class="button primary answer">${words.still.allow}</span></p></div>`;

export const homePage = (model: HomeModel): Html =>
  layout({
    frame: model,
    title: words.start,
    style: 'home.css',
    width: 'wide',
    body: html`<section class="hero"><div><h1>${words.headline}</h1>
<p class="lead">${words.lead}</p>
<p class="actions"><a class="button primary" href="${model.basePath}/account">${model.signedInAs ? layoutWords.account : layoutWords.signIn}</a></p></div>
${picture}</section>
<section><h2>${words.howItWorks}</h2>
<ol class="links steps">
<li>${icon('eye')}<strong>${words.seeWhoAsks}</strong><span>${words.seeWhoAsksMore}</span></li>
<li>${icon('sliders')}<strong>${words.narrowIt}</strong><span>${words.narrowItMore}</span></li>
<li>${icon('stop')}<strong>${words.endIt}</strong><span>${words.endItMore}</span></li>
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
