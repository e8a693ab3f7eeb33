import { describe, expect, test } from '@jest/globals';
import type { Remedy } from '../../../src/domain/vocabulary/errors.ts';
import { ACCESS_TOKEN_TYPE, JWT_TYPE } from '../../../src/extensions/token-exchange/parameters.ts';
import { AT, account, agent, exchangeScene, ISSUER, MAIL, PAY, resourceServer, START } from './fakes.ts';
import { refused, story } from './story.ts';

const consentUrl = (remedies: readonly Remedy[] | undefined): string => {
  const [remedy] = remedies ?? [];
  return remedy?.kind === 'consent' ? remedy.url : '';
};

describe('an exchange', () => {
  test('gives an agent a token for the person, named as actor, cut to what both hold', async () => {
    const { exchange, fromApp, row } = await story();
    const { minted, facts } = await exchange('agt_a', {
      subject_token: fromApp,
      resource: MAIL,
      scope: 'read read delete',
    });
    expect(minted).toMatchObject({
      subject: 'acc_anna',
      chain: { sub: 'agt_a', iss: ISSUER, sub_profile: 'ai_agent' },
      scope: ['read'],
      notAfter: START + 600,
      delegation: row.id,
      grant: 'grt_1',
      issuedTokenType: ACCESS_TOKEN_TYPE,
    });
    expect(minted?.chain.act).toBeUndefined();
    expect(minted?.resourceServer.identifier).toBe(MAIL);
    expect(facts).toMatchObject({
      subject: 'acc_anna',
      agent: 'agt_a',
      owner: 'acc_owner',
      resource: MAIL,
      grant: 'grt_1',
      delegation: row.id,
      scopeAsked: ['delete', 'read'],
      scopeGiven: ['read'],
      txn: minted?.txn,
      inputs: { subjectToken: { id: fromApp }, removed: [{ scope: 'delete', layer: 'grant' }] },
    });
  });

  test('TX-02 absent scope means all that the cut leaves, never a default', async () => {
    const { exchange, fromApp, consent } = await story();
    expect((await exchange('agt_a', { subject_token: fromApp, resource: MAIL })).minted?.scope).toEqual([
      'read',
      'send',
    ]);
    await consent('agt_a', PAY, ['read']);
    expect((await exchange('agt_a', { subject_token: fromApp, audience: 'rs_pay' })).minted?.scope).toEqual(['read']);
  });

  test.each([
    [
      'client',
      'the app behind the grant, of which people are not asked,',
      (s: ReturnType<typeof exchangeScene>) =>
        s.clients.change('app_1', { authority: { [MAIL]: ['send'] }, skipConsent: true }),
    ],
    [
      'agent',
      'the agent',
      (s: ReturnType<typeof exchangeScene>) => s.agents.change('agt_a', { authority: { [MAIL]: ['send'] } }),
    ],
    [
      'subject',
      'the person',
      (s: ReturnType<typeof exchangeScene>) => s.accounts.change('acc_anna', { entitlements: { [MAIL]: ['send'] } }),
    ],
    [
      'grant',
      'the grant',
      (s: ReturnType<typeof exchangeScene>) => s.changeGrant({ resources: { [MAIL]: ['send'], [PAY]: ['read'] } }),
    ],
    [
      'resource_server',
      'the resource server',
      (s: ReturnType<typeof exchangeScene>) =>
        s.servers.change('rs_mail', { scopes: [{ name: 'send', description: '', risk: 'low' }] }),
    ],
  ])('TX-02 %s: %s cuts, and is named (decision D4)', async (layer, _who, limit) => {
    const scene = await story();
    limit(scene);
    const both = await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: MAIL, scope: 'read send' });
    expect(both.minted?.scope).toEqual(['send']);
    refused(
      await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: MAIL, scope: 'read' }),
      'scope_not_available',
      { layer },
    );
  });

  test.each(['*', 'READ', 'rеad'])('TX-02 the scope %j is not read', async (scope) => {
    const { exchange, fromApp } = await story();
    const attempt = await exchange('agt_a', { subject_token: fromApp, resource: MAIL, scope });
    expect(attempt.error?.code).toBe('invalid_scope');
    expect(attempt.minted).toBeUndefined();
  });

  test('TX-02 authority is pairs: a scope of the same name at another resource gives nothing (decision D4)', async () => {
    const scene = await story();
    scene.changeGrant({ resources: { [MAIL]: ['read'], [PAY]: ['pay'] } });
    await scene.consent('agt_a', PAY, ['read']);
    refused(
      await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: PAY, scope: 'read' }),
      'scope_not_available',
      { layer: 'grant' },
    );
  });

  test('TX-02 at the same resource the subject token itself is a ceiling', async () => {
    const { exchange, fromApp } = await story();
    const narrow = await exchange('agt_a', { subject_token: fromApp, resource: MAIL, scope: 'read' });
    const again = await exchange('agt_a', { subject_token: narrow.token, resource: MAIL });
    expect(again.minted?.scope).toEqual(['read']);
    refused(
      await exchange('agt_a', { subject_token: narrow.token, resource: MAIL, scope: 'send' }),
      'scope_not_available',
      { layer: 'subject_token' },
    );
  });

  test('wider than what was consented is refused with the page that could change it', async () => {
    const scene = exchangeScene();
    await scene.consent('agt_a', MAIL, ['read']);
    const { error } = await scene.exchange('agt_a', { subject_token: scene.addToken(), resource: MAIL, scope: 'send' });
    expect(error).toMatchObject({
      code: 'invalid_scope',
      denial: { layer: 'delegation', remedies: [{ kind: 'consent' }, { kind: 'narrow', scope: 'read' }] },
    });
    const handle = consentUrl(error?.denial?.remedies).split('/').at(-1) ?? '';
    expect(await scene.requests.peek(handle)).toMatchObject({ agent: 'agt_a', resource: MAIL, scope: ['send'] });
  });

  test.each([
    { held: 3, allowed: undefined, uses: 3, name: 'those of its subject token where no policy limits them' },
    { held: undefined, allowed: 2, uses: 2, name: 'those that policies allow where its subject token has no limit' },
    { held: 3, allowed: 2, uses: 2, name: 'the fewer uses, where policies allow fewer than its subject token has' },
    { held: 2, allowed: 3, uses: 2, name: 'the fewer uses, where its subject token has fewer than policies allow' },
    { held: undefined, allowed: undefined, uses: undefined, name: 'no limit where neither sets one' },
  ])('gives a token a maximum number of uses: $name', async (each) => {
    const { exchange, addToken, dependencies } = await story();
    const { authorize } = dependencies;
    const limited: typeof authorize = async (facts) => ({ ...(await authorize(facts)), maxUses: each.allowed });
    Object.assign(dependencies, { authorize: limited });
    const token = addToken(each.held === undefined ? {} : { maxUses: each.held });
    const { minted, facts } = await exchange('agt_a', { subject_token: token, resource: MAIL });
    expect(minted?.decision.maxUses).toBe(each.uses);
    expect(facts).toMatchObject({ decision: minted?.decision.id, scopeGiven: ['read', 'send'] });
  });

  test('txn is inherited, or begins here (decision D6)', async () => {
    const { exchange, fromApp, addToken } = await story();
    const first = await exchange('agt_a', { subject_token: fromApp, resource: MAIL });
    expect(first.minted?.txn).toMatch(/^txn_/);
    const second = await exchange('agt_a', { subject_token: first.token, resource: MAIL });
    expect(second.minted?.txn).toBe(first.minted?.txn);
    const named = await exchange('agt_a', { subject_token: addToken({ txn: 'txn_run' }), resource: MAIL });
    expect(named.minted?.txn).toBe('txn_run');
  });
});

