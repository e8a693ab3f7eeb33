/** What the documentation names is there: pages, headings, files, scripts, commands and their options. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/topics.ts';
import { deliveredFiles } from './source-files.ts';

const ROOT = resolve(import.meta.dirname, '../..');

const pages = [
  ...readdirSync(ROOT).map(String),
  ...readdirSync(join(ROOT, 'docs'), { recursive: true }).map((path) => `docs/${path}`),
]
  .filter((path) => path.endsWith('.md'))
  .map((path) => {
    const text = readFileSync(join(ROOT, path), 'utf8');
    return {
      path,
      text,
      blocks: [...text.matchAll(/^ *```\w*\n([\s\S]*?)^ *```/gm)].map(([, block]) => String(block)),
    };
  });

/** As code hosts make anchors of headings. */
const anchorsOf = (path: string): readonly string[] =>
  (readFileSync(path, 'utf8').match(/^#+ .*$/gm) ?? []).map((heading) =>
    heading
      .replace(/^#+ /, '')
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, '')
      .trim()
      .replaceAll(' ', '-'),
  );

test('every link leads somewhere', () => {
  expect(pages.length).toBeGreaterThan(20);
  const broken = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\]\((?!https?:|mailto:)([^)#\s]*)(?:#([^)\s]+))?\)/g)].flatMap(([link, target, anchor]) => {
      const file = target ? join(ROOT, dirname(path), target) : join(ROOT, path);
      const isThere = existsSync(file) && (anchor === undefined || anchorsOf(file).includes(anchor));
      return isThere ? [] : [`${path}: ${link}`];
    }),
  );
  expect(broken).toEqual([]);
});

test('every page of the documentation is reached from its index', () => {
  const reached = new Set<string>();
  const walk = (path: string): void => {
    if (reached.has(path)) return;
    reached.add(path);
    const { text = '' } = pages.find((page) => page.path === path) ?? {};
    for (const [, target] of text.matchAll(/\]\((?!https?:)([^)#\s]+\.md)/g)) {
      walk(relative(ROOT, join(ROOT, dirname(path), String(target))));
    }
  };
  walk('README.md');
  expect(pages.map(({ path }) => path).filter((path) => !reached.has(path))).toEqual([]);
});

test('every file it names exists', () => {
  const missing = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/`((?:src|adapters|views|config|test|docs|\.ci)\/[\w./-]+)`/g)]
      .map(([, named]) => String(named))
      .filter((named) => !named.includes('NAME') && !existsSync(join(ROOT, named)))
      .map((named) => `${path}: ${named}`),
  );
  expect(missing).toEqual([]);
});

test('every divergence marked in the code is listed, by its file', () => {
  const told = readFileSync(join(ROOT, 'docs/reference/divergences.md'), 'utf8');
  const marked = deliveredFiles().filter(({ text }) => text.includes('DIVERGENCE:'));
  expect(marked.length).toBeGreaterThan(3);
  expect(marked.map(({ path }) => path).filter((path) => !told.includes(path.replace(/^src\//, '')))).toEqual([]);
});

test('every script it names exists', () => {
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { scripts: object };
  const unknown = pages.flatMap(({ path, text }) =>
    [...text.matchAll(/\bnpm run (?:-s )?([a-z-]+)/g)]
      .filter(([, script]) => !Object.hasOwn(scripts, String(script)))
      .map(([command]) => `${path}: ${command}`),
  );
  expect(unknown).toEqual([]);
});

test('every command of behalf it shows is one, with options it has', () => {
  const shown = pages.flatMap(({ path, blocks }) =>
    blocks.flatMap((block) =>
      [...block.replace(/\\\n\s*/g, '').matchAll(/^\s*(?:npm run -s )?behalf (?:-- )?([a-z][^|>#\n]*)/gm)].map(
        ([, line]) => ({ path, line: String(line).trim() }),
      ),
    ),
  );
  expect(shown.length).toBeGreaterThan(15);
  const wrong = shown.filter(({ line }) => {
    const command = COMMANDS.find(({ words }) => `${line} `.startsWith(`${words.join(' ')} `));
    const options = [...line.replace(/'[^']*'|"[^"]*"/g, '').matchAll(/ --([a-z-]+)/g)].map(([, option]) =>
      String(option),
    );
    return !command || options.some((option) => !Object.hasOwn(command.options, option));
  });
  expect(wrong).toEqual([]);
});

test('what the README calls missing is missing on the page about the status, too', () => {
  const missing = (path: string): readonly string[] =>
    [...(pages.find((page) => page.path === path)?.text ?? '').matchAll(/^\| (.+) \| missing \|$/gm)]
      .flatMap(([, row]) => String(row).toLowerCase().split(/[,;] /))
      .toSorted();
  expect(missing('README.md')).not.toEqual([]);
  expect(missing('README.md')).toEqual(missing('docs/reference/status.md'));
});
