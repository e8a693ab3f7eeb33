/** An MCP server acts for its caller (decision 21): what a person allows an agent when one app calls it. */
import { describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import type { Client } from '../../../src/domain/clients/clients/client.ts';
import type { IssuedToken } from '../../../src/domain/ports/issued-tokens.ts';
import { AT, type Attempt, exchangeScene, MAIL, PAY, START } from './fakes.ts';
import { granted, refused } from './story.ts';

const APP = 'app_1';

/** Anna's app holds something at the MCP server, agent A, alone. A second app holds the same. */
const called = async (options: Parameters<typeof exchangeScene>[0] = {}) => {
  const scene = exchangeScene(options);
  scene.changeGrant({ resources: { [AT.agt_a]: ['call'] } });
  scene.clients.map.set('app_2', { id: 'app_2', state: 'active' } as unknown as Client);
  scene.grants.set('grt_2', { ...scene.grant(), id: 'grt_2', clientId: 'app_2' });
  const toA = (over: Partial<IssuedToken> = {}): string => scene.addToken(over);
  const allow = (over: { via?: string; scope?: readonly string[]; resource?: string } = {}): Promise<Delegation> =>
    scene.consent('agt_a', over.resource ?? MAIL, over.scope ?? ['read'], { via: over.via ?? APP });
  const exchange = (subject: string, form: Readonly<Record<string, string>> = {}, caller = 'agt_a'): Promise<Attempt> =>
    scene.exchange(caller, { subject_token: subject, resource: MAIL, ...form });
  return { ...scene, toA, allow, exchange };
};

const pageOf = async ({ requests }: Awaited<ReturnType<typeof called>>, { error }: Attempt) => {
  const [remedy] = error?.denial?.remedies ?? [];
  return remedy?.kind === 'consent' ? requests.peek(remedy.url.split('/').at(-1) ?? '') : undefined;
};

describe('an app that holds something at the MCP server alone', () => {
  test('nothing allowed: consent_required with a page about the agent alone, for calls of this app', async () => {
    const scene = await called();
    const attempt = await scene.exchange(scene.toA(), { scope: 'read' });
    refused(attempt, 'consent_missing', { layer: 'delegation' });
    expect(attempt.error?.message).toContain('when that app calls it');
    expect(await pageOf(scene, attempt)).toEqual({
      subject: 'acc_anna',
      agent: 'agt_a',
      resource: MAIL,
      scope: ['read'],
      viaClient: APP,
      via: APP,
      expiresAt: START + 600,
    });
    expect(attempt.facts.inputs).toMatchObject({ source: { kind: 'unconsented', via: APP } });
    expect((await scene.delegations.list({ limit: 10 })).items).toEqual([]);
  });

  test('allowed: a token of the person by the agent, not limited to what the app was granted, but dependent on its grant', async () => {
    const scene = await called();
    const row = await scene.allow({ scope: ['read', 'send'] });
    const subject = scene.toA();
    const { minted, facts } = await scene.exchange(subject);
    expect(minted).toMatchObject({
      subject: 'acc_anna',
      chain: { sub: 'agt_a' },
      scope: ['read', 'send'],
      delegation: row.id,
      grant: 'grt_1',
      parent: subject,
    });
    expect(minted?.chain.act).toBeUndefined();
    expect(facts.inputs).toMatchObject({ source: { kind: 'held', delegation: row.id, via: APP } });
    expect(row.via).toBe(APP);
  });

  test('two apps get pages of their own: the same scopes, another question', async () => {
    const scene = await called();
    const first = await pageOf(scene, await scene.exchange(scene.toA()));
    const second = await pageOf(scene, await scene.exchange(scene.toA({ clientId: 'app_2', grant: 'grt_2' })));
    expect([first?.via, second?.via]).toEqual([APP, 'app_2']);
  });

  test('is not asked about what no consent could give: the rights of agent and person cut the page', async () => {
    const scene = await called();
    scene.agents.change('agt_a', { authority: { [MAIL]: ['read'] } });
    expect(await pageOf(scene, await scene.exchange(scene.toA()))).toMatchObject({ scope: ['read'] });
    refused(await scene.exchange(scene.toA(), { scope: 'send' }), 'scope_not_available', { layer: 'agent' });
    scene.accounts.change('acc_anna', { entitlements: { [PAY]: ['*'] } });
    refused(await scene.exchange(scene.toA(), { scope: 'read' }), 'scope_not_available', { layer: 'subject' });
  });

  test('wider than what was allowed: the page asks for calls of the same app', async () => {
    const scene = await called();
    await scene.allow();
    const attempt = await scene.exchange(scene.toA(), { scope: 'send' });
    refused(attempt, 'scope_not_available', { layer: 'delegation' });
    expect(await pageOf(scene, attempt)).toMatchObject({ scope: ['send'], via: APP });
  });
});

describe('what counts in calls of one app', () => {
  test('is for no token of another app, which is asked about for itself', async () => {
    const scene = await called();
    await scene.allow();
    const attempt = await scene.exchange(scene.toA({ clientId: 'app_2', grant: 'grt_2' }), { scope: 'read' });
    refused(attempt, 'consent_missing');
    expect(await pageOf(scene, attempt)).toMatchObject({ via: 'app_2' });
  });

  test('is not for a token of the app that depends on a grant of another', async () => {
    const scene = await called();
    await scene.allow();
    refused(await scene.exchange(scene.toA({ grant: 'grt_2' }), { scope: 'read' }), 'scope_not_available', {
      layer: 'grant',
    });
  });

  test('is not for the own sign-in of the agent', async () => {
    const scene = await called();
    await scene.allow();
    scene.grants.set('grt_a', { ...scene.grant(), id: 'grt_a', clientId: 'agt_a', resources: {} });
    const chain = { sub: 'agt_a', iss: 'https://as.example', sub_profile: 'ai_agent' as const };
    const own = scene.toA({ clientId: 'agt_a', grant: 'grt_a', chain, audience: undefined } as object);
    refused(await scene.exchange(own, { scope: 'read' }), 'consent_missing');
  });

  test('is not for a token that names the agent by may_act, which no app sent to it', async () => {
    const scene = await called();
    await scene.allow();
    const named = scene.toA({ mayAct: 'agt_a', audience: PAY } as Partial<IssuedToken>);
    refused(await scene.exchange(named, { scope: 'read' }), 'scope_not_available', { layer: 'grant' });
  });

  test('is not for another agent that is the same MCP server', async () => {
    const scene = await called();
    await scene.allow();
    scene.agents.change('agt_b', { resourceServers: ['rs_agt_a'] });
    const attempt = await scene.exchange(scene.toA(), {}, 'agt_b');
    refused(attempt, 'consent_missing');
    expect(await pageOf(scene, attempt)).toMatchObject({ agent: 'agt_b', via: APP });
  });

  test('does not widen what the agent was allowed besides, nor the other way round', async () => {
    const scene = await called();
    await scene.consent('agt_a', MAIL, ['send']);
    await scene.allow({ scope: ['read'] });
    expect(granted(await scene.exchange(scene.toA())).scope).toEqual(['read']);
    // A grant of the app caps the other delegation as before.
    scene.grants.set('grt_2', { ...scene.grant(), id: 'grt_2', clientId: 'app_2', resources: { [MAIL]: ['send'] } });
    const other = await scene.exchange(scene.toA({ clientId: 'app_2', grant: 'grt_2' }));
    expect(granted(other).scope).toEqual(['send']);
    expect(granted(other).delegation).not.toBe(granted(await scene.exchange(scene.toA())).delegation);
  });

  test('TX-03 every other layer still cuts: agent, person, disabled app, and the end of the delegation', async () => {
    const scene = await called();
    const row = await scene.allow({ scope: ['read', 'send'] });
    scene.agents.change('agt_a', { authority: { [MAIL]: ['send'] } });
    expect(granted(await scene.exchange(scene.toA())).scope).toEqual(['send']);
    scene.accounts.change('acc_anna', { entitlements: { [MAIL]: ['read'] } });
    refused(await scene.exchange(scene.toA(), { scope: 'send' }), 'scope_not_available', { layer: 'subject' });
    scene.accounts.change('acc_anna', { entitlements: { [MAIL]: ['*'] } });
    scene.clients.change(APP, { state: 'disabled' });
    refused(await scene.exchange(scene.toA()), 'subject_token_not_live');
    scene.clients.change(APP, { state: 'active' });
    await scene.delegations.revoke(row.id, 'acc_anna');
    refused(await scene.exchange(scene.toA()), 'consent_missing');
  });

  test('lives no longer than the grant of the app, the subject token and the delegation', async () => {
    const scene = await called();
    await scene.consent('agt_a', MAIL, ['read'], { via: APP, expiresAt: START + 400 });
    expect(granted(await scene.exchange(scene.toA())).notAfter).toBe(START + 400);
    scene.changeGrant({ expiresAt: START + 300 });
    expect(granted(await scene.exchange(scene.toA())).notAfter).toBe(START + 300);
    expect(granted(await scene.exchange(scene.toA({ expiresAt: START + 200 }))).notAfter).toBe(START + 200);
  });
});

describe('further on', () => {
  test('at another resource: the delegation for calls of the same app, else a page for that', async () => {
    const scene = await called();
    await scene.allow();
    await scene.consent('agt_a', PAY, ['pay']);
    const first = await scene.exchange(scene.toA());
    const attempt = await scene.exchange(first.token, { resource: PAY });
    refused(attempt, 'consent_missing');
    expect(await pageOf(scene, attempt)).toMatchObject({ resource: PAY, via: APP, viaClient: APP });
    const row = await scene.allow({ resource: PAY, scope: ['read'] });
    expect(granted(await scene.exchange(first.token, { resource: PAY }))).toMatchObject({
      scope: ['read'],
      delegation: row.id,
    });
  });

  test('sub-agents get a hop for calls of the same app; another app gets none of it', async () => {
    const scene = await called();
    await scene.allow();
    await scene.allow({ resource: AT.agt_b, scope: ['call'] });
    const { token } = await scene.exchange(scene.toA(), { resource: AT.agt_b });
    const hop = granted(await scene.exchange(token, {}, 'agt_b'));
    expect(hop).toMatchObject({ scope: ['read'], chain: { sub: 'agt_b', act: { sub: 'agt_a' } } });
    expect(await scene.delegations.get(hop.delegation)).toMatchObject({ via: APP, depth: 2 });
  });

  test('a token of such a delegation under the grant of another app is refused', async () => {
    const scene = await called();
    await scene.allow();
    const { token } = await scene.exchange(scene.toA());
    scene.live.set(token, { ...(scene.live.get(token) as IssuedToken), grant: 'grt_2' });
    refused(await scene.exchange(token), 'subject_token_not_live');
    scene.live.set(token, { ...(scene.live.get(token) as IssuedToken), grant: undefined } as unknown as IssuedToken);
    refused(await scene.exchange(token), 'subject_token_not_live');
  });
});
