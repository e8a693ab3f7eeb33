/** The states of a delegation, and the events of the changes between them. */
import { describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import {
  changeOfDelegation,
  confirmedAtOf,
  consentTo,
  endedDelegation,
  slotOf,
  suspendedDelegation,
  withVia,
} from '../../../src/domain/authority/delegation/delegation-record.ts';

const DELEGATION = {
  ...{ id: 'dlg_1', subject: 'acc_anna', actor: 'agt_a', resource: 'r', scope: ['read'], state: 'active', depth: 1 },
  ...{ parent: null, ancestors: [], chain: { sub: 'agt_a' }, slot: 's', createdAt: 1, updatedAt: 1, expiresAt: 100 },
  delegableTo: { agents: ['agt_b', 'agt_c'], depth: 2 },
} as unknown as Delegation;

test('a slot is one of subject, parent, actor, resource and calling client', () => {
  const slots = [
    slotOf('s', null, 'a', 'r'),
    slotOf('x', null, 'a', 'r'),
    slotOf('s', 'p', 'a', 'r'),
    slotOf('s', null, 'x', 'r'),
    slotOf('s', null, 'a', 'x'),
    slotOf('s', null, 'a', 'r', 'v'),
  ];
  expect(new Set(slots).size).toBe(6);
  expect([withVia('v'), withVia(undefined)]).toEqual([{ via: 'v' }, {}]);
});

test('only an active delegation becomes suspended; an ended one frees its slot', () => {
  expect(suspendedDelegation(DELEGATION)).toEqual({ ...DELEGATION, state: 'suspended' });
  const ended = endedDelegation(DELEGATION, 9, 'acc_anna');
  expect(ended).toMatchObject({ state: 'revoked', revokedAt: 9, revokedBy: 'acc_anna', slot: 'dlg_1', updatedAt: 9 });
  expect(suspendedDelegation(ended)).toBe(ended);
  const suspended = suspendedDelegation(DELEGATION);
  expect(suspendedDelegation(suspended)).toBe(suspended);
});

test('an owner is confirmed not before the last member joined', () => {
  expect([confirmedAtOf(5, 3), confirmedAtOf(5, 6), confirmedAtOf(5, Number.POSITIVE_INFINITY)]).toEqual([5, 6, 5]);
});

describe('a new decision of the person', () => {
  const allowed = { scope: ['send'], expiresAt: 200, delegableTo: { agents: ['agt_b', 'agt_d'], depth: 3 } };
  const asked = { scope: ['send'] };

  test('is all there is, where there was nothing, or all of it was decided anew', () => {
    expect(consentTo(undefined, asked, allowed)).toEqual(allowed);
    expect(consentTo(DELEGATION, { scope: ['read', 'send'] }, allowed)).toEqual(allowed);
  });

  test('keeps what it is not about, within the narrower end and re-delegation', () => {
    expect(consentTo(DELEGATION, asked, allowed)).toEqual({
      ...{ scope: ['read', 'send'], expiresAt: 100, delegableTo: { agents: ['agt_b'], depth: 2 } },
    });
    const detail = { type: 'x' };
    const { scope, details } = consentTo({ ...DELEGATION, scope: [], details: [detail] }, asked, allowed);
    expect([scope, details]).toEqual([['send'], [detail]]);
  });
});

describe('the event of a change', () => {
  const suspended = suspendedDelegation(DELEGATION);
  const wider = { ...DELEGATION, scope: ['read', 'send'] };

  test.each<[string, Delegation | undefined, Delegation]>([
    ['delegation.created', undefined, DELEGATION],
    ['delegation.extended', DELEGATION, wider],
    ['delegation.narrowed', wider, DELEGATION],
    ['delegation.suspended', DELEGATION, suspended],
    ['delegation.confirmed', suspended, DELEGATION],
    ['delegation.revoked', DELEGATION, endedDelegation(DELEGATION, 9, 'system')],
    ['delegation.revoked', suspended, endedDelegation(suspended, 9, 'system')],
    ['delegation.narrowed', suspendedDelegation(wider), suspended],
  ])('is %s: %#', (type, from, to) => {
    expect(changeOfDelegation(from, to)).toMatchObject({ type, outcome: 'done' });
  });

  test('has what restores the delegation, and of details only the types', () => {
    const plain = changeOfDelegation(undefined, DELEGATION);
    expect(plain.inputs).toEqual({ parent: null, depth: 1, expiresAt: 100, delegableTo: DELEGATION.delegableTo });
    expect(plain).not.toHaveProperty('personal');
    const details = [{ type: 'x', name: 'Anna' }];
    const full = changeOfDelegation(undefined, { ...DELEGATION, details, via: 'app_1', ownership: 2 });
    expect(full.inputs).toMatchObject({ detailTypes: ['x'], via: 'app_1', ownership: 2 });
    expect(full.personal).toEqual({ details: JSON.stringify(details) });
    expect(JSON.stringify(full.inputs)).not.toContain('Anna');
  });
});
