/** Whether a person allowed an agent something under a former owner alone. */
import { expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { newOwners } from '../../../src/domain/authority/consent/new-owners.ts';
import { CONSENTS } from '../../../src/domain/authority/consent/remembered-consent.ts';

const scene = async (answers: readonly (number | undefined)[] = [], suspended: readonly object[] = []) => {
  const documents = memoryDocumentStore('refused');
  const consents = documents.collection<{ readonly id: string }>(CONSENTS as never);
  for (const [index, ownership] of answers.entries()) {
    const members = { account: 'acc_anna', clientId: 'agt_a', key: `k${index}`, createdAt: index, expiresAt: 9e9 };
    await consents.insert({
      id: `cns_${index}`,
      ...members,
      ...(ownership === undefined ? {} : { ownership }),
    } as never);
  }
  const asked: unknown[] = [];
  const owners = newOwners({
    documents,
    delegations: {
      suspendedOf: async () => suspended,
      async suspendedAt(...given: readonly unknown[]) {
        asked.push(given);
        return given[2] === 'https://mail.example' ? { id: 'dlg_1' } : undefined;
      },
    } as never,
  });
  const isNew = (ownership: number | undefined, clientId = 'agt_a') =>
    owners.isNew({ account: 'acc_anna', clientId } as never, {
      id: 'agt_a',
      ...(ownership === undefined ? {} : { ownership }),
    });
  return { owners, isNew, asked };
};

test('an agent that has had one owner is not new', async () => {
  const { isNew } = await scene([undefined], [{ id: 'dlg_1' }]);
  expect([await isNew(undefined), await isNew(0)]).toEqual([false, false]);
});

test('what waits for the person makes the owner new, in requests of any client', async () => {
  const { isNew } = await scene([1], [{ id: 'dlg_1' }]);
  expect([await isNew(1), await isNew(1, 'cli_app')]).toEqual([true, true]);
});

test.each<[string, readonly (number | undefined)[], boolean]>([
  ['none', [], false],
  ['of the first owner', [undefined], true],
  ['of former owners', [undefined, 1], true],
  ['of this owner', [2], false],
  ['of a former and this owner', [1, 2], false],
])('with answers %s the owner is new: %s', async (_, answers, expected) => {
  const { isNew } = await scene(answers);
  expect(await isNew(2)).toBe(expected);
  expect(await isNew(2, 'cli_app')).toBe(false);
});

test('the delegations that wait are those of the asked resources, each once', async () => {
  const { owners, asked } = await scene();
  const resources = { 'https://mail.example': ['read'], 'https://pay.example': [] };
  const question = {
    account: 'acc_anna',
    resources,
    details: { 'https://mail.example': [], 'https://files.example': [] },
    via: 'cli_app',
  };
  expect(await owners.suspendedIn(question as never, 'agt_a')).toEqual(['dlg_1']);
  expect(asked).toHaveLength(3);
  expect(asked[0]).toEqual(['acc_anna', 'agt_a', 'https://mail.example', 'cli_app']);
  expect(await owners.suspendedIn({ account: 'acc_anna', resources: {} } as never, 'agt_a')).toEqual([]);
});
