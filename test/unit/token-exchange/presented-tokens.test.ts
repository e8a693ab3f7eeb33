import { describe, expect, test } from '@jest/globals';
import type { ActorChain } from '../../../src/domain/vocabulary/actor-chain.ts';
import { ACCESS_TOKEN_TYPE, JWT_TYPE } from '../../../src/extensions/token-exchange/parameters.ts';
import { exchangeScene, ISSUER, MAIL, START } from './fakes.ts';
import { refused, story } from './story.ts';

describe('the subject token', () => {
  const valid = { resource: MAIL };

  test.each([
    ['missing', {}, 'parameter_missing', 'subject_token'],
    ['empty', { subject_token: '' }, 'parameter_missing', 'subject_token'],
    ['duplicated', { subject_token: ['token_1', 'token_1'] }, 'parameter_repeated', 'subject_token'],
    ['oversized', { subject_token: 'x'.repeat(8193) }, 'parameter_too_long', 'subject_token'],
    ['oversized in bytes', { subject_token: '€'.repeat(2731) }, 'parameter_too_long', 'subject_token'],
    ['without a type', { subject_token: 'token_1', subject_token_type: '' }, 'parameter_missing', 'subject_token_type'],
    [
      'of a repeated type',
      { subject_token: 'token_1', subject_token_type: [ACCESS_TOKEN_TYPE, JWT_TYPE] },
      'parameter_repeated',
      'subject_token_type',
    ],
    ['unknown', { subject_token: 'nothing' }, 'subject_token_not_live', 'subject_token'],
  ] as const)(
    'TX-04 %s: invalid_request that names the parameter, and no other grant',
    async (_what, form, reason, field) => {
      const { exchange } = await story();
      const attempt = await exchange('agt_a', { ...valid, ...form });
      refused(attempt, reason);
      expect(attempt.error).toMatchObject({ code: 'invalid_request', field });
    },
  );

  test.each(['saml1', 'saml2', 'id-jag', 'txn_token', 'self_signed', 'unsigned_json', 'ACCESS_TOKEN'])(
    'TX-10 the type %s is refused for any token',
    async (type) => {
      const { exchange, fromApp } = await story();
      refused(
        await exchange('agt_a', {
          subject_token: fromApp,
          subject_token_type: `urn:ietf:params:oauth:token-type:${type}`,
          resource: MAIL,
        }),
        'token_type_unsupported',
      );
    },
  );

  test.each(['id_token', 'refresh_token'])('TX-10 an access token declared as %s is refused', async (type) => {
    const { exchange, fromApp } = await story();
    const form = {
      subject_token: fromApp,
      subject_token_type: `urn:ietf:params:oauth:token-type:${type}`,
      resource: MAIL,
    };
    refused(await exchange('agt_a', form), 'subject_token_not_live');
  });

  test('TX-10 declared as a JWT it must be one of our JWT access tokens', async () => {
    const { exchange, fromApp, addToken } = await story();
    const opaque = addToken({ format: 'opaque' });
    refused(
      await exchange('agt_a', { subject_token: opaque, subject_token_type: JWT_TYPE, resource: MAIL }),
      'subject_token_type_mismatch',
    );
    expect((await exchange('agt_a', { subject_token: opaque, resource: MAIL })).error).toBeUndefined();
    expect(
      (await exchange('agt_a', { subject_token: fromApp, subject_token_type: JWT_TYPE, resource: MAIL })).error,
    ).toBeUndefined();
  });

  test('AP-21 the client that got the token of an approval cannot exchange it; the agent that received it can', async () => {
    const { exchange, addToken } = await story();
    const approval = { id: 'apv_1', digest: 'x'.repeat(43) };
    const own = addToken({ clientId: 'agt_a', audience: MAIL, approval });
    refused(await exchange('agt_a', { subject_token: own, resource: MAIL }), 'subject_token_of_approval');
    const received = addToken({ approval });
    expect((await exchange('agt_a', { subject_token: received, resource: MAIL })).error).toBeUndefined();
  });

  test('TX-12 nothing is exchanged once what it depends on has ended', async () => {
    const scene = await story();
    const own = await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: MAIL });
    await scene.delegations.revoke(scene.row.id ?? '', 'acc_anna');
    refused(await scene.exchange('agt_a', { subject_token: own.token, resource: MAIL }), 'subject_token_not_live');
    refused(await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: MAIL }), 'consent_missing');
    scene.accounts.change('acc_anna', { state: 'disabled' });
    refused(await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: MAIL }), 'subject_not_active', {
      layer: 'subject',
    });
    scene.accounts.change('acc_anna', { state: 'active' });
    const grant = scene.grant();
    scene.grants.delete('grt_1');
    refused(await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: MAIL }), 'subject_token_not_live');
    scene.grants.set('grt_1', { ...grant, account: 'acc_other' });
    refused(await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: MAIL }), 'subject_token_not_live');
    scene.grants.set('grt_1', grant);
    scene.clients.change('app_1', { state: 'disabled' });
    refused(await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: MAIL }), 'subject_token_not_live');
    scene.clock.advance(3000);
    refused(await scene.exchange('agt_a', { subject_token: scene.fromApp, resource: MAIL }), 'subject_token_not_live');
  });

  test('a delegation without an actor, an actor without a delegation, or a delegation of another actor is refused', async () => {
    const { exchange, addToken, row } = await story();
    const chain: ActorChain = { sub: 'agt_a', iss: ISSUER, sub_profile: 'ai_agent' };
    const own = { clientId: 'agt_a', audience: MAIL };
    for (const forged of [
      { ...own, chain: { ...chain, act: chain } },
      { ...own, chain: { ...chain, sub: 'agt_b' } },
      { chain },
      { ...own, delegation: row.id },
      { ...own, delegation: row.id, chain: { ...chain, sub: 'agt_b' } },
      { delegation: row.id, chain },
      { grant: undefined },
    ]) {
      refused(
        await exchange('agt_a', { subject_token: addToken(forged as object), resource: MAIL }),
        'subject_token_not_live',
      );
    }
  });

  test('TX-03 no exchange lives past its parent, its delegation, its grant, or ten minutes; 50 in a row gain nothing', async () => {
    const scene = await story();
    let token = scene.addToken({ expiresAt: START + 700 });
    const first = await scene.exchange('agt_a', { subject_token: token, resource: MAIL });
    expect(first.minted?.notAfter).toBe(START + 600);
    token = first.token;
    for (let index = 0; index < 50; index += 1) {
      scene.clock.advance(11);
      const next = await scene.exchange('agt_a', { subject_token: token, resource: MAIL });
      expect(next.minted?.notAfter).toBe(START + 600);
      token = next.token;
    }
    scene.clock.advance(50);
    refused(await scene.exchange('agt_a', { subject_token: token, resource: MAIL }), 'subject_token_not_live');

    const late = exchangeScene();
    await late.consent('agt_a', MAIL, ['read'], { expiresAt: START + 40 });
    expect((await late.exchange('agt_a', { subject_token: late.addToken(), resource: MAIL })).minted?.notAfter).toBe(
      START + 40,
    );
    late.changeGrant({ expiresAt: START + 30 });
    expect((await late.exchange('agt_a', { subject_token: late.addToken(), resource: MAIL })).minted?.notAfter).toBe(
      START + 30,
    );
    expect(
      (await late.exchange('agt_a', { subject_token: late.addToken({ expiresAt: START + 20 }), resource: MAIL })).minted
        ?.notAfter,
    ).toBe(START + 20);
  });
});

