import { describe, expect, test } from '@jest/globals';
import { schemaAt } from '../../../config/schema.ts';
import { LANGUAGES as OF_ACCOUNTS } from '../../../src/domain/identity/accounts/language.ts';
import { html, phrase } from '../../../views/html.ts';
import { firstLanguage, LANGUAGES, preferredTags } from '../../../views/language.ts';
import { durationText, momentText } from '../../../views/time-text.ts';

describe('the language of a reader', () => {
  test.each([
    ['de', 'de'],
    ['de-AT,de;q=0.9,en;q=0.8', 'de'],
    ['en;q=0.5, de;q=0.9', 'de'],
    ['fr, en;q=0.3, de;q=0.2', 'en'],
    ['DE-ch', 'de'],
  ])('is the first of ours in Accept-Language: %s', (header, language) => {
    expect(firstLanguage(preferredTags(header))).toBe(language);
  });

  test.each([
    ['', 'nothing'],
    ['*', 'anything'],
    ['fr, it', 'others'],
    ['de;q=0', 'one that is refused'],
    ['de;q=nonsense', 'a weight that is none'],
    ['deutsch, -de, de_DE', 'no tags'],
    [`${'x'.repeat(500)},de`, 'too much'],
  ])('is not found in %p (%s)', (header) => {
    expect(firstLanguage(preferredTags(header))).toBeUndefined();
  });

  test('answers a region in its language (RFC 4647 §3.4)', () => {
    expect(firstLanguage(['fr-CH', 'de-CH', 'en'])).toBe('de');
  });
});

test('accounts and the setting of mails know the languages that pages have', () => {
  expect(OF_ACCOUNTS).toEqual(LANGUAGES);
  expect(schemaAt(['mail', 'language'])?.enum).toEqual(LANGUAGES);
});

describe('a page', () => {
  const greeting = (name: string) => phrase({ en: html`Hello <b>${name}</b>`, de: html`Hallo <b>${name}</b>` });

  test('holds its phrases in every language, and is written out in one', () => {
    const page = html`<p title="${phrase({ en: 'Yes', de: 'Ja' })}">${[greeting('<i>')]}</p>`;
    expect(page.in({ language: 'de' })).toBe('<p title="Ja">Hallo <b>&lt;i&gt;</b></p>');
    expect(String(page)).toBe('<p title="Yes">Hello <b>&lt;i&gt;</b></p>');
  });

  test('escapes what is only known when it is written out', () => {
    expect(html`${({ here }) => here}`.in({ language: 'en', here: '/<x>' })).toBe('/&lt;x&gt;');
  });

  test('has no text where a phrase holds markup', () => {
    expect(() => greeting('x').text('de')).toThrow(TypeError);
    expect(phrase({ en: 'Yes', de: 'Ja' }).text('de')).toBe('Ja');
  });

  test('says times as the language does', () => {
    expect(momentText(1_790_000_000, 'de')).toBe('21.09.2026, 14:13 UTC');
    expect(durationText(604_800, 'de')).toBe('7 Tage');
    expect(durationText(3_600, 'de')).toBe('1 Stunde');
  });
});
