/** What is read from the claims of a token, and what is left out because it has another form. */
import { expect, test } from '@jest/globals';
import {
  actorsIn,
  approvalIn,
  idsIn,
  mayActIn,
  split,
  tokenCompositionIn,
  tokenOfClaims,
} from '../../../src/provider/tokens/token-of-claims.ts';

const CLAIMS = { jti: 'tok_1', client_id: 'agt_a', aud: 'https://api.example', iat: 5, exp: 65 };
const TOKEN = {
  id: 'tok_1',
  format: 'jwt',
  clientId: 'agt_a',
  audience: 'https://api.example',
  issuedAt: 5,
  expiresAt: 65,
};

test('a token of a client by itself has no subject, and members of another form are left out', () => {
  expect(tokenOfClaims({ ...CLAIMS, sub: 'agt_a' }, undefined)).toEqual({ ...TOKEN, scope: [] });
  const wrong = {
    scope: 7,
    delegation: 7,
    policy: '3',
    max_uses: '3',
    ownership: null,
    approval: 7,
    may_act: 7,
    composition: 7,
    instance: {},
  };
  expect(tokenOfClaims({ ...CLAIMS, ...wrong, sub: 'acc_anna' }, 'kid')).toEqual({
    ...TOKEN,
    key: 'kid',
    subject: 'acc_anna',
    scope: [],
  });
});

test('a whole token keeps each member', () => {
  const members = { delegation: 'dlg_1', instance: 'ins_1', txn: 'txn_1', decision: 'dec_1', policy: 3, ownership: 2 };
  const claims = {
    ...CLAIMS,
    ...members,
    sub: 'acc_anna',
    scope: 'read send',
    grant_id: 'grt_1',
    max_uses: 1,
    cnf: { jkt: 'k', 'x5t#S256': 'c' },
  };
  expect(tokenOfClaims(claims, 'kid')).toEqual({
    ...TOKEN,
    ...members,
    ...{ key: 'kid', subject: 'acc_anna', scope: ['read', 'send'], grant: 'grt_1', maxUses: 1, jkt: 'k', x5t: 'c' },
  });
});

test('a list of ids that is none fails each check', () => {
  expect(idsIn({}, 'ids')).toBeUndefined();
  expect(idsIn({ ids: ['a', 'b'] }, 'ids')).toEqual(['a', 'b']);
  for (const ids of ['a', ['a', 7], { length: 1 }]) expect(idsIn({ ids }, 'ids')).toEqual(['']);
});

test('an approval and a composition have their members, or are none', () => {
  const whole = { id: 'apr_1', digest: 'd' };
  expect(approvalIn({ approval: whole })).toStrictEqual(whole);
  expect(approvalIn({ approval: { ...whole, break_glass: true } })).toStrictEqual({ ...whole, break_glass: true });
  expect(approvalIn({ approval: { ...whole, break_glass: 1 } })).toStrictEqual(whole);
  for (const approval of [undefined, {}, { id: 'apr_1' }, { digest: 'd' }, { id: 7, digest: 'd' }]) {
    expect(approvalIn({ approval })).toBeUndefined();
  }
  expect(tokenCompositionIn({ composition: { digest: 'd', grade: 'attested' } })).toEqual({
    digest: 'd',
    grade: 'attested',
  });
  expect(tokenCompositionIn({ composition: { digest: 'd', grade: 'x' } })).toEqual({ digest: 'd', grade: 'declared' });
  expect(tokenCompositionIn({ composition: { grade: 'attested' } })).toBeUndefined();
  expect([mayActIn({ may_act: { sub: 'agt_a' } }), mayActIn({ may_act: {} }), mayActIn({})]).toEqual([
    'agt_a',
    undefined,
    undefined,
  ]);
});

test('with a link to a peer only the holder itself is ours (RFC 8693 §4.1)', () => {
  const act = { sub: 'agt_a', act: { sub: 'agt_b' } };
  expect(actorsIn({}, 'agt_a')).toEqual({});
  expect(actorsIn({ act }, 'agt_a')).toEqual({ chain: act });
  expect(actorsIn({ act, account_link: 7 }, 'agt_a')).toEqual({ chain: act });
  expect(actorsIn({ act, account_link: 'lnk_1' }, 'agt_a')).toEqual({
    chain: { sub: 'agt_a' },
    origin: { link: 'lnk_1', act: { sub: 'agt_b' } },
  });
  expect(actorsIn({ act, account_link: 'lnk_1' }, 'cli_app')).toEqual({ origin: { link: 'lnk_1', act } });
  expect(actorsIn({ account_link: 'lnk_1' }, 'cli_app')).toEqual({ origin: { link: 'lnk_1' } });
});

test('a scope text without a scope has none', () => {
  expect([split(undefined), split(''), split('read send')]).toEqual([[], [], ['read', 'send']]);
});
