import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';

export type RecoveryCodesModel = PageFrame & {
  readonly codes: readonly string[];
  /** They came with the first factor. */
  readonly isFirst: boolean;
  readonly nextHref: string;
};

export const recoveryCodesPage = (model: RecoveryCodesModel): Html =>
  layout({
    frame: model,
    style: 'security.css',
    title: 'Recovery codes',
    body: html`<section class="card"><h1>Keep these recovery codes</h1>
${model.isFirst && html`<div class="flash success" role="status">It was added. The next sign-in asks for it.</div>`}
<p class="lead">They are shown only now. Print them, or copy them to where you keep passwords. Each lets you in once, in place of a second factor that you lost.${!model.isFirst && ' Those from before are over.'}</p>
<ul class="codes" aria-label="Recovery codes">${model.codes.map((code) => html`<li><code class="key">${code}</code></li>`)}</ul>
<div class="actions"><a class="button primary" href="${model.nextHref}">I have kept them</a></div>
</section>`,
  });
