/** Lists of apps in the forms of other systems. */
import { describe, expect, test } from '@jest/globals';
import { readInventory } from '../../../src/cli/inventory-formats.ts';
import { riskyScopes } from '../../../src/domain/governance/inventory.ts';

/** As Microsoft Graph v1.0 answers, with members that are not read. */
const ENTRA = JSON.stringify({
  servicePrincipals: {
    '@odata.context': 'https://graph.example.com/v1.0/$metadata#servicePrincipals',
    value: [
      {
        ...{ id: 'sp-1', appId: 'app-1', displayName: 'Mail helper', accountEnabled: true, appRoles: [] },
        verifiedPublisher: { displayName: 'Contoso', verifiedPublisherId: '1', addedDateTime: '2025-01-01T00:00:00Z' },
      },
      { id: 'sp-2', appId: 'app-2', displayName: 'Old wiki', accountEnabled: false, publisherName: 'Fabrikam' },
    ],
  },
  oauth2PermissionGrants: [
    {
      id: 'g1',
      clientId: 'sp-1',
      consentType: 'Principal',
      principalId: 'u1',
      resourceId: 'r',
      scope: 'Mail.Send User.Read',
    },
    { id: 'g2', clientId: 'sp-1', consentType: 'Principal', principalId: 'u2', resourceId: 'r', scope: 'Mail.Send' },
    {
      id: 'g3',
      clientId: 'sp-1',
      consentType: 'AllPrincipals',
      principalId: null,
      resourceId: 'r',
      scope: ' User.Read.All',
    },
  ],
});

describe('formats', () => {
  test('Entra ID: grants belong to a service principal by clientId', () => {
    expect(readInventory(ENTRA, 'entra')).toEqual([
      {
        ...{ external_id: 'app-1', name: 'Mail helper', publisher: 'Contoso', people: 2 },
        ...{ scopes: ['Mail.Send', 'User.Read', 'User.Read.All'], is_for_everyone: true, is_enabled: true },
      },
      {
        ...{ external_id: 'app-2', name: 'Old wiki', publisher: 'Fabrikam', people: 0 },
        ...{ is_for_everyone: false, is_enabled: false },
      },
    ]);
  });

  test('CSV: quotation marks, line breaks in cells, a byte order mark, empty cells (RFC 4180)', () => {
    const file =
      '\uFEFFexternal_id,name,scopes,people,is_enabled\r\n1,"A ""big"", old\napp",mail.send files.read,3,no\r\n2,Plain,,,\r\n\r\n';
    expect(readInventory(file, 'csv')).toEqual([
      {
        external_id: '1',
        name: 'A "big", old\napp',
        scopes: ['mail.send', 'files.read'],
        people: 3,
        is_enabled: false,
      },
      { external_id: '2', name: 'Plain' },
    ]);
  });

  test('NDJSON: one object a line', () => {
    expect(readInventory('{"external_id":"1","name":"A"}\n\n{"external_id":"2","name":"B"}\n', 'ndjson')).toHaveLength(
      2,
    );
  });

  test.each([
    ['csv', 'name\nA', /no column external_id/],
    ['csv', 'external_id,name\n1,"A', /not closed/],
    ['ndjson', '{"external_id":', /line 1 is no JSON/],
    ['ndjson', '[]', /line 1 is no object/],
    ['entra', '[]', /no servicePrincipals/],
    ['entra', '{"servicePrincipals":{"value":[]}}', /no servicePrincipals/],
  ] as const)('a %s file of another form is refused: %s', (format, file, message) => {
    expect(() => readInventory(file, format)).toThrow(message);
  });
});

test.each([
  ['Mail.Send', true],
  ['User.Read.All', true],
  ['Files.ReadWrite', true],
  ['offline_access', true],
  ['https://api.example.com/auth/drive', true],
  ['openid', false],
  ['User.Read', false],
  ['email', false],
  ['Calendars.Read', false],
])('the scope %s is risky: %s', (scope, isRisky) => {
  expect(riskyScopes([scope])).toHaveLength(isRisky ? 1 : 0);
});
