import { describe, expect, test } from '@jest/globals';
import { html } from '../../../views/html.ts';
import { GERMAN, refusalPhrase } from '../../../views/words/refusals.ts';
import { deliveredFiles } from '../../architecture/source-files.ts';

const german = (message: string): string => html`${refusalPhrase(message)}`.in({ language: 'de' });

const sources = deliveredFiles().filter(({ path }) => path.startsWith('src/'));

test.each(Object.keys(GERMAN))('still said somewhere: %s', (message) => {
  const parts = message.split('{}').map((part) => part.trim());
  expect(sources.filter(({ text }) => parts.every((part) => text.includes(part)))).not.toEqual([]);
});

/** Files whose refusals are read on pages for people, and nowhere else. */
const OF_PAGES = /^src\/http\/(?:interaction|account)\/|^src\/domain\/(?:consent|factors)\/(?!.*registry)/;

test('every refusal of a page for people has a sentence in German', () => {
  const said = sources
    .filter(({ path }) => OF_PAGES.test(path))
    .flatMap(({ path, code }) =>
      [...code.matchAll(/new DomainError\(\s*'\w+',\s*(?:'([^']*)'|`([^`]*)`)/g)].map(([, text, template]) => ({
        path,
        message: text ?? template?.replaceAll(/\$\{[^}]+\}/g, '{}') ?? '',
      })),
    );
  expect(said.length).toBeGreaterThan(20);
  expect(said.filter(({ message }) => /[A-Z]/.test(message) && GERMAN[message] === undefined)).toEqual([]);
});

describe('a refusal', () => {
  test('with a sentence of its own is read in German', () => {
    expect(german('This cannot be answered right now.')).toBe('Das lässt sich im Augenblick nicht beantworten.');
  });

  test('with a part that changes keeps it', () => {
    expect(german('A password has at least 12 characters.')).toBe('Ein Passwort hat mindestens 12 Zeichen.');
    expect(german('Agent agt_1: give it send at https://mail.example.')).toBe(
      'Agent agt_1: ihm send bei https://mail.example geben.',
    );
    expect(german('Account <b>: enable it.')).toBe('Konto &lt;b&gt;: einschalten.');
  });

  test('with a word that changes is a sentence of its own', () => {
    expect(german('This request is denied: there is nothing left to decide.')).toBe(
      'Über diese Anfrage gibt es nichts mehr zu entscheiden: Sie wurde abgelehnt.',
    );
  });

  test('WB-05 any other is introduced in German, marked as English, and escaped', () => {
    expect(german('No <b>such</b> thing.')).toBe(
      'Der Server sagt dazu: <span lang="en">No &lt;b&gt;such&lt;/b&gt; thing.</span>',
    );
  });

  test('WB-05 with a part that somebody else chose is escaped', () => {
    expect(german('<i> does not say that you signed in there just now. Sign in another way.')).toMatch(
      /^&lt;i&gt; bestätigt/,
    );
  });
});
