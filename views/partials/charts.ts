/** Charts: inline SVG that complies with a page's policy, and the numbers as text beside it. */
import { type Html, html, type Phrase } from '../html.ts';
import { numberPhrase } from '../time-text.ts';
import { chartWords as words } from '../words/charts.ts';

export type Column = {
  /** Its label in the table, and at both ends of the axis. */
  readonly label: Phrase;
  /** In the order of the heads. The chart draws the first one. */
  readonly values: readonly number[];
  /** The list of what the column counts. */
  readonly href?: string;
};

const WIDTH = 420;
const HEIGHT = 90;
/** The height of the smallest value above zero, and of zero. */
const [LEAST, NOTHING] = [4, 1];

/**
 * One column for each period, the oldest first. The maximum is above, both ends below, and every number in a table that the
 * reader can open. `kind`: the class that colours the columns.
 */
export const columnChart = ({
  id,
  title,
  kind,
  when,
  heads,
  columns,
}: {
  readonly id: string;
  readonly title: Phrase;
  readonly kind: string;
  readonly when: Phrase;
  readonly heads: readonly Phrase[];
  readonly columns: readonly Column[];
}): Html => {
  const drawn = columns.map(({ values: [value = 0] }) => value);
  const most = Math.max(0, ...drawn);
  const top = columns[drawn.indexOf(most)];
  const step = WIDTH / columns.length;
  const bars = columns.map(({ label, href }, index) => {
    const value = drawn[index] ?? 0;
    const height = value === 0 ? NOTHING : Math.max(LEAST, (HEIGHT * value) / most);
    const bar = html`<rect class="${value === 0 ? 'nothing' : kind}" x="${(index * step + step * 0.1).toFixed(1)}" y="${(HEIGHT - height).toFixed(1)}" width="${(step * 0.8).toFixed(1)}" height="${height.toFixed(1)}"><title>${label}: ${numberPhrase(value)}</title></rect>`;
    // The link is as high as the chart, so that a low column is as easy to hit.
    return href === undefined || value === 0
      ? bar
      : html`<a href="${href}" aria-label="${label}: ${numberPhrase(value)}"><rect class="hit" x="${(index * step).toFixed(1)}" y="0" width="${step.toFixed(1)}" height="${HEIGHT}"></rect>${bar}</a>`;
  });
  // What is in an image cannot be reached by the keyboard.
  const role = columns.some(({ href }) => href !== undefined) ? 'group' : 'img';
  return html`<div class="chart">
<p class="most">${top && words.most(numberPhrase(most), top.label)}</p>
<svg role="${role}" aria-labelledby="${id}-title" viewbox="0 0 ${WIDTH} ${HEIGHT}" preserveaspectratio="none"><title id="${id}-title">${title}. ${top && words.most(numberPhrase(most), top.label)} ${words.belowInNumbers}</title>${bars}</svg>
<p class="axis" aria-hidden="true"><span>${columns[0]?.label}</span><span>${columns.at(-1)?.label}</span></p>
<details><summary>${words.inNumbers}</summary><table class="numbers"><thead><tr><th scope="col">${when}</th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${columns.map(
    ({ label, values }) =>
      html`<tr><th scope="row">${label}</th>${values.map((value) => html`<td>${numberPhrase(value)}</td>`)}</tr>`,
  )}</tbody></table></details></div>`;
};

export type Bar = {
  readonly text: Phrase;
  readonly count: number;
  /** The list of what the bar counts. */
  readonly href?: string;
};

/** A line for each part of a whole: its name and number, and a bar of its share. All of a line is the link. */
export const barList = ({
  label,
  kind,
  bars,
}: {
  readonly label: Phrase;
  readonly kind: string;
  readonly bars: readonly Bar[];
}): Html => {
  const most = Math.max(1, ...bars.map(({ count }) => count));
  return html`<ul class="bars" aria-label="${label}">${bars.map(({ text, count, href }) => {
    const line = html`<span>${text}</span> <strong>${numberPhrase(count)}</strong><svg aria-hidden="true" viewbox="0 0 100 6" preserveaspectratio="none"><rect class="rail" width="100" height="6"></rect><rect class="${kind}" width="${((100 * count) / most).toFixed(1)}" height="6"></rect></svg>`;
    return count === 0 || href === undefined
      ? html`<li class="${count === 0 && 'none'}"><div>${line}</div></li>`
      : html`<li><a href="${href}">${line}</a></li>`;
  })}</ul>`;
};

const DAY_WIDTH = 16;
const DAY_HEIGHT = 28;

/**
 * A small chart for a line of a table: one bar for each day. Screen readers read the numbers instead. `most`: maximum of the
 * whole table. `href`: the list of what it counts.
 */
export const dayBars = (perDay: readonly number[], days: readonly Phrase[], most: number, href?: string): Html => {
  const drawn = html`<svg class="days" role="img" aria-label="${perDay.map((count, index) => html`${index > 0 && ', '}${days[index]}: ${count}`)}" viewbox="0 0 ${DAY_WIDTH * perDay.length} ${DAY_HEIGHT}" width="${DAY_WIDTH * perDay.length}" height="${DAY_HEIGHT}">${perDay.map(
    (count, index) => {
      const height = count === 0 ? 1 : Math.max(3, (DAY_HEIGHT * count) / most);
      return html`<rect class="${count === 0 ? 'nothing' : 'active'}" x="${index * DAY_WIDTH}" y="${(DAY_HEIGHT - height).toFixed(1)}" width="${DAY_WIDTH - 4}" height="${height.toFixed(1)}" rx="2"></rect>`;
    },
  )}</svg>`;
  return href === undefined ? drawn : html`<a href="${href}">${drawn}</a>`;
};
