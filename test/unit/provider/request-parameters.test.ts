/** Parameters of ours in requests that oidc-provider handles: `requested_actor`, `transaction`, and request objects. */
import { IncomingMessage } from 'node:http';
import { Socket } from 'node:net';
import { describe, expect, test } from '@jest/globals';
import type { KoaContextWithOIDC } from 'oidc-provider';
import { answerAsRequestObjectSays } from '../../../src/provider/endpoints/refused-request-objects.ts';
import { requestTransactions, transactionMember } from '../../../src/provider/requests/request-transaction.ts';
import { checkRequestedActor, mayAct, requestedActorOf } from '../../../src/provider/requests/requested-actor.ts';
import { beginRequest } from '../../../src/provider/seam/request-state.ts';
import { countedIdentifiers, ISSUER } from '../delegation/fakes.ts';

const contextOf = (oidc: object): KoaContextWithOIDC => {
  const req = new IncomingMessage(new Socket());
  beginRequest(req, { id: 'req_1', source: '192.0.2.1', certificate: undefined, arrivedAt: 0 });
  return { req, oidc: { client: { clientId: 'agt_a' }, entities: {}, ...oidc } } as unknown as KoaContextWithOIDC;
};

describe('requested_actor', () => {
  const ACTIVE = `agt_${'a'.repeat(26)}`;
  const DISABLED = `agt_${'b'.repeat(26)}`;
  const read: string[] = [];
  const check = checkRequestedActor({
    get: async (id) => {
      read.push(id);
      const state = { [ACTIVE]: 'active', [DISABLED]: 'disabled' }[id];
      return state === undefined ? undefined : ({ document: { id, state }, version: 1 } as never);
    },
  });
  const [app, agent] = [{ behalf_kind: 'client' }, { behalf_kind: 'agent' }];

  test('names an active agent, or is left out', async () => {
    for (const value of [ACTIVE, undefined, '']) expect(await check(undefined, value, app)).toBeUndefined();
    expect(read).toEqual([ACTIVE]);
    expect(await check(undefined, '', agent)).toBeUndefined();
  });

  test.each([
    ['an agent that is not active', DISABLED],
    ['an agent that is not there', `agt_${'c'.repeat(26)}`],
    ['something else', 'acc_anna'],
    ['a longer id', `${ACTIVE}a`],
  ])('is refused for %s', async (_, value) => {
    await expect(check(undefined, value, app)).rejects.toMatchObject({
      ...{ error: 'invalid_request', error_description: 'requested_actor is no active agent' },
    });
  });

  test('is for clients alone', async () => {
    await expect(check(undefined, ACTIVE, agent)).rejects.toMatchObject({ error: 'invalid_request' });
  });

  test('is read from the request, and stands in the tokens of its grant (RFC 8693 §4.4)', () => {
    expect(requestedActorOf(contextOf({ params: { requested_actor: ACTIVE } }))).toBe(ACTIVE);
    for (const params of [{ requested_actor: '' }, { requested_actor: [ACTIVE] }, {}, undefined]) {
      expect(requestedActorOf(contextOf({ params }))).toBeUndefined();
    }
    expect(mayAct(contextOf({ entities: { Grant: { requestedActor: ACTIVE } } }), ISSUER)).toEqual({
      may_act: { sub: ACTIVE, iss: ISSUER, sub_profile: 'ai_agent' },
    });
    for (const entities of [{ Grant: {} }, {}]) expect(mayAct(contextOf({ entities }), ISSUER)).toEqual({});
  });
});

