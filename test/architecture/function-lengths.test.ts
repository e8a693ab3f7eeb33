/** A function that is longer than a screen takes steps that have no name. */
import { expect, test } from '@jest/globals';
import { deliveredFiles, type SourceFile } from './source-files.ts';

const MOST_LINES = 80;

/** They only list the parts that they connect, so that their steps are their lines. */
const LISTS: readonly string[] = ['src/compose.ts: compose'];

type Measured = { readonly path: string; readonly name: string; readonly lines: number };
type Open = { readonly closing: string; readonly line: number; readonly name: string; within: number };

const BLOCK = /^\s*(?:\} )?(?:else )?(?:if|for|for await|while|switch|catch)\b|^\s*\) \{$/;
const NAME = /(?:const|function|async|get|set|^\s*)\s*(\w+)(?: = |\()/;

const opensFunction = (line: string): boolean =>
  line.endsWith(' => {') || (/\)(?:: .+)? \{$/.test(line) && !BLOCK.test(line));

/** Of the line with which a function ends. The formatter indents an arm of a condition by two more. */
const closingOf = (line: string): string => `${/^ */.exec(line)?.[0]}${/^ *[?:] /.test(line) ? '  ' : ''}}`;

/**
 * Lines between the braces of each function, without those of the functions in it. Found by indentation, since the formatter gives
 * every function one shape.
 */
const functionsIn = ({ path, text }: Pick<SourceFile, 'path' | 'text'>): readonly Measured[] => {
  const found: Measured[] = [];
  const open: Open[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const inner = open.at(-1);
    if (inner && line.startsWith(inner.closing)) {
      open.pop();
      const all = index - inner.line + 1;
      const outer = open.at(-1);
      if (outer) outer.within += all;
      found.push({ path, name: inner.name, lines: all - 2 - inner.within });
    }
    if (!opensFunction(line)) continue;
    open.push({ closing: closingOf(line), line: index, name: NAME.exec(line)?.[1] ?? `line ${index + 1}`, within: 0 });
  }
  if (open.length > 0) throw new Error(`${path}: the end of a function is not found: ${JSON.stringify(open)}`);
  return found;
};

const shown = ({ path, name, lines }: Measured): string => `${path}: ${name} ${lines}`;

test('counts the lines of a function without those of the functions in it', () => {
  const text = `const outer = () => {
  one();
  const inner = async (
    given: string,
  ): Promise<void> => {
    two();
  };
  if (inner) {
    three();
  }
  return isDone
    ? some.map((each) => {
        four();
      })
    : none;
};
`;
  expect(functionsIn({ path: 'src/a.ts', text }).map(shown)).toEqual([
    'src/a.ts: line 5 1',
    'src/a.ts: line 12 1',
    'src/a.ts: outer 8',
  ]);
});

test(`no function has more than ${MOST_LINES} lines of its own, apart from lists`, () => {
  const all = deliveredFiles().flatMap(functionsIn);
  expect(all.length).toBeGreaterThan(4000);
  const long = all.filter(({ path, name, lines }) => lines > MOST_LINES && !LISTS.includes(`${path}: ${name}`));
  expect(long.map(shown)).toEqual([]);
});

test('each list that may be longer exists and is longer', () => {
  const long = deliveredFiles()
    .flatMap(functionsIn)
    .filter(({ lines }) => lines > MOST_LINES);
  expect(LISTS.filter((list) => !long.some(({ path, name }) => `${path}: ${name}` === list))).toEqual([]);
});
