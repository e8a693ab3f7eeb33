import { isolated, plainText } from '../agent-text.ts';
import { type Html, html } from '../html.ts';
import type { ConsoleFrame } from '../partials/console-frame.ts';
import { confirmPage, factList } from '../partials/console-list.ts';
import type { TypedConfirmation } from '../partials/typed-confirmation.ts';
import { secondText } from '../time-text.ts';
import { eventPhrase } from '../words/audit-events.ts';
import { auditEventWords as words } from '../words/console-audit-event.ts';

export type ErasureModel = {
  readonly type: string;
  /** Epoch seconds. */
  readonly at: number;
  /** Name of the personal value, and the value. */
  readonly name: string;
  readonly text: string;
  readonly action: string;
  readonly cancelHref: string;
  readonly typed: TypedConfirmation;
};

/** Characters of the value on the page. */
const MOST = 400;

/** The form POSTs `csrf`, `value` and `confirm`. */
export const eraseValuePage = (frame: ConsoleFrame, { type, at, name, text, typed, ...links }: ErasureModel): Html =>
  confirmPage(frame, {
    ...{ place: 'auditLog', title: words.erase, question: words.eraseAsked, lead: words.eraseLead, isNarrow: true },
    more: factList([
      [words.title, html`${eventPhrase(type)}, ${secondText(at)}`],
      [words.value, html`<code>${plainText(name, 40)}</code>`],
      [words.content, isolated(text, MOST)],
    ]),
    fields: html`<input type="hidden" name="value" value="${plainText(name, 40)}">`,
    ...{ typed, button: words.erase, ...links },
  });
