/** A CPU profile as a flame graph: an SVG without scripts, callers above what they call, widths by time. Hover over a frame for its name. */
import type { CpuProfile } from './cpu-profile.ts';
import { PARTS, type ProfilePart, partOf } from './profile-parts.ts';

/**
 * Microseconds that one sample counts at most, two intervals of the profiler: a thread that another program displaces is not at work.
 */
const MOST_MICROS = 500;

type Tree = {
  readonly name: string;
  readonly place: string;
  micros: number;
  readonly below: Map<string, Tree>;
  readonly parts: Map<ProfilePart, number>;
};

const WIDTH = 1200;
const ROW = 16;
const MOST_BYTES = 100_000;
/** Pixels of one character of the text. */
const CHARACTER = 6.2;
const LEGEND = 34;

/** Where a frame is, short: a file of ours from the root of the repository, a package, or a module of Node. */
const placeOf = (url: string, root: string): string => {
  const path = url.replace(/^file:\/\//, '');
  const ofPackage = path.lastIndexOf('node_modules/');
  if (ofPackage !== -1) return path.slice(ofPackage + 'node_modules/'.length);
  return path.startsWith(`${root}/`) ? path.slice(root.length + 1) : path;
};

/** Time of each part of the work in microseconds, without idle time. */
export const microsByPart = (profile: CpuProfile): ReadonlyMap<ProfilePart, number> => {
  const { framesOf, weights } = indexed(profile);
  const sums = new Map<ProfilePart, number>();
  profile.samples.forEach((id, index) => {
    const part = partOf(framesOf(id));
    if (part) sums.set(part, (sums.get(part) ?? 0) + (weights[index] ?? 0));
  });
  return sums;
};

/** The functions with the most time of their own: share of all time that is not idle, in percent. */
export const hottestOf = (profile: CpuProfile, root: string, count: number) => {
  const { framesOf, weights } = indexed(profile);
  const own = new Map<string, number>();
  let all = 0;
  profile.samples.forEach((id, index) => {
    const [leaf] = framesOf(id);
    if (!leaf || leaf.name === '(idle)') return;
    const micros = weights[index] ?? 0;
    all += micros;
    // A function of Node without a file is named with its caller.
    const caller = framesOf(id).find(({ url }) => url !== '');
    const key = `${leaf.name || '(anonymous)'} ${placeOf(leaf.url || (caller?.url ?? ''), root)}`.trim();
    own.set(key, (own.get(key) ?? 0) + micros);
  });
  return [...own]
    .toSorted(([, one], [, other]) => other - one)
    .slice(0, count)
    .map(([where, micros]) => ({ where, percent: Number(((100 * micros) / all).toFixed(1)) }));
};

const indexed = ({ nodes, timeDeltas }: CpuProfile) => {
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const parent = new Map(nodes.flatMap(({ id, children = [] }) => children.map((child) => [child, id] as const)));
  const known = new Map<number, readonly { readonly name: string; readonly url: string }[]>();
  /** The leaf first. */
  const framesOf = (id: number) => {
    const before = known.get(id);
    if (before) return before;
    const frames = [];
    for (let at: number | undefined = id; at !== undefined; at = parent.get(at)) {
      const { functionName, url } = byId.get(at)?.callFrame ?? { functionName: '', url: '' };
      if (functionName !== '(root)') frames.push({ name: functionName, url });
    }
    known.set(id, frames);
    return frames;
  };
  return { framesOf, weights: timeDeltas.map((micros) => Math.min(micros, MOST_MICROS)) };
};

const newTree = (name: string, place: string): Tree => ({ name, place, micros: 0, below: new Map(), parts: new Map() });

const treeOf = (profile: CpuProfile, root: string): Tree => {
  const { framesOf, weights } = indexed(profile);
  const all = newTree('all', '');
  profile.samples.forEach((id, index) => {
    const frames = framesOf(id);
    const part = partOf(frames);
    if (!part) return;
    const micros = weights[index] ?? 0;
    let at = all;
    at.micros += micros;
    for (const { name, url } of frames.toReversed()) {
      const place = placeOf(url, root);
      const key = `${name} ${place}`;
      const next = at.below.get(key) ?? newTree(name || '(anonymous)', place);
      at.below.set(key, next);
      next.micros += micros;
      next.parts.set(part, (next.parts.get(part) ?? 0) + micros);
      at = next;
    }
  });
  return all;
};

/** A colour for each part, all light enough for black text. */
const colourOf = (part: ProfilePart | undefined): string => {
  const index = PARTS.indexOf(part ?? 'rest');
  return `hsl(${Math.round((index * 360) / PARTS.length)} 70% ${index % 2 === 0 ? 78 : 68}%)`;
};

const mostOf = (parts: ReadonlyMap<ProfilePart, number>): ProfilePart | undefined =>
  [...parts].toSorted(([, one], [, other]) => other - one)[0]?.[0];

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');

const drawn = (all: Tree, title: string, least: number): string => {
  const rows: string[] = [];
  let depth = 0;
  const draw = (tree: Tree, left: number, row: number): void => {
    const width = (tree.micros / all.micros) * WIDTH;
    if (width < least) return;
    depth = Math.max(depth, row);
    const share = ((100 * tree.micros) / all.micros).toFixed(1);
    const room = Math.floor(width / CHARACTER);
    const label =
      room < 4
        ? ''
        : `<text x="${(left + 2).toFixed(1)}" y="${LEGEND + row * ROW + 12}">${escaped(tree.name.slice(0, room))}</text>`;
    rows.push(
      `<g><title>${escaped(`${tree.name} ${tree.place} ${share} %`)}</title><rect x="${left.toFixed(1)}" y="${LEGEND + row * ROW}" width="${width.toFixed(1)}" height="15" fill="${colourOf(mostOf(tree.parts))}"/>${label}</g>`,
    );
    let at = left;
    for (const next of [...tree.below.values()].toSorted((one, other) => other.micros - one.micros)) {
      draw(next, at, row + 1);
      at += (next.micros / all.micros) * WIDTH;
    }
  };
  draw(all, 0, 0);
  const height = LEGEND + (depth + 1) * ROW;
  const legend = PARTS.map(
    (part, index) =>
      `<rect x="${(index % 8) * 150}" y="${index < 8 ? 2 : 17}" width="10" height="10" fill="${colourOf(part)}"/><text x="${(index % 8) * 150 + 13}" y="${index < 8 ? 11 : 26}">${part}</text>`,
  );
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="10" role="img">`,
    `<title>${escaped(title)}</title><rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...legend,
    ...rows,
    '</svg>',
    '',
  ].join('\n');
};

/** At most 100 KB: frames that are too narrow for that are left out. */
export const flameGraph = (profile: CpuProfile, title: string, root: string): string => {
  const all = treeOf(profile, root);
  for (let least = 1; ; least *= 1.3) {
    const svg = drawn(all, title, least);
    if (Buffer.byteLength(svg) <= MOST_BYTES || least > WIDTH) return svg;
  }
};
