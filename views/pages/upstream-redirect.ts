import { chosenName } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { onwardWords as words } from '../words/upstream.ts';

/**
 * The redirect to a provider, to sign in or out there, and back. A page of its own: HTTP redirects would be held to the policy
 * of the form before (form-action).
 */
export type OnwardModel = PageFrame & {
  readonly kind: 'there' | 'back' | 'out';
  /** Of the provider. */
  readonly provider: string;
  /** Where the browser goes at once: the sender of the page says so in the header `Refresh`. */
  readonly href: string;
};

const WORDS = {
  there: { title: words.signingIn, heading: words.onTo, text: words.signInThere },
  back: { title: words.signedIn, heading: words.backFrom, text: words.signedInThere },
  out: { title: words.signingOut, heading: words.onTo, text: words.signOutThere },
} as const;

export const onwardPage = ({ kind, ...model }: OnwardModel): Html =>
  layout({
    frame: model,
    title: WORDS[kind].title,
    bare: true,
    body: html`<section class="card"><h1>${WORDS[kind].heading(chosenName(model.provider))}</h1>
<p class="lead">${WORDS[kind].text}</p>
<p><a class="button primary" href="${model.href}">${words.continue}</a></p></section>`,
  });
