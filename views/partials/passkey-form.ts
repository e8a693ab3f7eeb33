import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import { passkeyWords } from '../words/passkeys.ts';
import { submit } from './submit.ts';

export type PasskeyForm = {
  readonly kind: 'create' | 'get';
  readonly action: string;
  /** For fields outside of it. */
  readonly id?: string;
  /** The request to the browser, as JSON. */
  readonly options: string;
  readonly button: Text;
  readonly look: 'primary' | 'plain';
  /** Further fields. */
  readonly fields: HtmlValue;
  /** The other answer, of the same weight, before the button. */
  readonly otherAnswer?: Html;
  /** After the button, in its row. */
  readonly beside?: Html;
  /** The button stays in view, at the end of the card around the form. */
  readonly isBar?: boolean;
  /** Shown in its place in a browser without passkeys. */
  readonly without?: HtmlValue;
};

/**
 * A form that passkeys.js shows, fills with `credential` and sends. Without that script it stays hidden. Its space is
 * reserved from the beginning, so that nothing moves under the pointer when it appears.
 */
export const passkeyForm = ({ without, ...form }: PasskeyForm): Html =>
  without === undefined
    ? formOf(form)
    : html`<div class="swap${form.otherAnswer && ' stay'}">${formOf(form)}
<div class="without" data-without-passkeys>${without}</div></div>`;

const formOf = ({
  kind,
  action,
  id,
  options,
  button,
  look,
  fields,
  otherAnswer,
  beside,
  isBar = false,
}: Omit<PasskeyForm, 'without'>): Html =>
  html`<form method="post" action="${action}"${id !== undefined && html` id="${id}"`} data-passkey="${kind}" data-options="${options}"${isBar && html` class="flat"`} hidden>
${fields}<input type="hidden" name="credential" value="">
${isBar && message}<div class="${otherAnswer ? 'decide' : 'actions'}${isBar && ' stay'}">${otherAnswer}${submit({ text: button, kind: look })}${beside && html` ${beside}`}</div>
${!isBar && message}</form>`;

const message = html`<p class="error" role="alert" data-message data-exists="${passkeyWords.exists}" data-failed="${passkeyWords.failed}"></p>
`;