describe('consent', () => {
  test('missing: consent_required with a page for the scopes that could be given (decision D1 b)', async () => {
    const scene = exchangeScene();
    scene.agents.change('agt_a', { authority: { [MAIL]: ['*'] } });
    const attempt = await scene.exchange('agt_a', { subject_token: scene.addToken({ txn: 'txn_7' }), resource: MAIL });
    refused(attempt, 'consent_missing', { layer: 'delegation' });
    const [remedy] = attempt.error?.denial?.remedies ?? [];
    expect(remedy).toMatchObject({ kind: 'consent', expires_in: 600 });
    expect(
      await scene.requests.peek(
        consentUrl(remedy && [remedy])
          .split('/')
          .at(-1) ?? '',
      ),
    ).toEqual({
      subject: 'acc_anna',
      agent: 'agt_a',
      resource: MAIL,
      scope: ['read', 'send'],
      txn: 'txn_7',
      viaClient: 'app_1',
      expiresAt: START + 600,
    });
    expect((await scene.delegations.list({ limit: 10 })).items).toEqual([]);
  });

  test('is not asked for what could not be given anyway', async () => {
    const scene = exchangeScene();
    refused(
      await scene.exchange('agt_a', { subject_token: scene.addToken(), resource: MAIL, scope: 'delete' }),
      'scope_not_available',
      { layer: 'grant' },
    );
  });

  test('pages are bounded for each agent and person', async () => {
    const scene = exchangeScene();
    for (let index = 0; index < 10; index += 1) {
      scene.servers.map.set(`rs_${index}`, {
        ...resourceServer('rs_mail', MAIL, ['read']),
        id: `rs_${index}`,
        identifier: `https://r${index}.example`,
      });
      scene.changeGrant({ resources: { ...scene.grant().resources, [`https://r${index}.example`]: ['read'] } });
      refused(
        await scene.exchange('agt_a', { subject_token: scene.addToken(), resource: `https://r${index}.example` }),
        'consent_missing',
      );
    }
    const attempt = await scene.exchange('agt_a', { subject_token: scene.addToken(), resource: MAIL });
    refused(attempt, 'too_many_consent_requests', { layer: 'limits' });
    expect(attempt.error?.retryAfterSeconds).toBe(600);
  });

  test('of a user is used for no other user and no other resource', async () => {
    const { exchange, fromApp, addToken, accounts } = await story();
    accounts.map.set('acc_ben', account('acc_ben'));
    refused(await exchange('agt_a', { subject_token: fromApp, resource: PAY }), 'consent_missing');
    refused(
      await exchange('agt_a', { subject_token: addToken({ subject: 'acc_ben' }), resource: MAIL }),
      'subject_token_not_live',
    );
  });
});

