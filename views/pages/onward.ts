import { chosenName } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';

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
    title: model.kind === 'there' ? 'Signing in' : 'Signed in',
    bare: true,
    body: html`<section class="card"><h1>${
      model.kind === 'there' ? html`On to ${chosenName(model.provider)}` : html`Back from ${chosenName(model.provider)}`
    }</h1>
<p class="lead">${model.kind === 'there' ? 'You sign in there, and come back here.' : 'You are signed in there. One moment.'}</p>
<p><a class="button primary" href="${model.href}">Continue</a></p></section>`,
  });
