import { plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { numberPhrase } from '../time-text.ts';
import { policyWords as words } from '../words/policy.ts';
import { starterReason } from '../words/starter-policies.ts';

/** One policy, as text for people. */
export type PolicyLine = {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly reason?: string;
  /** Its conditions, in a few words each. */
  readonly conditions: readonly Phrase[];
};

/** A line of a difference; undefined: omitted lines. */
export type DifferenceLine =
  | {
      readonly kind: 'same' | 'removed' | 'added';
      readonly text: string;
      /** Its number in each version that has it. */
      readonly before?: number;
      readonly after?: number;
    }
  | undefined;

export type PolicyDifference = {
  readonly from: number;
  readonly to: number;
  readonly lines: readonly DifferenceLine[];
};

/** A line of a text that a user wrote, with its indentation. Shows characters that could deceive on the page as their code. */
export const sourceLine = (line: string, limit = 300): string => {
  const shown = line
    .replaceAll('\t', '  ')
    .replace(
      /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu,
      (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
    );
  const characters = [...shown];
  return characters.length > limit ? `${characters.slice(0, limit).join('')}…` : shown;
};

/** Lines of a text on the page. The API and the command line have the whole text. */
const MOST_LINES = 3_000;

/** A text with the numbers of its lines. `marked`: lines with a finding, which links reach as `#line-7`. */
export const sourceText = (
  text: string,
  label: Phrase,
  marked: ReadonlyMap<number, 'error' | 'warning'> = new Map(),
): Html => {
  const lines = text.replace(/\n$/, '').split('\n');
  return html`<div class="source" tabindex="0" role="region" aria-label="${label}"><ol>${lines
    .slice(0, MOST_LINES)
    .map((line, index) => {
      const mark = marked.get(index + 1);
      return mark === undefined
        ? html`<li class="numbered"><code>${sourceLine(line)}</code></li>`
        : html`<li class="numbered ${mark}" id="line-${index + 1}"><code>${sourceLine(line)}</code></li>`;
    })}</ol>${lines.length > MOST_LINES && html`<p class="hint">${words.lines(numberPhrase(lines.length))}</p>`}</div>`;
};

const SIGNS = { same: ['', ' '], removed: [words.removed, '−'], added: [words.added, '+'] } as const;

/** The lines of a kind, and the policies among them by their id. */
const linesOf = (lines: readonly DifferenceLine[], kind: 'added' | 'removed') => {
  const some = lines.flatMap((line) => (line?.kind === kind ? [line.text] : []));
  return {
    lines: some.length,
    policies: some.flatMap((text) => /^\s*@id\(\x22([^\x22]{1,80})\x22\)/.exec(text)?.[1] ?? []),
  };
};

/** The policies that the newer version no longer has. */
export const removedPolicies = ({ lines }: PolicyDifference): readonly string[] => {
  const kept = new Set(linesOf(lines, 'added').policies);
  return linesOf(lines, 'removed').policies.filter((id) => !kept.has(id));
};

/** How many lines changed, and which policies by their id. */
export const differenceCount = ({ lines }: PolicyDifference): Phrase => {
  const [added, removed] = [linesOf(lines, 'added'), linesOf(lines, 'removed')];
  return words.changed({ added: added.lines, removed: removed.lines }, named(added.policies), named(removed.policies));
};

const named = (ids: readonly string[]): Html | undefined =>
  ids.length === 0
    ? undefined
    : html`${ids.slice(0, 5).map((id, index) => html`${index > 0 && ', '}<code>${plainText(id, 80)}</code>`)}${ids.length > 5 && ', …'}`;

/** Removed lines in a row that stand open; the rest of a longer run is folded, so that what is new is in view. */
const MOST_REMOVED = 6;
const LEAST_FOLDED = 4;

/** The difference of two versions, with a few lines around it. `hasCount`: the page says the count itself. */
export const differenceText = (difference: PolicyDifference, hasCount = false): Html => {
  const { from, to, lines } = difference;
  if (lines.length === 0) return html`<p class="empty">${words.same(from, to)}</p>`;
  return html`${!hasCount && html`<p class="diff-count">${differenceCount(difference)}</p>`}<div class="source difference" tabindex="0" role="region" aria-label="${words.differences(from, to)}">${runsOf(
    lines.slice(0, MOST_LINES),
  ).map(({ kind, some }) => {
    const list = (part: readonly DifferenceLine[]): Html => html`<ul>${part.map(differenceLine)}</ul>`;
    return kind === 'removed' && some.length >= MOST_REMOVED + LEAST_FOLDED
      ? html`${list(some.slice(0, MOST_REMOVED))}<details><summary>${words.moreRemoved(some.length - MOST_REMOVED)}</summary>${list(some.slice(MOST_REMOVED))}</details>`
      : list(some);
  })}</div>`;
};

const differenceLine = (line: DifferenceLine): Html =>
  line === undefined
    ? html`<li class="gap"><code>…</code></li>`
    : html`<li class="${line.kind}"><span class="numbers" aria-hidden="true"><span>${line.before ?? '\u00a0'}</span><span>${line.after ?? '\u00a0'}</span></span><code><span aria-hidden="true">${SIGNS[line.kind][1]} </span><span class="unseen">${SIGNS[line.kind][0]}</span>${sourceLine(line.text)}</code></li>`;

/** Lines of one kind that follow each other. */
const runsOf = (lines: readonly DifferenceLine[]) => {
  const runs: { readonly kind: string; readonly some: DifferenceLine[] }[] = [];
  for (const line of lines) {
    const kind = line?.kind ?? 'gap';
    const last = runs.at(-1);
    if (last?.kind === kind) last.some.push(line);
    else runs.push({ kind, some: [line] });
  }
  return runs;
};

/** Policies in the text of their authors. */
export const policyLines = (policies: readonly PolicyLine[]): Html =>
  html`<ul class="policies">${policies.map(
    ({ id, effect, reason, conditions }) =>
      html`<li><span class="tag ${effect === 'permit' ? 'good' : 'off'}">${effect === 'permit' ? words.permits : words.forbids}</span>
<div><p>${reason === undefined ? html`<span class="hint">${words.noReason}</span>` : (starterReason(id, reason) ?? plainText(reason, 300))}</p>
<p class="facts"><code>${plainText(id, 80)}</code>${conditions.map((text) => html`<span class="tag">${text}</span>`)}</p></div></li>`,
  )}</ul>`;
