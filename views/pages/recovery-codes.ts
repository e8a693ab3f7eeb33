import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { copyButton } from '../partials/copy-button.ts';
import { copyWords } from '../words/copy.ts';
import { recoveryWords as words } from '../words/factors.ts';

export type RecoveryCodesModel = PageFrame & {
  readonly codes: readonly string[];
  /** The user got the codes with their first factor. */
  readonly isFirst: boolean;
  readonly nextHref: string;
};

export const recoveryCodesPage = (model: RecoveryCodesModel): Html =>
  layout({
    frame: model,
    style: 'security.css',
    script: 'copy.js',
    title: words.title,
    body: html`<section class="card"><h1>${words.keepThem}</h1>
${model.isFirst && html`<div class="flash success" role="status">${words.wasAdded}</div>`}
<p class="lead">${words.shownOnce}${!model.isFirst && html` ${words.oldOnesAreOver}`}</p>
<div class="kept"><ul class="codes" aria-label="${words.title}">${model.codes.map((code) => html`<li><code class="key">${code}</code></li>`)}</ul>
<div class="keeping"><span class="copied said">${copyButton(model.codes.join('\n'), copyWords.codes)}</span>
<button type="button" class="button plain" data-download="${words.file}">${words.download}</button>
<button type="button" class="button plain" data-print>${words.print}</button></div></div>
<div class="actions"><a class="button primary whole-width" href="${model.nextHref}">${words.kept}</a></div>
</section>`,
  });
