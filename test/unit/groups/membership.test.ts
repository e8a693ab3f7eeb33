import { describe, expect, test } from '@jest/globals';
import type { Group } from '../../../src/domain/identity/groups/group.ts';
import { heldSince, membersSince, withMembers } from '../../../src/domain/identity/groups/membership.ts';

const START = 1_000;
type Members = Pick<Group, 'members' | 'formerMembers' | 'leftUnknownUntil' | 'joinedAt'>;
const group: Members = { members: ['acc_a', 'acc_b'] };
const active = (...ids: readonly string[]) => new Map(ids.map((id) => [id, { state: 'active' } as const]));

describe('who was a member since a second', () => {
  test('is a member, or left in it or later', () => {
    const next = withMembers(group, ['acc_b', 'acc_c'], START);
    expect(membersSince(next, START)).toEqual(['acc_b', 'acc_c', 'acc_a']);
    expect(membersSince(next, START + 1)).toEqual(['acc_b', 'acc_c']);
    // Back again, and no former member.
    expect(withMembers(next, ['acc_a', 'acc_b'], START + 5).formerMembers).toEqual([
      { account: 'acc_c', leftAt: START + 5 },
    ]);
  });

  test('is not known where more left than are kept', () => {
    let next = group;
    for (let round = 0; round < 450; round += 1) next = withMembers(next, ['acc_b', `acc_${round}`], START + round);
    expect(next.formerMembers).toHaveLength(448);
    expect(next.leftUnknownUntil).toBe(START + 1);
    expect(membersSince(next, START + 1)).toBeUndefined();
    expect(membersSince(next, START + 2)).toHaveLength(450);
  });
});

describe('since when a group is held', () => {
  test('from the beginning, while one of the first is there', () => {
    const next = withMembers(group, ['acc_b', 'acc_c'], START);
    expect(heldSince(next, active('acc_b', 'acc_c'))).toBe(0);
  });

  test('from the second after the oldest of its members came, when the first have left, are disabled, or came back', () => {
    const next = withMembers(withMembers(group, ['acc_b', 'acc_c'], START), ['acc_c', 'acc_a'], START + 10);
    expect(heldSince(next, active('acc_a', 'acc_c'))).toBe(START + 1);
    expect(heldSince(next, active('acc_a'))).toBe(START + 11);
    const back = new Map([['acc_b', { state: 'active', tokensValidFrom: START + 7 } as const]]);
    expect(heldSince(group, back)).toBe(START + 7);
    expect(heldSince({ ...group, answersFrom: START }, active('acc_a'))).toBe(START);
  });

  test('never, where no active account is in it', () => {
    expect(heldSince(group, new Map())).toBe(Number.POSITIVE_INFINITY);
  });
});
