import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { checkLinks } from '../../../site/check-links.ts';
import { type SidebarItem, sidebarOf, siteAddress } from '../../../site/layout.ts';
import { asCodeHostsRead, highlightedOnce, type Markdown } from '../../../site/markdown.ts';
import { serve } from '../../../site/serve.ts';

const folder = mkdtempSync(join(tmpdir(), 'site-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const put = (path: string, text: string): void => {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
};

describe('addresses and sidebar', () => {
  test('a page keeps its folder below docs/, and an index is its folder', () => {
    expect(siteAddress('docs/how-to/token-exchange.md')).toBe('/how-to/token-exchange');
    expect(siteAddress('docs/explanation/decisions/README.md')).toBe('/explanation/decisions/');
    expect(siteAddress('README.md')).toBe('/about');
  });

  test('every page stands in the sidebar once, from any folder', () => {
    const paths = [
      'README.md',
      'docs/README.md',
      'docs/tutorials/first-agent.md',
      'docs/how-to/token-exchange.md',
      'docs/how-to/policy.md',
      'docs/how-to/no-group-names-this.md',
      'docs/how-to/workloads/README.md',
      'docs/reference/ids.md',
      'docs/explanation/threat-model.md',
      'docs/explanation/decisions/0001-x.md',
    ];
    const linksOf = (items: readonly SidebarItem[]): readonly string[] =>
      items.flatMap(({ link, items: below = [] }) => [...(link ? [link] : []), ...linksOf(below)]);
    const sidebar = sidebarOf(
      paths.map((path) => ({ path, title: path })),
      [],
    );
    expect([...linksOf(sidebar)].sort()).toEqual(paths.map(siteAddress).sort());
    expect(sidebar.map(({ text }) => text)).toEqual([
      'Tutorials',
      'How-to guides',
      'Reference',
      'Explanation',
      'Project',
    ]);
  });
});

describe('Markdown of the repository', () => {
  const rendered = (rule: 'text' | 'html_inline', content: string): string => {
    const escapeHtml = (text: string): string =>
      text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
    const md: Markdown = {
      core: { ruler: { push: () => {}, disable: () => {} } },
      renderer: { rules: {} },
      utils: { escapeHtml },
      options: {},
    };
    asCodeHostsRead(md, { root: folder, staged: folder });
    const token = { type: rule, tag: '', content, children: null, attrGet: () => null, attrSet: () => {} };
    return md.renderer.rules[rule]?.([token], 0, {}, {}, {}) ?? '';
  };

  test('shows braces and names in angle brackets as they are written', () => {
    expect(rendered('text', 'a {{ b }}')).toBe('a &#123;&#123; b }}');
    expect(rendered('html_inline', '<id>')).toBe('&lt;id&gt;');
    expect(rendered('html_inline', '<script>')).toBe('&lt;script&gt;');
  });

  test('colours the same code once, and the same code in another language anew', () => {
    const asked: string[] = [];
    const options: Markdown['options'] = {
      highlight: (code, language) => {
        asked.push(`${language} ${code}`);
        return `<b>${code}</b>`;
      },
    };
    highlightedOnce({ options });
    const coloured = (code: string, language: string) => options.highlight?.(code, language, '');
    expect([coloured('a', 'ts'), coloured('a', 'ts'), coloured('a', 'sh')]).toEqual([
      '<b>a</b>',
      '<b>a</b>',
      '<b>a</b>',
    ]);
    expect(asked).toEqual(['ts a', 'sh a']);
  });

  test('keeps pictures, and makes their addresses relative', () => {
    expect(rendered('html_inline', '<img src="docs/a.png" width="3">')).toBe('<img src="./docs/a.png" width="3">');
    expect(rendered('html_inline', '<br>')).toBe('<br>');
  });
});

describe('the built site', () => {
  beforeAll(() => {
    put('index.html', '<h1 id="top">x</h1><a href="/a/b.html#here">b</a><a href="#top">top</a><img src="/p.png">');
    put('p.png', '');
    put('404.html', 'nothing here');
    put('a/b.html', '<h1 id="here">x</h1><a href="../index.html">back</a>');
  });

  test('is whole when every link, anchor and picture is there', () => {
    expect(checkLinks(folder)).toEqual({ pages: 3, links: 3, broken: [] });
  });

  test('a dead link, a dead anchor and what is loaded from elsewhere are each named', () => {
    put(
      'a/c.html',
      '<a href="/none.html">x</a><a href="b.html#gone">x</a><script src="https://cdn.example.com/x.js"></script>',
    );
    expect(checkLinks(folder).broken).toEqual([
      'a/c.html: the link /none.html leads nowhere',
      'a/c.html: the link b.html#gone leads nowhere',
      'a/c.html: loads https://cdn.example.com/x.js, which is not part of the site',
    ]);
    rmSync(join(folder, 'a/c.html'));
  });

  test('is served on loopback, and nothing outside of its folder', async () => {
    const { url, close } = await serve(folder, 0);
    try {
      const statusOf = (path: string): Promise<number | undefined> =>
        new Promise((done, fail) => {
          request(url, { path }, (response) => done(response.resume().statusCode))
            .on('error', fail)
            .end();
        });
      expect(new URL(url).hostname).toBe('127.0.0.1');
      expect(await statusOf('/')).toBe(200);
      expect(await statusOf('/a/b')).toBe(200);
      expect(await statusOf('/none')).toBe(404);
      expect(await statusOf('/..%2f..%2f..%2f..%2f..%2fetc/passwd')).toBe(404);
      expect(await statusOf('/%zz')).toBe(400);
    } finally {
      await close();
    }
  });
});
