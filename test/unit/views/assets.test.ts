import { describe, expect, test } from '@jest/globals';
import { assetByPath, assets, type StyleName } from '../../../views/assets.ts';

/** Those that users load. The style guide is for development. */
type StyleSheet = 'style.css' | Exclude<StyleName, 'styleguide.css'>;

/** In KiB. */
const MOST: Readonly<Record<StyleSheet, number>> = {
  'style.css': 16,
  'account.css': 4,
  'agents.css': 10,
  'approvals.css': 5,
  'fields.css': 2,
  'bulk.css': 2,
  'charts.css': 4,
  'commands.css': 1,
  'decisions.css': 6,
  'editor.css': 5,
  'frame.css': 9,
  'home.css': 2,
  'inventories.css': 4,
  'policy.css': 7,
  'search.css': 3,
  'sections.css': 2,
  'security.css': 3,
  'timeline.css': 4,
  'tree.css': 2,
};

describe('assets', () => {
  test('are named by their content and found without the prefix of the issuer', () => {
    const href = assets('/id').href('style.css');
    expect(href).toMatch(/^\/id\/assets\/style\.[0-9a-f]{16}\.css$/);
    expect(assetByPath(href.slice('/id'.length))?.type).toBe('text/css; charset=utf-8');
    expect(assetByPath(assets('').href('icon.svg'))?.type).toBe('image/svg+xml');
  });

  test.each([
    '/assets/style.css',
    '/assets/../html.ts',
    '/assets/%2e%2e/html.ts',
    '/assets/',
    '',
    '__proto__',
    'constructor',
  ])('are not found under %j', (path) => {
    expect(assetByPath(path)).toBeUndefined();
  });

  test.each(Object.entries(MOST) as [StyleSheet, number][])(
    '%s loads nothing from anywhere and has at most %d KiB',
    (name, most) => {
      const style = assetByPath(assets('').href(name))?.body.toString() ?? '';
      expect(style).not.toBe('');
      expect(style).not.toMatch(/url\(|@import/);
      expect(style.length).toBeLessThanOrEqual(most * 1024);
    },
  );
});