describe('transaction', () => {
  const one = { id: 'trn_1', agent: 'agt_a', intent: { digest: 'd' } };
  const scene = (participants?: readonly string[]) => {
    const asked: string[] = [];
    const found = { ...one, ...(participants ? { participants } : {}) };
    const service = requestTransactions({
      transactions: {
        live: async (id: string) => {
          asked.push(`live ${id}`);
          return id === 'trn_1' ? found : undefined;
        },
        named: async (agent: string, id: string) => {
          asked.push(`${agent} ${id}`);
          return id === 'trn_1' ? found : id === 'trn_old' ? 'ended' : 'unknown';
        },
      } as never,
      identifiers: countedIdentifiers() as never,
      issuer: ISSUER,
    });
    return { ...service, asked, found };
  };

  test('of a token request is read from the body, of any other from the parameters, once', async () => {
    const { of, asked, found } = scene();
    const token = contextOf({ route: 'token', body: { transaction: 'trn_1' }, params: { transaction: 'trn_old' } });
    expect([await of(token), await of(token)]).toEqual([found, found]);
    const pushed = contextOf({ route: 'pushed', params: { transaction: 'trn_1' }, body: { transaction: 'trn_old' } });
    expect(await of(pushed)).toEqual(found);
    const beside = { params: { transaction: 'trn_1' }, entities: { Grant: { transaction: 'trn_2' } } };
    expect(await of(contextOf({ route: 'pushed', ...beside }))).toEqual(found);
    expect(asked).toEqual(['agt_a trn_1', 'agt_a trn_1', 'agt_a trn_1']);
    for (const body of [{}, { transaction: '' }, undefined]) {
      expect(await of(contextOf({ route: 'token', body }))).toBeUndefined();
    }
    expect(asked).toHaveLength(3);
  });

  test.each<[string, object, string, string]>([
    ['given twice', { transaction: ['trn_1', 'trn_1'] }, 'invalid_request', 'transaction_repeated'],
    ['that has ended', { transaction: 'trn_old' }, 'invalid_request', 'transaction_ended'],
    ['that is not there', { transaction: 'trn_none' }, 'invalid_request', 'transaction_unknown'],
  ])('%s is refused', async (_, params, code, reason) => {
    const { of, check } = scene();
    await expect(of(contextOf({ route: 'pushed', params }))).rejects.toMatchObject({ code, denial: { reason } });
    await expect(check(contextOf({ route: 'pushed', params }))).rejects.toMatchObject({ error: code });
  });

  test('of a grant is kept: another one is refused, and its end is the end of the grant', async () => {
    const { of, found } = scene();
    const request = (transaction: string, body: object = {}) =>
      contextOf({ route: 'token', body, entities: { Grant: { transaction } } });
    expect(await of(request('trn_1'))).toEqual(found);
    expect(await of(request('trn_1', { transaction: 'trn_1' }))).toEqual(found);
    await expect(of(request('trn_1', { transaction: 'trn_2' }))).rejects.toMatchObject({
      denial: { reason: 'transaction_other' },
    });
    await expect(of(request('trn_old'))).rejects.toMatchObject({
      ...{ code: 'invalid_grant', denial: { reason: 'transaction_ended' } },
    });
    expect(await of(contextOf({ route: 'token', body: {}, entities: { Grant: { transaction: 5 } } }))).toBeUndefined();
  });

  test('of several people is for those alone', () => {
    const { checkPerson, found } = scene(['acc_anna', 'acc_ben']);
    expect(() => checkPerson(found as never, 'acc_anna')).not.toThrow();
    expect(() => checkPerson(found as never, undefined)).not.toThrow();
    expect(() => checkPerson(undefined, 'acc_carl')).not.toThrow();
    expect(() => checkPerson(found as never, 'acc_carl')).toThrow(
      expect.objectContaining({ denial: expect.objectContaining({ layer: 'transaction' }) }),
    );
  });

  test('is a member of the grant of its request', () => {
    expect(transactionMember({ transaction: 'trn_1' })).toEqual({ transaction: 'trn_1' });
    for (const params of [{ transaction: '' }, { transaction: ['trn_1'] }, {}, undefined]) {
      expect(transactionMember(params)).toEqual({});
    }
  });
});

describe('a request object that will be refused (RFC 9101 §6.3)', () => {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const object = (claims: object): string => `${part({ alg: 'none' })}.${part(claims)}.`;
  const answered = (read: Record<string, unknown>, route = 'authorization') => {
    answerAsRequestObjectSays(contextOf({ route }), read);
    const { request: _, ...others } = read;
    return others;
  };
  const CLAIMS = { response_mode: 'form_post', state: 's', redirect_uri: 'https://app.example/cb', scope: 'read' };
  const { scope: _, ...ANSWER } = CLAIMS;

  test('says where its refusal goes, unless the request says so beside it', () => {
    expect(answered({ request: object(CLAIMS) })).toEqual(ANSWER);
    expect(answered({ request: object(CLAIMS), state: 'own', response_mode: '' })).toEqual({ ...ANSWER, state: 'own' });
  });

  test('says nothing at other endpoints, when it cannot be read, or with values that are no texts of that length', () => {
    expect(answered({ request: object(CLAIMS) }, 'token')).toEqual({});
    expect(answered({ request: 'no object' })).toEqual({});
    expect(answered({ request: [object(CLAIMS)] })).toEqual({});
    expect(answered({ state: 'own' })).toEqual({ state: 'own' });
    expect(answered({ request: object({ ...CLAIMS, state: 5, response_mode: ['query'] }) })).toEqual({
      redirect_uri: ANSWER.redirect_uri,
    });
    expect(answered({ request: object({ state: 's'.repeat(100_000) }) })).toEqual({});
  });
});
