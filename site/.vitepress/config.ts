/** Settings of VitePress; site/main.ts stages the pages and runs it. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { sidebarOf, sitePath } from '../layout.ts';
import { anchorOf, asCodeHostsRead, highlightedOnce, type Markdown } from '../markdown.ts';
import type { Staged } from '../stage.ts';

type Renderer = { render(text: string, env: object): string };

const root = resolve(import.meta.dirname, '../..');
const staged = resolve(root, '.tmp/docs-site');
const { title, description, pages, api } = JSON.parse(readFileSync(resolve(staged, 'staged.json'), 'utf8')) as Staged;

/** "What is tested" names each term a hundred times and would fill every first screen of results. */
const NOT_SEARCHED = 'conformance.md';

/** Examples name the same few words at each operation, and would hide the page that a reader looks for. */
const withoutApiExamples = (text: string, path: string): string =>
  path.startsWith('reference/api/') ? text.replace(/^::: code-group$[\s\S]*?^:::$/gm, '') : text;

/**
 * The API reference brings the grammars of 240 languages and shows JSON only. The others are left out of the site: they are
 * 8 MB and most of the time of a build.
 */
const isUnusedGrammar = (code: string, id: string): boolean =>
  /[\\/]vitepress-openapi[\\/]dist[\\/]/.test(id) &&
  code.includes('Object.freeze(JSON.parse(') &&
  !code.includes('tokenColors') &&
  !code.includes('\\"scopeName\\":\\"source.json\\"');

const withoutUnusedGrammars = {
  name: 'without-unused-grammars',
  transform: (code: string, id: string): string | undefined =>
    isUnusedGrammar(code, id) ? 'const none = []; export { none as default, none as n, none as t };' : undefined,
};

const ICON = `data:image/svg+xml,${encodeURIComponent(
  '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#0f5c4d"/><path d="M11 8v16h6a4.5 4.5 0 0 0 1.5-8.7A4 4 0 0 0 16 8z" fill="none" stroke="#fff" stroke-width="3"/></svg>',
)}`;

export default {
  title,
  description,
  lang: 'en',
  head: [['link', { rel: 'icon', type: 'image/svg+xml', href: ICON }]],
  srcDir: staged,
  outDir: resolve(root, 'dist/docs'),
  cacheDir: resolve(root, 'node_modules/.cache/vitepress'),
  cleanUrls: false,
  ignoreDeadLinks: false,
  metaChunk: true,
  rewrites: {
    ...Object.fromEntries(pages.map(({ path }) => [path, sitePath(path)])),
    'docs/reference/api/:page': 'reference/api/:page',
  },
  markdown: {
    languageAlias: { cedar: 'ts' },
    attrs: { disable: true },
    anchor: { slugify: anchorOf },
    config: (md: Markdown) => {
      asCodeHostsRead(md, { root, staged });
      highlightedOnce(md);
    },
  },
  vite: {
    resolve: { alias: { '@api-reference': resolve(import.meta.dirname, 'theme/api-reference.ts') } },
    plugins: [withoutUnusedGrammars],
    // The target of tsconfig.json is newer than the esbuild of VitePress.
    esbuild: { tsconfigRaw: '{}' },
    build: { chunkSizeWarningLimit: 6000 },
  },
  themeConfig: {
    nav: [
      { text: 'Tutorials', link: '/tutorials/first-agent', activeMatch: '^/tutorials/' },
      { text: 'All pages', link: '/all-pages' },
      { text: 'API', link: '/reference/api/', activeMatch: '^/reference/api/' },
      { text: 'Changelog', link: '/changelog' },
    ],
    sidebar: sidebarOf(pages, api),
    outline: [2, 3],
    search: {
      provider: 'local',
      options: {
        _render: (text: string, env: { relativePath: string }, md: Renderer): string =>
          env.relativePath.endsWith(NOT_SEARCHED) ? '' : md.render(withoutApiExamples(text, env.relativePath), env),
      },
    },
    externalLinkIcon: true,
  },
};
