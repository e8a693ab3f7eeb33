/** Which suspended delegations a person can still confirm. */
import { expect, test } from '@jest/globals';
import { delegationsOfOwners } from '../../../src/domain/authority/delegation/delegations-of-owners.ts';
import { movableClock, recordedAudit, START } from './fakes.ts';

const LEAF = {
  id: 'dlg_leaf',
  subject: 'acc_anna',
  state: 'suspended',
  ancestors: ['dlg_root', 'dlg_middle'],
  expiresAt: START + 100,
};

/** What is left to confirm of a delegation, when of its ancestors only these are stored and standing. */
const confirmable = async (stored: readonly string[], standing: readonly string[]): Promise<readonly string[]> => {
  const { operations } = delegationsOfOwners({
    slots: {
      delegations: {
        find: async () => [{ document: LEAF, version: 1 }],
        getMany: async () => stored.map((id) => ({ document: { ...LEAF, id }, version: 1 })),
      },
      standing: async ({ id }: { readonly id: string }) =>
        id === LEAF.id || standing.includes(id) ? { ...LEAF, id } : undefined,
    } as never,
    clock: movableClock(),
    audit: recordedAudit(),
    agents: undefined,
    revocation: {} as never,
  });
  return (await operations.suspendedOf(LEAF.subject)).map(({ id }) => id);
};

test('a delegation whose ancestors all stand can be confirmed', async () => {
  expect(await confirmable(LEAF.ancestors, LEAF.ancestors)).toEqual([LEAF.id]);
});

test('a delegation of which one ancestor has ended or is not stored can not', async () => {
  for (const id of LEAF.ancestors) {
    const others = LEAF.ancestors.filter((one) => one !== id);
    expect(await confirmable(LEAF.ancestors, others)).toEqual([]);
    expect(await confirmable(others, LEAF.ancestors)).toEqual([]);
  }
});
