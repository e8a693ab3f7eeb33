/** Who delegated to whom: an SVG that complies with a page's policy, and the same as a nested list. */
import { anyText, chosenName, isolated, plainText } from '../agent-text.ts';
import { type Html, type HtmlValue, html, type Text } from '../html.ts';
import { andMore } from '../more-text.ts';
import { commaList } from '../partials/console-list.ts';
import { agoText } from '../time-text.ts';
import { delegationWords as words } from '../words/console-delegations.ts';
import { listWords } from '../words/lists.ts';

/** `blocked`: a delegation before it has ended or is suspended. */
export type DelegationState = keyof typeof words.states;

export type DelegationNode = {
  readonly agent: string;
  /** Page of the delegation. */
  readonly href: string;
  /** Name of the API. */
  readonly resource: string;
  readonly scopes: readonly string[];
  readonly state: DelegationState;
  readonly until: number;
  /** Hops between the node above and this one that are left out. */
  readonly hidden: number;
  /** Whether the page is about this delegation. */
  readonly isHere: boolean;
  readonly children: readonly DelegationNode[];
};

export type DelegationTree = {
  /** A phrase of ours, if the viewer may not know the person. */
  readonly person: Text;
  /** Absent: not permitted to the viewer. */
  readonly href?: string;
  readonly delegations: readonly DelegationNode[];
};

export type DelegationTreesModel = {
  readonly trees: readonly DelegationTree[];
  /** Delegations that are known and left out. */
  readonly more: number;
  /** Whether there are others, in an unknown number. */
  readonly isMore: boolean;
  /** The list of all of them. */
  readonly listHref: string;
};

/** Columns of the picture, the person's included. */
export const COLUMNS = 7;

export type Place = { readonly column: number; readonly row: number };

/** One box of the picture: a person, or a delegation with the box from which it comes. */
export type Box = Place &
  ({ readonly person: DelegationTree } | { readonly delegation: DelegationNode; readonly from: Place });

/**
 * The place of each box. A column is a hop. The first child stands in the row of its parent, and each further branch begins
 * a row. `cut`: delegations beyond the last column.
 */
export const layOut = (
  trees: readonly DelegationTree[],
  columns = COLUMNS,
): { readonly boxes: readonly Box[]; readonly rows: number; readonly cut: number } => {
  const boxes: Box[] = [];
  let row = -1;
  let cut = 0;
  const put = (nodes: readonly DelegationNode[], from: Place): void => {
    const column = from.column + 1;
    if (column >= columns) {
      cut += countOf(nodes);
      return;
    }
    for (const [index, delegation] of nodes.entries()) {
      if (index > 0) row += 1;
      const place = { column, row };
      boxes.push({ ...place, delegation, from });
      put(delegation.children, place);
    }
  };
  for (const person of trees) {
    row += 1;
    const place = { column: 0, row };
    boxes.push({ ...place, person });
    put(person.delegations, place);
  }
  return { boxes, rows: row + 1, cut };
};

const countOf = (nodes: readonly DelegationNode[]): number =>
  nodes.reduce((sum, { children }) => sum + 1 + countOf(children), 0);

const [WIDTH, HEIGHT] = [176, 62];
const [ACROSS, DOWN] = [216, 78];
/** Of the picture for a phone: its width, and how far a hop is indented. */
const [NARROW, INDENT] = [324, 20];
const MARGIN = 3;

const SCOPES = 20;

/** Where a box stands, in pixels. */
type Spot = { readonly x: number; readonly y: number; readonly width: number };

/** How a picture is arranged. `letters`: how many fit into a line of a box. */
type Plan = {
  readonly width: number;
  readonly height: number;
  readonly spotOf: (place: Place) => Spot;
  readonly edge: (from: Spot, to: Spot) => string;
  readonly letters: { readonly name: number; readonly line: number };
};

