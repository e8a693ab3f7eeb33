/** What an exchange decides from: the parties, and what grant, subject token and delegation hold at the target. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import type { Client } from '../../../src/domain/clients/clients/client.ts';
import type { Grant } from '../../../src/domain/ports/grants.ts';
import type { IssuedToken } from '../../../src/domain/ports/issued-tokens.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import {
  factsAt,
  grantOf,
  hop as hopOf,
  type Source,
} from '../../../src/extensions/token-exchange/authority-source.ts';
import type { AcceptedSubjectToken } from '../../../src/extensions/token-exchange/presented-tokens.ts';
import type { Refuse } from '../../../src/extensions/token-exchange/refusals.ts';
import { AT, account, agent, exchangeScene, MAIL, PAY, resourceServer } from './fakes.ts';

const refuse: Refuse = (reason) => Object.assign(new Error(reason), { reason }) as never;
const server = resourceServer('rs_mail', MAIL, ['read', 'send']);
const FILES = [{ type: 'files', path: '/' }];

let scene: ReturnType<typeof exchangeScene>;
let row: Delegation;

beforeEach(async () => {
  scene = exchangeScene();
  row = await scene.consent('agt_a', MAIL, ['read']);
});

const accepted = (over: Partial<IssuedToken> = {}): AcceptedSubjectToken => {
  const token = scene.live.get(scene.addToken(over)) as AcceptedSubjectToken['token'];
  return { token, account: account('acc_anna'), received: 'as_resource_server' };
};

const facts = (
  source: Source,
  { caller = 'agt_a', token = accepted(), grant = scene.grant() as Grant | undefined } = {},
) => factsAt(scene.dependencies, refuse, agent(caller), account('acc_anna'), token, grant, source, server);

const hop = (): Source => ({ kind: 'hop', delegation: row });
const held = (): Source => ({ kind: 'held', delegation: row });

describe('the facts', () => {
  test('name the actors of the new token, the caller outermost, once', async () => {
    expect((await facts(held())).actors).toEqual(['agt_a']);
    expect((await facts(hop(), { caller: 'agt_b' })).actors).toEqual(['agt_b', 'agt_a']);
    expect((await facts({ kind: 'unconsented' })).actors).toEqual(['agt_a']);
  });

  test('name the app and every other agent of the chain as parties, and the caller as caller alone', async () => {
    const idsOf = async (source: Source, caller: string) => {
      const found = await facts(source, { caller });
      return [found.caller.id, ...(found.through ?? []).map(({ id }) => id)];
    };
    expect(await idsOf(held(), 'agt_a')).toEqual(['agt_a', 'app_1']);
    expect(await idsOf(hop(), 'agt_b')).toEqual(['agt_b', 'app_1', 'agt_a']);
  });

  test('have what the grant of the app holds at the target, and nothing where it holds nothing there', async () => {
    scene.changeGrant({ details: { [MAIL]: FILES } });
    expect(await facts(held())).toMatchObject({ grant: ['read', 'send'], details: { grant: FILES } });
    scene.changeGrant({ resources: {}, details: {} });
    expect(await facts(held())).toMatchObject({ grant: [], details: { grant: [] } });
  });

  test('have no grant where it is that of the first agent, whose delegation is the same decision, and no app', async () => {
    scene.changeGrant({ clientId: 'agt_a' });
    const found = await facts(held());
    expect(found).not.toHaveProperty('grant');
    expect(found.details).not.toHaveProperty('grant');
    expect(found.through).toEqual([]);
  });

  test('have no grant where the delegation is for calls of one app, which stays a party', async () => {
    const found = await facts({ kind: 'held', delegation: { ...row, via: 'app_1' } });
    expect(found).not.toHaveProperty('grant');
    expect(found.through).toMatchObject([{ id: 'app_1' }]);
    expect(await facts({ kind: 'unconsented', via: 'app_1' })).not.toHaveProperty('grant');
  });

  test('have the scope of the subject token only at its own resource', async () => {
    const atTarget = await facts(held(), { token: accepted({ audience: MAIL, scope: ['read'], details: FILES }) });
    expect(atTarget).toMatchObject({ subjectToken: ['read'], details: { subjectToken: FILES } });
    const without = await facts(held(), { token: accepted({ audience: MAIL, scope: ['read'] }) });
    expect(without.details?.subjectToken).toEqual([]);
    const elsewhere = await facts(held(), { token: accepted({ audience: PAY, scope: ['read'] }) });
    expect(elsewhere).not.toHaveProperty('subjectToken');
    expect(elsewhere.details).not.toHaveProperty('subjectToken');
  });

  test('have what the delegation holds, and nothing before there is one', async () => {
    expect(await facts(held())).toMatchObject({ delegation: ['read'], details: { delegation: [[]] } });
    const none = await facts({ kind: 'unconsented' });
    expect(none).not.toHaveProperty('delegation');
    expect(none.details).not.toHaveProperty('delegation');
  });
});

describe('are refused', () => {
  test('when the app is no longer active', async () => {
    scene.clients.change('app_1', { state: 'disabled' } as Partial<Client>);
    await expect(facts(held())).rejects.toMatchObject({ reason: 'subject_token_not_live' });
  });

  test('when an agent of the chain is no longer active, or gone', async () => {
    scene.agents.change('agt_a', { state: 'suspended' });
    await expect(facts(hop(), { caller: 'agt_b' })).rejects.toMatchObject({ reason: 'delegation_ended' });
    scene.agents.map.delete('agt_a');
    await expect(facts(hop(), { caller: 'agt_b' })).rejects.toMatchObject({ reason: 'delegation_ended' });
  });
});

describe('the grant behind the token', () => {
  const found = (token: Partial<IssuedToken>) => grantOf(scene.dependencies, refuse, accepted(token));

  test('is the live one that it names', async () => {
    expect(await found({})).toMatchObject({ id: 'grt_1' });
  });

  test('is missing only for a token of a delegation', async () => {
    expect(await found({ grant: undefined, delegation: row.id } as object)).toBeUndefined();
    await expect(found({ grant: undefined } as object)).rejects.toMatchObject({ reason: 'subject_token_not_live' });
  });

  test('is of the same person, and not ended', async () => {
    await expect(found({ grant: 'grt_9' })).rejects.toMatchObject({ reason: 'subject_token_not_live' });
    scene.changeGrant({ account: 'acc_eve' });
    await expect(found({})).rejects.toMatchObject({ reason: 'subject_token_not_live' });
  });
});

test('a delegation for calls of one app stays usable by its tokens alone', async () => {
  const via = await scene.consent('agt_a', PAY, ['pay'], { via: 'app_1' });
  expect(via.via).toBe('app_1');
  const { minted } = await scene.exchange('agt_a', {
    subject_token: scene.addToken({ audience: AT.agt_a }),
    resource: PAY,
  });
  expect(minted).toMatchObject({ delegation: via.id, scope: ['pay'] });
});

describe('a hop', () => {
  const derive = (failure: unknown) =>
    hopOf(
      {
        delegations: { derived: async () => Promise.reject(failure) } as never,
        clock: { now: () => row.expiresAt - 60, nowMillis: () => 0 },
        issuer: 'https://id.example',
      },
      refuse,
      agent('agt_b'),
      row,
      { scope: ['read'], details: [] },
      'txn_1',
      { id: 'req_1' } as never,
    );

  test.each([
    ['consent_required', 'owner_not_confirmed'],
    ['access_denied', 'hop_ended'],
    ['invalid_request', 'delegation_ended'],
  ] as const)('that the registry refuses as %s is refused as %s', async (code, reason) => {
    await expect(derive(new DomainError(code, 'no'))).rejects.toMatchObject({ reason });
  });

  test('fails as the registry fails: an unreachable store is no refusal', async () => {
    const failure = new DomainError('unavailable', 'the store');
    await expect(derive(failure)).rejects.toBe(failure);
    const other = new TypeError('a bug');
    await expect(derive(other)).rejects.toBe(other);
  });
});
