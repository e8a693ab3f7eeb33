import { describe, expect, test } from '@jest/globals';
import { html, phrase } from '../../../views/html.ts';
import { agoText, durationText, secondText, timeText } from '../../../views/time-text.ts';

describe('html tag', () => {
  test('escapes text for content and for attributes', () => {
    expect(String(html`<p title="${`"'\`<>&`}">${'<b>&amp;'}</p>`)).toBe(
      '<p title="&quot;&#39;&#96;&lt;&gt;&amp;">&lt;b&gt;&amp;amp;</p>',
    );
  });

  test('joins lists, nests markup, prints nothing for what is absent', () => {
    expect(String(html`${[html`<i>${1}</i>`, 'a&b', [2]]}${undefined}${null}${false}${''}`)).toBe('<i>1</i>a&amp;b2');
  });

  test('does not take an object that looks like markup for markup', () => {
    const forged = { toString: () => '<script>' } as unknown as string;
    expect(() => html`${forged}`).toThrow(TypeError);
    expect(() => html`${[html`<b></b>`, [forged]]}`).toThrow(TypeError);
    // What a function or a phrase gives is known when the page is rendered.
    expect(() => String(html`${() => [forged]}`)).toThrow(TypeError);
    expect(() => String(html`${phrase({ en: forged, de: forged })}`)).toThrow(TypeError);
  });
});

describe('times', () => {
  test('are UTC text with a machine-readable form', () => {
    expect(String(timeText(1_790_000_000))).toBe(
      '<time datetime="2026-09-21T14:13:20Z">21 Sept 2026, 14:13 UTC</time>',
    );
    expect(String(timeText(0))).toContain('datetime="1970-01-01T00:00:00Z"');
  });

  const AT = 1_790_000_000;

  test.each([
    [0, 'just now', 'gerade eben'],
    [59, 'just now', 'gerade eben'],
    [125, '2 min ago', 'vor 2 Min.'],
    [3 * 3_600, '3 hr ago', 'vor 3 Std.'],
    [13 * 86_400, '13 days ago', 'vor 13 Tagen'],
    [14 * 86_400, '21 Sept 2026', '21.09.2026'],
    [-540, 'in 9 min', 'in 9 Min.'],
  ])('%d seconds later a moment is %j, with the exact time as its title', (later, en, de) => {
    const shown = (language: 'en' | 'de'): string => agoText(AT).in({ language, now: AT + later });
    expect(shown('en')).toBe(`<time datetime="2026-09-21T14:13:20Z" title="21 Sept 2026, 14:13:20 UTC">${en}</time>`);
    expect(shown('de')).toContain(`>${de}<`);
  });

  test('are absolute for a reader whose time is not known', () => {
    expect(agoText(AT).in({ language: 'en' })).toContain('>21 Sept 2026, 14:13 UTC<');
  });

  test('have seconds in the audit log', () => {
    expect(secondText(AT).in({ language: 'en' })).toContain('>21 Sept, 14:13:20<');
  });

  test.each([
    [3_600, '1 hour'],
    [86_400, '1 day'],
    [604_800, '7 days'],
    [2_592_000, '30 days'],
    [5_400, '90 minutes'],
    [61, '61 seconds'],
  ])('%d seconds are %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });
});
