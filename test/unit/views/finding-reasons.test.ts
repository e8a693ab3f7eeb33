/** Reasons of findings with a number: one of a thing is not several. */
import { expect, test } from '@jest/globals';
import { html } from '../../../views/html.ts';
import { reasonWords } from '../../../views/words/finding-reasons.ts';

const COUNTED = [
  ['risky_scopes', '1 right that changes, sends', '1 Recht, das ändert, sendet'],
  ['mail_rights', '1 of its rights reads or sends mail', '1 ihrer Rechte liest oder sendet E-Mails'],
  ['file_rights', '1 of its rights reaches all files', '1 ihrer Rechte erreicht alle Dateien'],
  ['code_rights', '1 of its rights changes code', '1 ihrer Rechte ändert Code'],
  ['administration_rights', '1 of its rights administers', '1 ihrer Rechte verwaltet'],
  ['people_consented', '1 person gave it rights', '1 Person hat ihr Rechte gegeben'],
  ['unknown_subjects', '1 event within', '1 Ereignis an'],
  ['unknown_tokens', '1 report within', '1 Bericht an'],
] as const;

test.each(COUNTED)('%s: the words for one are in the singular', (reason, english, german) => {
  const read = (value: number, language: 'en' | 'de') => html`${reasonWords[reason](value)}`.in({ language });
  expect(read(1, 'en')).toContain(english);
  expect(read(1, 'de')).toContain(german);
  expect(read(2, 'en')).not.toBe(read(1, 'en').replace('1', '2'));
  expect(read(2, 'de')).not.toBe(read(1, 'de').replace('1', '2'));
});
