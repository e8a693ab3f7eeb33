/**
 * The sources as text, for the tests of this folder. TypeScript 7 exports no compiler interface, so imports and
 * calls are found by patterns; the formatter keeps every import at the beginning of a line.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');
/** What is delivered: everything but tests and tools. */
const DELIVERED = ['adapters', 'config', 'packages/agent/src', 'packages/resource-server/src', 'src', 'views'] as const;

export type SourceFile = {
  /** From the root, with forward slashes. */
  readonly path: string;
  readonly text: string;
  /** Without comments, which may name what code may not do. */
  readonly code: string;
  readonly imports: readonly Import[];
};

export type Import = {
  /** A path from the root for one of our files, else the name of a module. */
  readonly target: string;
  readonly isOurs: boolean;
  /** `type`: gone at run time. `lazy`: `import()`. */
  readonly kind: 'value' | 'type' | 'lazy';
  readonly specifier: string;
};

const STATIC = /^(?:import|export)\s+(type\s)?(?:([^;'"]*?)\sfrom\s+)?'([^']+)'/gm;
const LAZY = /(?<![\w.])import\(\s*(?:'([^']+)'|[^)]*)\s*\)/g;

const withoutComments = (text: string): string =>
  text.replace(/(^|\s)\/\*[\s\S]*?\*\//g, '$1').replace(/(^|\s)\/\/.*$/gm, '$1');

/** Whether every name between the braces is a type: `{ type A, type B }`. */
const namesTypesOnly = (clause: string | undefined): boolean => {
  const names = /^\{([\s\S]*)\}$/
    .exec(clause?.trim() ?? '')?.[1]
    ?.split(',')
    .map((name) => name.trim());
  return names?.filter(Boolean).every((name) => name.startsWith('type ')) ?? false;
};

export const importsOf = (path: string, code: string): readonly Import[] => {
  const found: Import[] = [];
  const add = (specifier: string, kind: Import['kind']): void => {
    const isOurs = specifier.startsWith('.');
    const target = isOurs ? relative(ROOT, resolve(ROOT, dirname(path), specifier)) : specifier;
    found.push({ target, isOurs, kind, specifier });
  };
  for (const [, type, clause, specifier] of code.matchAll(STATIC)) {
    add(String(specifier), type || namesTypesOnly(clause) ? 'type' : 'value');
  }
  // An import() of something computed is written down as what it is: not to be decided by reading.
  for (const [, specifier] of code.matchAll(LAZY)) add(specifier ?? 'import() of a computed name', 'lazy');
  return found;
};

const read = (path: string): SourceFile => {
  const text = readFileSync(join(ROOT, path), 'utf8');
  const code = withoutComments(text);
  return { path, text, code, imports: importsOf(path, code) };
};

export const deliveredFiles = (): readonly SourceFile[] =>
  DELIVERED.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true }).map((name) => join(folder, String(name))),
  )
    .filter((path) => path.endsWith('.ts'))
    .sort()
    .map(read);
