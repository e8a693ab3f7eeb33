/** What an approved exchange rests on when its token is fetched, and what is kept of the subject token until then. */
import { describe, expect, test } from '@jest/globals';
import type { Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import { CIBA } from '../../../src/domain/clients/clients/grant-types.ts';
import { approvedExchange, askForApproval } from '../../../src/extensions/token-exchange/approval-channel.ts';
import { ACCESS_TOKEN_TYPE } from '../../../src/extensions/token-exchange/parameters.ts';
import { AT, account, agent, MAIL, START } from './fakes.ts';
import { story } from './story.ts';

const TXN = 'trn_1';

type World = {
  readonly origin?: object | undefined;
  readonly caller?: object;
  readonly by?: string;
  readonly over?: object;
  readonly isEnded?: boolean;
  /** Second in which the transaction ends. */
  readonly endOfTransaction?: number;
  readonly grantEnd?: number;
  readonly isConsented?: boolean;
};

/** Fetches the token of an approved exchange of agent A, or of B for a token of A. */
const fetched = async ({
  origin = {},
  caller = {},
  by = 'agt_a',
  over = {},
  isEnded = false,
  endOfTransaction,
  grantEnd,
  isConsented = true,
}: World = {}) => {
  const scene = await story();
  const { dependencies, row, consent, changeGrant, servers, delegations } = scene;
  await consent('agt_a', AT.agt_b, ['call']);
  if (!isConsented) await delegations.revoke(row.id, 'acc_anna');
  if (grantEnd !== undefined) changeGrant({ expiresAt: grantEnd });
  const transaction = {
    ...{ id: TXN, agent: 'agt_a', state: 'open', trigger: 'event', expiresAt: endOfTransaction },
    intent: { digest: 'd', source: 'stated_by_agent' },
  } as Transaction;
  const approved = approvedExchange({
    ...dependencies,
    tokens: { ...dependencies.tokens, isEnded: async () => isEnded },
    transactions: {
      ...dependencies.transactions,
      live: async () => (endOfTransaction === undefined ? undefined : transaction),
    },
  } as never);
  const kept = {
    ...{ id: 'tok_1', subject: 'acc_anna', clientId: 'app_1', audience: AT.agt_a, scope: ['call'], grant: 'grt_1' },
    ...{ issuedAt: START, txn: 'txn_1', issuedTokenType: ACCESS_TOKEN_TYPE },
    ...(endOfTransaction === undefined ? {} : { txn: TXN }),
    ...origin,
  };
  const result = await approved(
    { id: 'req_1', clientId: by, isAgent: true, dpopThumbprint: undefined, note: () => undefined, ...caller } as never,
    { origin: 'origin' in over ? undefined : kept } as never,
    { agent: agent(by, over), account: account('acc_anna'), server: servers.map.get('rs_mail') as never },
  );
  return { ...scene, result };
};

const refusal = (world: World): Promise<unknown> =>
  fetched(world).then(
    () => 'none',
    (error: { readonly denial?: { readonly reason: string } }) => error.denial?.reason ?? error,
  );

describe('an approved exchange', () => {
  test('rests on the delegation of the person, with the transaction and the parent of its subject token', async () => {
    const { result, row } = await fetched();
    expect(result).toMatchObject({ grant: 'grt_1', txn: 'txn_1', parent: 'tok_1', issuedTokenType: ACCESS_TOKEN_TYPE });
    expect(result.chain.sub).toBe('agt_a');
    expect(await result.delegation({ scope: ['read'], details: [] })).toEqual(row);
    expect(await result.participants({ scope: ['read'] })).toEqual([]);
    expect(result.facts).not.toHaveProperty('participants');
    expect(result.facts).not.toHaveProperty('transaction');
  });

  test.each<[string, World, number]>([
    ['its delegation', {}, START + 50_000],
    ['its grant', { grantEnd: START + 700 }, START + 700],
    ['its transaction', { endOfTransaction: START + 300, grantEnd: START + 700 }, START + 300],
  ])('ends with the first of what it rests on: %s', async (_, world, end) => {
    expect((await fetched(world)).result.notAfter).toBe(end);
  });

  test.each<[string, World, string]>([
    ['has no subject token', { over: { origin: true } }, 'subject_token_not_live'],
    ['has one that was revoked', { isEnded: true }, 'subject_token_not_live'],
    ['has one for another server', { origin: { audience: AT.agt_b } }, 'subject_token_not_for_caller'],
    ['has one that is bound, without a proof', { origin: { isBound: true } }, 'subject_token_proof_missing'],
    [
      'has one of another key of its own',
      { origin: { isBound: true, clientId: 'agt_a', jkt: 'own' }, caller: { dpopThumbprint: 'other' } },
      'subject_token_proof_missing',
    ],
    ['lost the grant type', { over: { grantTypes: ['client_credentials'] } }, 'grant_type_not_registered'],
    ['lost the consent of the person', { isConsented: false }, 'consent_missing'],
    ['belongs to a transaction that was closed', { origin: { txn: TXN } }, 'transaction_ended'],
  ])('is refused where it %s', async (_, world, reason) => {
    expect(await refusal(world)).toBe(reason);
  });

  test.each<[string, World]>([
    ['a DPoP key', { origin: { isBound: true }, caller: { dpopThumbprint: 'k' } }],
    ['a certificate', { origin: { isBound: true }, caller: { certificateThumbprint: 'k' } }],
  ])('of a bound subject token is given with %s (RFC 9449 §6)', async (_, world) => {
    expect(await refusal(world)).toBe('none');
  });

  test('needs no grant type of an exchange for a token of another kind', async () => {
    const world = { origin: { issuedTokenType: undefined }, over: { grantTypes: [CIBA] } };
    const { result } = await fetched(world);
    expect(result).not.toHaveProperty('issuedTokenType');
  });

  test('of a further hop makes its delegation, and revokes only one that it made', async () => {
    const scene = await story();
    const { dependencies, delegations, row, servers } = scene;
    const approved = approvedExchange(dependencies);
    const origin = {
      ...{ id: 'tok_1', subject: 'acc_anna', clientId: 'agt_a', audience: AT.agt_b, scope: ['call'], grant: 'grt_1' },
      ...{ issuedAt: START, delegation: row.id, chain: row.chain },
    };
    const fetch = () =>
      approved(
        { id: 'req_1', clientId: 'agt_b', isAgent: true, dpopThumbprint: undefined, note: () => undefined },
        { origin } as never,
        { agent: agent('agt_b'), account: account('acc_anna'), server: servers.map.get('rs_mail') as never },
      );
    const first = await fetch();
    const made = await first.delegation({ scope: ['read'], details: [] });
    expect(made).toMatchObject({ actor: 'agt_b', parent: row.id });
    const second = await fetch();
    expect((await second.delegation({ scope: ['read'], details: [] })).id).toBe(made.id);
    await second.discard();
    expect(await delegations.live(made.id)).toBeDefined();
    await first.discard();
    expect(await delegations.live(made.id)).toBeUndefined();
    expect(await delegations.live(row.id)).toBeDefined();
    expect(first.txn).toMatch(/^txn_/);
  });
});

describe('what is kept of a subject token', () => {
  const kept = async (
    token: object,
    caller: object = {},
    more: { source?: object; grantTypes?: readonly string[] } = {},
  ) => {
    const intentions: Record<string, unknown>[] = [];
    const dependencies = {
      issuer: 'https://id.example',
      approvals: {
        asking: { ask: async (intention: Record<string, unknown>) => void intentions.push(intention) },
      },
    };
    const remedies = await askForApproval(dependencies as never, { id: 'req_1', ...caller } as never, {
      agent: agent('agt_a', { grantTypes: more.grantTypes ?? [CIBA] }),
      account: account('acc_anna'),
      accepted: { token: { id: 'tok_1', format: 'jwt', key: 'k1', decision: 'dec_1', scope: [], ...token } } as never,
      source: { kind: 'held', delegation: { depth: 1, chain: { sub: 'agt_a' } }, ...more.source } as never,
      facts: { asked: undefined, details: {} } as never,
      issuedTokenType: ACCESS_TOKEN_TYPE,
    });
    expect(remedies).toEqual([]);
    return intentions;
  };

  test.each<[string, object, object, boolean]>([
    ['a token of a key', { jkt: 'k' }, {}, true],
    ['a token of a certificate', { x5t: 'k' }, {}, true],
    ['a request with a DPoP proof', {}, { dpopThumbprint: 'k' }, true],
    ['a request with a certificate', {}, { certificateThumbprint: 'k' }, true],
    ['neither', {}, {}, false],
  ])('says whether one was bound: %s', async (_, token, caller, isBound) => {
    const [intention] = await kept(token, caller);
    expect(Object.hasOwn(Object(intention?.['origin']), 'isBound')).toBe(isBound);
  });

  test('has its format where it was for a resource, and neither its key nor its decision', async () => {
    const [atResource] = await kept({ audience: MAIL });
    expect(atResource?.['origin']).toEqual({
      ...{ id: 'tok_1', scope: [], audience: MAIL, format: 'jwt', issuedTokenType: ACCESS_TOKEN_TYPE },
    });
    const [signIn] = await kept({});
    expect(signIn?.['origin']).not.toHaveProperty('format');
    expect(signIn?.['facts']).toMatchObject({ asked: [], details: { asked: [] } });
  });

  test('is nothing of an agent that may not wait for approvals, or before a consent', async () => {
    expect(await kept({}, {}, { grantTypes: [] })).toEqual([]);
    expect(await kept({}, {}, { source: { kind: 'unconsented' } })).toEqual([]);
  });
});
