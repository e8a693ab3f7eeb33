/** The page of another domain: what is too long for it is counted. */
import { expect, test } from '@jest/globals';
import { peerPage } from '../../../views/pages/console-peers.ts';

const names = (count: number, name: string): readonly string[] =>
  Array.from({ length: count }, (_, index) => `${name}-${index}`);

const shown = (count: number, language: 'en' | 'de' = 'en'): string => {
  const scopes = names(count, 'scope');
  return peerPage({
    ...{ basePath: '', csrf: 'c', seesAll: true, sees: [], path: '/console/peers/per_1', actions: [] },
    peer: {
      ...{ id: 'per_1', href: '/console/peers/per_1', name: 'Partner', issuer: 'https://partner.example.com' },
      ...{ accepts: true, issues: true, health: 'pinned', state: 'active', createdAt: 1, updatedAt: 1 },
      inbound: {
        ...{ clients: names(count, 'redeemer'), resources: { 'https://here.example.com': scopes } },
        ...{ subjects: 'linked', maxLifetimeSeconds: 300 },
      },
      outbound: {
        clients: names(count, 'vouched').map((name) => ({ name, there: name, href: '/console' })),
        resources: [
          { identifier: 'https://there.example.com', scopes: scopes.map((name) => ({ name, risk: 'low' as const })) },
        ],
        lifetimeSeconds: 300,
      },
    },
  }).in({ language });
};

const MORE = { en: /and (\d+) more/g, de: /und (\d+) weitere/g } as const;

test.each(['en', 'de'] as const)('clients and scopes beyond the first 50 of each list are counted (%s)', (language) => {
  const page = shown(53, language);
  // Clients that redeem, scopes here, clients that request, scopes there.
  expect([...page.matchAll(MORE[language])].map(([, count]) => count)).toEqual(['3', '3', '3', '3']);
  expect([page.includes('vouched-49'), page.includes('vouched-50')]).toEqual([true, false]);
});

test('lists of 50 are whole', () => {
  const page = shown(50);
  expect(page).not.toMatch(MORE.en);
  expect([page.includes('redeemer-49'), page.includes('vouched-49'), page.includes('scope-49')]).toEqual([
    true,
    true,
    true,
  ]);
});
