/**
 * Cuts the text of a policy set into its policies and measures them before Cedar sees any of it. Cedar's parser
 * recurses, and a text that nests too deeply would end the WebAssembly instance for the whole process. Reads
 * brackets, strings and comments only. Cedar decides for each statement whether it is a policy (check-policies.ts).
 */
import type { PolicyFinding } from '../../src/domain/ports/policy-engine.ts';
import type { Slices } from './slices.ts';

/** Bytes of UTF-8. */
const MOST_BYTES = 512 * 1024;
/** docs/explanation/decisions/0013-cedar-behind-a-port.md states the cost of a decision over this many. */
const MOST_POLICIES = 2_000;
/** For one policy, in UTF-16 units. */
const LONGEST_POLICY = 16 * 1024;
/**
 * For one policy: a bracket counts 3, an operator in a chain 1, added up along the deepest path. Cedar's stack
 * overflows at 116 nested brackets and at 351 operators in a row, so this is less than half of it.
 */
const DEEPEST = 160;
const BRACKET = 3;
/** Characters that are read between two pauses. */
const READ_AT_ONCE = 64 * 1024;

export type Statement = { readonly text: string /** 1-based, of its first character. */; readonly line: number };

export type Statements = { readonly statements: readonly Statement[]; readonly refusal?: PolicyFinding };

/** Whitespace, a comment, a string, a word, an operator or one other character that Cedar knows. */
const TOKEN =
  /(?<blank>[ \t\r\n]+|\/\/[^\r\n]*)|(?<text>"(?:[^"\\]|\\[\s\S])*")|(?<word>[A-Za-z0-9_]+)|(?<operator>&&|\|\||[=!<>]=|[!<>+*/%-])|(?<other>::|[@()[\]{},:;=?.])/y;

const WORDS = new Set(['if', 'when', 'unless', 'in', 'has', 'is', 'like']);

/** Computes the depth of an expression from its tokens, one after the other. */
const depthMeter = () => {
  type Level = { chain: number; members: number; longestMembers: number; inner: number; deepest: number };
  const level = (): Level => ({ chain: 0, members: 0, longestMembers: 0, inner: 0, deepest: 0 });
  let open: Level[] = [level()];
  const top = (): Level => open.at(-1) ?? level();
  const depthOf = ({ chain, longestMembers, inner, deepest }: Level) =>
    Math.max(deepest, chain + longestMembers + inner);

  return {
    /** Returns the depth reached so far at this position. */
    take(token: string, isOperator: boolean): number {
      const here = top();
      // `a.b` and `a["b"]` each add one level.
      if (token === '.' || token === '[') {
        here.members += 1;
        here.longestMembers = Math.max(here.longestMembers, here.members);
      }
      if ('([{'.includes(token)) open.push(level());
      else if (')]}'.includes(token)) {
        const closed = open.length > 1 ? open.pop() : undefined;
        const outer = top();
        if (closed) outer.inner = Math.max(outer.inner, BRACKET + depthOf(closed));
      } else if (token === ',') {
        open[open.length - 1] = { ...level(), deepest: depthOf(here) };
      } else if (isOperator) {
        here.chain += 1;
        here.members = 0;
      }
      return Math.max(open.length * BRACKET, depthOf(top()));
    },
    reset(): void {
      open = [level()];
    },
  };
};

/** Never throws. After a `refusal` there are no statements. */
export function* statementsOf(text: string): Slices<Statements> {
  const refused = (message: string, line?: number): Statements => ({
    statements: [],
    refusal: { severity: 'error', message, ...(line === undefined ? {} : { line }) },
  });
  const statements: Statement[] = [];
  // A quick check first: no text of this many units can be within the limit.
  if (text.length > MOST_BYTES || Buffer.byteLength(text) > MOST_BYTES) {
    return refused(`A policy set has at most ${MOST_BYTES / 1024} KiB.`);
  }
  const meter = depthMeter();
  let line = 1;
  let start: number | undefined;
  let startLine = 1;
  let pauseAt = READ_AT_ONCE;
  TOKEN.lastIndex = 0;
  for (let at = 0; at < text.length; at = TOKEN.lastIndex) {
    if (at >= pauseAt) {
      pauseAt = at + READ_AT_ONCE;
      yield;
    }
    // Another text may have been read in a pause.
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text);
    if (!token)
      return refused(text[at] === '"' ? 'This text does not end.' : 'This character cannot stand here.', line);
    const { blank, text: quoted, word, operator } = token.groups ?? {};
    if (blank !== undefined) {
      line += linesIn(blank);
      continue;
    }
    if (start === undefined) {
      start = at;
      startLine = line;
    }
    if (TOKEN.lastIndex - start > LONGEST_POLICY) {
      return refused(`A policy has at most ${LONGEST_POLICY / 1024} Ki characters.`, startLine);
    }
    if (quoted !== undefined) line += linesIn(quoted);
    else if (meter.take(token[0], operator !== undefined || (word !== undefined && WORDS.has(word))) > DEEPEST) {
      return refused('This policy nests too deeply, or chains too many operators; make several policies of it.', line);
    }
    if (token[0] !== ';') continue;
    if (statements.length === MOST_POLICIES) return refused(`A set has at most ${MOST_POLICIES} policies.`, startLine);
    statements.push({ text: text.slice(start, TOKEN.lastIndex), line: startLine });
    start = undefined;
    meter.reset();
  }
  if (start !== undefined) return refused('This policy does not end with a semicolon.', startLine);
  return { statements };
}

/** Line breaks, as an editor counts them. */
export const linesIn = (text: string): number => text.match(/\r\n|\r|\n/g)?.length ?? 0;
