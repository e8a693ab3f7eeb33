/** Reads the built site as a browser would follow it: each address and each anchor exists, and nothing is loaded from elsewhere. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';

/** What was followed, and what is wrong with it: one line each. */
export type LinkReport = { readonly pages: number; readonly links: number; readonly broken: readonly string[] };

const attributes = (html: string, pattern: RegExp): readonly string[] =>
  [...html.matchAll(pattern)].map(([, value]) => String(value).replaceAll('&amp;', '&'));

const decoded = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** Follows every link of every page below `folder`. */
export const checkLinks = (folder: string): LinkReport => {
  const pages = readdirSync(folder, { recursive: true })
    .map((path) => String(path).replaceAll('\\', '/'))
    .filter((path) => path.endsWith('.html'))
    .map((path) => {
      const html = readFileSync(join(folder, path), 'utf8');
      return {
        path,
        anchors: new Set(attributes(html, /\sid="([^"]*)"/g)),
        links: attributes(html, /<a\b[^>]*\shref="([^"]*)"/g),
        loaded: attributes(html, /<(?:script|img|source|iframe)\b[^>]*\ssrc="([^"]*)"/g),
        sheets: attributes(html, /<link\b[^>]*\shref="([^"]*)"/g),
      };
    });
  const anchorsOf = new Map(pages.map(({ path, anchors }) => [path, anchors]));
  const isBroken = (from: string, href: string): boolean => {
    if (/^(?:https?|mailto|data):/.test(href)) return false;
    const [address = '', anchor = ''] = href.split('#');
    const absolute = address === '' ? `/${from}` : posix.resolve('/', posix.dirname(from), decoded(address));
    const file = (address.endsWith('/') ? posix.join(absolute, 'index.html') : absolute).slice(1);
    if (!existsSync(join(folder, file))) return true;
    return anchor !== '' && file.endsWith('.html') && !anchorsOf.get(file)?.has(decoded(anchor));
  };
  const broken = pages.flatMap(({ path, links, loaded, sheets }) => [
    ...links.filter((href) => isBroken(path, href)).map((href) => `${path}: the link ${href} leads nowhere`),
    ...[...loaded, ...sheets]
      .filter((address) => /^(?:https?:)?\/\//.test(address) || isBroken(path, address))
      .map((address) => `${path}: loads ${address}, which is not part of the site`),
  ]);
  return { pages: pages.length, links: pages.reduce((sum, { links }) => sum + links.length, 0), broken };
};
