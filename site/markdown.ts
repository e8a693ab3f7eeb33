/**
 * Reads the Markdown of the repository as a code host reads it. VitePress compiles a page as a Vue template, where `{{ }}`,
 * `<name>` and `{…}` after a heading have a meaning of their own. Here they are text, so no page has to know of Vue.
 */
import { existsSync } from 'node:fs';
import { dirname, posix, relative, resolve } from 'node:path';
import { siteAddress } from './layout.ts';

/** What this module uses of a token of markdown-it. */
type Token = {
  type: string;
  tag: string;
  content: string;
  children: Token[] | null;
  attrGet(name: string): string | null;
  attrSet(name: string, value: string): void;
};
type State = { readonly tokens: Token[]; readonly env: { readonly path?: string; readonly realPath?: string } };
type Rule = (tokens: Token[], index: number, options: unknown, env: unknown, self: unknown) => string;
/** What this module uses of markdown-it. */
export type Markdown = {
  readonly core: {
    readonly ruler: { push(name: string, rule: (state: State) => void): void; disable(name: string): void };
  };
  readonly renderer: { readonly rules: Record<string, Rule | undefined> };
  readonly utils: { escapeHtml(text: string): string };
  readonly options: { highlight?: Highlight | null };
};
/** HTML of a piece of code with its colours. */
type Highlight = (code: string, language: string, attributes: string) => string;

/** Markup that pages of the repository use besides Markdown; all other is shown as it is written. */
const ALLOWED_MARKUP = /^(?:<!--[\s\S]*-->|<\/?(?:br|details|img|kbd|p|picture|source|sub|summary|sup)(?:\s[^<>]*)?>)$/;

const withoutInterpolation = (html: string): string => html.replaceAll('{{', '&#123;&#123;');

/** Escapes each piece of markup that is not allowed. */
const guarded = (html: string, escapeHtml: (text: string) => string): string =>
  withoutInterpolation(
    html.replace(/<!--[\s\S]*?-->|<[^<>]*>|</g, (piece) =>
      ALLOWED_MARKUP.test(piece) ? piece.replace(/(\ssrc=")(?![./]|https?:)/, '$1./') : escapeHtml(piece),
    ),
  );

/** Anchor of a heading as code hosts make it, and as test/architecture/documentation.test.ts expects it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .trim()
    .replaceAll(' ', '-');

type Places = {
  /** Root of the repository. */
  readonly root: string;
  /** Folder of the staged pages, laid out as the repository. */
  readonly staged: string;
};

/**
 * A link to `openapi.json` leads to the API reference. A link to another file of the repository that is no page becomes
 * text, since the site does not have it. A link to a page leads to its address; a dead one stays, and VitePress refuses it.
 */
const turnLink = (open: Token, close: Token, page: string, { root, staged }: Places): void => {
  const href = open.attrGet('href') ?? '';
  if (href === '' || /^(?:[a-z]+:|#|\/)/i.test(href)) return;
  const target = resolve(dirname(page), decodeURI(href.split('#')[0] ?? ''));
  const inRepository = relative(staged, target).replaceAll('\\', '/');
  const anchor = href.includes('#') ? href.slice(href.indexOf('#')) : '';
  if (posix.basename(href) === 'openapi.json') open.attrSet('href', '/reference/api/');
  else if (target.endsWith('.md') && existsSync(target)) open.attrSet('href', `${siteAddress(inRepository)}${anchor}`);
  else if (!existsSync(target) && existsSync(resolve(root, inRepository))) {
    for (const token of [open, close]) token.tag = 'span';
    open.type = 'span_open';
    close.type = 'span_close';
    open.attrSet('href', '');
    open.attrSet('title', inRepository);
  }
};

/** Sets up a markdown-it of VitePress; `places` says where links lead. */
export const asCodeHostsRead = (md: Markdown, places: Places): void => {
  const { rules } = md.renderer;
  const { text } = rules;
  const { escapeHtml } = md.utils;
  rules['text'] = (tokens, index, ...rest) =>
    withoutInterpolation(text?.(tokens, index, ...rest) ?? escapeHtml(tokens[index]?.content ?? ''));
  // Generated pages of the API are components; they are ours and come from no Markdown file.
  const isComponent = (env: unknown): boolean => /[\\/]reference[\\/]api[\\/]/.test((env as State['env']).path ?? '');
  for (const name of ['html_inline', 'html_block']) {
    const inherited = rules[name];
    rules[name] = (tokens, index, options, env, self) => {
      const { content } = tokens[index] as Token;
      if (isComponent(env)) return inherited?.(tokens, index, options, env, self) ?? content;
      return guarded(content, escapeHtml);
    };
  }
  // `wiki.read:low:` is no face.
  md.core.ruler.disable('emoji');
  md.core.ruler.push('repository_links', ({ tokens, env }) => {
    // With rewrites, `path` is where the page goes and `realPath` where it is.
    const page = env.realPath ?? env.path;
    for (const { children } of tokens) {
      const opened: Token[] = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') opened.push(token);
        const open = token.type === 'link_close' ? opened.pop() : undefined;
        if (open && page) turnLink(open, token, page, places);
      }
    }
  });
};

/** Colours each piece of code once. VitePress renders a page again for each index of the search, and colours take most of that. */
export const highlightedOnce = ({ options }: Pick<Markdown, 'options'>): void => {
  const { highlight } = options;
  if (!highlight) return;
  const known = new Map<string, string>();
  options.highlight = (...piece) => {
    const key = JSON.stringify(piece);
    const found = known.get(key) ?? highlight(...piece);
    known.set(key, found);
    return found;
  };
};
