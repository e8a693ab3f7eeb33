import { describe, expect, test } from '@jest/globals';
import { authorizer } from '../../../src/domain/authority/decision/authorize.ts';
import { type ExternalOutcome, externalDecisionPoint } from '../../../src/domain/authority/decision/external-layer.ts';
import { nothingLeft } from '../../../src/domain/authority/decision/remedies.ts';
import { fetchFailed, type PostRequest } from '../../../src/domain/ports/trusted-fetch.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { API, client, generous, NOW, server } from './world.ts';

type Answer = string | ((request: PostRequest) => Promise<Uint8Array>);

const answering = (answer: unknown): string => JSON.stringify(answer);
const both = (read: unknown, send: unknown): string => answering({ evaluations: [read, send] });
const YES = { decision: true };
const NO = { decision: false };

const point = (first: Answer, settings: { routes?: readonly string[]; credential?: string } = {}) => {
  const requests: PostRequest[] = [];
  const outcomes: ExternalOutcome[] = [];
  const world = { answer: first, now: NOW };
  const external = externalDecisionPoint({
    settings: { url: 'https://pdp.example/access/v1/evaluations', timeoutMilliseconds: 300, routes: [], ...settings },
    clock: { now: () => world.now, nowMillis: () => world.now * 1000 },
    onOutcome: (outcome) => outcomes.push(outcome),
    async post(request) {
      requests.push(request);
      const { answer } = world;
      return typeof answer === 'string' ? Buffer.from(answer) : answer(request);
    },
  });
  const authorize = authorizer({ identifiers: countedIdentifiers(), managementApi: API, external });
  return { world, requests, outcomes, external, authorize, decide: () => authorize(generous('token_exchange')) };
};

const failing = async (): Promise<Uint8Array> => {
  throw fetchFailed('timed_out', 'the time is up');
};

describe('what it permits', () => {
  test('is left, and nothing else; the layer is named', async () => {
    const { decide } = point(both(YES, NO));
    const decision = await decide();
    expect(decision.scope).toEqual(['read']);
    expect(decision.removed).toEqual([{ scope: 'send', layer: 'external', external: 'denied' }]);
    const { decide: none } = point(both(NO, NO));
    expect(nothingLeft(await none())).toEqual({
      reason: 'external_denies',
      layer: 'external',
      remedies: [{ kind: 'contact', whom: 'operator' }],
    });
  });

  test('it is asked about what all others left, in one request, with ids and names only', async () => {
    const { requests, authorize } = point(answering({ evaluations: [YES] }), { credential: 'secret' });
    const { scope } = await authorize({
      ...generous('token_exchange'),
      delegation: ['send'],
      asked: ['send', 'admin'],
    });
    expect(scope).toEqual(['send']);
    expect(requests).toMatchObject([{ authorization: 'Bearer secret', timeoutMilliseconds: 300, purpose: 'decision' }]);
    expect(JSON.parse(String(requests[0]?.body))).toEqual({
      subject: { type: 'account', id: 'acc_anna' },
      resource: { type: 'resource_server', id: server.identifier },
      context: {
        route: 'token_exchange',
        now: NOW,
        caller: { type: 'agent', id: 'agt_a' },
        through: [{ type: 'client', id: 'app_a' }],
        actors: ['agt_a'],
        bound: false,
      },
      evaluations: [{ action: { name: 'send', properties: { risk: 'high' } } }],
    });
    expect(scope).toEqual(['send']);
    const nothing = point(both(YES, YES));
    expect((await nothing.authorize({ ...generous('token_exchange'), delegation: [] })).scope).toEqual([]);
    expect(nothing.requests).toEqual([]);
  });

  test('authorization details are asked about each by itself, as a whole', async () => {
    const { authorize, requests } = point(answering({ evaluations: [YES, NO, YES] }));
    const type = (name: string) => ({
      type: name,
      description: 'Files',
      risk: 'medium' as const,
      schema: { type: 'object', properties: { path: { type: 'string' } } },
      display: 'Files in {path}',
      members: { path: { rule: 'prefix' as const } },
    });
    const details = ['files', 'mails'].map((name) => ({ type: name, path: '/reports/' }));
    const facts = generous('token_exchange');
    const {
      scope,
      details: left,
      removedDetails,
    } = await authorize({
      ...facts,
      server: { ...facts.server, detailTypes: [type('files'), type('mails')] },
      asked: ['read'],
      details: { asked: details, delegation: [details], grant: details, subjectToken: details },
    });
    expect([scope, left]).toEqual([['read'], [details[1]]]);
    expect(removedDetails).toEqual([{ detail: details[0], layer: 'external', external: 'denied' }]);
    expect(JSON.parse(String(requests[0]?.body))['evaluations'].slice(1)).toEqual(
      details.map(({ type: id, ...properties }) => ({
        action: { name: 'use', properties: { risk: 'medium' } },
        resource: { type: 'detail', id, properties },
      })),
    );
  });

  test('never widens what the others left', async () => {
    const { authorize } = point(both(YES, YES));
    const facts = { ...generous('token_exchange'), asked: ['read', 'send', 'admin'], delegation: ['read', 'send'] };
    expect((await authorize({ ...facts, delegation: ['read'] })).scope).toEqual([]);
    expect((await authorize(facts)).scope).toEqual(['read', 'send']);
  });

  test('it is asked on the routes that are configured, and never at introspection', async () => {
    const { external, authorize, requests } = point(both(NO, NO), { routes: ['client_credentials'] });
    expect([external.isAsked('client_credentials'), external.isAsked('token_exchange')]).toEqual([true, false]);
    expect((await authorize(generous('token_exchange'))).scope).toEqual(['read', 'send']);
    const everywhere = point(both(NO, NO));
    expect((await everywhere.authorize(generous('introspection'))).scope).toEqual(['read', 'send']);
    expect([...requests, ...everywhere.requests]).toEqual([]);
  });
});

