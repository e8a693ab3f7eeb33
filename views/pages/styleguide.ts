/** The parts of pages, for their developers; served in development only. */
import { assetByPath, assets } from '../assets.ts';
import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { type ConsoleFrame, consoleNavigation } from '../partials/console-frame.ts';
import { styleTokens } from '../style-tokens.ts';
import { styleguideSamples as samples, styleguideWords as words } from '../words/styleguide.ts';
import { styleguideCaptions } from '../words/styleguide-captions.ts';
import { styleguideGroups } from './styleguide-parts.ts';

export const SCHEMES = ['auto', 'light', 'dark'] as const;

export type StyleguideModel = ConsoleFrame & { readonly scheme: (typeof SCHEMES)[number] };

const { planner } = samples;

export const styleguidePage = (model: StyleguideModel): Html =>
  layout({
    frame: model,
    style: 'agents.css',
    alsoStyle: [
      'account.css',
      'decisions.css',
      'approvals.css',
      'policy.css',
      'security.css',
      'charts.css',
      'sections.css',
      'styleguide.css',
    ],
    title: words.title,
    width: 'wide',
    side: consoleNavigation(model),
    body: html`<div class="page-head"><h1>${words.title}</h1>
<p class="lead">${words.lead}</p>
<nav class="segments" aria-label="${words.schemes}">${SCHEMES.map(
      (scheme) =>
        html`<a href="${model.basePath}/console/styleguide?scheme=${scheme}"${scheme === model.scheme && html` aria-current="true"`}>${words.scheme[scheme]}</a>`,
    )}</nav></div>
<details class="card tight"><summary>${words.index}</summary><nav class="index" aria-label="${words.index}">${groups().map(
      ([group, parts]) =>
        html`<div class="card tight"><h2><a href="#group-${group}">${words.groups[group]}</a></h2><p>${Object.keys(
          parts,
        ).map((name) => html`<a href="#part-${name}">${readable(name)}</a> `)}</p></div>`,
    )}<div class="card tight"><h2>${words.basics}</h2><p><a href="#type">${words.type}</a> <a href="#colours">${words.colours}</a></p></div></nav></details>
<div class="scheme-${model.scheme}">
${groups().map(
  ([group, parts]) =>
    html`<section aria-labelledby="group-${group}"><h2 id="group-${group}">${words.groups[group]}</h2>
<div class="parts">${Object.entries(parts).map(
      ([name, states]) =>
        html`<section aria-labelledby="part-${name}"><h3 id="part-${name}">${readable(name)}</h3><div class="states">${states.map((state, index) => html`<div class="state">${captionOf(name, index)}${state}</div>`)}</div></section>`,
    )}</div></section>`,
)}
<section aria-labelledby="type"><h2 id="type">${words.type}</h2><div class="card type">${TYPE.map(
      ({ size, use, sample }) =>
        html`<div><p class="hint"><strong>${use}</strong> <span class="line">${size}</span></p><div>${sample}</div></div>`,
    )}</div></section>
</div>
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

/** The parts by their group. */
const groups = (): readonly (readonly [keyof typeof words.groups, Readonly<Record<string, readonly HtmlValue[]>>])[] =>
  Object.entries(styleguideGroups()) as never;

/** The name of a variant and when to use it; a part with one variant needs none. */
const captionOf = (part: string, index: number): Html | undefined => {
  const caption = Object.hasOwn(styleguideCaptions, part) ? styleguideCaptions[part]?.[index] : undefined;
  return caption && html`<p class="caption"><strong>${caption.name}</strong> ${caption.use}</p>`;
};

/** The name of a part for readers: `scopeChoices` is `Scope choices`. */
const readable = (name: string): Phrase | string => {
  if (Object.hasOwn(words.partNames, name)) return words.partNames[name as keyof typeof words.partNames];
  const text = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
};

/** Each style of text: its size in the console, what it is for, and a sample. */
const TYPE: readonly { readonly size: string; readonly use: Phrase; readonly sample: Html }[] = [
  { size: '1.65–2.25 rem, 700', use: words.uses.big, sample: html`<p class="big">${words.samples.amount}</p>` },
  { size: '1.5 rem, 700', use: words.uses.title, sample: html`<p class="like-h1">${words.sample}</p>` },
  { size: '1.1 rem, 700', use: words.uses.section, sample: html`<h3 class="like-h2">${words.samples.section}</h3>` },
  { size: '1 rem, 700', use: words.uses.part, sample: html`<h4>${words.samples.part}</h4>` },
  { size: '0.94 rem', use: words.uses.lead, sample: html`<p class="lead">${words.samples.lead}</p>` },
  { size: '0.94 rem', use: words.uses.text, sample: html`<p>${words.running}</p>` },
  { size: '0.9 rem', use: words.uses.hint, sample: html`<p class="hint">${words.samples.hint}</p>` },
  { size: '0.85 em', use: words.uses.code, sample: html`<p><code>${planner.id}</code></p>` },
  { size: '1.65–2.25 rem', use: words.uses.bigCode, sample: html`<div class="big code">${samples.code}</div>` },
  { size: '0.94 rem', use: words.uses.empty, sample: html`<p class="empty">${words.samples.empty}</p>` },
];
