import { chosenName } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { onwardWords as words } from '../words/upstream.ts';

/** The way to a provider, and back. A page of its own: redirects would be held to the policy of the form before (form-action). */
export type OnwardModel = PageFrame & {
  readonly kind: 'there' | 'back';
  /** Of the provider. */
  readonly provider: string;
  /** Where the browser goes at once: whoever sends the page says so in the header `Refresh`. */
  readonly href: string;
};

export const onwardPage = (model: OnwardModel): Html =>
  layout({
    frame: model,
    title: model.kind === 'there' ? words.signingIn : words.signedIn,
    bare: true,
    body: html`<section class="card"><h1>${
      model.kind === 'there' ? words.onTo(chosenName(model.provider)) : words.backFrom(chosenName(model.provider))
    }</h1>
<p class="lead">${model.kind === 'there' ? words.signInThere : words.signedInThere}</p>
<p><a class="button primary" href="${model.href}">${words.continue}</a></p></section>`,
  });
