import { describe, expect, test } from '@jest/globals';
import type { Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { IssuedToken } from '../../../src/domain/ports/issued-tokens.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import { actorsOf } from '../../../src/domain/vocabulary/actor-chain.ts';
import { approvedExchange } from '../../../src/extensions/token-exchange/approval-channel.ts';
import { AT, account, exchangeScene, ISSUER, MAIL, PAY } from './fakes.ts';
import { granted, refused, story } from './story.ts';

describe('sub-agents', () => {
  /** Anna → app → A, who may read and send mail; A asks B, B asks C. */
  const team = async (options: Parameters<typeof exchangeScene>[0] = {}) => {
    const scene = await story(options);
    await scene.consent('agt_a', AT.agt_b, ['call']);
    await scene.consent('agt_a', AT.agt_c, ['call']);
    const toB = await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: AT.agt_b });
    return { ...scene, toB: toB.token, txn: toB.minted?.txn };
  };

  test('get a delegation of their own below the parent, and the whole chain (RFC 8693 §4.1)', async () => {
    const { exchange, toB, row, txn, delegations, audit } = await team();
    const { minted, facts } = await exchange('agt_b', { subject_token: toB, resource: MAIL, scope: 'read' });
    expect(actorsOf(minted?.chain)).toEqual(['agt_b', 'agt_a']);
    expect(minted?.chain.act).toEqual(row.chain);
    expect(minted).toMatchObject({ subject: 'acc_anna', scope: ['read'], grant: 'grt_1', txn });
    expect(await delegations.get(minted?.delegation ?? '')).toMatchObject({ parent: row.id, depth: 2, actor: 'agt_b' });
    expect(facts).toMatchObject({ agent: 'agt_b', chain: minted?.chain, delegation: minted?.delegation });
    expect(audit.events.at(-1)).toMatchObject({ type: 'delegation.created', delegation: minted?.delegation, txn });
  });

  test('again at the same resource add no hop (decision D1)', async () => {
    const { exchange, toB } = await team();
    const first = await exchange('agt_b', { subject_token: toB, resource: MAIL });
    const again = await exchange('agt_b', { subject_token: first.token, resource: MAIL });
    expect(again.minted?.chain).toEqual(first.minted?.chain);
    expect(again.minted?.delegation).toBe(first.minted?.delegation);
  });

  test('get less and not more: the parent delegation, the rights of every agent in the chain, and the grant limit it', async () => {
    const scene = await team();
    expect((await scene.exchange('agt_b', { subject_token: scene.toB, resource: MAIL })).minted?.scope).toEqual([
      'read',
      'send',
    ]);
    refused(
      await scene.exchange('agt_b', { subject_token: scene.toB, resource: MAIL, scope: 'delete' }),
      'scope_not_available',
      { layer: 'grant' },
    );
    scene.agents.change('agt_a', { authority: { [MAIL]: ['read'] } });
    expect((await scene.exchange('agt_b', { subject_token: scene.toB, resource: MAIL })).minted?.scope).toEqual([
      'read',
    ]);
    scene.agents.change('agt_a', { state: 'suspended' });
    refused(await scene.exchange('agt_b', { subject_token: scene.toB, resource: MAIL }), 'delegation_ended');
  });

  test('get nothing that the parent delegation does not hold, and no page: the agent with the consent asks the user', async () => {
    const scene = exchangeScene();
    await scene.consent('agt_a', MAIL, ['read']);
    await scene.consent('agt_a', AT.agt_b, ['call']);
    const { token } = await scene.exchange('agt_a', { subject_token: scene.addToken(), resource: AT.agt_b });
    const attempt = await scene.exchange('agt_b', { subject_token: token, resource: MAIL, scope: 'send' });
    refused(attempt, 'scope_not_available', { layer: 'delegation' });
    expect(attempt.error?.denial?.remedies).toEqual([{ kind: 'narrow', scope: 'read' }]);
  });

  test('only those the user named, and no other holder of the token (decision D2)', async () => {
    const { exchange, toB, consent, addToken, row } = await team();
    refused(await exchange('agt_c', { subject_token: toB, resource: MAIL }), 'subject_token_not_for_caller');
    await consent('agt_a', MAIL, ['read', 'send'], { delegableTo: { agents: ['agt_c'], depth: 2 } });
    refused(await exchange('agt_b', { subject_token: toB, resource: MAIL }), 'not_delegable_to_agent', {
      layer: 'delegation',
    });
    await consent('agt_a', MAIL, ['read', 'send'], { delegableTo: { agents: [], depth: 0 } });
    refused(await exchange('agt_b', { subject_token: toB, resource: MAIL }), 'not_delegable_to_agent');
    // The rule is the same when the token was made for the target's own resource server.
    const sameResource = addToken({
      clientId: 'agt_a',
      audience: AT.agt_c,
      delegation: row.id,
      chain: row.chain,
      scope: ['read'],
    });
    refused(await exchange('agt_c', { subject_token: sameResource, resource: MAIL }), 'not_delegable_to_agent');
  });

  test('cannot reach where the one above holds nothing, and cannot ask the person in its name', async () => {
    const { exchange, toB } = await team();
    const attempt = await exchange('agt_b', { subject_token: toB, resource: PAY });
    refused(attempt, 'delegation_not_at_target');
    expect(attempt.error?.denial?.remedies).toBeUndefined();
  });

  test('own consent of a sub-agent does not widen what it was handed', async () => {
    const { exchange, toB, consent } = await team();
    await consent('agt_b', PAY, ['pay']);
    await consent('agt_b', MAIL, ['read', 'send', 'delete']);
    refused(await exchange('agt_b', { subject_token: toB, resource: PAY }), 'delegation_not_at_target');
    expect((await exchange('agt_b', { subject_token: toB, resource: MAIL })).minted?.scope).toEqual(['read', 'send']);
  });

  test('TX-08 depth: as many hops as allowed, one more is invalid_request; A → B → A counts', async () => {
    const { exchange, toB, consent, row, addToken } = await team({ maxDepth: 3 });
    await consent('agt_a', AT.agt_a, ['call']);
    const mailB = await exchange('agt_b', { subject_token: toB, resource: MAIL });
    const back = addToken({
      clientId: 'agt_b',
      audience: AT.agt_a,
      scope: ['call'],
      delegation: granted(mailB).delegation,
      chain: granted(mailB).chain,
    });
    const cycle = await exchange('agt_a', { subject_token: back, resource: MAIL });
    expect(actorsOf(cycle.minted?.chain)).toEqual(['agt_a', 'agt_b', 'agt_a']);
    const fourth = addToken({
      clientId: 'agt_a',
      audience: AT.agt_c,
      scope: ['call'],
      delegation: granted(cycle).delegation,
      chain: granted(cycle).chain,
    });
    refused(await exchange('agt_c', { subject_token: fourth, resource: MAIL }), 'chain_too_long');
    expect(row.depth).toBe(1);
  });

  test('TX-09 nested actors never change a decision', async () => {
    const { exchange, toB, addToken, delegations, live } = await team();
    const mailB = await exchange('agt_b', { subject_token: toB, resource: MAIL });
    const genuine = {
      clientId: 'agt_b',
      audience: AT.agt_c,
      scope: ['call'],
      delegation: granted(mailB).delegation,
    };
    const chain = granted(mailB).chain;
    const swapped = { ...chain, act: { sub: 'agt_admin', iss: ISSUER, sub_profile: 'ai_agent' as const } };
    const one = await exchange('agt_c', {
      subject_token: addToken({ ...genuine, chain, txn: 'txn_x' }),
      resource: MAIL,
    });
    const other = await exchange('agt_c', {
      subject_token: addToken({ ...genuine, chain: swapped, txn: 'txn_x' }),
      resource: MAIL,
    });
    expect({ ...other.minted, parent: '', decision: '' }).toEqual({ ...one.minted, parent: '', decision: '' });
    // The chain comes from our rows, so a nested actor cannot be brought in either.
    expect(actorsOf(other.minted?.chain)).toEqual(['agt_c', 'agt_b', 'agt_a']);
    expect((await delegations.live(granted(one).delegation))?.chain.act).toEqual(live.get(mailB.token)?.chain);
  });

  test('TX-12 revoking the first hop ends every token below; a hop that was ended stays ended', async () => {
    const { exchange, toB, delegations, row } = await team();
    const mailB = await exchange('agt_b', { subject_token: toB, resource: MAIL });
    await delegations.revoke(granted(mailB).delegation, 'acc_anna');
    refused(await exchange('agt_b', { subject_token: mailB.token, resource: MAIL }), 'subject_token_not_live');
    refused(await exchange('agt_b', { subject_token: toB, resource: MAIL }), 'hop_ended');
    await delegations.revoke(row.id, 'acc_anna');
    refused(await exchange('agt_b', { subject_token: toB, resource: MAIL }), 'delegation_not_at_target');
  });

  test('AP-02 a delegation that was made for an approved action is removed when its token is not issued, and blocks no other', async () => {
    const { dependencies, exchange, toB, delegations, agents, live, audit } = await team();
    const { format: _, expiresAt: __, ...origin } = live.get(toB) as IssuedToken & { readonly subject: string };
    const approved = approvedExchange(dependencies);
    const parties = async () => ({
      agent: agents.map.get('agt_b') as Agent,
      account: account('acc_anna'),
      server: (await dependencies.resourceServers.findByIdentifier(MAIL))?.document as ResourceServer,
    });
    const caller = { id: 'req_2', clientId: 'agt_b', isAgent: true, dpopThumbprint: undefined } as never;
    const fetching = async () => approved(caller, { origin: { ...origin, scope: ['call'] } }, await parties());
    const given = { scope: ['send'], details: [] };

    const source = await fetching();
    const row = await source.delegation(given);
    await source.discard();
    expect(await delegations.get(row.id)).toMatchObject({ state: 'revoked', revokedBy: 'system' });
    expect(audit.events.at(-1)).toMatchObject({ type: 'delegation.revoked', delegation: row.id, request: 'req_2' });
    // B lost nothing: it gets its hop as before.
    const reading = await exchange('agt_b', { subject_token: toB, resource: MAIL, scope: 'read' });
    const held = granted(reading).delegation;
    // What was there before is nothing that was made for it.
    const again = await fetching();
    const extended = await again.delegation(given);
    expect(extended.id).toBe(held);
    await again.discard();
    expect(await delegations.live(held)).toBeDefined();
  });

  test('AP-02 those of other participants go with it, and what they had allowed stays', async () => {
    const { dependencies, consent, delegations, accounts, servers, agents, row, live, toB } = await team();
    accounts.map.set('acc_bob', account('acc_bob'));
    servers.change('rs_mail', {
      scopes: [{ name: 'send', description: 'Send', risk: 'low', participants: 'all' }],
    });
    const bobs = await consent('agt_a', AT.agt_b, ['call'], { subject: 'acc_bob' });
    const bobsMail = await consent('agt_a', MAIL, ['send'], { subject: 'acc_bob' });
    const transaction = {
      ...{ id: 'trn_1', agent: 'agt_a', trigger: 'event', participants: ['acc_anna', 'acc_bob'] },
      ...{ intent: { digest: 'd', source: 'stated_by_agent' }, expiresAt: dependencies.clock.now() + 900 },
    } as unknown as Transaction;
    const approved = approvedExchange({
      ...dependencies,
      transactions: { live: async () => transaction, named: async () => 'unknown' },
    });
    const { format: _, expiresAt: __, ...token } = live.get(toB) as IssuedToken & { readonly subject: string };
    const origin = { ...token, txn: 'trn_1', delegations: [String(token.delegation), bobs.id] };
    const caller = { id: 'req_2', clientId: 'agt_b', isAgent: true, note: () => undefined } as never;
    const source = await approved(
      caller,
      { origin },
      {
        agent: agents.map.get('agt_b') as Agent,
        account: account('acc_anna'),
        server: servers.map.get('rs_mail') as ResourceServer,
      },
    );
    const own = await source.delegation({ scope: ['send'], details: [] });
    const others = await source.participants({ scope: ['send'] });
    expect([own, ...others].map(({ subject, parent }) => [subject, parent])).toEqual([
      ['acc_anna', row.id],
      ['acc_bob', bobsMail.id],
    ]);
    await source.discard();
    for (const { id } of [own, ...others]) {
      expect(await delegations.get(id)).toMatchObject({ state: 'revoked', revokedBy: 'system' });
    }
    expect(await delegations.live(bobsMail.id)).toBeDefined();
  });

  test('TX-16 a thousand exchanges of one token make one delegation', async () => {
    const { exchange, toB, delegations, row } = await team();
    for (let index = 0; index < 200; index += 1) await exchange('agt_b', { subject_token: toB, resource: MAIL });
    const below = (await delegations.list({ actor: 'agt_b', limit: 1000 })).items.filter(
      ({ parent }) => parent === row.id,
    );
    expect(below).toHaveLength(1);
  });

  test('TX-17 the audit log names the subject, each actor, the parent token and the delegations: they suffice to rebuild the tree', async () => {
    const { exchange, toB, audit } = await team();
    const { minted, facts } = await exchange('agt_b', { subject_token: toB, resource: MAIL });
    expect(minted?.parent).toBe(toB);
    expect(facts).toMatchObject({
      subject: 'acc_anna',
      chain: minted?.chain,
      inputs: { subjectToken: { id: toB, clientId: 'agt_a' }, source: { kind: 'hop' } },
    });
    const created = new Map(
      audit.events
        .filter(({ type }) => type === 'delegation.created')
        .map((event) => [event.delegation, event.inputs?.['parent']]),
    );
    let at: unknown = minted?.delegation;
    let hops = 0;
    while (at !== null) {
      expect(created.has(at as string)).toBe(true);
      at = created.get(at as string);
      hops += 1;
    }
    expect(hops).toBe(2);
    expect(JSON.stringify(facts)).not.toContain('"undefined"');
  });

  test("an agent's own sign-in counts by its delegation, not by its grant (decision D1 a)", async () => {
    const { exchange, addToken, grants, grant, consent } = exchangeScene();
    const row = await consent('agt_a', MAIL, ['read']);
    grants.set('grt_a', { ...grant(), id: 'grt_a', clientId: 'agt_a', resources: { [MAIL]: ['read'] } });
    const own = addToken({
      clientId: 'agt_a',
      audience: MAIL,
      scope: ['read'],
      grant: 'grt_a',
      delegation: row.id,
      chain: row.chain,
    });
    refused(await exchange('agt_a', { subject_token: own, resource: PAY }), 'consent_missing');
    await consent('agt_a', PAY, ['pay']);
    const { minted } = await exchange('agt_a', { subject_token: own, resource: PAY });
    expect(minted).toMatchObject({ scope: ['pay'], grant: 'grt_a', chain: { sub: 'agt_a' } });
  });

  test('the token of its own sign-in without a resource names the agent and no delegation; the user is asked', async () => {
    const { exchange, addToken, grants, grant, consent } = exchangeScene();
    grants.set('grt_a', { ...grant(), id: 'grt_a', clientId: 'agt_a', resources: {} });
    const own = addToken({
      clientId: 'agt_a',
      audience: undefined,
      grant: 'grt_a',
      chain: { sub: 'agt_a', iss: ISSUER, sub_profile: 'ai_agent' },
    } as object);
    refused(await exchange('agt_a', { subject_token: own, resource: MAIL }), 'consent_missing');
    await consent('agt_a', MAIL, ['read']);
    const attempt = await exchange('agt_a', { subject_token: own, resource: MAIL });
    expect(actorsOf(granted(attempt).chain)).toEqual(['agt_a']);
  });
});
