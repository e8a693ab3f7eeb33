/** The answer to a resource server that asks about access, and its event. */
import { describe, expect, test } from '@jest/globals';
import { type Answered, answerOf, eventOf } from '../../../src/domain/approvals/authzen/access-answer.ts';
import type { AccessQuestion } from '../../../src/domain/approvals/authzen/access-question.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import type { Decision } from '../../../src/domain/authority/decision/decision.ts';
import { account, agent, client, server } from '../decision/world.ts';

const DECISION = {
  ...{ id: 'dec_1', route: 'access_evaluation', scope: ['read'], removed: [], details: [], removedDetails: [] },
  ...{ limits: [], maxSeconds: undefined, maxUses: undefined, policyVersion: 3 },
} as Decision;
const DENIED = { reason: 'policy_forbids', layer: 'policy', remedies: [] } as const;
const CONTACT = { kind: 'contact', whom: 'operator' } as const;

describe('the answer', () => {
  test('to a permit has its decision and policy, and no member for what there is not', () => {
    expect(answerOf({ id: 'dec_1' })).toEqual({ decision: true, context: { id: 'dec_1' } });
    expect(answerOf({ id: 'dec_1', decision: DECISION })).toEqual({
      ...{ decision: true, context: { id: 'dec_1', policy: 3 } },
    });
    expect(answerOf({ id: 'dec_1', decision: { ...DECISION, policyVersion: undefined } }).context).toEqual({
      id: 'dec_1',
    });
  });

  test('to a denial says why, and what would help', () => {
    expect(answerOf({ id: 'dec_1', denied: DENIED })).toEqual({
      ...{ decision: false, context: { id: 'dec_1', reason: 'policy_forbids', layer: 'policy' } },
    });
    const denied = { ...DENIED, text: 'Not today.', remedies: [CONTACT] };
    expect(answerOf({ id: 'dec_1', denied, next: 'request' }).context).toMatchObject({
      ...{ description: 'Not today.', remedies: [CONTACT], next_action: 'request' },
    });
  });

  test('by an approval says until when it is good', () => {
    const approval = { id: 'apv_1', redeemBy: 1_800_000_000 } as NonNullable<Answered['approval']>;
    expect(answerOf({ id: 'dec_1', approval }).context).toMatchObject({
      approval: { id: 'apv_1', approved_until: expect.stringMatching(/^2027-01-15T08:00:00/) },
    });
  });
});

const question = (action: string, more: Partial<AccessQuestion['resource']> = {}): AccessQuestion => ({
  ...{ subject: { type: 'account', id: 'acc_anna' }, action, context: {} },
  resource: { type: 'resource_server', id: server.identifier, ...more },
});

describe('the event', () => {
  const eventFor = (answered: Partial<Answered>, asked = question('read')): AuditEvent =>
    eventOf(server, asked, { id: 'dec_1', ...answered }, { request: 'req_1', source: '192.0.2.1' });

  test('of an answer without a decision names the caller alone', () => {
    expect(eventFor({ denied: { ...DENIED, reason: 'subject_unknown' } }, question('read', { id: 'other' }))).toEqual({
      ...{
        type: 'decision.made',
        outcome: 'refused',
        request: 'req_1',
        caller: 'rs_mail',
        resource: server.identifier,
      },
      ...{ decision: 'dec_1', denial: { id: 'dec_1', layer: 'policy', reason: 'subject_unknown' } },
      personal: { source: '192.0.2.1' },
    });
  });

  test('of a permit has the facts and the decision', () => {
    const facts = { now: 5, subject: account, caller: agent, server, route: 'access_evaluation' } as never;
    expect(eventFor({ decision: DECISION, acting: { facts, held: {}, delegation: 'dlg_1' } })).toMatchObject({
      ...{
        outcome: 'granted',
        policy: 3,
        subject: 'acc_anna',
        agent: 'agt_a',
        owner: 'acc_owner',
        delegation: 'dlg_1',
      },
      ...{ scopeAsked: ['read'], scopeGiven: ['read'], inputs: { now: 5, limits: [], removed: [] } },
    });
    const ofClient = { now: 5, caller: client, server, route: 'access_evaluation' } as never;
    const plain = eventFor({
      decision: { ...DECISION, policyVersion: undefined },
      acting: { facts: ofClient, held: {} },
    });
    for (const name of ['policy', 'subject', 'agent', 'owner', 'delegation', 'approval', 'token', 'denial']) {
      expect(plain).not.toHaveProperty(name);
    }
  });

  test('names the token, as far as the token names more', () => {
    const facts = { now: 5, caller: client, server } as never;
    const bare = { id: 'tok_1', format: 'jwt', expiresAt: 9, scope: [], clientId: 'app_a', issuedAt: 1 } as const;
    const plain = eventFor({ acting: { facts, held: {}, token: bare } });
    expect(plain.token).toEqual({ id: 'tok_1', format: 'jwt', expiresAt: 9 });
    for (const name of ['chain', 'txn', 'grant', 'instance']) expect(plain).not.toHaveProperty(name);
    const more = { chain: { sub: 'agt_a' } as never, txn: 'trn_1', grant: 'grt_1', instance: 'ins_1' };
    expect(eventFor({ acting: { facts, held: {}, token: { ...bare, ...more } } })).toMatchObject(more);
  });

  test('names the approval that lifted the denial, and remedies by kind alone', () => {
    const approval = { id: 'apv_1' } as NonNullable<Answered['approval']>;
    expect(eventFor({ approval }).approval).toBe('apv_1');
    expect(eventFor({ denied: { ...DENIED, remedies: [CONTACT] } }).denial).toMatchObject({
      remedies: [{ kind: 'contact' }],
    });
  });

  test('has no text that the caller invented', () => {
    const invented = 'two words';
    const removed = [
      { scope: invented, layer: 'resource_server' },
      { scope: 'send', layer: 'agent' },
    ] as const;
    const removedDetails = [invented, 'payment'].map((type) => ({
      detail: { type },
      layer: 'resource_server' as const,
    }));
    const event = eventFor({ decision: { ...DECISION, removed, removedDetails } }, question(invented));
    expect(event).not.toHaveProperty('scopeAsked');
    expect(event.inputs).toMatchObject({ removed: [{ scope: 'send' }], removedDetails: [{ type: 'payment' }] });
    expect(JSON.stringify(event)).not.toContain(invented);
    expect(eventFor({}, question('x'.repeat(129)))).not.toHaveProperty('scopeAsked');
    expect(eventFor({ decision: DECISION }).inputs).not.toHaveProperty('removedDetails');
  });

  test('about a detail asks for no scope', () => {
    const detail = { type: 'payment' };
    const event = eventFor({ decision: DECISION }, question('use', { type: 'detail', id: 'payment', detail } as never));
    for (const name of ['scopeAsked', 'scopeGiven']) expect(event).not.toHaveProperty(name);
  });
});
