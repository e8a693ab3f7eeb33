import { describe, expect, test } from '@jest/globals';
import { assetByPath, assets } from '../../../views/assets.ts';

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

  test('style loads nothing from anywhere and stays small', () => {
    const style = assetByPath(assets('').href('style.css'))?.body.toString() ?? '';
    expect(style).not.toMatch(/url\(|@import/);
    expect(style.length).toBeLessThanOrEqual(14 * 1024);
    const more = assetByPath(assets('').href('agents.css'))?.body.toString() ?? '';
    expect(more).not.toMatch(/url\(|@import/);
    expect(more.length).toBeLessThanOrEqual(5 * 1024);
    const bulk = assetByPath(assets('').href('bulk.css'))?.body.toString() ?? '';
    expect(bulk).not.toMatch(/url\(|@import/);
    expect(bulk.length).toBeLessThanOrEqual(2 * 1024);
    const frame = assetByPath(assets('').href('frame.css'))?.body.toString() ?? '';
    expect(frame).not.toMatch(/url\(|@import/);
    expect(frame.length).toBeLessThanOrEqual(8 * 1024);
    const charts = assetByPath(assets('').href('charts.css'))?.body.toString() ?? '';
    expect(charts).not.toMatch(/url\(|@import/);
    expect(charts.length).toBeLessThanOrEqual(3 * 1024);
    const policies = assetByPath(assets('').href('policy.css'))?.body.toString() ?? '';
    expect(policies).not.toMatch(/url\(|@import/);
    expect(policies.length).toBeLessThanOrEqual(6 * 1024);
  });
});
