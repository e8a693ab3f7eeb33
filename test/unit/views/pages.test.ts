import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Html } from '../../../views/html.ts';
import { LANGUAGES, type Language } from '../../../views/language.ts';
import { type Element, elementsOf } from './markup.ts';
import { PAYLOADS } from './payloads.ts';
import { samplePages } from './sample-pages.ts';

/** Each page as readers of each language get it. */
const written = (all: Readonly<Record<string, Html>>): readonly (readonly [string, Language, string])[] =>
  Object.entries(all).flatMap(([name, page]) =>
    LANGUAGES.map((language) => [name, language, page.in({ language })] as const),
  );

const pages = written(samplePages(undefined, '/id'));
/** The same pages, with one mark for each text of others. */
const marked = samplePages(() => 'ZZZ');
/** The links of each page without hostile text, as JSON: to compare lists by Jest takes longer than to build the pages. */
const usualTargets = new Map<string, string>();

beforeAll(() => {
  for (const [name, language, page] of written(samplePages(() => 'x'))) {
    usualTargets.set(`${name} ${language}`, targetsOf(page));
  }
});

describe('WB-05 text that another party chose', () => {
  // Each payload in one of the languages, in turn: the places are the same in all.
  const attacks = PAYLOADS.map((payload, index) => [payload, LANGUAGES[index % LANGUAGES.length]] as const);

  test.each(attacks)('stays text on every page: %j, in %s', (payload, language = 'en') => {
    const others: string[] = [];
    for (const [name, built] of Object.entries(samplePages(() => payload))) {
      const targets = targetsOf(built.in({ language }));
      if (targets !== usualTargets.get(`${name} ${language}`)) others.push(`${name}: ${targets}`);
    }
    expect(others).toEqual([]);
  });

  test('is cut before it fills the page (AP-18)', () => {
    for (const [, , page] of written(samplePages(() => 'W'.repeat(50_000)))) {
      // What a person typed comes back to them whole.
      const shown = page.replace(/<textarea[^>]*>[^<]*/g, ' ').replace(/<[^>]*>/g, ' ');
      expect(Math.max(...(shown.match(/W+/g) ?? ['']).map(({ length }) => length))).toBeLessThanOrEqual(400);
    }
  });
});

describe('every page', () => {
  test.each(pages)('%s is well-formed, in %s, with one heading of the first level', (_, language, page) => {
    const elements = elementsOf(page);
    expect(page.startsWith(`<!doctype html>\n<html lang="${language}">`)).toBe(true);
    expect(elements.filter(({ name }) => name === 'h1')).toHaveLength(1);
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(pages)('%s in %s labels each input and each select', (_, __, page) => {
    const elements = elementsOf(page);
    const labelled = elements.filter(({ name }) => name === 'label').map(({ attributes }) => attributes['for']);
    const inputs = elements.filter(
      ({ name, attributes }) =>
        (name === 'input' && attributes['type'] !== 'hidden' && !('hidden' in attributes)) ||
        name === 'select' ||
        name === 'textarea',
    );
    expect(inputs.filter(({ attributes }) => !labelled.includes(attributes['id']))).toEqual([]);
  });

  test.each(pages)('%s in %s holds no script, and only links and forms to our own prefix', (_, __, page) => {
    const elements = elementsOf(page);
    const targets = elements.filter(isActive).map(({ attributes }) => targetOf(attributes) ?? '');
    const foreign = targets.filter((target) => !target.startsWith('/id/') && !target.startsWith('#'));
    // RFC 8414 §3.1 puts the well-known name in front of the issuer's path.
    expect(foreign.filter((target) => target !== '/.well-known/oauth-authorization-server/id')).toEqual([]);
    const methods = elements.filter(({ name }) => name === 'form').map(({ attributes }) => attributes['method']);
    // A search or a preview changes nothing, and its address can be kept.
    expect(methods.filter((method, index) => method !== 'post' && !isReading(elements, index))).toEqual([]);
  });

  test.each(pages)('%s in %s keeps text of others out of its title', (name, language) => {
    const title = /<title>(.*)<\/title>/.exec(marked[name]?.in({ language }) ?? '')?.[1];
    expect(title).toMatch(/ · Behalf$/);
    if (name !== 'error') expect(title).not.toContain('ZZZ');
  });
});

const isReading = (elements: readonly Element[], index: number): boolean => {
  const { role, action = '' } = elements.filter(({ name }) => name === 'form')[index]?.attributes ?? {};
  return (
    role === 'search' || ['agents/bulk', 'delegations/end', 'people/disable'].some((page) => action.endsWith(page))
  );
};

const targetsOf = (page: string): string =>
  JSON.stringify(
    elementsOf(page)
      .filter(isActive)
      .map(({ attributes }) => targetOf(attributes)),
  );

const isActive = ({ attributes }: { readonly attributes: Readonly<Record<string, string>> }): boolean =>
  targetOf(attributes) !== undefined;

const targetOf = (attributes: Readonly<Record<string, string>>): string | undefined =>
  attributes['href'] ?? attributes['src'] ?? attributes['action'];
