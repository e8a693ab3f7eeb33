import { plainText } from '../agent-text.ts';
import { type Html, html, type Phrase } from '../html.ts';
import { numberPhrase } from '../time-text.ts';
import { policyWords as words } from '../words/policy.ts';

/** One policy, as text for people. */
export type PolicyLine = {
  readonly id: string;
  readonly effect: 'permit' | 'forbid';
  readonly reason?: string;
  /** Its conditions, in a few words each. */
  readonly conditions: readonly Phrase[];
};

/** A line of a difference; undefined: omitted lines. */
export type DifferenceLine = { readonly kind: 'same' | 'removed' | 'added'; readonly text: string } | undefined;

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

/** How many lines changed, and which policies by their id. */
const changed = (lines: readonly DifferenceLine[]): Phrase => {
  const of = (kind: 'added' | 'removed') => {
    const some = lines.flatMap((line) => (line?.kind === kind ? [line.text] : []));
    return {
      lines: some.length,
      policies: some.flatMap((text) => /^\s*@id\(\x22([^\x22]{1,80})\x22\)/.exec(text)?.[1] ?? []),
    };
  };
  const [added, removed] = [of('added'), of('removed')];
  return words.changed({ added: added.lines, removed: removed.lines }, named(added.policies), named(removed.policies));
};

const named = (ids: readonly string[]): Html | undefined =>
  ids.length === 0
    ? undefined
    : html`${ids.slice(0, 5).map((id, index) => html`${index > 0 && ', '}<code>${plainText(id, 80)}</code>`)}${ids.length > 5 && ', …'}`;

/** The difference of two versions, with a few lines around it. */
export const differenceText = ({ from, to, lines }: PolicyDifference): Html =>
  lines.length === 0
    ? html`<p class="empty">${words.same(from, to)}</p>`
    : html`<p class="diff-count">${changed(lines)}</p><div class="source difference" tabindex="0" role="region" aria-label="${words.differences(from, to)}"><ul>${lines
        .slice(0, MOST_LINES)
        .map((line) =>
          line === undefined
            ? html`<li class="gap"><code>…</code></li>`
            : html`<li class="${line.kind}"><code><span aria-hidden="true">${SIGNS[line.kind][1]} </span><span class="unseen">${SIGNS[line.kind][0]}</span>${sourceLine(line.text)}</code></li>`,
        )}</ul></div>`;

/** Policies in the text of their authors. */
export const policyLines = (policies: readonly PolicyLine[]): Html =>
  html`<ul class="policies">${policies.map(
    ({ id, effect, reason, conditions }) =>
      html`<li><span class="tag ${effect === 'permit' ? 'good' : 'off'}">${effect === 'permit' ? words.permits : words.forbids}</span>
<div><p>${reason === undefined ? html`<span class="hint">${words.noReason}</span>` : plainText(reason, 300)}</p>
<p class="facts"><code>${plainText(id, 80)}</code>${conditions.map((text) => html`<span class="tag">${text}</span>`)}</p></div></li>`,
  )}</ul>`;
