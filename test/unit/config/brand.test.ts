/** The operator's brand: what its logo and its colours may be. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { contrast, SURFACES } from '../../../config/brand.ts';
import { loadConfiguration } from '../../../config/load.ts';
import { isConfigurationError, type Problem } from '../../../config/problem.ts';
import { assetByPath, assets } from '../../../views/assets.ts';
import { styleTokens } from '../../../views/style-tokens.ts';

const PNG = Buffer.concat([Buffer.from('89504e470d0a1a0a', 'hex'), Buffer.alloc(200)]);

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'behalf-brand-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

const fileOf = (name: string, content: Buffer | string): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

const problemsOf = (brand: object): readonly Problem[] => {
  try {
    loadConfiguration({
      argv: ['--config', 'behalf.json'],
      env: {},
      isFirstStart: false,
      readFile: () => JSON.stringify({ brand }),
    });
  } catch (error) {
    if (isConfigurationError(error)) return error.problems;
    throw error;
  }
  return [];
};

describe('the accent colour', () => {
  test('is checked on the surfaces of the style sheet', () => {
    const tokens = styleTokens(assetByPath(assets('').href('style.css'))?.body.toString() ?? '');
    const surfaces = ['--card', '--page', '--sunk'].map((name) => tokens.find((token) => token.name === name));
    for (const scheme of ['light', 'dark'] as const)
      expect(surfaces.map((token) => token?.[scheme])).toEqual(SURFACES[scheme]);
  });

  test('contrast is that of WCAG 2.2', () => {
    expect(contrast('#000000', '#ffffff')).toBe(21);
    expect(contrast('#ffffff', '#000000')).toBe(21);
    expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.478, 3);
  });

  test.each(['light', 'dark'] as const)(
    'without enough contrast in %s colours it is refused, with the ratio and a colour that has enough',
    (scheme) => {
      const wrong = scheme === 'light' ? '#ffcc00' : '#7a1f00';
      const good = { light: '#0b5f5b', dark: '#6fd3c7' };
      const [problem, ...others] = problemsOf({ accentColor: { ...good, [scheme]: wrong } });
      expect(others).toEqual([]);
      expect(problem).toMatchObject({
        pointer: `/brand/accentColor/${scheme}`,
        message: expect.stringMatching(/^#\w{6} has a contrast of [1-4]\.\d\d:1 on #\w{6}\. Text needs 4\.5:1/),
      });
      const better = /#\w{6}/.exec(problem?.suggestion ?? '')?.[0] ?? '';
      expect(problemsOf({ accentColor: { ...good, [scheme]: better } })).toEqual([]);
    },
  );

  test('is a colour, and one for each scheme', () => {
    expect(problemsOf({ accentColor: { light: 'teal', dark: '#6fd3c7' } }).map(({ pointer }) => pointer)).toEqual([
      '/brand/accentColor/light',
    ]);
    expect(problemsOf({ accentColor: { light: '#0b5f5b' } }).map(({ pointer }) => pointer)).toEqual([
      '/brand/accentColor/dark',
    ]);
  });
});

describe('the logo', () => {
  test('is a PNG, JPEG or WebP image by its content', () => {
    for (const [name, content] of [
      ['a.png', PNG],
      ['b.dat', Buffer.from('ffd8ffe000', 'hex')],
      ['c.webp', Buffer.from('RIFF\x10\x00\x00\x00WEBPVP8 ', 'latin1')],
    ] as const)
      expect(problemsOf({ logoFile: fileOf(name, content) })).toEqual([]);
  });

  test.each([
    ['SVG, which can contain scripts', '<svg xmlns="http://www.w3.org/2000/svg"/>', /SVG is refused/],
    ['HTML with the name of an image', '<!doctype html>', /no PNG, JPEG or WebP image/],
    ['more than 16 KiB', Buffer.concat([PNG, Buffer.alloc(16_384)]), /at most 16384 are allowed/],
  ])('is refused: %s', (_, content, message) => {
    const [problem] = problemsOf({ logoFile: fileOf('logo.png', content) });
    expect(problem).toMatchObject({ pointer: '/brand/logoFile', message: expect.stringMatching(message) });
    expect(problem?.suggestion).not.toBe('');
  });

  test('is refused where there is no such file', () => {
    expect(problemsOf({ logoFile: join(folder, 'nothing.png') })).toMatchObject([
      { pointer: '/brand/logoFile', message: 'The logo cannot be read (ENOENT).' },
    ]);
  });
});

test.each([
  ['supportUrl', 'javascript:alert(1)'],
  ['privacyUrl', 'http://example.com'],
  ['termsUrl', 'mailto:a@example.com'],
  ['name', '<b>Bank</b>'],
])('%s is refused: %s', (name, value) => {
  expect(problemsOf({ [name]: value }).map(({ pointer }) => pointer)).toEqual([`/brand/${name}`]);
});
