import { anyText, plainText } from '../agent-text.ts';
import { type Html, html, type Text } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { errorWords as words } from '../words/error.ts';

/** A `text` that is no phrase may repeat input of another party. The page shows it cut and escaped. */
export type ErrorModel = PageFrame & {
  /** Ours, e.g. `Something went wrong`. */
  readonly title: Text;
  readonly text: Text;
  /** For the developer of the client that sent the user here. */
  readonly detail?: string;
  /** OAuth error or DomainError code. */
  readonly code?: string;
  readonly requestId?: string;
  /** Where to continue; default: the start page. */
  readonly onwards?: { readonly href: string; readonly text: Text };
  /** The navigation of the area in which the error occurred. */
  readonly side?: Html;
};

export const errorPage = (model: ErrorModel): Html =>
  layout({
    frame: model,
    title: model.title,
    ...(model.side ? { side: model.side, style: 'agents.css' as const } : {}),
    body: html`<section class="card"><h1>${anyText(model.title, 80)}</h1>
<p class="lead" dir="auto">${anyText(model.text, 400)}</p>
<p class="actions">${model.onwards ? html`<a class="button primary" href="${model.onwards.href}">${model.onwards.text}</a>` : html`<a class="button primary" href="${model.basePath}/">${words.back}</a>`}</p>
${(model.code ?? model.detail ?? model.requestId) !== undefined && details(model)}</section>`,
  });

const details = (
  model: ErrorModel,
): Html => html`<details><summary>${words.forSupport}</summary><dl class="facts small">
${model.code !== undefined && html`<div><dt>${words.error}</dt><dd><code>${plainText(model.code, 80)}</code></dd></div>`}
${model.detail !== undefined && html`<div><dt>${words.detail}</dt><dd dir="auto">${plainText(model.detail, 400)}</dd></div>`}
${model.requestId !== undefined && html`<div><dt>${words.request}</dt><dd><code>${plainText(model.requestId, 80)}</code></dd></div>`}
</dl></details>`;
