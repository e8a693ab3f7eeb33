/** Which rights of other systems matter. */
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { reachesOf, riskyScopes, SCOPE_RISKS } from '../../../src/domain/governance/scope-risks.ts';

test.each([
  ['Mail.Send', true],
  ['Mail.Read', true],
  ['https://graph.microsoft.com/Mail.Read', true],
  ['User.Read.All', true],
  ['Files.ReadWrite', true],
  ['offline_access', true],
  ['https://api.example.com/auth/drive', true],
  ['https://www.googleapis.com/auth/gmail.readonly', true],
  ['okta.users.manage', true],
  ['repo', true],
  ['contents:write', true],
  ['contents:read', false],
  ['okta.users.read', false],
  ['openid', false],
  ['User.Read', false],
  ['email', false],
  ['Calendars.Read', false],
])('the scope %s is risky: %s', (scope, isRisky) => {
  expect(riskyScopes([scope])).toHaveLength(isRisky ? 1 : 0);
});

test('rights of the table are counted by what they reach, in any case', () => {
  const scopes = ['MAIL.SEND', 'Mail.Read', 'repo', 'Files.Read.All', 'okta.apps.manage', 'openid', 'tickets.write'];
  expect([...reachesOf(scopes)]).toEqual([
    ['mail', 2],
    ['files', 1],
    ['code', 1],
    ['administration', 1],
  ]);
});

test('the reference lists each right with its source', () => {
  const page = readFileSync('docs/reference/findings.md', 'utf8');
  for (const { system, source, scopes } of SCOPE_RISKS) {
    expect(page).toContain(`[${system}](${source})`);
    for (const scope of Object.values(scopes).flat()) expect(page).toContain(`\`${scope}\``);
  }
});
