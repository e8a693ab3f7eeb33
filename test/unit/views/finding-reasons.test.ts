/** Reasons of findings with a number: one of a thing is not several. */
import { expect, test } from '@jest/globals';
import { html } from '../../../views/html.ts';
import { reasonWords } from '../../../views/words/finding-reasons.ts';

const COUNTED = [
  ['no_person', '1 token without', '1 Token, ohne'],
  ['many_people', 'tokens for 1 person who', 'Tokens für 1 Person, die sich nicht angemeldet hatte'],
  ['many_rights', 'tokens for 1 set of', 'Tokens für 1 Kombination aus'],
  ['burst', '1 token within', '1 Token in'],
  ['machine_hours', 'Tokens in 1 hour of', 'Tokens in 1 Stunde eines'],
  ['no_transaction', '1 token, in no', '1 Token, keines'],
  ['used_after_adoption', 'used 1 day after', '1 Tag nach'],
  ['ends_soon', 'Ends in 1 day', 'Endet in 1 Tag'],
  ['not_used', 'No token for 1 day', 'Seit 1 Tag kein'],
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
