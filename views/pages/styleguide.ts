/** The parts of pages, for their developers; served in development only. */
import { assetByPath, assets } from '../assets.ts';
import { type Html, html } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { styleTokens } from '../style-tokens.ts';
import { styleguideSamples as samples, styleguideWords as words } from '../words/styleguide.ts';
import { styleguideParts } from './styleguide-parts.ts';

export const SCHEMES = ['auto', 'light', 'dark'] as const;

export type StyleguideModel = ConsoleFrame & { readonly scheme: (typeof SCHEMES)[number] };

const { planner } = samples;

export const styleguidePage = (model: StyleguideModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: ['decisions.css', 'approvals.css', 'policy.css', 'security.css', 'charts.css', 'styleguide.css'],
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<nav class="segments" aria-label="${words.schemes}">${SCHEMES.map(
      (scheme) =>
        html`<a href="${model.basePath}/console/styleguide?scheme=${scheme}"${scheme === model.scheme && html` aria-current="true"`}>${words.scheme[scheme]}</a>`,
    )}</nav></div>
<p class="downloads">${Object.keys(styleguideParts()).map(
      (name) => html`<a href="#part-${name}">${name}</a> `,
    )}<a href="#colours">${words.colours}</a></p>
<div class="scheme-${model.scheme}">
<section aria-labelledby="type"><h2 id="type">${words.type}</h2><div class="card">${type}</div></section>
<section aria-labelledby="parts"><h2 id="parts">${words.parts}</h2>
<div class="parts">${Object.entries(styleguideParts()).map(
      ([name, states]) =>
        html`<section aria-labelledby="part-${name}"><h3 id="part-${name}"><code>${name}</code></h3><div class="states">${states.map((state) => html`<div class="state">${state}</div>`)}</div></section>`,
    )}</div></section></div>
<section aria-labelledby="colours"><h2 id="colours">${words.colours}</h2>${swatches('light')}${swatches('dark')}</section>`,
  });

const swatches = (scheme: 'light' | 'dark'): Html => {
  const style = assetByPath(assets('').href('style.css'))?.body.toString() ?? '';
  return html`<div class="scheme-${scheme}"><h3>${words.scheme[scheme]}</h3><ul class="swatches">${styleTokens(
    style,
  ).map(
    (token) =>
      html`<li><svg aria-hidden="true" viewbox="0 0 8 2" preserveaspectratio="none"><path fill="${token[scheme]}" d="M0 0h8v2H0z"></path></svg><code>${token.name}</code><code>${token[scheme]}</code></li>`,
  )}</ul></div>`;
};

const type = html`<p class="big">${words.sample}</p>
<h2>${words.sample}</h2><h3>${words.sample}</h3><h4>${words.sample}</h4>
<p class="lead">${words.running}</p><p>${words.running}</p><p class="hint">${words.running}</p>
<p><code>${planner.id}</code></p><div class="big code">${samples.code}</div><p class="empty">${words.running}</p>`;