describe('the actor', () => {
  test('TX-05 act, may_act, sub, client_id, cnf and iss in the request change nothing', async () => {
    const plain = await story();
    const forged = await story();
    const chain = JSON.stringify({ sub: 'acc_admin', act: { sub: 'agt_evil' } });
    const one = await plain.exchange('agt_a', { subject_token: plain.fromApp, resource: MAIL });
    const other = await forged.exchange('agt_a', {
      subject_token: forged.fromApp,
      resource: MAIL,
      act: chain,
      may_act: chain,
      sub: 'acc_admin',
      client_id: 'agt_b',
      cnf: '{"jkt":"x"}',
      iss: 'https://evil.example',
    });
    expect(other.minted).toEqual(one.minted);
    expect(plain.extension.grants?.[0]?.parameters).toEqual([
      'subject_token',
      'subject_token_type',
      'actor_token',
      'actor_token_type',
      'requested_token_type',
      'audience',
      'resource',
      'scope',
      'request_context',
      'request_details',
      'authorization_details',
      'transaction',
    ]);
  });

  test('TX-06 actor_token is the own live token of the caller or the request is refused; leaving it out changes nothing', async () => {
    const { exchange, fromApp, addToken, row } = await story();
    const form = { subject_token: fromApp, resource: MAIL, actor_token_type: ACCESS_TOKEN_TYPE };
    const own = { subject: undefined, grant: undefined, clientId: 'agt_a', audience: MAIL } as object;
    const without = await exchange('agt_a', { subject_token: fromApp, resource: MAIL });
    const withOwn = await exchange('agt_a', { ...form, actor_token: addToken(own) });
    expect({ ...withOwn.minted, txn: '', decision: '' }).toEqual({ ...without.minted, txn: '', decision: '' });
    refused(await exchange('agt_a', { ...form, actor_token: 'nothing' }), 'actor_token_not_live');
    refused(
      await exchange('agt_a', { ...form, actor_token: addToken({ ...own, expiresAt: START }) }),
      'actor_token_not_live',
    );
    refused(
      await exchange('agt_a', { ...form, actor_token: addToken({ ...own, clientId: 'agt_b' }) }),
      'actor_token_not_of_caller',
    );
    refused(await exchange('agt_a', { ...form, actor_token: fromApp }), 'actor_token_not_of_caller');
    const delegated = { clientId: 'agt_a', audience: MAIL, delegation: row.id, chain: row.chain } as object;
    refused(await exchange('agt_a', { ...form, actor_token: addToken(delegated) }), 'actor_token_not_of_caller');
    const bound = addToken({ ...own, jkt: 'key_1' });
    refused(await exchange('agt_a', { ...form, actor_token: bound }), 'actor_token_proof_missing');
    refused(
      await exchange('agt_a', { ...form, actor_token: bound }, { dpopThumbprint: 'key_2' }),
      'actor_token_proof_missing',
    );
    expect(
      (await exchange('agt_a', { ...form, actor_token: bound }, { dpopThumbprint: 'key_1' })).error,
    ).toBeUndefined();
    const ofCertificate = { ...form, actor_token: addToken({ ...own, x5t: 'certificate_1' }) };
    refused(
      await exchange('agt_a', ofCertificate, { certificateThumbprint: 'certificate_2' }),
      'actor_token_proof_missing',
    );
    expect((await exchange('agt_a', ofCertificate, { certificateThumbprint: 'certificate_1' })).error).toBeUndefined();
    refused(
      await exchange('agt_a', {
        ...form,
        actor_token: addToken({ ...own, format: 'opaque' }),
        actor_token_type: JWT_TYPE,
      }),
      'actor_token_not_live',
    );
  });

  test('TX-06 actor_token and actor_token_type come together (RFC 8693 §2.1)', async () => {
    const { exchange, fromApp } = await story();
    const form = { subject_token: fromApp, resource: MAIL };
    for (const [extra, field] of [
      [{ actor_token: fromApp }, 'actor_token_type'],
      [{ actor_token_type: ACCESS_TOKEN_TYPE }, 'actor_token'],
    ] as const) {
      const attempt = await exchange('agt_a', { ...form, ...extra });
      refused(attempt, 'parameter_missing');
      expect(attempt.error?.field).toBe(field);
    }
    refused(
      await exchange('agt_a', { ...form, actor_token: fromApp, actor_token_type: 'urn:x' }),
      'token_type_unsupported',
    );
  });
});