describe('who may exchange what', () => {
  test('TX-01 a token of an unrelated client is refused, with any consent to the agent (decision D3)', async () => {
    const { exchange, addToken } = await story();
    for (const audience of [MAIL, AT.agt_b, undefined]) {
      refused(
        await exchange('agt_a', { subject_token: addToken({ audience } as object), resource: MAIL }),
        'subject_token_not_for_caller',
        { layer: 'subject_token' },
      );
    }
  });

  test('TX-01 being registered as a disabled resource server does not count', async () => {
    const { exchange, fromApp, servers } = await story();
    servers.change('rs_agt_a', { state: 'disabled' });
    refused(await exchange('agt_a', { subject_token: fromApp, resource: MAIL }), 'subject_token_not_for_caller');
  });

  test('TX-14 TX-15 only an active agent with the grant type and an active owner', async () => {
    const { exchange, fromApp, agents } = await story();
    const form = { subject_token: fromApp, resource: MAIL };
    refused(await exchange('app_1', form, { isAgent: false }), 'caller_not_an_agent');
    refused(await exchange('agt_none', form), 'caller_not_an_agent');
    for (const state of ['pending', 'suspended', 'retired'] as const) {
      agents.change('agt_a', { state });
      refused(await exchange('agt_a', form), 'agent_not_active', { layer: 'agent' });
    }
    agents.change('agt_a', { state: 'active', grantTypes: ['client_credentials'] });
    refused(await exchange('agt_a', form), 'grant_type_not_registered');
    agents.map.set('agt_a', agent('agt_a', { state: 'orphaned' }));
    refused(await exchange('agt_a', form), 'owner_not_active');
  });

  test('TX-07 the result is always a delegation: no form gives a token without act, none opens this server itself', async () => {
    const { exchange, fromApp, accounts } = await story();
    accounts.change('acc_anna', { roles: ['administrator'] });
    for (const extra of [{}, { requested_token_type: ACCESS_TOKEN_TYPE }, { requested_token_type: JWT_TYPE }]) {
      const { minted } = await exchange('agt_a', { subject_token: fromApp, resource: MAIL, ...extra });
      expect(minted?.chain.sub).toBe('agt_a');
    }
    refused(await exchange('agt_a', { subject_token: fromApp, resource: `${ISSUER}/api/v1` }), 'target_not_for_agents');
  });

  test('a token that a client got for itself names no person and cannot be exchanged', async () => {
    const { exchange, addToken } = await story();
    refused(
      await exchange('agt_a', {
        subject_token: addToken({ subject: undefined, clientId: 'agt_a' } as object),
        resource: MAIL,
      }),
      'subject_token_without_person',
    );
  });
});
