/** Events on an axis of time: an SVG that complies with a page's policy. The page has the same events as a table. */
import { anyText } from '../agent-text.ts';
import { type Html, html, type Phrase, type Text } from '../html.ts';

export type TimelineMark = {
  /** Milliseconds since the first event. */
  readonly after: number;
  /** Number of its lane: the party that acted. */
  readonly lane: number;
  /** Colours the mark. */
  readonly kind: 'granted' | 'refused' | 'done';
  readonly title: Phrase;
  /** Its entry in the table. */
  readonly href: string;
};

const WIDTH = 960;
const NAMES = 240;
const RIGHT = 24;
const LANE = 44;
const AXIS = 30;
const RADIUS = 8;
/** Marks of one lane keep at least this distance. */
const APART = 22;
const TICKS = [0, 0.25, 0.5, 0.75, 1] as const;

/** From left to right in time. Events that are closer together than their marks are drawn side by side. */
export const timeLine = ({
  id,
  title,
  lanes,
  marks,
  tick,
}: {
  readonly id: string;
  readonly title: Phrase;
  readonly lanes: readonly Text[];
  /** In the order of time. */
  readonly marks: readonly TimelineMark[];
  /** Label of a point of the axis, in milliseconds. */
  readonly tick: (milliseconds: number) => Text;
}): Html => {
  const room = WIDTH - NAMES - RIGHT;
  const span = Math.max(1, ...marks.map(({ after }) => after));
  // Within a few milliseconds, the labels would all be the same.
  const ticks = span < 10 ? TICKS.slice(0, 1) : TICKS;
  const height = AXIS + lanes.length * LANE;
  const yOf = (lane: number): number => AXIS + lane * LANE + LANE / 2;
  return html`<div class="timeline-scroll" tabindex="0" role="region" aria-labelledby="${id}-title"><svg class="timeline" role="group" aria-labelledby="${id}-title" viewbox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}"><title id="${id}-title">${title}</title>
<g aria-hidden="true">${lanes.map(
    (name, lane) =>
      html`<path class="rail" d="M${NAMES - 14} ${yOf(lane)}H${WIDTH - RIGHT}"></path><text class="lane" x="0" y="${yOf(lane) + 5}">${anyText(name, 28)}</text>`,
  )}${ticks.map(
    (part) =>
      html`<path class="tick" d="M${(NAMES + room * part).toFixed(1)} ${AXIS - 6}V${height}"></path><text class="tick" x="${(NAMES + room * part).toFixed(1)}" y="14" text-anchor="${part === 1 ? 'end' : part === 0 ? 'start' : 'middle'}">${tick(span * part)}</text>`,
  )}</g>
${placed(marks, span, room).map(
  ({ mark, x }) =>
    html`<a href="${mark.href}" aria-label="${mark.title}"><title>${mark.title}</title><circle class="${mark.kind}" cx="${x.toFixed(1)}" cy="${yOf(mark.lane)}" r="${RADIUS}"></circle>${
      mark.kind === 'refused' &&
      html`<path class="cross" d="M${(x - 3).toFixed(1)} ${yOf(mark.lane) - 3}l6 6m0 -6l-6 6"></path>`
    }</a>`,
)}</svg></div>`;
};

/** The place of each mark: by time, but never over its neighbour in the lane. */
const placed = (
  marks: readonly TimelineMark[],
  span: number,
  room: number,
): readonly { readonly mark: TimelineMark; readonly x: number }[] => {
  const last = new Map<number, number>();
  const spread = marks.map((mark) => {
    const x = Math.max(NAMES + (room * mark.after) / span, (last.get(mark.lane) ?? -APART) + APART);
    last.set(mark.lane, x);
    return { mark, x };
  });
  const most = Math.max(...spread.map(({ x }) => x), NAMES + 1);
  const edge = WIDTH - RIGHT;
  if (most <= edge) return spread;
  // Too many at the end: all move closer together in equal proportion.
  return spread.map(({ mark, x }) => ({ mark, x: NAMES + ((x - NAMES) * room) / (most - NAMES) }));
};