describe('sender constraint (RFC 9449)', () => {
  test('TX-13 DP-04 a bound token of the caller needs a proof by its key, and never becomes a Bearer token', async () => {
    const { exchange, addToken, row } = await story();
    const bound = addToken({
      clientId: 'agt_a',
      audience: MAIL,
      scope: ['read'],
      delegation: row.id,
      chain: row.chain,
      jkt: 'key_1',
    });
    const form = { subject_token: bound, resource: MAIL };
    refused(await exchange('agt_a', form), 'subject_token_proof_missing');
    refused(await exchange('agt_a', form, { dpopThumbprint: 'key_2' }), 'subject_token_proof_missing');
    expect((await exchange('agt_a', form, { dpopThumbprint: 'key_1' })).error).toBeUndefined();
  });

  test('TX-13 a bound token received from another client needs a proof by a key of the caller (rebind)', async () => {
    const { exchange, addToken, live } = await story();
    const form = { subject_token: addToken({ jkt: 'key_of_app' }), resource: MAIL };
    refused(await exchange('agt_a', form), 'subject_token_proof_missing');
    const { token } = await exchange('agt_a', form, { dpopThumbprint: 'key_a' });
    expect(live.get(token)?.jkt).toBe('key_a');
  });

  test('DP-05 an agent whose tokens are bound gets none without a proof', async () => {
    const { exchange, fromApp, agents } = await story();
    agents.change('agt_a', { dpopBoundAccessTokens: true });
    refused(await exchange('agt_a', { subject_token: fromApp, resource: MAIL }), 'proof_required');
    expect(
      (await exchange('agt_a', { subject_token: fromApp, resource: MAIL }, { dpopThumbprint: 'k' })).error,
    ).toBeUndefined();
  });
});
