/**
 * Lays out what VitePress builds from: a copy of each Markdown file of the repository at its own path, the pictures, and
 * pages of the management API made from docs/openapi.json. The copies are laid out as the repository, so relative links hold.
 */
import { cpSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Examples, examplesOf } from './api-examples/index.ts';
import { type ApiDocument, METHODS } from './api-examples/requests.ts';
import { type Page, type SidebarItem, siteAddress } from './layout.ts';

/** What the site configuration reads, as JSON. */
export type Staged = {
  readonly title: string;
  readonly description: string;
  readonly pages: readonly Page[];
  readonly api: readonly SidebarItem[];
};

type Operation = {
  readonly operationId: string;
  readonly summary: string;
  readonly description?: string;
  readonly tags?: readonly string[];
};
type OpenApi = ApiDocument & {
  readonly info: { readonly title: string; readonly description: string };
  readonly tags: readonly { readonly name: string; readonly description?: string }[];
};

const API_SETUP = `<script setup>
import { useApiReference } from '@api-reference'
import spec from './openapi.json'
useApiReference(spec)
</script>`;

/** The group of operations without a tag. */
const UNTAGGED = 'description of the API';

/** Title of a Markdown file: its first heading of level one, without marks. Throws when there is none. */
const titleOf = (path: string, text: string): string => {
  const heading = /^# (.+)$/m.exec(text)?.[1];
  if (!heading) throw new Error(`${path} has no title: begin it with a line "# …"`);
  return heading.replace(/[`*]/g, '').replace(/\[([^\]]+)\]\([^)]*\)/g, '$1');
};

const markdownFiles = (root: string): readonly string[] => [
  ...readdirSync(root).filter((name) => name.endsWith('.md')),
  ...readdirSync(join(root, 'docs'), { recursive: true })
    .map((path) => `docs/${String(path).replaceAll('\\', '/')}`)
    .filter((path) => path.endsWith('.md')),
];

const capitalized = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

/** `<` opens a tag of Vue on these pages, so text has it as an entity. Code between backticks needs none. */
const asText = (markdown: string): string =>
  markdown
    .split('`')
    .map((piece, index) => (index % 2 === 0 ? piece.replaceAll('<', '&lt;') : piece))
    .join('`');

/** Three tabs: radio inputs of VitePress, so arrow keys change between them. */
const tabsOf = ({ curl, typescript, python }: Examples): string =>
  [
    '::: code-group',
    ...[
      ['sh [curl]', curl],
      ['ts [TypeScript]', typescript],
      ['py [Python]', python],
    ].map(([language, code]) => `\`\`\`${language}\n${code}\n\`\`\``),
    ':::',
  ].join('\n');

/** A page for each tag, and one that lists them. Returns the entries of the sidebar. */
const stageApi = (api: OpenApi, folder: string): readonly SidebarItem[] => {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(api));
  const examples = examplesOf(api);
  const base = new URL(api.servers[0]?.url ?? '').pathname;
  const operations = Object.entries(api.paths).flatMap(([path, methods]) =>
    Object.entries(methods)
      .filter(([method]) => METHODS.includes(method))
      .map(([method, operation]) => ({ path, method: method.toUpperCase(), ...(operation as Operation) })),
  );
  const tagOf = ({ tags = [] }: Operation): string => tags[0] ?? UNTAGGED;
  const names = new Set([...api.tags.map(({ name }) => name), ...operations.map(tagOf)]);
  const groups = [...names].map((name) => ({
    name: capitalized(name.replaceAll('-', ' ')),
    description: api.tags.find((tag) => tag.name === name)?.description ?? '',
    file: name.replaceAll(' ', '-'),
    operations: operations.filter((operation) => tagOf(operation) === name),
  }));
  for (const { name, description, file, operations: own } of groups) {
    const sections = own.map(({ operationId, method, path, summary, description = '' }) => {
      const shown = examples.get(operationId);
      if (!shown) throw new Error(`${operationId} has no examples`);
      return [
        `## ${asText(summary)}`,
        `\`${method}\` \`${base}${path}\``,
        asText(description),
        tabsOf(shown),
        `<ClientOnly><OAOperation operation-id="${operationId}" prefix-headings hide-branding /></ClientOnly>`,
      ].join('\n\n');
    });
    writeFileSync(
      join(folder, `${file}.md`),
      ['---\noutline: 2\npageClass: api-page\n---', API_SETUP, `# ${name}`, description, ...sections, ''].join('\n\n'),
    );
  }
  const list = groups.flatMap(({ name, file, operations: own }) => [
    `## [${name}](${file}.md)`,
    '| | | |\n|---|---|---|\n' +
      own
        .map(({ method, path, summary }) => `| \`${method}\` | \`${path}\` | ${summary.replaceAll('|', '\\|')} |`)
        .join('\n'),
  ]);
  const introduction = `For those who write programs against the management API: each operation with its parameters, body,
answers, and an example in curl, TypeScript and Python.

The examples read two environment variables: \`ISSUER\`, the URL of your server, and \`TOKEN\`, [an access token](../management-api.md#a-token).
They send it as a bearer token; a token that is bound to a key needs a DPoP proof for each request. Ids and names are made up.`;
  writeFileSync(
    join(folder, 'index.md'),
    [`# ${api.info.title}`, introduction, api.info.description, ...list, ''].join('\n\n'),
  );
  return [
    { text: 'All operations', link: '/reference/api/' },
    ...groups.map(({ name, file }) => ({ text: name, link: `/reference/api/${file}` })),
  ];
};

/** The front page. */
const frontPage = (title: string, description: string): string => `---
layout: home
hero:
  name: ${JSON.stringify(title)}
  text: Documentation
  tagline: ${JSON.stringify(description)}
  actions:
    - { theme: brand, text: Your first agent, link: /tutorials/first-agent }
    - { theme: alt, text: All pages, link: /all-pages }
    - { theme: alt, text: Management API, link: /reference/api/ }
features:
  - title: Tutorials
    details: Learn by doing. Ten minutes each, copy and paste.
    link: /tutorials/first-agent
  - title: How-to guides
    details: One task each, for developers of agents and APIs, for operators and for owners.
    link: /all-pages
  - title: Reference
    details: Settings, audit events, layers of a decision and each operation of the API, generated from the code.
    link: /reference/configuration
  - title: Explanation
    details: The threat model, and why the server is built as it is.
    link: EXPLANATION
---

## Start

\`\`\`sh
npm ci && npm start     # serves at http://localhost:3000, data in ./data
\`\`\`

![The overview of the console: agents by state, what waits for people, what was refused](docs/pictures/console-overview.png)
`;

/** Writes `folder` anew from the repository at \`root\`. Throws when a page has no title. */
export const stage = (root: string, folder: string): Staged => {
  rmSync(folder, { recursive: true, force: true });
  const { description } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { description: string };
  const pages = markdownFiles(root).map((path) => {
    const text = readFileSync(join(root, path), 'utf8');
    const file = join(folder, path);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
    return { path, title: titleOf(path, text) };
  });
  cpSync(join(root, 'docs/pictures'), join(folder, 'docs/pictures'), { recursive: true });
  const openApi = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as OpenApi;
  const api = stageApi(openApi, join(folder, 'docs/reference/api'));
  const title = pages.find(({ path }) => path === 'README.md')?.title ?? '';
  const explanation = siteAddress(
    pages.find(({ path }) => path.endsWith('/threat-model.md'))?.path ?? 'docs/README.md',
  );
  writeFileSync(join(folder, 'index.md'), frontPage(title, description).replace('EXPLANATION', explanation));
  return { title, description, pages, api };
};
