import { describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import { underCeilings } from '../../../src/domain/authority/delegation/delegation-ceilings.ts';
import type { Hop } from '../../../src/domain/authority/delegation/delegation-changes.ts';
import { actorsOf } from '../../../src/domain/vocabulary/actor-chain.ts';
import { agent } from '../token-exchange/fakes.ts';
import { consent, ISSUER, registerScene, START } from './fakes.ts';

const rowOf = (row: Delegation | undefined): Delegation => {
  expect(row).toBeDefined();
  return row as Delegation;
};

const hop = (parent: Delegation, actor: string, over: Partial<Hop> = {}): Hop => ({
  parent,
  actor,
  resource: parent.resource,
  scope: ['read'],
  expiresAt: parent.expiresAt,
  delegableTo: { agents: parent.delegableTo.agents, depth: parent.delegableTo.depth - 1 },
  txn: 'txn_1',
  request: 'req_1',
  ...over,
});

describe('consent to an agent (first hop)', () => {
  test('writes one delegation that names the agent, after its audit event', async () => {
    const { registry, audit, rows } = registerScene();
    audit.beforeAppend = async () => expect(await rows.find({})).toHaveLength(0);
    const row = rowOf(await registry.recordConsent(consent({ request: 'req_9' })));
    expect(row).toMatchObject({
      subject: 'acc_anna',
      actor: 'agt_a',
      scope: ['read', 'send'],
      parent: null,
      ancestors: [],
      depth: 1,
      chain: { sub: 'agt_a', iss: ISSUER, sub_profile: 'ai_agent' },
      state: 'active',
    });
    expect(audit.events).toMatchObject([
      {
        type: 'delegation.created',
        delegation: row.id,
        subject: 'acc_anna',
        agent: 'agt_a',
        caller: 'acc_anna',
        request: 'req_9',
        scopeAsked: ['read', 'send'],
        scopeGiven: ['read', 'send'],
      },
    ]);
    expect(await registry.consented('acc_anna', 'agt_a', 'https://mail.example')).toEqual(row);
    expect(await registry.consented('acc_anna', 'agt_a', 'https://mail.example/')).toBeUndefined();
    expect(await registry.consented('acc_anna', 'agt_b', 'https://mail.example')).toBeUndefined();
  });

  test('nothing is written when the event cannot be', async () => {
    const { registry, audit, rows } = registerScene();
    audit.beforeAppend = async () => {
      throw new Error('disk full');
    };
    await expect(registry.recordConsent(consent())).rejects.toThrow('disk full');
    expect(await rows.find({})).toHaveLength(0);
  });

  test('a later answer replaces what was asked and keeps the rest', async () => {
    const { registry, audit } = registerScene();
    const first = rowOf(await registry.recordConsent(consent({ asked: ['read', 'send'], scope: ['read', 'send'] })));
    const second = rowOf(await registry.recordConsent(consent({ asked: ['send', 'delete'], scope: ['delete'] })));
    expect(second).toMatchObject({ id: first.id, scope: ['delete', 'read'] });
    expect(audit.types()).toEqual(['delegation.created', 'delegation.extended']);
    await registry.recordConsent(consent({ asked: ['delete'], scope: [] }));
    expect(audit.types().at(-1)).toBe('delegation.narrowed');
  });

  test('kept scopes gain neither time nor hearers from a page that did not show them', async () => {
    const { registry } = registerScene();
    await registry.recordConsent(
      consent({ asked: ['read'], scope: ['read'], expiresAt: START + 60, delegableTo: { agents: [], depth: 0 } }),
    );
    const wider = rowOf(await registry.recordConsent(consent({ asked: ['send'], scope: ['send'] })));
    expect(wider).toMatchObject({
      scope: ['read', 'send'],
      expiresAt: START + 60,
      delegableTo: { agents: [], depth: 0 },
    });
    const asked = rowOf(await registry.recordConsent(consent()));
    expect(asked).toMatchObject({ expiresAt: START + 3600, delegableTo: { agents: ['agt_b', 'agt_c'], depth: 3 } });
  });

  test('nothing left ends the delegation', async () => {
    const { registry, audit } = registerScene();
    const row = rowOf(await registry.recordConsent(consent()));
    expect(await registry.recordConsent(consent({ scope: [] }))).toBeUndefined();
    expect(await registry.get(row.id)).toMatchObject({ state: 'revoked', revokedBy: 'acc_anna', slot: row.id });
    expect(audit.types()).toEqual(['delegation.created', 'delegation.revoked']);
    expect(await registry.recordConsent(consent({ actor: 'agt_z', scope: [] }))).toBeUndefined();
    expect(audit.events).toHaveLength(2);
  });

  test('TX-02 refuses more than was asked, and the name *', async () => {
    const { registry } = registerScene();
    await expect(registry.recordConsent(consent({ asked: ['read'], scope: ['read', 'send'] }))).rejects.toMatchObject({
      code: 'invalid_scope',
    });
    await expect(registry.recordConsent(consent({ asked: ['*'], scope: ['*'] }))).rejects.toMatchObject({
      code: 'invalid_scope',
    });
  });

  test('two tabs at once: one delegation, both answers', async () => {
    const { registry, rows } = registerScene();
    await Promise.all([
      registry.recordConsent(consent({ asked: ['read'], scope: ['read'] })),
      registry.recordConsent(consent({ asked: ['send'], scope: ['send'] })),
    ]);
    const stored = await rows.find({});
    expect(stored).toHaveLength(1);
    expect(stored[0]?.document.scope).toEqual(['read', 'send']);
  });

  test('an expired delegation gives its place to a new one and stays as history', async () => {
    const { registry, clock } = registerScene();
    const old = rowOf(await registry.recordConsent(consent()));
    clock.advance(3600);
    expect(await registry.live(old.id)).toBeUndefined();
    expect(await registry.consented('acc_anna', 'agt_a', 'https://mail.example')).toBeUndefined();
    const fresh = rowOf(await registry.recordConsent(consent({ expiresAt: START + 9000 })));
    expect(fresh.id).not.toBe(old.id);
    expect(await registry.get(old.id)).toMatchObject({ state: 'revoked', revokedAt: START + 3600 });
  });
});

describe('further hops', () => {
  test('are children of their parent with its chain nested unchanged (RFC 8693 §4.1)', async () => {
    const { registry, audit } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b'));
    const third = await registry.derive(hop(second, 'agt_c'));
    expect(third).toMatchObject({ parent: second.id, ancestors: [second.id, first.id], depth: 3, scope: ['read'] });
    expect(third.chain.act).toEqual(second.chain);
    expect(actorsOf(third.chain)).toEqual(['agt_c', 'agt_b', 'agt_a']);
    expect(audit.events.at(-1)).toMatchObject({
      type: 'delegation.created',
      txn: 'txn_1',
      request: 'req_1',
      caller: 'agt_c',
      inputs: { parent: second.id, depth: 3 },
    });
  });

  test('TX-02 never hold more than the parent, for any request', async () => {
    const { registry } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(
      hop(first, 'agt_b', {
        scope: ['read', 'delete', '*', 'rеad'],
        expiresAt: START + 999_999,
        delegableTo: { agents: ['agt_b', 'agt_c', 'agt_evil'], depth: 99 },
      }),
    );
    expect(second.scope).toEqual(['read']);
    expect(second.expiresAt).toBe(first.expiresAt);
    expect(second.delegableTo).toEqual({ agents: ['agt_b', 'agt_c'], depth: 2 });
    await expect(registry.derive(hop(first, 'agt_c', { scope: ['delete'] }))).rejects.toMatchObject({
      code: 'invalid_scope',
    });
  });

  test('are reused while they cover the request, without an event, and extended within the parent otherwise', async () => {
    const { registry, audit } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b'));
    expect(await registry.derive(hop(first, 'agt_b'))).toEqual(second);
    expect(audit.events).toHaveLength(2);
    const wider = await registry.derive(hop(first, 'agt_b', { scope: ['send', 'delete'] }));
    expect(wider).toMatchObject({ id: second.id, scope: ['read', 'send'] });
    expect(audit.types().at(-1)).toBe('delegation.extended');
  });

  test('a hop above which a ceiling became lower is refused and not ended: it counts again with the ceiling', async () => {
    let maxDelegationDepth = 3;
    const agents = {
      getMany: async (ids: readonly string[]) =>
        ids.map((id) => ({ document: agent(id, { ceilings: { maxDelegationDepth } }), version: 1 })),
    };
    const { registry, audit } = registerScene({ agents });
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b'));
    maxDelegationDepth = 0;
    await expect(registry.derive(hop(first, 'agt_b'))).rejects.toMatchObject({
      code: 'invalid_request',
      reason: 'parent_delegation_ended',
      field: 'subject_token',
    });
    expect(audit.types()).toEqual(['delegation.created', 'delegation.created']);
    maxDelegationDepth = 3;
    expect((await registry.derive(hop(first, 'agt_b'))).id).toBe(second.id);
  });

  test('TX-16 a thousand exchanges from one parent make one delegation, and one call ends it', async () => {
    const { registry, rows } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const made = await Promise.all(Array.from({ length: 1000 }, () => registry.derive(hop(first, 'agt_b'))));
    expect(new Set(made.map(({ id }) => id)).size).toBe(1);
    expect(await rows.find({ where: { parent: first.id } })).toHaveLength(1);
    await registry.revoke(first.id, 'acc_anna');
    expect(await registry.live(made[0]?.id ?? '')).toBeUndefined();
  });

  test('concurrent creation gives one delegation; a creation that lost is refused in the audit log', async () => {
    const { registry, rows, audit } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const [one, two] = await Promise.all([registry.derive(hop(first, 'agt_b')), registry.derive(hop(first, 'agt_b'))]);
    expect(one?.id).toBe(two?.id);
    expect(await rows.find({})).toHaveLength(2);
    const created = audit.events
      .filter(({ type }) => type === 'delegation.created')
      .map(({ delegation }) => delegation);
    const ended = audit.events.filter(({ type }) => type === 'delegation.revoked').map(({ delegation }) => delegation);
    const stored = (await rows.find({})).map(({ document }) => document.id);
    expect(created.filter((id) => !ended.includes(id)).sort()).toEqual(stored.sort());
  });

  test('TX-12 a child made while its parent is revoked does not survive', async () => {
    const { registry, audit, rows } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    audit.beforeAppend = async ({ type, agent }) => {
      if (type !== 'delegation.created' || agent !== 'agt_b') return;
      await registry.revoke(first.id, 'acc_anna');
    };
    await expect(registry.derive(hop(first, 'agt_b'))).rejects.toMatchObject({ code: 'invalid_request' });
    const stored = (await rows.find({ where: { actor: 'agt_b' } })).map(({ document }) => document);
    expect(stored).toMatchObject([{ state: 'revoked', revokedBy: 'system' }]);
  });

  test('TX-08 a chain of the allowed depth is made, one longer is not; cycles count as hops', async () => {
    const { registry } = registerScene({ maxDepth: 3 });
    const first = rowOf(
      await registry.recordConsent(consent({ delegableTo: { agents: ['agt_a', 'agt_b'], depth: 99 } })),
    );
    expect(first.delegableTo.depth).toBe(2);
    const second = await registry.derive(hop(first, 'agt_b'));
    const third = await registry.derive(hop(second, 'agt_a'));
    expect(actorsOf(third.chain)).toEqual(['agt_a', 'agt_b', 'agt_a']);
    await expect(registry.derive(hop(third, 'agt_b'))).rejects.toMatchObject({ code: 'invalid_request' });
  });

  test('go to named agents only, and no deeper than allowed (decision D2)', async () => {
    const { registry } = registerScene();
    const none = rowOf(await registry.recordConsent(consent({ delegableTo: { agents: [], depth: 4 } })));
    await expect(registry.derive(hop(none, 'agt_b'))).rejects.toMatchObject({ code: 'access_denied' });
    const one = rowOf(await registry.recordConsent(consent({ delegableTo: { agents: ['agt_b', 'agt_c'], depth: 1 } })));
    await expect(registry.derive(hop(one, 'agt_x'))).rejects.toMatchObject({ code: 'access_denied' });
    const second = await registry.derive(hop(one, 'agt_b'));
    await expect(registry.derive(hop(second, 'agt_c'))).rejects.toMatchObject({ code: 'access_denied' });
  });

  test('never change the resource', async () => {
    const { registry } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    await expect(registry.derive(hop(first, 'agt_b', { resource: 'https://pay.example' }))).rejects.toMatchObject({
      code: 'invalid_target',
    });
  });
});

describe('liveness', () => {
  test('TX-12 revoking a delegation ends everything below by one swap, for good', async () => {
    const { registry, audit, clock } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b'));
    const third = await registry.derive(hop(second, 'agt_c'));
    audit.events.length = 0;
    clock.advance(5);
    await registry.revoke(second.id, 'acc_anna', 'req_7');
    expect(audit.events).toMatchObject([
      { type: 'delegation.revoked', delegation: second.id, caller: 'acc_anna', request: 'req_7', subject: 'acc_anna' },
    ]);
    expect(await registry.live(first.id)).toBeDefined();
    expect(await registry.live(second.id)).toBeUndefined();
    expect(await registry.live(third.id)).toBeUndefined();
    expect((await registry.get(third.id))?.state).toBe('active');
    await registry.revoke(second.id, 'acc_other');
    expect(audit.events).toHaveLength(1);
    expect(await registry.get(second.id)).toMatchObject({ revokedBy: 'acc_anna', revokedAt: START + 5 });
  });

  test('of two that revoke a delegation at once one succeeds, and the event of the other is followed by its outcome', async () => {
    const { registry, audit } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    audit.events.length = 0;
    audit.beforeAppend = async () => {
      audit.beforeAppend = async () => {};
      await registry.revoke(first.id, 'acc_operator');
    };
    expect(await registry.revoke(first.id, 'acc_anna')).toMatchObject({ state: 'revoked', revokedBy: 'acc_operator' });
    expect(audit.events.map(({ type, caller, outcome, note }) => [type, caller, outcome, note])).toEqual([
      ['delegation.revoked', 'acc_operator', 'done', undefined],
      ['delegation.revoked', 'acc_anna', 'done', undefined],
      ['delegation.revoked', 'acc_anna', 'refused', 'came to nothing: it was over first'],
    ]);
  });

  test('TX-12 a hop that was ended stays ended until the person consents to the first hop again', async () => {
    const { registry, audit, clock } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b'));
    const third = await registry.derive(hop(second, 'agt_c'));
    await registry.revoke(second.id, 'acc_anna');
    await expect(registry.derive(hop(first, 'agt_b'))).rejects.toMatchObject({ code: 'access_denied' });
    await registry.derive(hop(first, 'agt_c', { scope: ['read', 'send'] }));
    clock.advance(1);
    await expect(registry.derive(hop(first, 'agt_b'))).rejects.toMatchObject({ code: 'access_denied' });
    audit.events.length = 0;
    await registry.recordConsent(consent());
    expect(audit.events).toHaveLength(0);
    const again = await registry.derive(hop(first, 'agt_b'));
    expect(again.id).not.toBe(second.id);
    expect(await registry.live(third.id)).toBeUndefined();
  });

  test('a hop that merely expired can be made again', async () => {
    const { registry, clock } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b', { expiresAt: START + 60 }));
    clock.advance(60);
    expect((await registry.derive(hop(first, 'agt_b'))).id).not.toBe(second.id);
  });

  test('only a first delegation that has not ended is narrowed; of others nothing changes, without an event', async () => {
    const { registry, audit } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b', { scope: ['read', 'send'] }));
    const before = audit.events.length;
    const narrow = (id: string) => registry.narrow(id, { scope: ['send'] }, 'acc_anna');
    expect([await narrow(second.id), await narrow('dlg_unknown')]).toEqual([undefined, undefined]);
    expect(await registry.get(second.id)).toMatchObject({ state: 'active', scope: ['read', 'send'] });
    expect(audit.events).toHaveLength(before);
    await registry.revoke(first.id, 'acc_anna');
    expect(await narrow(first.id)).toBeUndefined();
    expect(audit.types().slice(before)).not.toContain('delegation.narrowed');
  });

  test('narrowing a delegation narrows those below as they are read', async () => {
    const { registry } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b', { scope: ['read', 'send'] }));
    const third = await registry.derive(hop(second, 'agt_c', { scope: ['read', 'send'] }));
    await registry.recordConsent(
      consent({ scope: ['read'], expiresAt: START + 60, delegableTo: { agents: ['agt_b', 'agt_c'], depth: 2 } }),
    );
    expect(await registry.live(third.id)).toMatchObject({
      scope: ['read'],
      expiresAt: START + 60,
      delegableTo: { agents: [], depth: 0 },
    });
  });

  test.each([
    ['names another agent', { agents: ['agt_c'], depth: 3 }, [false, false]],
    ['names no agent', { agents: [], depth: 0 }, [false, false]],
    ['goes one hop less deep', { agents: ['agt_b', 'agt_c'], depth: 1 }, [true, false]],
    ['names only the nearer', { agents: ['agt_b'], depth: 3 }, [true, false]],
    ['names all of them', { agents: ['agt_b', 'agt_c'], depth: 2 }, [true, true]],
  ])('TX-02 below a consent that %s, hops count as it says (decision 18)', async (_, delegableTo, counts) => {
    const { registry } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b'));
    const third = await registry.derive(hop(second, 'agt_c'));
    await registry.recordConsent(consent({ delegableTo }));
    expect([await registry.live(second.id), await registry.live(third.id)].map(Boolean)).toEqual(counts);
    const { items } = await registry.list({ subject: 'acc_anna', live: true, limit: 10 });
    expect(items.map(({ id }) => id).sort()).toEqual(
      [first.id, ...(counts[0] ? [second.id] : []), ...(counts[1] ? [third.id] : [])].sort(),
    );
    // An agent that is named again holds it again, within what the new consent allows.
    await registry.recordConsent(consent({ scope: ['send'] }));
    expect(await registry.live(second.id)).toMatchObject({ scope: [] });
  });

  test('TX-02 scope that was removed from the hops below does not come back by a consent that names no agent (decision 18)', async () => {
    const { registry } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b', { scope: ['read', 'send'] }));
    await registry.narrow(first.id, { scope: ['send'] }, 'acc_anna');
    expect(await registry.live(second.id)).toMatchObject({ scope: ['read'] });
    await registry.recordConsent(consent({ asked: ['send'], scope: ['send'], delegableTo: { agents: [], depth: 0 } }));
    expect(await registry.live(first.id)).toMatchObject({ scope: ['read', 'send'], delegableTo: { agents: [] } });
    expect(await registry.live(second.id)).toBeUndefined();
    await expect(registry.derive(hop(rowOf(await registry.live(first.id)), 'agt_b'))).rejects.toMatchObject({
      code: 'access_denied',
    });
  });

  test('TX-12 narrowing is no new consent: an ended hop stays ended, and ceilings give no more time', async () => {
    const { registry, clock } = registerScene();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b'));
    await registry.revoke(second.id, 'acc_anna');
    clock.advance(5);
    const narrowed = rowOf(await registry.narrow(first.id, { scope: ['send'] }, 'acc_anna'));
    expect(narrowed).toMatchObject({ updatedAt: START + 5, decidedAt: START });
    await expect(registry.derive(hop(narrowed, 'agt_b'))).rejects.toMatchObject({ code: 'access_denied' });
    const ceilings = new Map([['agt_a', { maxDelegationSeconds: 10 }]]);
    expect(underCeilings(narrowed, ceilings).expiresAt).toBe(START + 10);
    clock.advance(1);
    const again = rowOf(await registry.recordConsent(consent()));
    expect(again.decidedAt).toBeUndefined();
    expect(underCeilings(again, ceilings).expiresAt).toBe(START + 16);
    expect(await registry.derive(hop(again, 'agt_b'))).toMatchObject({ parent: first.id });
  });

  test('TX-12 an ended hop stays ended, however many came to their end by time before it', async () => {
    const { registry, clock } = registerScene();
    const first = rowOf(await registry.recordConsent(consent({ expiresAt: START + 9000 })));
    for (let count = 0; count < 1000; count += 1) {
      await registry.derive(hop(first, 'agt_b', { expiresAt: clock.now() + 1 }));
      clock.advance(2);
    }
    const last = await registry.derive(hop(first, 'agt_b'));
    await registry.revoke(last.id, 'acc_anna');
    await expect(registry.derive(hop(first, 'agt_b'))).rejects.toMatchObject({ code: 'access_denied' });
  });

  test('is no for an unknown id, and for a delegation whose ancestor is gone', async () => {
    const { registry, rows } = registerScene();
    expect(await registry.live('dlg_none')).toBeUndefined();
    const first = rowOf(await registry.recordConsent(consent()));
    const second = await registry.derive(hop(first, 'agt_b'));
    await rows.take(first.id);
    expect(await registry.live(second.id)).toBeUndefined();
    expect(await registry.sibling(second, 'https://pay.example')).toBeUndefined();
  });

  test('a sibling is the delegation of the same actors, hop by hop, at another resource', async () => {
    const { registry } = registerScene();
    const pay = 'https://pay.example';
    const mailA = rowOf(await registry.recordConsent(consent()));
    const mailB = await registry.derive(hop(mailA, 'agt_b'));
    expect(await registry.sibling(mailA, pay)).toBeUndefined();
    const payA = rowOf(await registry.recordConsent(consent({ resource: pay })));
    expect(await registry.sibling(mailA, pay)).toEqual(payA);
    expect(await registry.sibling(mailB, pay)).toBeUndefined();
    const payB = await registry.derive(hop(payA, 'agt_b'));
    expect(await registry.sibling(mailB, pay)).toEqual(payB);
    expect(await registry.sibling(mailB, mailB.resource)).toEqual(mailB);
    await registry.revoke(payA.id, 'acc_anna');
    expect(await registry.sibling(mailB, pay)).toBeUndefined();
  });
});

describe('lists and endings in bulk', () => {
  test('newest first, page by page, dead ones on request only', async () => {
    const { registry, clock } = registerScene();
    const made: Delegation[] = [];
    for (const actor of ['agt_1', 'agt_2', 'agt_3', 'agt_4', 'agt_5']) {
      made.push(rowOf(await registry.recordConsent(consent({ actor }))));
      clock.advance(1);
    }
    await registry.recordConsent(consent({ subject: 'acc_ben' }));
    await registry.revoke(made[3]?.id ?? '', 'acc_anna');
    const first = await registry.list({ subject: 'acc_anna', limit: 2 });
    expect(first.items.map(({ actor }) => actor)).toEqual(['agt_5', 'agt_4']);
    const second = await registry.list({ subject: 'acc_anna', after: first.next, limit: 2 });
    expect(second.items.map(({ actor }) => actor)).toEqual(['agt_3', 'agt_2']);
    const live = await registry.list({ subject: 'acc_anna', live: true, limit: 2 });
    expect(live.items.map(({ actor }) => actor)).toEqual(['agt_5', 'agt_3']);
    expect((await registry.list({ actor: 'agt_2', limit: 10 })).items).toHaveLength(1);
    expect((await registry.list({ limit: 10 })).items).toHaveLength(6);
  });

  test('revokeAllOf ends an agent everywhere for one account, and no other agent', async () => {
    const { registry } = registerScene();
    const a = rowOf(await registry.recordConsent(consent()));
    const below = await registry.derive(hop(a, 'agt_b'));
    await registry.recordConsent(consent({ resource: 'https://pay.example' }));
    const other = rowOf(await registry.recordConsent(consent({ subject: 'acc_ben' })));
    const ofB = rowOf(await registry.recordConsent(consent({ actor: 'agt_b' })));
    expect(await registry.revokeAllOf('acc_anna', 'agt_a', 'acc_anna')).toBe(2);
    expect(await registry.live(below.id)).toBeUndefined();
    expect(await registry.live(other.id)).toBeDefined();
    expect(await registry.live(ofB.id)).toBeDefined();
    expect(await registry.revokeAllOf('acc_anna', 'agt_b', 'acc_anna')).toBe(2);
  });
});
