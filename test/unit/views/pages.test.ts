import { beforeAll, describe, expect, test } from '@jest/globals';
import type { Html } from '../../../views/html.ts';
import { type Element, elementsOf } from './markup.ts';
import { PAYLOADS } from './payloads.ts';
import { samplePages } from './sample-pages.ts';

const pages = Object.entries(samplePages(undefined, '/id'));
/** What leads somewhere on each page when nobody tries anything. */
const usualTargets = new Map<string, readonly (string | undefined)[]>();

beforeAll(() => {
  for (const [name, page] of Object.entries(samplePages(() => 'x'))) usualTargets.set(name, targetsOf(page));
});

describe('WB-05 text that somebody else chose', () => {
  test.each(PAYLOADS)('stays text on every page: %j', (payload) => {
    for (const [name, page] of Object.entries(samplePages(() => payload))) {
      expect(targetsOf(page)).toEqual(usualTargets.get(name));
    }
  });

  test('is cut before it fills the page (AP-18)', () => {
    for (const page of Object.values(samplePages(() => 'W'.repeat(50_000)))) {
      // What a person typed comes back to them whole.
      const shown = String(page)
        .replace(/<textarea[^>]*>[^<]*/g, ' ')
        .replace(/<[^>]*>/g, ' ');
      expect(Math.max(...(shown.match(/W+/g) ?? ['']).map(({ length }) => length))).toBeLessThanOrEqual(400);
    }
  });
});

describe('every page', () => {
  test.each(pages)('%s is well-formed, in English, with one heading of the first level', (_, page) => {
    const elements = elementsOf(String(page));
    expect(String(page).startsWith('<!doctype html>\n<html lang="en">')).toBe(true);
    expect(elements.filter(({ name }) => name === 'h1')).toHaveLength(1);
    const ids = elements.flatMap(({ attributes }) => attributes['id'] ?? []);
    expect(new Set(ids).size).toBe(ids.length);
  });

  test.each(pages)('%s labels each input and each select', (_, page) => {
    const elements = elementsOf(String(page));
    const labelled = elements.filter(({ name }) => name === 'label').map(({ attributes }) => attributes['for']);
    const inputs = elements.filter(
      ({ name, attributes }) =>
        (name === 'input' && attributes['type'] !== 'hidden' && !('hidden' in attributes)) ||
        name === 'select' ||
        name === 'textarea',
    );
    expect(inputs.filter(({ attributes }) => !labelled.includes(attributes['id']))).toEqual([]);
  });

  test.each(pages)('%s holds no script, and only links and forms to our own prefix', (_, page) => {
    const elements = elementsOf(String(page));
    const targets = elements.filter(isActive).map(({ attributes }) => targetOf(attributes) ?? '');
    const foreign = targets.filter((target) => !target.startsWith('/id/') && !target.startsWith('#'));
    // RFC 8414 §3.1 puts the well-known name in front of the issuer's path.
    expect(foreign.filter((target) => target !== '/.well-known/oauth-authorization-server/id')).toEqual([]);
    const methods = elements.filter(({ name }) => name === 'form').map(({ attributes }) => attributes['method']);
    // A search changes nothing, and its address can be kept.
    expect(methods.filter((method, index) => method !== 'post' && !isSearch(elements, index))).toEqual([]);
  });

  test.each(pages)('%s keeps text of others out of its title', (name) => {
    const title = /<title>(.*)<\/title>/.exec(String(samplePages(() => 'ZZZ')[name]))?.[1];
    if (name !== 'error') expect(title).not.toContain('ZZZ');
  });
});

const isSearch = (elements: readonly Element[], index: number): boolean =>
  elements.filter(({ name }) => name === 'form')[index]?.attributes['role'] === 'search';

const targetsOf = (page: Html): readonly (string | undefined)[] =>
  elementsOf(String(page))
    .filter(isActive)
    .map(({ attributes }) => targetOf(attributes));

const isActive = ({ attributes }: { readonly attributes: Readonly<Record<string, string>> }): boolean =>
  targetOf(attributes) !== undefined;

const targetOf = (attributes: Readonly<Record<string, string>>): string | undefined =>
  attributes['href'] ?? attributes['src'] ?? attributes['action'];
