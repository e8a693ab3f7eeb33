import { type Html, html, type Phrase } from '../html.ts';
import { registerWords } from '../words/registries.ts';
import { submit } from './submit.ts';

/** The buttons at the end of a form with sections, which stay in view. The page needs sections.css. */
export const formFoot = (button: Phrase, cancelHref: string): Html =>
  html`<div class="actions foot">${submit({ text: button })} <a class="button plain" href="${cancelHref}">${registerWords.cancel}</a></div>`;
