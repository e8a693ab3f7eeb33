/** The style guide shows each part that pages share, and every colour of the style sheet. */
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { assetByPath, assets } from '../../../views/assets.ts';
import { Html } from '../../../views/html.ts';
import { LANGUAGES } from '../../../views/language.ts';
import { styleguidePage } from '../../../views/pages/styleguide.ts';
import { styleguideGroups } from '../../../views/pages/styleguide-parts.ts';
import { CONSOLE_PLACES } from '../../../views/partials/console-frame.ts';
import { schemeRules, styleTokens } from '../../../views/style-tokens.ts';
import { styleguideCaptions } from '../../../views/words/styleguide-captions.ts';
import { elementsOf } from './markup.ts';

const PARTIALS = join(import.meta.dirname, '../../../views/partials');

/** What is not to be looked at by itself. */
const NOT_SHOWN: Readonly<Record<string, string>> = {
  listPage: 'a page',
  bulkPage: 'a page',
  bulkOutcomePage: 'a page',
  breadcrumbs: 'above the heading of a page below a list: its style is on these pages only',
  commandBlock: 'text to copy: its style is on pages that have such text only',
  confirmPage: 'a page',
  placeAt: 'finds a place by a path, and shows nothing',
  consoleNavigation: 'stands beside this page and every other one of the console',
  sideNavigation: 'the same',
  accountNavigation: 'stands beside the pages of an account',
  menuButton: 'in the header of the same pages',
  searchField: 'stands in the header of every page of the console',
  actionLink: 'one of actionRow',
  objectPage: 'a page',
  objectFormPage: 'a page',
  formFoot: 'the buttons at the end of such a page',
  secretPage: 'a page',
  oldCredential: 'a sentence and a button, on the page after a rotation',
  allowSecretPage: 'a page',
  rotateSecretPage: 'a page',
  scopeFieldValue: 'the value of a field',
  linkedName: 'a name in a row or a fact',
  copyable: 'a value in front of copyButton',
  connectionValues: 'facts in a card, each with a button that copies it',
  evidenceCard: 'a list of links in a card, on the page of a finding or response',
  keyMaker: 'hidden until its script shows it',
  hostOf: 'a text in resourceHeading',
  sourceLine: 'a line of sourceText',
  differenceCount: 'a line of differenceText',
  removedPolicies: 'ids, which a page counts',
  withBoxes: 'columns of a list, with the boxes of bulk.css',
  lossNumbers: 'a line of facts',
  cutList: 'a line of text, with the number of what is left out',
  cutLines: 'the lines of rightsList and of cutList',
  chosenForm: 'hidden by bulk.css until a row of the list is ticked',
};

const page = (scheme: 'auto' | 'light' | 'dark' = 'auto'): Html =>
  styleguidePage({ basePath: '/id', csrf: 'x', seesAll: true, sees: CONSOLE_PLACES, scheme });

const style = assetByPath(assets('').href('style.css'))?.body.toString() ?? '';

test('every part that pages share is there, in each of its states', async () => {
  const files = readdirSync(PARTIALS).filter((name) => name.endsWith('.ts'));
  expect(files.length).toBeGreaterThan(20);
  const shared: string[] = [];
  for (const file of files) {
    const module = (await import(join(PARTIALS, file))) as Readonly<Record<string, unknown>>;
    for (const [name, value] of Object.entries(module)) {
      if (typeof value === 'function' || value instanceof Html) shared.push(name);
    }
  }
  const shown: Readonly<Record<string, readonly unknown[]>> = Object.assign({}, ...Object.values(styleguideGroups()));
  const isGone = (name: string) => !shared.includes(name);
  expect({
    'to show in views/pages/styleguide-parts.ts': shared.filter((name) => !(name in shown) && !(name in NOT_SHOWN)),
    'to remove from views/pages/styleguide-parts.ts': Object.keys(shown).filter(isGone),
    'to remove from NOT_SHOWN of this test': Object.keys(NOT_SHOWN).filter(isGone),
  }).toEqual({
    'to show in views/pages/styleguide-parts.ts': [],
    'to remove from views/pages/styleguide-parts.ts': [],
    'to remove from NOT_SHOWN of this test': [],
  });
  for (const [name, states] of Object.entries(shown)) {
    expect({ name, isEmpty: states.length === 0 || states.every((state) => state === undefined) }).toEqual({
      name,
      isEmpty: false,
    });
    expect(page().toString()).toContain(`<h3 id="part-${name}">`);
  }
});

test('a captioned part has a caption for each of its variants', () => {
  const shown: Readonly<Record<string, readonly unknown[]>> = Object.assign({}, ...Object.values(styleguideGroups()));
  for (const [part, captions] of Object.entries(styleguideCaptions)) {
    expect({ part, captions: captions.length }).toEqual({ part, captions: shown[part]?.length });
  }
  expect(
    page()
      .toString()
      .match(/class="caption"/g),
  ).toHaveLength(Object.values(styleguideCaptions).flat().length);
});

test.each(LANGUAGES)('is well-formed in %s, no id stands twice, each input has its label', (language) => {
  const elements = elementsOf(page('dark').in({ language }));
  const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
  expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  expect(elements.filter(({ name }) => name === 'h1')).toHaveLength(1);
});

describe('colours', () => {
  test('each one of the style sheet is shown, in both schemes', () => {
    const tokens = styleTokens(style);
    const declared = new Set([...style.matchAll(/^\s+(--[a-z-]+): #/gm)].map(([, name]) => name));
    expect(new Set(tokens.map(({ name }) => name))).toEqual(declared);
    const shown = page().toString();
    for (const { name, light, dark } of tokens) {
      for (const text of [name, light, dark]) expect(shown).toContain(`<code>${text}</code>`);
    }
    expect(tokens.find(({ name }) => name === '--page')).toEqual({ name: '--page', light: '#f3f5f4', dark: '#0f1514' });
  });

  test('a part of a page takes a scheme, under any preference of the browser, by a rule made of the style sheet', () => {
    expect(schemeRules(style)).toContain('.scheme-dark {\n  color-scheme: dark;\n  --page: #0f1514;');
    const sheet = assetByPath(assets('').href('styleguide.css'))?.body.toString() ?? '';
    expect(sheet.startsWith(schemeRules(style))).toBe(true);
    expect(sheet).not.toMatch(/url\(|@import/);
  });
});
