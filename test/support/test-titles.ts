/**
 * The titles of all tests, read from their sources without running them. The formatter puts every `test(` and
 * `describe(` at the beginning of a line, so indentation says what stands within what.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

export type TestTitle = {
  /** From the root of the repository. */
  readonly file: string;
  /** Titles of the groups around it, outermost first. */
  readonly groups: readonly string[];
  readonly title: string;
  /** Literals of the table behind `.each`, where ids of single cases stand. */
  readonly cases: string;
};

const ROOT = resolve(import.meta.dirname, '../..');

export const testTitles = (): readonly TestTitle[] =>
  readdirSync(join(ROOT, 'test'), { recursive: true })
    .map((path) => `test/${path}`)
    .filter((path) => /\.(?:test|contract)\.ts$/.test(path))
    .sort()
    .flatMap((file) => titlesIn(file, readFileSync(join(ROOT, file), 'utf8')));

/** `const real = isThere ? test : test.skip`: another name of `test`, for what cannot run everywhere. */
const ALIAS = /^[ ]*const (\w+) =[^;]*\? (test|describe)(?:\.skip)? : (?:test|describe)(?:\.skip)?;$/gm;

const callsIn = (names: readonly string[]): RegExp =>
  new RegExp(`^([ ]*)(?:[a-z]+ )?(${names.join('|')})((?:\\.[a-z]+)*)(?=[<(])`, 'gm');

export const titlesIn = (file: string, source: string): readonly TestTitle[] => {
  const found: TestTitle[] = [];
  const groups: { readonly indent: number; readonly title: string; readonly cases: string }[] = [];
  const aliases = new Map([...source.matchAll(ALIAS)].map(([, name = '', kind = '']) => [name, kind]));
  for (const call of source.matchAll(callsIn(['test', 'describe', ...aliases.keys()]))) {
    const [all, indentation = '', name = '', modifiers = ''] = call;
    const kind = aliases.get(name) ?? name;
    const indent = indentation.length;
    while (groups.length > 0 && (groups.at(-1)?.indent ?? 0) >= indent) groups.pop();
    let at = behindTypes(source, call.index + all.length);
    let cases = '';
    if (modifiers.includes('.each')) {
      const end = endOfParentheses(source, at);
      cases = source.slice(at, end);
      at = end;
    }
    const title = literalAt(source, at + 1);
    if (title === undefined) continue;
    if (kind === 'describe') {
      groups.push({ indent, title, cases });
      continue;
    }
    found.push({
      file,
      groups: groups.map((group) => group.title),
      title,
      cases: [...groups.map((group) => group.cases), cases].join(' '),
    });
  }
  return found;
};

/** Index of the parenthesis behind `<…>`, if that is there. */
const behindTypes = (source: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    const character = source[at];
    if (character === '<') depth += 1;
    else if (character === '>' && source[at - 1] !== '=') depth -= 1;
    else if (depth === 0) return at;
  }
  return start;
};

/** Index behind the parenthesis that closes the one at `start`. Strings do not count. */
const endOfParentheses = (source: string, start: number): number => {
  let depth = 0;
  for (let at = start; at < source.length; at += 1) {
    const character = source[at] ?? '';
    if (character === "'" || character === '"' || character === '`') at = endOfString(source, at);
    else if (character === '(') depth += 1;
    else if (character === ')' && --depth === 0) return at + 1;
  }
  return source.length;
};

const endOfString = (source: string, start: number): number => {
  const quote = source[start];
  for (let at = start + 1; at < source.length; at += 1) {
    if (source[at] === '\\') at += 1;
    else if (source[at] === quote) return at;
  }
  return source.length;
};

const literalAt = (source: string, start: number): string | undefined => {
  const at = start + (/^\s*/.exec(source.slice(start, start + 200))?.[0].length ?? 0);
  if (!/['"`]/.test(source[at] ?? '')) return undefined;
  return source.slice(at + 1, endOfString(source, at)).replace(/\\(.)/g, '$1');
};
