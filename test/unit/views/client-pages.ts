/** Models of the pages of the console about clients. Text that another party chose goes through `text`. */

import type { Html } from '../../../views/html.ts';
import { type ClientModel, clientPage, clientsPage, disableClientPage } from '../../../views/pages/console-clients.ts';
import type { ConsoleFrame } from '../../../views/partials/console-frame.ts';
import { fieldWords } from '../../../views/words/console-fields.ts';
import { grantTypeWords } from '../../../views/words/grant-types.ts';

const NOON = 1_790_000_000;

export const clientPages = (frame: ConsoleFrame, text: (usual: string) => string): Readonly<Record<string, Html>> => {
  const home = `${frame.basePath}/console`;
  const client: ClientModel['client'] = {
    id: text('app_9XkT'),
    href: `${home}/clients/app_1`,
    name: text('Expense reports'),
    state: 'active',
    method: 'private_key_jwt',
    isVerified: true,
    ownerName: text('Alice Adams'),
    createdAt: NOON,
    applicationType: 'web',
    ways: [grantTypeWords.authorization_code, grantTypeWords.refresh_token],
    holds: [{ kind: 'grants', count: 3, isMore: false }],
    redirectUris: [text('https://expenses.example.com/callback')],
    logoutUris: [text('https://expenses.example.com/')],
    origins: [text('https://expenses.example.com')],
    skipsConsent: false,
    binding: 'dpop',
    isSuspended: false,
    idTokenAlgorithm: text('RS256'),
    isPushedOnly: true,
    exceptions: ['no_pkce'],
    keys: { uri: text('https://expenses.example.com/jwks') },
    rights: { [text('https://calendar.example.com/api')]: [text('events:read')] },
    roles: [text('auditor')],
    expiresAt: NOON,
    updatedAt: NOON,
  };
  return {
    'console-clients': clientsPage({
      ...frame,
      action: `${home}/clients`,
      asked: { search: '', state: '' },
      rows: [client, { ...client, id: text('app_2'), state: 'retired', isVerified: false }],
      pages: { nextHref: `${home}/clients?after=x` },
    }),
    'console-client': clientPage({
      ...frame,
      client,
      pageLinks: [{ text: fieldWords.change, href: `${home}/people/acc_1/edit` }],
      auditLogHref: `${home}/audit?caller=app_1`,
      actions: {
        disable: `${client.href}/disable`,
        adopt: `${client.href}/adopt`,
        unverify: `${client.href}/unverify`,
      },
    }),
    'console-disable-client': disableClientPage({
      ...{ ...frame, name: text('Wiki'), action: `${home}/clients/app_1/disable`, clientHref: `${home}/clients/app_1` },
      losses: [{ kind: 'grants', count: 100, isMore: true }],
    }),
    'console-disable-unused-client': disableClientPage({
      ...{ ...frame, name: text('Wiki'), action: `${home}/clients/app_1/disable`, clientHref: `${home}/clients/app_1` },
      losses: [],
    }),
  };
};
