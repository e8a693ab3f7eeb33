/** The claims of tokens from oidc-provider's own grants, and why there are none. */
import { beforeEach, describe, expect, test } from '@jest/globals';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import type { Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { MULTI_FACTOR } from '../../../src/domain/vocabulary/assurance.ts';
import { ACCOUNT_PAGES_CLIENT } from '../../../src/provider/seam/account-pages-client.ts';
import { ownGrantClaims } from '../../../src/provider/tokens/own-grant-claims.ts';
import type { ProviderToken } from '../../../src/provider/tokens/prepared-token.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';
import { ISSUER, MAIL } from '../token-exchange/fakes.ts';
import { begunRequest } from './begun-request.ts';

const CHAIN = { sub: 'agt_a', iss: ISSUER, sub_profile: 'ai_agent' } as const;
const SUM = { type: 'payment', amount: 1 };

let decision: object | undefined;
let participants: readonly object[] | undefined;
let delegation: Pick<Delegation, 'id' | 'chain'> | undefined;
let transaction: Pick<Transaction, 'id'> | undefined;
let instance: { readonly id: string } | undefined;
let isNamed: boolean;
let checked: unknown[];

beforeEach(() => {
  decision = {
    ...{ id: 'dec_1', scope: ['read'], removed: [], details: [], removedDetails: [], limits: [] },
    ...{ policyVersion: 3, maxUses: undefined },
  };
  participants = undefined;
  delegation = { id: 'dlg_1', chain: CHAIN };
  transaction = undefined;
  instance = undefined;
  isNamed = false;
  checked = [];
});

const claims = (token: Partial<ProviderToken> = {}, entities: object = {}) =>
  ownGrantClaims({
    identifiers: countedIdentifiers(),
    masterKey: masterKey(Buffer.alloc(32, 1)),
    issuer: ISSUER,
    delegations: {
      consented: async (...of: readonly string[]) => {
        checked.push(['consented', ...of]);
        return delegation;
      },
    },
    authority: {
      decisionOf: () => decision,
      participantsOf: () => participants,
      remediesOf: () => [{ kind: 'consent', url: 'https://x' }],
    },
    details: { isNamed: () => isNamed },
    transactions: {
      of: async () => transaction,
      checkPerson: (of: unknown, person: unknown) => checked.push(['person', of, person]),
    },
    instances: {
      of: async (_ctx: unknown, clientId: string, jkt: string | undefined) => {
        checked.push(['instance', clientId, jkt]);
        return instance;
      },
      checkHolder: async (_ctx: unknown, grant: unknown, of: unknown) => checked.push(['holder', grant, of]),
    },
  } as never)({ req: begunRequest(), oidc: { entities } } as never, {
    ...{ kind: 'AccessToken', jti: 'j', clientId: 'app_1', accountId: 'acc_anna', grantId: 'grt_1' },
    ...{ aud: MAIL, scope: 'read', expiration: 60 },
    ...token,
  });

const AGENT = { clientId: 'agt_a' };
const ITSELF = { accountId: undefined, grantId: undefined } as never;

describe('a token of a client', () => {
  test('has its grant, transaction and decision, and no member for what there is not', async () => {
    const { claims: of, facts, ...others } = await claims();
    expect(of).toEqual({
      grant_id: 'grt_1',
      txn: expect.stringMatching(/^txn_[a-z0-9]{20,26}$/),
      decision: 'dec_1',
      policy: 3,
    });
    expect(facts).toEqual({
      ...{ txn: of['txn'], decision: 'dec_1', policy: 3 },
      inputs: { limits: [], removed: [] },
    });
    expect(others).toEqual({});
    expect((await claims()).claims['txn']).toBe(of['txn']);
    expect((await claims({ grantId: 'grt_2' })).claims['txn']).not.toBe(of['txn']);
  });

  test('for itself has no grant, and a transaction of its own', async () => {
    const { claims: of } = await claims(ITSELF);
    expect(of).not.toHaveProperty('grant_id');
    expect(of['txn']).toBe(countedIdentifiers().newId('txn'));
  });

  test('for no resource has no decision', async () => {
    const { claims: of, facts } = await claims({ aud: undefined, scope: undefined } as never);
    for (const name of ['decision', 'policy', 'inputs']) {
      expect(of).not.toHaveProperty(name);
      expect(facts).not.toHaveProperty(name);
    }
  });

  test('belongs to the transaction of its request, in which the person takes part', async () => {
    transaction = { id: 'trn_1' };
    expect(await claims()).toMatchObject({ claims: { txn: 'trn_1' }, facts: { txn: 'trn_1' } });
    expect(checked).toContainEqual(['person', { id: 'trn_1' }, 'acc_anna']);
  });

  test('has sign-in, uses, details and the agent that may act', async () => {
    decision = { ...decision, maxUses: 2, details: [SUM] };
    const entities = {
      AuthorizationCode: { acr: 'a', amr: ['pwd'], authTime: 5 },
      Grant: { requestedActor: 'agt_b' },
    };
    const { claims: of, facts } = await claims({}, entities);
    expect(of).toMatchObject({
      ...{ acr: 'a', amr: ['pwd'], auth_time: 5, max_uses: 2, authorization_details: [SUM] },
      may_act: { sub: 'agt_b', iss: ISSUER },
    });
    expect(facts).toMatchObject({ personal: { details: JSON.stringify([SUM]) }, inputs: { detailTypes: ['payment'] } });
  });

  test('is not read for instances or delegations', async () => {
    await claims();
    expect(checked.map((one) => (one as readonly unknown[])[0])).toEqual(['person']);
  });
});

describe('a token of an agent', () => {
  test('for a person names the agent, its delegation, and those of other participants', async () => {
    const { claims: of, facts, participants: others } = await claims(AGENT);
    expect(of).toMatchObject({ act: CHAIN, delegation: 'dlg_1', grant_id: 'grt_1' });
    expect(of).not.toHaveProperty('delegations');
    expect(facts).toMatchObject({ chain: CHAIN, delegation: 'dlg_1' });
    expect(others).toEqual([]);
    expect(checked).toContainEqual(['consented', 'acc_anna', 'agt_a', MAIL]);
    participants = [{ subject: 'acc_ben', delegation: 'dlg_2' }];
    const several = await claims(AGENT);
    expect(several).toMatchObject({ claims: { delegations: ['dlg_1', 'dlg_2'] }, participants });
    expect(several.facts.inputs).toMatchObject({ delegations: participants });
  });

  test('for a person without a resource names the agent, and no delegation', async () => {
    const { claims: of, facts } = await claims({ ...AGENT, aud: undefined, scope: undefined } as never);
    expect(of).toMatchObject({ act: { sub: 'agt_a' } });
    expect(of).not.toHaveProperty('delegation');
    expect(facts.chain).toEqual(of['act']);
  });

  test('for itself has no actor', async () => {
    const { claims: of, facts } = await claims({ ...AGENT, ...(ITSELF as object) });
    expect(of).not.toHaveProperty('act');
    expect(facts).not.toHaveProperty('chain');
    expect(checked.map((one) => (one as readonly unknown[])[0])).not.toContain('consented');
  });

  test('names its instance, once the instance is known to hold the grant', async () => {
    expect((await claims(AGENT)).claims).not.toHaveProperty('instance');
    instance = { id: 'ins_1' };
    expect(await claims({ ...AGENT, jkt: 'k' })).toMatchObject({
      ...{ claims: { instance: 'ins_1' }, facts: { instance: 'ins_1' }, instance },
    });
    expect(checked).toContainEqual(['instance', 'agt_a', 'k']);
    expect(checked).toContainEqual(['holder', 'grt_1', instance]);
  });
});

describe('there is no token', () => {
  const expectRefusal = (token: Partial<ProviderToken>, code: string, reason: string) =>
    expect(claims(token)).rejects.toMatchObject({ code, denial: { reason, id: expect.stringMatching(/^dny_/) } });
  const removed = (layer: string, more: object = {}) => {
    decision = { ...decision, scope: [], removed: [{ scope: 'read', layer, ...more }] };
  };

  test('for our own pages', async () => {
    await expectRefusal({ clientId: ACCOUNT_PAGES_CLIENT.client_id }, 'unauthorized_client', 'no_tokens_for_our_pages');
  });

  test('for an agent whose delegation has ended', async () => {
    delegation = undefined;
    await expectRefusal(AGENT, 'invalid_grant', 'delegation_ended');
    expect((await claims()).claims).toMatchObject({ grant_id: 'grt_1' });
  });

  test('for details without a resource', async () => {
    isNamed = true;
    await expectRefusal({ aud: undefined, scope: undefined } as never, 'invalid_target', 'target_missing');
    expect((await claims()).claims).toMatchObject({ decision: 'dec_1' });
  });

  test.each([
    ['client', {}, 'invalid_scope', 'scope_not_available'],
    ['policy', { policies: [] }, 'access_denied', 'policy_forbids'],
    ['external', {}, 'access_denied', 'external_denies'],
    ['response', {}, 'access_denied', 'narrowed_by_response'],
    ['approval', {}, 'access_denied', 'approval_required'],
    ['policy', { policies: ['one'], needs: [{ kind: 'step_up', acr: 'a' }] }, 'access_denied', 'step_up_unavailable'],
    [
      'policy',
      { policies: ['one'], needs: [{ kind: 'step_up', acr: MULTI_FACTOR }] },
      'insufficient_user_authentication',
      'step_up_required',
    ],
  ])('where the layer %s leaves nothing: %p', async (layer, more, code, reason) => {
    removed(layer, more);
    await expectRefusal({ scope: '' }, code, reason);
  });

  test('where nothing is left, and the denial says what would help', async () => {
    removed('grant');
    await expect(claims({ scope: '' })).rejects.toMatchObject({
      message: 'nothing that was asked for is left at this resource',
      denial: { layer: 'grant', remedies: expect.arrayContaining([{ kind: 'consent', url: 'https://x' }]) },
    });
    await expect(claims({ ...(ITSELF as object), scope: '' })).rejects.toMatchObject({
      message: expect.stringContaining('an operator can give it some'),
    });
  });

  test('but there is one for details alone', async () => {
    decision = { ...decision, scope: [], details: [SUM] };
    expect((await claims({ scope: '' })).claims).toMatchObject({ authorization_details: [SUM] });
  });

  test('for a refresh without the proof of its refresh token', async () => {
    await expect(claims({}, { RefreshToken: { proof: 'dpop' } })).rejects.toMatchObject({ code: 'invalid_grant' });
    expect((await claims({ jkt: 'k' }, { RefreshToken: { proof: 'dpop' } })).claims).toMatchObject({ policy: 3 });
  });
});
