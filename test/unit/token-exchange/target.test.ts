import { describe, expect, test } from '@jest/globals';
import { JWT_TYPE } from '../../../src/extensions/token-exchange/parameters.ts';
import { ISSUER, MAIL, PAY } from './fakes.ts';
import { refused, story } from './story.ts';

describe('the target', () => {
  test.each([
    ['nothing', {}, 'target_missing'],
    ['an unknown resource', { resource: 'https://unknown.example' }, 'target_unknown'],
    ['a resource with a trailing slash', { resource: `${MAIL}/` }, 'target_unknown'],
    ['an unknown audience', { audience: 'rs_nobody' }, 'target_unknown'],
    ['two resources', { resource: [MAIL, PAY] }, 'target_ambiguous'],
    ['two audiences', { audience: ['rs_mail', 'rs_pay'] }, 'target_ambiguous'],
    ['resource and audience that differ', { resource: MAIL, audience: 'rs_pay' }, 'target_ambiguous'],
    ['the issuer as audience', { audience: ISSUER }, 'target_not_for_agents'],
    ['the issuer as resource', { resource: `${ISSUER}/` }, 'target_not_for_agents'],
    ['the management API', { resource: `${ISSUER}/api/v1` }, 'target_not_for_agents'],
    ['the management API by id', { audience: 'rs_own' }, 'target_not_for_agents'],
  ] as const)('TX-11 %s: invalid_target', async (_what, form, reason) => {
    const { exchange, fromApp } = await story();
    const attempt = await exchange('agt_a', { subject_token: fromApp, ...form });
    refused(attempt, reason);
    expect(attempt.error?.code).toBe('invalid_target');
  });

  test('TX-11 a disabled resource server is not a target', async () => {
    const { exchange, fromApp, servers } = await story();
    servers.change('rs_mail', { state: 'disabled' });
    refused(await exchange('agt_a', { subject_token: fromApp, resource: MAIL }), 'target_unknown');
  });

  test('may be named by resource, by audience, by both, or twice the same', async () => {
    const { exchange, fromApp } = await story();
    for (const form of [
      { resource: MAIL },
      { audience: MAIL },
      { audience: 'rs_mail' },
      { resource: MAIL, audience: 'rs_mail' },
      { resource: [MAIL, MAIL] },
    ]) {
      expect((await exchange('agt_a', { subject_token: fromApp, ...form })).minted?.resourceServer.id).toBe('rs_mail');
    }
  });

  test('TX-11 requested_token_type is an access token, or a JWT where the resource server takes JWTs; a refresh token has no target', async () => {
    const { exchange, fromApp, consent } = await story();
    await consent('agt_a', PAY, ['read']);
    const jwt = await exchange('agt_a', { subject_token: fromApp, resource: MAIL, requested_token_type: JWT_TYPE });
    expect(jwt.minted?.issuedTokenType).toBe(JWT_TYPE);
    for (const form of [
      { resource: PAY, requested_token_type: JWT_TYPE },
      { resource: MAIL, requested_token_type: 'urn:ietf:params:oauth:token-type:id_token' },
      { resource: MAIL, requested_token_type: 'urn:ietf:params:oauth:token-type:refresh_token' },
    ]) {
      refused(await exchange('agt_a', { subject_token: fromApp, ...form }), 'token_type_unsupported');
    }
  });

  test('a malformed scope is invalid_scope', async () => {
    const { exchange, fromApp } = await story();
    for (const scope of [' ', 're"ad', 'a\tb', 'ü']) {
      refused(await exchange('agt_a', { subject_token: fromApp, resource: MAIL, scope }), 'scope_malformed');
    }
    refused(
      await exchange('agt_a', { subject_token: fromApp, resource: MAIL, scope: 'x '.repeat(3000) }),
      'parameter_too_long',
    );
  });
});