test('the management API does not depend on it', async () => {
  const { authorize, requests } = point(both(NO, NO));
  const facts = generous('client_credentials');
  const own = { ...facts.server, identifier: API };
  const caller = { ...facts.caller, authority: { [API]: ['*'] } };
  const through = [{ ...client, authority: { [API]: ['*'] } }];
  expect((await authorize({ ...facts, server: own, caller, through })).scope).toEqual(['read', 'send']);
  expect(requests).toEqual([]);
});

describe('every answer that is no clear permit denies', () => {
  test.each([
    ['nothing', ''],
    ['no JSON', '<html>'],
    ['a bare decision', answering(YES)],
    ['a list', answering([YES, YES])],
    ['null', 'null'],
    ['fewer answers', answering({ evaluations: [YES] })],
    ['more answers', answering({ evaluations: [YES, YES, YES] })],
    ['a decision in words', both(YES, { decision: 'true' })],
    ['a decision as a number', both(YES, { decision: 1 })],
    ['no decision', both(YES, {})],
    ['a member twice', '{"evaluations":[{"decision":false,"decision":true},{"decision":true}]}'],
    ['a decision by inheritance', '{"evaluations":[{"__proto__":{"decision":true}},{"decision":true}]}'],
    ['too deep', both(YES, { decision: true, context: JSON.parse(`${'{"a":'.repeat(30)}1${'}'.repeat(30)}`) })],
    ['bytes that are no UTF-8', async () => Uint8Array.of(0xff, 0xfe)],
    ['no answer in time', failing],
  ] as readonly (readonly [string, Answer])[])('%s', async (_kind, answer) => {
    const { decide, outcomes } = point(answer);
    const { scope, removed } = await decide();
    expect(scope).toEqual([]);
    expect(removed.map(({ layer, external }) => [layer, external])).toEqual(
      Array(2).fill(['external', 'not_answered']),
    );
    expect(outcomes).toEqual(['failed']);
  });

  test('also a permit that is tied to obligations, which Behalf does not fulfil', async () => {
    const obliged = { decision: true, context: { obligations: [{ id: '1', type: 'notification', properties: {} }] } };
    expect((await point(both(obliged, YES)).decide()).scope).toEqual(['send']);
    expect((await point(both({ decision: true, context: 'x' }, YES)).decide()).scope).toEqual(['send']);
    expect((await point(both({ decision: true, context: { reason: 'fine' } }, YES)).decide()).scope).toHaveLength(2);
  });
});

describe('one that fails is left alone for a while', () => {
  test('after five failures in a row it is not tried; then one question finds out', async () => {
    const { world, decide, requests, outcomes } = point(failing);
    for (let asked = 0; asked < 20; asked += 1) expect((await decide()).scope).toEqual([]);
    expect(requests).toHaveLength(5);
    expect(outcomes.slice(4, 7)).toEqual(['failed', 'not_tried', 'not_tried']);
    world.now += 10;
    const waiting = Promise.all([decide(), decide(), decide()]);
    await waiting;
    expect(requests).toHaveLength(6);
    await decide();
    expect(requests).toHaveLength(6);
    world.now += 10;
    world.answer = both(YES, YES);
    expect((await decide()).scope).toEqual(['read', 'send']);
    expect((await decide()).scope).toEqual(['read', 'send']);
    expect(requests).toHaveLength(8);
  });

  test('a clock that is put back does not make the pause longer', async () => {
    const { world, decide, requests } = point(failing);
    for (let asked = 0; asked < 6; asked += 1) await decide();
    expect(requests).toHaveLength(5);
    world.now -= 3600;
    await decide();
    expect(requests).toHaveLength(6);
  });

  test('a denial is an answer and no failure', async () => {
    const { decide, requests } = point(both(NO, NO));
    for (let asked = 0; asked < 20; asked += 1) await decide();
    expect(requests).toHaveLength(20);
  });

  test('no more than 128 questions wait at once; those beyond are denied at once', async () => {
    let release = (): void => undefined;
    const open = new Promise<void>((resolve) => {
      release = resolve;
    });
    const { decide, outcomes } = point(async () => {
      await open;
      return Buffer.from(both(YES, YES));
    });
    const asked = Array.from({ length: 140 }, decide);
    await new Promise((resolve) => setImmediate(resolve));
    expect(outcomes).toEqual(Array(12).fill('not_tried'));
    release();
    const given = (await Promise.all(asked)).filter(({ scope }) => scope.length === 2);
    expect(given).toHaveLength(128);
  });
});