/** From left to right: a column is a hop. */
const widePlan = (boxes: readonly Box[], rows: number): Plan => ({
  width: Math.max(0, ...boxes.map(({ column }) => column)) * ACROSS + WIDTH + 2 * MARGIN,
  height: (rows - 1) * DOWN + HEIGHT + 2 * MARGIN,
  spotOf: ({ column, row }) => ({ x: MARGIN + column * ACROSS, y: MARGIN + row * DOWN, width: WIDTH }),
  // From the right side of a box to the left side of a further one.
  edge: (from, to) => {
    const [x, y] = [from.x + from.width, from.y + HEIGHT / 2];
    return from.y === to.y
      ? `M${x} ${y}H${to.x}`
      : `M${x} ${y}H${x + (ACROSS - WIDTH) / 2}V${to.y + HEIGHT / 2}H${to.x}`;
  },
  letters: { name: 17, line: 24 },
});

/** One box below the other, each hop indented: for a phone. */
const narrowPlan = (boxes: readonly Box[]): Plan => {
  const keyOf = ({ column, row }: Place): string => `${column}/${row}`;
  const lines = new Map(boxes.map((one, index) => [keyOf(one), index]));
  return {
    width: NARROW,
    height: (boxes.length - 1) * DOWN + HEIGHT + 2 * MARGIN,
    spotOf: (place) => {
      const x = MARGIN + place.column * INDENT;
      return { x, y: MARGIN + (lines.get(keyOf(place)) ?? 0) * DOWN, width: NARROW - MARGIN - x };
    },
    // From the lower side of a box, down to the left side of a further one.
    edge: (from, to) => `M${from.x + INDENT / 2} ${from.y + HEIGHT}V${to.y + HEIGHT / 2}H${to.x}`,
    letters: { name: 22, line: 30 },
  };
};

/** The section of a page. A phone shows its own picture. */
export const delegationTrees = (model: DelegationTreesModel): Html => {
  const { trees, more, isMore, listHref } = model;
  const count = trees.reduce((sum, { delegations }) => sum + countOf(delegations), 0);
  const { boxes, rows, cut } = layOut(trees);
  return html`<section aria-labelledby="tree"${trees.length > 0 && html` class="card"`}><h2 id="tree">${words.tree}</h2>
${
  trees.length === 0
    ? html`<p class="empty">${words.none}</p>`
    : html`<div class="tree-scroll" tabindex="0" role="region" aria-labelledby="tree-title">${picture(boxes, widePlan(boxes, rows), 'tree-title', count)}</div>
<div class="tree-narrow">${picture(boxes, narrowPlan(boxes), 'tree-title-narrow', count)}</div>
${cut > 0 && html`<p class="hint">${words.deeper(cut)}</p>`}
<details class="tree-list"><summary>${words.asList}</summary>
<ul>${trees.map((tree) => html`<li>${linked(isolated(tree.person), tree.href)}${nested(tree.delegations)}</li>`)}</ul></details>`
}
<p class="hint">${isMore ? html`${words.andFurther}: ` : more > 0 && html`${listWords.andMore(more)}: `}<a href="${listHref}">${words.allOfThem}</a></p></section>`;
};

const picture = (boxes: readonly Box[], plan: Plan, id: string, count: number): Html =>
  html`<svg class="tree" role="group" aria-labelledby="${id}" viewbox="0 0 ${plan.width} ${plan.height}" width="${plan.width}" height="${plan.height}"><title id="${id}">${words.pictureTitle(count)}</title>
${boxes.map((one) =>
  'person' in one
    ? personBox(plan, plan.spotOf(one), one.person)
    : delegationBox(plan, plan.spotOf(one), one.delegation, plan.spotOf(one.from)),
)}</svg>`;

const box = ({ x, y, width }: Spot, first: HtmlValue, second: HtmlValue, kind: string, third?: HtmlValue): Html =>
  html`<rect class="${kind}" x="${x}" y="${y}" width="${width}" height="${HEIGHT}" rx="8"></rect><text class="name ${kind}" x="${x + 11}" y="${y + 19}">${first}</text><text x="${x + 11}" y="${y + 36}">${second}</text>${third !== undefined && html`<text x="${x + 11}" y="${y + 52}">${third}</text>`}`;

