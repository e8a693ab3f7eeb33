import { chosenName } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import { layout, type PageFrame } from '../layout.ts';
import { onwardWords as words } from '../words/upstream.ts';

/**
 * The redirect to a provider, to sign in or out there, and back. It has its own page: the policy of the form before would
 * apply to an HTTP redirect (form-action).
 */
export type OnwardModel = PageFrame & {
  readonly kind: 'there' | 'back' | 'out';
  /** Name of the provider. */
  readonly provider: string;
  /** Target to which the browser goes at once: the sender of the page sets the header `Refresh`. */
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
