/** Pages about one action on several chosen objects of a list: what will happen, and what happened. */
import { type Html, html, type Phrase } from '../html.ts';
import { layout } from '../layout.ts';
import { bulkWords } from '../words/console-bulk.ts';
import { type ConsoleFrame, type ConsolePlace, consoleNavigation } from './console-frame.ts';

/** What happened to one object. */
export type BulkOutcome = keyof typeof bulkWords.outcomes;

/** Colour of the tag of each outcome. */
export const OUTCOME_LOOKS: Readonly<Record<BulkOutcome, string>> = {
  done: 'good',
  unchanged: 'still',
  refused: 'off',
};

type Heading = { readonly place: ConsolePlace; readonly title: Phrase; readonly heading: Phrase };

export const bulkPage = (frame: ConsoleFrame, { place, title, heading }: Heading, body: Html): Html =>
  layout({
    frame,
    side: consoleNavigation(frame, place, false),
    style: 'agents.css',
    title,
    width: 'wide',
    body: html`<div class="page-head"><h1>${heading}</h1></div>
${body}`,
  });

/** The page after the action, with the number of each outcome. The table is labelled by `chosen`. */
export const bulkOutcomePage = (
  frame: ConsoleFrame,
  {
    outcomes,
    chosen,
    table,
    backHref,
    back,
    ...heading
  }: Heading & {
    /** Of each object; undefined does not count. */
    readonly outcomes: readonly (string | undefined)[];
    readonly chosen: Phrase;
    readonly table: Html;
    readonly backHref: string;
    readonly back: Phrase;
  },
): Html => {
  const countOf = (outcome: BulkOutcome): number => outcomes.filter((one) => one === outcome).length;
  const count = { done: countOf('done'), unchanged: countOf('unchanged'), refused: countOf('refused') };
  const flash = { kind: count.refused > 0 ? 'warning' : 'success', text: bulkWords.resultCount(count) } as const;
  return bulkPage(
    { ...frame, flash },
    heading,
    html`<section aria-labelledby="chosen"><h2 id="chosen">${chosen}</h2>
${table}</section>
<p><a href="${backHref}">${back}</a></p>`,
  );
};