const personBox = ({ letters }: Plan, spot: Spot, { person, href }: DelegationTree): Html => {
  const drawn = box(spot, anyText(person, letters.name), words.person, 'person');
  return href === undefined
    ? html`<g>${drawn}</g>`
    : html`<a href="${href}"><title>${anyText(person, 60)}</title>${drawn}</a>`;
};

const delegationBox = ({ letters, edge }: Plan, spot: Spot, node: DelegationNode, from: Spot): Html => {
  const { agent, resource, scopes, state, hidden, isHere } = node;
  const kind = `${LOOKS[state]}${isHere ? ' here' : ''}`;
  const label = words.node(plainText(agent, 60), plainText(resource, 60), scopesText(scopes), words.states[state]);
  const title = html`${label}${hidden > 0 && html`, ${words.hops(hidden)}`}`;
  // The state is a word in the box, so that colour and line do not carry it alone.
  const second =
    state === 'active'
      ? plainText(resource, letters.line)
      : html`${plainText(resource, letters.line - 14)} · ${words.shortStates[state]}`;
  return html`<a href="${node.href}"${isHere && html` aria-current="page"`}><title>${title}</title><path class="${hidden > 0 ? 'hidden ' : ''}${LOOKS[state]}" d="${edge(from, spot)}"></path><path class="head" d="${arrowhead(spot)}"></path>${box(spot, plainText(agent, letters.name), second, kind, plainText(scopes.join(', '), letters.line))}</a>`;
};

/** Before the left side of the box to which an edge leads. */
const arrowhead = ({ x, y }: Spot): string => {
  const middle = y + HEIGHT / 2;
  return `M${x - 8} ${middle - 5}L${x} ${middle}L${x - 8} ${middle + 5}Z`;
};

const LOOKS = { active: 'live', suspended: 'held', revoked: 'ended', expired: 'ended', blocked: 'ended' } as const;
const TAGS = { active: 'good', suspended: 'off', revoked: 'gone', expired: 'gone', blocked: 'gone' } as const;

/** `isShort`: for the narrow column of a table. */
export const delegationTag = (state: DelegationState, isShort = false): Html =>
  html`<span class="tag ${TAGS[state]}">${(isShort ? words.shortStates : words.states)[state]}</span>`;

const scopesText = (scopes: readonly string[]): HtmlValue =>
  scopes.length === 0
    ? words.noScopes
    : html`${commaList(scopes.slice(0, SCOPES).map((scope) => plainText(scope, 80)))}${andMore(scopes.length - SCOPES)}`;

const nested = (nodes: readonly DelegationNode[]): HtmlValue =>
  nodes.length > 0 && html`<ul>${nodes.map((node) => html`<li>${inList(node)}${nested(node.children)}</li>`)}</ul>`;

const inList = ({ agent, href, resource, scopes, state, until, hidden, isHere }: DelegationNode): Html => {
  const isEnded = LOOKS[state] === 'ended';
  const notes = [
    !isEnded && words.expires(agoText(until)),
    hidden > 0 && words.hops(hidden),
    isHere && words.thisOne,
  ].filter((note) => note !== false);
  return html`${
    isEnded ? html`<s>${entry(agent, href)}</s>` : entry(agent, href)
  } ${words.at(isolated(resource, 120))}: <span class="long">${scopesText(scopes)}</span> ${delegationTag(state)}${
    notes.length > 0 && html` <span class="hint">${commaList(notes)}</span>`
  }`;
};

const entry = (agent: string, href: string): Html => html`<a href="${href}">${chosenName(agent)}</a>`;

const linked = (name: Html, href: string | undefined): Html =>
  href === undefined ? name : html`<a href="${href}">${name}</a>`;
