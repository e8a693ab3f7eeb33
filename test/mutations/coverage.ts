/** Which lines of modules run, and which of their branches are taken, by the counters of V8 in this process. */
import { readFileSync } from 'node:fs';
import { Session } from 'node:inspector';
import { stripTypeScriptTypes } from 'node:module';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

/** Lines of one file, from one. */
export type Lines = { readonly path: string; readonly lines: readonly number[] };

export type Coverage = {
  /** Those lines that ran since the last call, as `PATH:LINE`, and those whose `if` was taken, as `PATH:LINE!`. */
  take(): readonly string[];
};

type Range = { readonly startOffset: number; readonly endOffset: number; readonly count: number };
type Taken = {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly { readonly functionName: string; readonly ranges: readonly Range[] }[];
  }[];
};
/** What is before the branch of an `if`. */
const TAKEN = /^(\s*if \(.+\) )(?:throw |return\b|\{\n)/;

/** `offsets`: the place was reached when the code at one of them ran. */
type Place = { readonly name: string; readonly offsets: readonly number[] };

/**
 * `root`: of the paths. A line counts as run when the innermost block around its first character did, or a function that it
 * has as a whole: around that function may be only the module.
 */
export const startCoverage = (root: string, watched: readonly Lines[]): Coverage => {
  const session = new Session();
  session.connect();
  const post = <T>(method: string, parameters: object = {}): T => {
    let taken: T | undefined;
    // Answers before it returns, since the session is one of this thread.
    session.post(method, parameters, (error, result) => {
      if (error) throw error;
      taken = result as T;
    });
    return taken as T;
  };
  post('Profiler.enable');
  post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
  const places = new Map(watched.map((each) => [pathToFileURL(join(root, each.path)).href, placesOf(root, each)]));

  return {
    take() {
      const { result } = post<Taken>('Profiler.takePreciseCoverage');
      return result.flatMap(({ url, functions }) => {
        const ranges = functions.flatMap((each) => each.ranges);
        return (places.get(url) ?? [])
          .filter(({ offsets }) => offsets.some((offset) => hasRun(ranges, offset)))
          .map(({ name }) => name);
      });
    },
  };
};

/** Types that are stripped leave blanks, so that offsets are those of the file. */
const placesOf = (root: string, { path, lines }: Lines): readonly Place[] => {
  const begins: number[] = [0];
  const text = readFileSync(join(root, path), 'utf8');
  const code = stripTypeScriptTypes(text);
  for (let at = code.indexOf('\n'); at >= 0; at = code.indexOf('\n', at + 1)) begins.push(at + 1);
  return lines.flatMap((line) => {
    const begin = begins[line - 1] ?? 0;
    const written = code.slice(begin, begins[line]);
    const blanks = /^\s*/.exec(written)?.[0].length ?? 0;
    const bodies = [...written.matchAll(/=>\s+(?=\S)/g)].map((match) => begin + match.index + match[0].length);
    const condition = TAKEN.exec(text.slice(begin, begins[line]))?.[1];
    const place = { name: `${path}:${line}`, offsets: [begin + blanks, ...bodies] };
    return condition === undefined ? [place] : [place, { name: `${place.name}!`, offsets: [begin + condition.length] }];
  });
};

/** The function of a whole module is no evidence: it ran when the module was loaded. */
const hasRun = (ranges: readonly Range[], offset: number): boolean => {
  let innermost: Range | undefined;
  for (const range of ranges) {
    if (offset < range.startOffset || offset >= range.endOffset) continue;
    if (innermost && range.endOffset - range.startOffset > innermost.endOffset - innermost.startOffset) continue;
    innermost = range;
  }
  return innermost !== undefined && innermost.count > 0;
};
