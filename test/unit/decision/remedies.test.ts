/** Why nothing is granted, what lifts it, and what would have to change for a scope to be granted. */
import { describe, expect, test } from '@jest/globals';
import type { Need } from '../../../src/domain/authority/decision/decision.ts';
import { nothingLeft, refusedDetails } from '../../../src/domain/authority/decision/remedies.ts';
import { policySteps, stepOf } from '../../../src/domain/authority/decision/smallest-change.ts';
import { MULTI_FACTOR, SINGLE_FACTOR } from '../../../src/domain/vocabulary/assurance.ts';
import { MAIL, server } from './world.ts';

const removed = (...needs: readonly Need[]) => [{ scope: 'send', layer: 'policy' as const, policies: ['one'], needs }];
const left = (...needs: readonly Need[]) => nothingLeft({ scope: [], removed: removed(...needs) });

describe('why nothing is left', () => {
  test('is that the scope was never there, where no layer decided or something is left', () => {
    const unavailable = { reason: 'scope_not_available', layer: 'grant', remedies: [] };
    expect(nothingLeft(undefined)).toEqual(unavailable);
    expect(nothingLeft({ scope: ['read'], removed: removed({ kind: 'step_up', maxAge: 60 }) })).toEqual(unavailable);
  });

  test('is one sign-in that meets all that policies need (RFC 9470 §4)', () => {
    const { reason, remedies } = left(
      { kind: 'step_up', maxAge: 300 },
      { kind: 'step_up', acr: MULTI_FACTOR, maxAge: 60 },
    );
    expect(reason).toBe('step_up_required');
    expect(remedies[0]).toEqual({ kind: 'step_up', acr_values: MULTI_FACTOR, max_age: 60 });
    expect(left({ kind: 'step_up', acr: SINGLE_FACTOR }).remedies[0]).toEqual({
      ...{ kind: 'step_up', acr_values: SINGLE_FACTOR },
    });
    expect(left({ kind: 'step_up', maxAge: 5 }).remedies[0]).toEqual({ kind: 'step_up', max_age: 5 });
  });

  test.each([[['urn:unknown']], [['urn:unknown', MULTI_FACTOR]], [[MULTI_FACTOR, 'urn:unknown']]])(
    'is that no sign-in meets them, where no sign-in here reaches one of %j',
    (acrs) => {
      const needs = acrs.map((acr) => ({ kind: 'step_up', acr }) as const);
      expect(left(...needs)).toMatchObject({ reason: 'step_up_unavailable', remedies: [] });
    },
  );

  test('names an attestation beside other needs, and no sign-in where none is needed', () => {
    for (const needs of [[{ kind: 'approval' }, { kind: 'attestation' }], [{ kind: 'attestation' }]] as const) {
      expect(left(...needs).remedies[0]).toEqual({ kind: 'attestation', claim: 'composition' });
    }
    expect(left({ kind: 'approval' }).remedies.map(({ kind }) => kind)).not.toContain('attestation');
  });

  test('has the texts of the policies of the nearest layer, each once, and none without them', () => {
    const because = (reasons: readonly string[] | undefined, layer: 'policy' | 'grant' = 'policy') =>
      ({ scope: 'send', layer, ...(reasons ? { reasons } : {}) }) as never;
    const text = (...all: readonly never[]) => nothingLeft({ scope: [], removed: all }).text;
    expect(text(because(['Late.']), because(['Late.', 'Far.']))).toBe('Late.; Far.');
    expect(nothingLeft({ scope: [], removed: [because(undefined)] })).not.toHaveProperty('text');
    expect(nothingLeft({ scope: [], removed: removed({ kind: 'step_up', maxAge: 5 }) })).not.toHaveProperty('text');
  });

  test('of details names their types once, and the sign-in that they need (RFC 9396 §5)', () => {
    const detail = (type: string, needs: readonly Need[] = []) =>
      ({ type, detail: { type }, layer: 'policy', needs }) as never;
    const asked = refusedDetails({
      removedDetails: [detail('payment', [{ kind: 'step_up', maxAge: 5 }]), detail('payment')],
    });
    expect(asked).toMatchObject({ code: 'insufficient_user_authentication', text: 'not given now: payment' });
    expect(refusedDetails({ removedDetails: [detail('payment'), detail('mail')] })).toMatchObject({
      ...{ code: 'access_denied', text: 'not given now: payment, mail' },
    });
    expect(refusedDetails({ removedDetails: [] }).code).toBe('invalid_authorization_details');
  });
});

describe('what would have to change in policies', () => {
  const known = new Map([
    ['one', { id: 'one', effect: 'forbid', annotations: {} }],
    ['two', { id: 'two', effect: 'forbid', annotations: {} }],
    ['permit', { id: 'permit', effect: 'permit', annotations: {} }],
  ] as const) as never;
  const reasons = (policies: readonly string[], needs: readonly Need[] = []) =>
    policySteps({ policies, needs }, known).map(({ reason, params }) => [reason, params]);

  test('is a policy, those that forbid, or what they could not be evaluated for', () => {
    expect(reasons([])).toEqual([['write_policy', expect.anything()]]);
    expect(reasons(['one'])).toEqual([['policy_forbids', { policies: 'one' }]]);
    expect(reasons(['one', 'two'])).toEqual([['policies_forbid', { policies: 'one, two' }]]);
    expect(reasons(['gone', 'two'])).toEqual([['policies_forbid', { policies: 'gone, two' }]]);
    expect(reasons(['permit'])).toEqual([['policies_not_evaluated', { policies: 'permit' }]]);
  });

  test('is each need of those that permit', () => {
    const needs: readonly Need[] = [
      { kind: 'approval' },
      { kind: 'attestation' },
      { kind: 'step_up', maxAge: 60 },
      { kind: 'step_up', acr: MULTI_FACTOR },
      { kind: 'step_up', acr: MULTI_FACTOR, maxAge: 60 },
    ];
    expect(reasons(['permit'], needs).map(([reason]) => reason)).toEqual([
      'approval_for_policies',
      'attestation_for_policies',
      'sign_in_recent',
      'sign_in_with',
      'sign_in_with_and_recent',
    ]);
    expect(reasons([], needs)).toEqual([['write_policy', expect.anything()]]);
  });

  test('is named by the policies, and not by their layer', () => {
    const facts = { server, caller: { id: 'agt_a' }, subject: undefined } as never;
    expect(stepOf('policy', 'send', facts)).toEqual([]);
    expect(stepOf('delegation', 'send', facts)).toMatchObject([{ layer: 'delegation', params: { resource: MAIL } }]);
  });
});
