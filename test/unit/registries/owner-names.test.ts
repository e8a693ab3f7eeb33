import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { systemClock } from '../../../adapters/node/clock.ts';
import { GROUPS, type Group } from '../../../src/domain/identity/groups/group.ts';
import { ownerNames } from '../../../src/domain/identity/groups/owner-names.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';

const world = () => {
  const documents = memoryDocumentStore();
  const groups = documents.collection<Group>(GROUPS);
  const named = (name: string, more: Partial<Group> = {}): Promise<void> =>
    groups.insert({ id: `grp_${name}`, name, members: ['acc_a', 'acc_b'], createdAt: 1, updatedAt: 1, ...more });
  return { names: ownerNames({ documents, clock: systemClock }), named };
};
const refusal = new DomainError('conflict', 'taken');

describe('C17 a name that is given', () => {
  test('is given up where the other kind got it while the process stood still for longer than its turn', async () => {
    const { names, named } = world();
    const taken: string[] = [];
    const giving = names.give(
      'Ops',
      'account',
      refusal,
      () => named('ops', { foldedName: 'ops' }).then(() => 'acc_x'),
      {
        takeBack: async (written) => void taken.push(written),
      },
    );
    await expect(giving).rejects.toBe(refusal);
    expect(taken).toEqual(['acc_x']);
  });

  test('writes nothing where a group has it, also one from before names were folded', async () => {
    const { names, named } = world();
    await named('ops');
    let isWritten = false;
    const write = async (): Promise<void> => {
      isWritten = true;
    };
    const giving = names.give('ops', 'account', refusal, write, { takeBack: async () => undefined });
    await expect(giving).rejects.toBe(refusal);
    expect(isWritten).toBe(false);
  });

  test('waits for its turn: of several at once the writes follow one another', async () => {
    const { names } = world();
    let inside = 0;
    let most = 0;
    const write = async (): Promise<void> => {
      inside += 1;
      most = Math.max(most, inside);
      await new Promise((resolve) => setImmediate(resolve));
      inside -= 1;
    };
    const give = (kind: 'account' | 'group') =>
      names.give('ops', kind, refusal, write, { takeBack: async () => undefined });
    await Promise.all([give('account'), give('group'), give('account'), give('group')]);
    expect(most).toBe(1);
  });
});
