import { expect, test } from '@jest/globals';
import { html } from '../../../views/html.ts';
import { GERMAN, refusalPhrase } from '../../../views/words/refusals.ts';
import { deliveredFiles } from '../../architecture/source-files.ts';

const german = (message: string): string => html`${refusalPhrase(message)}`.in({ language: 'de' });

test.each(Object.keys(GERMAN))('still said somewhere: %s', (message) => {
  const parts = message.split('{}').map((part) => part.trim());
  const said = deliveredFiles().filter(
    ({ path, text }) => path.startsWith('src/') && parts.every((part) => text.includes(part)),
  );
  expect(said).not.toEqual([]);
});

test('a refusal with a sentence of its own is read in German', () => {
  expect(german('This cannot be answered right now.')).toBe('Das lässt sich im Augenblick nicht beantworten.');
});

test('a part that changes stands in the German sentence as well', () => {
  expect(german('Agent agt_1: give it send at https://mail.example.')).toBe(
    'Agent agt_1: ihm send bei https://mail.example geben.',
  );
  expect(german('Account <b>: enable it.')).toBe('Konto &lt;b&gt;: einschalten.');
});

test('WB-05 any other is introduced in German, marked as English, and escaped', () => {
  expect(german('No <b>such</b> thing.')).toBe(
    'Der Server sagt dazu: <span lang="en">No &lt;b&gt;such&lt;/b&gt; thing.</span>',
  );
});
