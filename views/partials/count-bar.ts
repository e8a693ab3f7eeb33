import { type Html, type HtmlValue, html, type Phrase } from '../html.ts';
import { numberPhrase } from '../time-text.ts';

export type Count = {
  /** What the part counts; also the class that colours it. */
  readonly name: string;
  readonly count: number;
  /** The list of the counted objects. */
  readonly href: string;
};

const WIDTH = 400;
/** The gap between two parts, and the minimum width of a part, so that one of a thousand is visible. */
const GAP = 3;
const LEAST = 5;

/** Counts as one bar, in which each has its share, and as links for users who do not see the bar. */
export const countBar = (
  title: HtmlValue,
  id: string,
  counts: readonly Count[],
  words: Readonly<Record<string, Phrase>>,
): Html => {
  const shown = counts.filter(({ count }) => count > 0);
  const total = shown.reduce((sum, { count }) => sum + count, 0);
  return html`<div class="counts"><h3 id="${id}">${title}</h3>
${total > 0 && drawing(shown, total)}
<ul aria-labelledby="${id}">${counts.map(
    ({ name, count, href }) =>
      html`<li class="${count === 0 && 'none'}"><a href="${href}"><span class="dot ${name}"></span>${numberPhrase(count)} ${words[name]}</a></li>`,
  )}</ul></div>`;
};

/** For sighted readers with a pointer only: the numbers below it are the same links. */
const drawing = (shown: readonly Count[], total: number): Html => {
  const free = WIDTH - GAP * (shown.length - 1) - LEAST * shown.length;
  let x = 0;
  const parts = shown.map(({ name, count, href }) => {
    const width = LEAST + (free * count) / total;
    const part = html`<a href="${href}" tabindex="-1"><rect class="${name}" x="${x.toFixed(1)}" y="0" width="${width.toFixed(1)}" height="10" rx="2"></rect></a>`;
    x += width + GAP;
    return part;
  });
  return html`<svg aria-hidden="true" viewbox="0 0 ${WIDTH} 10" preserveaspectratio="none">${parts}</svg>`;
};
