import { type Html, html } from '../html.ts';
import { keyMakerWords as words } from '../words/key-maker.ts';

/** A button that makes the key of an agent in the browser, for `agent-keys.js`; without the script it is hidden. */
export const keyMaker: Html = html`<div class="maker" data-key-maker hidden>
<button type="button" class="button plain" aria-describedby="key-maker">${words.make}</button>
<p class="hint" id="key-maker">${words.what}</p>
<p role="status" data-said="${words.done}"></p></div>`;
