/** Everything that a live token depends on ends it, and nothing else does (decision D8). */
import { afterAll, describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Approval } from '../../../src/domain/approvals/approval.ts';
import type { DecisionFacts } from '../../../src/domain/authority/decision/facts.ts';
import type { Delegation } from '../../../src/domain/authority/delegation/delegation.ts';
import type { Transaction } from '../../../src/domain/authority/transactions/transaction.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { Part } from '../../../src/domain/ports/revocation.ts';
import type { ResourceServer } from '../../../src/domain/resources/resource-servers/resource-server.ts';
import type { ActorChain } from '../../../src/domain/vocabulary/actor-chain.ts';
import type { ActiveParty } from '../../../src/provider/client-authentication/client-metadata.ts';
import { GRANTS, type GrantRecord } from '../../../src/provider/seam/records.ts';
import type { TokenFacts } from '../../../src/provider/tokens/token-facts.ts';
import { tokenLiveness } from '../../../src/provider/tokens/token-liveness.ts';
import { account, ISSUER, MAIL, PAY, resourceServer, START } from '../token-exchange/fakes.ts';

const API = `${ISSUER}/management`;
const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange';
const NOW = START + 1000;
const actor = (sub: string, act?: ActorChain): ActorChain => ({
  ...{ sub, iss: ISSUER, sub_profile: 'ai_agent' },
  ...(act ? { act } : {}),
});

const stores = memoryDocumentStore('refused');
afterAll(() => stores.close());

/** What is live: a test changes a part of it. */
const live = () => ({
  accounts: { acc_anna: account('acc_anna'), acc_ben: account('acc_ben') } as Record<string, Account>,
  parties: {
    app: { grantTypes: ['authorization_code'] },
    agt_a: { grantTypes: [EXCHANGE], environment: 'test', owner: 'acc_owner' },
    agt_b: { grantTypes: [EXCHANGE], environment: 'test', owner: 'acc_owner' },
    agt_own: { grantTypes: ['client_credentials'], environment: 'test', owner: 'acc_owner' },
    administrator: { grantTypes: ['client_credentials'] },
  } as Record<string, ActiveParty>,
  servers: { [MAIL]: resourceServer('rs_mail', MAIL, ['read', 'send']) } as Record<string, ResourceServer>,
  delegations: {
    dlg_a: { id: 'dlg_a', subject: 'acc_anna', actor: 'agt_a', resource: MAIL, scope: ['read'], chain: actor('agt_a') },
    dlg_ben: {
      id: 'dlg_ben',
      subject: 'acc_ben',
      actor: 'agt_a',
      resource: MAIL,
      scope: ['read'],
      chain: actor('agt_a'),
    },
  } as unknown as Record<string, Delegation>,
  transactions: {} as Record<string, Transaction>,
  approvals: {} as Record<string, Approval>,
  instances: {} as Record<string, { readonly createdAt: number; readonly of: string }>,
  links: {} as Record<string, unknown>,
  sessions: ['ses_1'],
  /** Which of the parts are over, and whether that also holds for the administration. */
  isOver: (_: Part): boolean => false,
  isKilledWhole: false,
  removed: [] as readonly { readonly layer: string }[],
  removedDetails: [] as readonly { readonly layer: string }[],
  grant: {} as Partial<GrantRecord>,
  grantPayload: {} as Record<string, unknown>,
});
type World = ReturnType<typeof live>;

let grants = 0;

const scene = async (change: (world: World) => void = () => undefined) => {
  const world = live();
  change(world);
  grants += 1;
  const grant: GrantRecord = {
    ...{ id: `grt_${grants}`, account: 'acc_anna', clientId: 'app', createdAt: START, expiresAt: NOW + 5000 },
    payload: { exp: NOW + 5000, resources: { [MAIL]: 'read' }, ...world.grantPayload },
    ...world.grant,
  };
  await stores.collection<GrantRecord>(GRANTS).insert(grant);
  const asked: DecisionFacts[] = [];
  const found = <T>(all: Readonly<Record<string, T>>) => ({
    get: async (id: string) => (all[id] === undefined ? undefined : { document: all[id], version: 1 }),
  });
  const liveness = tokenLiveness({
    documents: stores,
    clock: { now: () => NOW, nowMillis: () => NOW * 1000 },
    clients: {
      active: async (id: string) => world.parties[id],
      isAdministrator: async (id: string) => id === 'administrator',
    },
    accounts: found(world.accounts),
    resourceServers: { findByIdentifier: found(world.servers).get },
    delegations: { live: async (id: string) => world.delegations[id] },
    revocation: {
      ended: async (parts: readonly Part[], isExempt = false) =>
        parts.some(world.isOver) || (world.isKilledWhole && !isExempt) ? 'killed' : undefined,
    },
    instances: {
      counting: async (id: string, { id: of }: { readonly id: string }) =>
        world.instances[id]?.of === of ? world.instances[id] : undefined,
    },
    authorize: async (facts: DecisionFacts) => {
      asked.push(facts);
      return { removed: world.removed, removedDetails: world.removedDetails };
    },
    links: { standing: async (id: string) => world.links[id] },
    approvals: { standing: async (id: string) => world.approvals[id] },
    sessions: { isLive: async (id: string) => world.sessions.includes(id) },
    transactions: { live: async (id: string) => world.transactions[id] },
    managementApi: API,
  } as unknown as Parameters<typeof tokenLiveness>[0]);
  /** A token of the person's app. */
  const ofApp: TokenFacts = {
    ...{ id: 'tok_1', clientId: 'app', subject: 'acc_anna', audience: MAIL, grant: grant.id, scope: ['read'] },
    issuedAt: START + 10,
  };
  /** A token of an agent that the person's app handed on. */
  const ofAgent: TokenFacts = { ...ofApp, clientId: 'agt_a', chain: actor('agt_a'), delegation: 'dlg_a' };
  /** A token that an agent has for itself. */
  const ofItself: TokenFacts = { id: 'tok_2', clientId: 'agt_own', audience: MAIL, scope: ['read'], issuedAt: START };
  return { ...liveness, world, grant, asked, ofApp, ofAgent, ofItself };
};

type Scene = Awaited<ReturnType<typeof scene>>;
type Kind = 'ofApp' | 'ofAgent' | 'ofItself';

const endOf = async (kind: Kind, change?: (world: World) => void, over: Partial<TokenFacts> = {}) => {
  const { endOf: end, ...facts } = await scene(change);
  return end({ ...facts[kind], ...over });
};

test.each<Kind>(['ofApp', 'ofAgent', 'ofItself'])('while everything stands, a token is live: %s', async (kind) => {
  const { endOf: end, standing, killOf, asked, ...facts } = await scene();
  expect(await end(facts[kind])).toBeUndefined();
  expect(await standing(facts[kind])).toBe(asked[1]);
  expect(await killOf(facts[kind])).toBeUndefined();
});

describe('a missing or ended part ends the token', () => {
  test.each<[string, Kind, string, (world: World) => void]>([
    ['the account is gone', 'ofApp', 'subject_not_active', (world) => delete world.accounts['acc_anna']],
    [
      'the account is disabled',
      'ofApp',
      'subject_not_active',
      ({ accounts }) => Object.assign(accounts, { acc_anna: { ...account('acc_anna'), state: 'disabled' } }),
    ],
    [
      'all tokens of the account ended after its grant',
      'ofApp',
      'subject_not_active',
      ({ accounts }) => Object.assign(accounts, { acc_anna: { ...account('acc_anna'), tokensValidFrom: START + 1 } }),
    ],
    ['the client is gone', 'ofApp', 'client_not_active', (world) => delete world.parties['app']],
    ['the app behind an agent is gone', 'ofAgent', 'client_not_active', (world) => delete world.parties['app']],
    ['the agent is gone', 'ofAgent', 'agent_not_active', (world) => delete world.parties['agt_a']],
    [
      'the agent may not exchange any more',
      'ofAgent',
      'grant_type_withdrawn',
      ({ parties }) => Object.assign(parties['agt_a'] as object, { grantTypes: ['client_credentials'] }),
    ],
    [
      'the app may not sign people in any more',
      'ofApp',
      'grant_type_withdrawn',
      ({ parties }) => Object.assign(parties['app'] as object, { grantTypes: ['client_credentials'] }),
    ],
    [
      'the agent may not act for itself any more',
      'ofItself',
      'grant_type_withdrawn',
      ({ parties }) => Object.assign(parties['agt_own'] as object, { grantTypes: [EXCHANGE] }),
    ],
    [
      'the grant belongs to another account',
      'ofApp',
      'grant_ended',
      (world) => Object.assign(world.grant, { account: 'acc_ben' }),
    ],
    [
      'the grant has expired at this very second',
      'ofApp',
      'grant_ended',
      (world) => Object.assign(world.grantPayload, { exp: NOW }),
    ],
    [
      'a ceiling of the client has ended the grant at this very second',
      'ofApp',
      'grant_ended',
      ({ parties }) => Object.assign(parties['app'] as object, { ceilings: { maxGrantSeconds: NOW - START } }),
    ],
    [
      'its own tokens were ended',
      'ofApp',
      'grant_ended',
      (world) => Object.assign(world.grant, { endedAt: START + 1 }),
    ],
    [
      'the authorization above is gone',
      'ofApp',
      'grant_ended',
      (world) => Object.assign(world.grant, { parent: 'grt_gone' }),
    ],
    [
      'the instance of the grant is gone',
      'ofApp',
      'instance_ended',
      (world) => Object.assign(world.grant, { instance: 'ins_1' }),
    ],
    [
      'the session of the grant is over',
      'ofApp',
      'session_ended',
      (world) => Object.assign(world.grantPayload, { session: 'ses_2' }),
    ],
    ['the delegation is gone', 'ofAgent', 'delegation_ended', (world) => delete world.delegations['dlg_a']],
    [
      'the delegation is for another person',
      'ofAgent',
      'delegation_ended',
      ({ delegations }) => Object.assign(delegations['dlg_a'] as object, { subject: 'acc_ben' }),
    ],
    [
      'the delegation is for calls of another client (decision 21)',
      'ofAgent',
      'delegation_ended',
      ({ delegations }) => Object.assign(delegations['dlg_a'] as object, { via: 'app_other' }),
    ],
    [
      'the delegation holds the scope no more',
      'ofAgent',
      'delegation_narrowed',
      ({ delegations }) => Object.assign(delegations['dlg_a'] as object, { scope: ['send'] }),
    ],
    [
      'the grant holds the scope no more',
      'ofApp',
      'grant_narrowed',
      (world) => Object.assign(world.grantPayload, { resources: { [MAIL]: 'send' } }),
    ],
    [
      'the grant of the app caps the agent',
      'ofAgent',
      'grant_narrowed',
      (world) => Object.assign(world.grantPayload, { resources: { [PAY]: 'read' } }),
    ],
    ['the resource server is gone', 'ofItself', 'resource_server_not_active', (world) => delete world.servers[MAIL]],
    [
      'the resource server is disabled',
      'ofApp',
      'resource_server_not_active',
      ({ servers }) => Object.assign(servers[MAIL] as object, { state: 'disabled' }),
    ],
    [
      'the decision takes a scope',
      'ofItself',
      'authority_reduced',
      (world) => Object.assign(world, { removed: [{ layer: 'agent' }] }),
    ],
    [
      'the decision takes a detail',
      'ofItself',
      'authority_reduced',
      (world) => Object.assign(world, { removedDetails: [{ layer: 'agent' }] }),
    ],
    [
      'the delegation holds a detail no more',
      'ofAgent',
      'delegation_narrowed',
      (world) => Object.assign(world, { removedDetails: [{ layer: 'agent' }, { layer: 'delegation' }] }),
    ],
    [
      'another participant allows it no more',
      'ofAgent',
      'participant_ended',
      (world) => Object.assign(world, { removed: [{ layer: 'agent' }, { layer: 'participants' }] }),
    ],
    [
      'the ceiling asks for a bound key',
      'ofAgent',
      'above_ceiling',
      ({ parties }) => Object.assign(parties['agt_a'] as object, { ceilings: { senderConstraint: 'dpop' } }),
    ],
  ])('%s', async (_, kind, end, change) => {
    expect(await endOf(kind, (world) => void change(world))).toBe(end);
  });

  test.each<[string, Kind, string, Partial<TokenFacts>, ((world: World) => void)?]>([
    ['there is no such grant', 'ofApp', 'grant_ended', { grant: 'grt_none' }],
    ['its declared transaction is not live', 'ofApp', 'transaction_ended', { txn: 'trn_1' }],
    [
      'its approval is gone',
      'ofAgent',
      'approval_ended',
      { approval: { id: 'apr_1', digest: 'd' } as TokenFacts['approval'] },
    ],
    [
      'its approval is of something else',
      'ofAgent',
      'approval_ended',
      { approval: { id: 'apr_1', digest: 'd' } as TokenFacts['approval'] },
      ({ approvals }) => Object.assign(approvals, { apr_1: { id: 'apr_1', digest: 'other', votes: [] } }),
    ],
    ['its instance is gone', 'ofAgent', 'instance_ended', { instance: 'ins_1' }],
    [
      'its instance is killed',
      'ofAgent',
      'instance_ended',
      { instance: 'ins_1' },
      (world) =>
        Object.assign(world, {
          instances: { ins_1: { createdAt: START + 5, of: 'agt_a' } },
          isOver: ({ since, delegation, subject }: Part) =>
            since === START + 5 && delegation === undefined && subject === undefined,
        }),
    ],
    [
      'it lives longer than the ceiling',
      'ofItself',
      'above_ceiling',
      { expiresAt: START + 61 },
      (world) => Object.assign(world.parties['agt_own'] as object, { ceilings: { maxAccessTokenSeconds: 60 } }),
    ],
    [
      'it lists delegations without a transaction of several',
      'ofAgent',
      'participant_ended',
      { delegations: ['dlg_a'] },
    ],
  ])('%s', async (_, kind, end, over, ...[change]) => {
    expect(await endOf(kind, (world) => void change?.(world), over)).toBe(end);
  });

  test.each<[string, Kind, (part: Part, facts: Scene) => boolean]>([
    ['the token', 'ofApp', ({ token }) => token === 'tok_1'],
    ['its key', 'ofApp', ({ key }) => key === 'kid_1'],
    ['its delegation', 'ofAgent', ({ delegation }) => delegation === 'dlg_a'],
    ['the person', 'ofApp', ({ subject, since }) => subject === 'acc_anna' && since === START + 10],
    ['an agent in its chain', 'ofAgent', ({ parties = [] }) => parties.includes('agt_a')],
    ['the client of its grant', 'ofAgent', ({ parties = [], since }) => parties[0] === 'app' && since === START],
  ])('a kill or an epoch ends it by %s', async (_, kind, isOver) => {
    const facts = await scene((world) => Object.assign(world, { isOver }));
    expect(await facts.endOf({ ...facts[kind], key: 'kid_1' })).toBe('killed');
    expect(await facts.standing({ ...facts[kind], key: 'kid_1' })).toBeUndefined();
  });
});

describe('what does not end a token', () => {
  test.each<[string, Kind, Partial<TokenFacts>, (world: World) => void]>([
    ['a txn that names no declared transaction', 'ofApp', { txn: 'other' }, () => undefined],
    [
      'a live transaction',
      'ofApp',
      { txn: 'trn_1' },
      ({ transactions }) => Object.assign(transactions, { trn_1: { id: 'trn_1', intent: { digest: 'd' } } }),
    ],
    ['the live session of its grant', 'ofApp', {}, (world) => Object.assign(world.grantPayload, { session: 'ses_1' })],
    [
      'the end of the session, for a delegation to an agent',
      'ofAgent',
      {},
      (world) => Object.assign(world.grantPayload, { session: 'ses_2' }),
    ],
    [
      'all tokens of the account ended at the second of its grant',
      'ofApp',
      {},
      ({ accounts }) => Object.assign(accounts, { acc_anna: { ...account('acc_anna'), tokensValidFrom: START } }),
    ],
    ['a grant that expires in a second', 'ofApp', {}, (world) => Object.assign(world.grantPayload, { exp: NOW + 1 })],
    [
      'a ceiling that ends the grant in a second',
      'ofApp',
      {},
      ({ parties }) => Object.assign(parties['app'] as object, { ceilings: { maxGrantSeconds: NOW - START + 1 } }),
    ],
    [
      'a ceiling on the grants of the agent, for the grant of an app',
      'ofAgent',
      {},
      ({ parties }) => Object.assign(parties['agt_a'] as object, { ceilings: { maxGrantSeconds: 1 } }),
    ],
    [
      'a delegation for calls of its client, whose grant does not cap it (decision 21)',
      'ofAgent',
      {},
      (world) => {
        Object.assign(world.delegations['dlg_a'] as object, { via: 'app' });
        Object.assign(world.grantPayload, { resources: {} });
      },
    ],
    [
      'a life as long as the ceiling',
      'ofItself',
      { expiresAt: START + 60 },
      ({ parties }) => Object.assign(parties['agt_own'] as object, { ceilings: { maxAccessTokenSeconds: 60 } }),
    ],
    [
      'a bound key that the ceiling asks for',
      'ofAgent',
      { jkt: 'thumb' },
      ({ parties }) => Object.assign(parties['agt_a'] as object, { ceilings: { senderConstraint: 'dpop' } }),
    ],
    [
      'a live instance',
      'ofAgent',
      { instance: 'ins_1' },
      ({ instances }) => Object.assign(instances, { ins_1: { createdAt: START, of: 'agt_a' } }),
    ],
    [
      'its approval as it stands',
      'ofAgent',
      { approval: { id: 'apr_1', digest: 'd' } as TokenFacts['approval'] },
      ({ approvals }) => Object.assign(approvals, { apr_1: { id: 'apr_1', digest: 'd', votes: [{}] } }),
    ],
    [
      'a resource server that is gone, for a token of UserInfo',
      'ofApp',
      { audience: undefined },
      (world) => delete world.servers[MAIL],
    ],
  ])('%s', async (_, kind, over, change) => {
    expect(await endOf(kind, change, over)).toBeUndefined();
  });
});

test('the facts of the decision are those of the token and of what stands behind it', async () => {
  const approval = { id: 'apr_1', digest: 'd' } as TokenFacts['approval'];
  const { standing, ofAgent } = await scene(({ approvals }) =>
    Object.assign(approvals, { apr_1: { id: 'apr_1', digest: 'd', votes: [{}, {}] } }),
  );
  const assurance = { amr: ['pwd'], authTime: START };
  expect(
    await standing({ ...ofAgent, details: [{ type: 'mail' }], x5t: 'x', policy: 3, approval, assurance }),
  ).toMatchObject({
    ...{
      route: 'introspection',
      now: NOW,
      server: { id: 'rs_mail' },
      asked: ['read'],
      actors: ['agt_a'],
      madeUnder: 3,
    },
    ...{
      caller: { kind: 'agent', id: 'agt_a' },
      through: [{ kind: 'client', id: 'app' }],
      subject: { id: 'acc_anna' },
    },
    ...{
      delegation: ['read'],
      details: { asked: [{ type: 'mail' }], delegation: [[]] },
      isBound: true,
      isUnasked: false,
    },
    ...{ approval: { id: 'apr_1', approvers: 2 }, assurance },
  });
  const plain = await scene();
  const facts = await plain.standing(plain.ofItself);
  expect(facts).toMatchObject({ isBound: false, isUnasked: false, actors: [], through: [] });
  for (const absent of ['delegation', 'details', 'transaction', 'participants', 'approval'])
    expect(facts).not.toHaveProperty(absent);
  expect(await plain.standing({ ...plain.ofItself, jkt: 'thumb' })).toMatchObject({ isBound: true });
});

describe('a token from the assertion of a peer (RFC 7523)', () => {
  const origin = { link: 'lnk_1' };
  const trusted = (inbound: object = {}, link: object = {}) => ({
    link: { account: 'acc_anna', ...link },
    peer: { inbound: { clients: ['agt_own'], resources: { [MAIL]: ['read'] }, ...inbound } },
  });
  const over = { subject: 'acc_anna', origin };
  const bearer = (standing: unknown) => (world: World) => {
    Object.assign(world.parties['agt_own'] as object, { grantTypes: ['urn:ietf:params:oauth:grant-type:jwt-bearer'] });
    Object.assign(world.links, { lnk_1: standing });
  };

  test.each([
    ['the link, the client and the scope stand', trusted()],
    ['every scope is trusted', trusted({ resources: { [MAIL]: ['*'] } })],
  ])('is live while %s', async (_, standing) => {
    expect(await endOf('ofItself', bearer(standing), over)).toBeUndefined();
  });

  test.each([
    ['there is no link', undefined],
    ['the link is to another account', trusted({}, { account: 'acc_ben' })],
    ['the peer does not trust the client', trusted({ clients: ['agt_other'] })],
    ['the resource is not trusted', trusted({ resources: { [PAY]: ['read'] } })],
    ['one of the scopes is not trusted', trusted({ resources: { [MAIL]: ['send'] } })],
  ])('ends when %s', async (_, standing) => {
    expect(await endOf('ofItself', bearer(standing), { ...over, scope: ['read', 'send'] })).toBe('peer_not_trusted');
  });

  test('ends when the account has a role', async () => {
    const change = (world: World) => {
      bearer(trusted())(world);
      Object.assign(world.accounts, { acc_anna: { ...account('acc_anna'), roles: ['auditor'] } });
    };
    expect(await endOf('ofItself', change, over)).toBe('peer_not_trusted');
  });
});

describe('a token of a transaction of several people', () => {
  const over = { txn: 'trn_1', delegations: ['dlg_a', 'dlg_ben'] };
  const several = ({ transactions }: World, participants: readonly string[] = ['acc_anna', 'acc_ben']) =>
    void Object.assign(transactions, { trn_1: { id: 'trn_1', participants, intent: { digest: 'd' } } });

  test('is live while each of them stands, and the decision knows each', async () => {
    const { standing, ofAgent } = await scene((world) => several(world));
    expect((await standing({ ...ofAgent, ...over }))?.participants).toMatchObject([
      { id: 'acc_ben', delegation: ['read'] },
    ]);
    expect((await standing({ ...ofAgent, txn: 'trn_1' }))?.participants).toEqual([{ id: 'acc_ben' }]);
  });

  test.each<[string, (world: World) => void]>([
    ['the delegation of another is gone', (world) => delete world.delegations['dlg_ben']],
    [
      'it is to another agent',
      ({ delegations }) => Object.assign(delegations['dlg_ben'] as object, { actor: 'agt_b' }),
    ],
    [
      'it is for another resource',
      ({ delegations }) => Object.assign(delegations['dlg_ben'] as object, { resource: PAY }),
    ],
    [
      'it is for calls of another client',
      ({ delegations }) => Object.assign(delegations['dlg_ben'] as object, { via: 'other' }),
    ],
    [
      'it is of a person who takes no part',
      ({ transactions }) => Object.assign(transactions['trn_1'] as object, { participants: ['acc_anna', 'acc_carl'] }),
    ],
    [
      'the other account is disabled',
      ({ accounts }) => Object.assign(accounts, { acc_ben: { ...account('acc_ben'), state: 'disabled' } }),
    ],
    [
      'all tokens of the other account ended',
      ({ accounts }) => Object.assign(accounts, { acc_ben: { ...account('acc_ben'), tokensValidFrom: START + 11 } }),
    ],
    [
      'the other account is killed',
      (world) => Object.assign(world, { isOver: ({ subject }: Part) => subject === 'acc_ben' }),
    ],
  ])('ends when %s', async (_, change) => {
    const both = (world: World) => {
      several(world);
      change(world);
    };
    expect(await endOf('ofAgent', both, over)).toBe('participant_ended');
  });

  test('ends when its own delegation is not the first that it lists', async () => {
    const wrong = { ...over, delegations: ['dlg_ben', 'dlg_a'] };
    expect(await endOf('ofAgent', (world) => several(world), wrong)).toBe('participant_ended');
    expect(await endOf('ofApp', (world) => several(world), over)).toBe('participant_ended');
  });

  test('counts a delegation for calls of the client of its grant', async () => {
    const change = (world: World) => {
      several(world);
      Object.assign(world.delegations['dlg_ben'] as object, { via: 'app' });
    };
    expect(await endOf('ofAgent', change, over)).toBeUndefined();
  });
});

describe('a kill of everything', () => {
  const killed = (world: World) => void Object.assign(world, { isKilledWhole: true });

  test('ends all but the tokens with which an administrator lifts it', async () => {
    const {
      endOf: end,
      killOf,
      ofItself,
    } = await scene((world) => {
      killed(world);
      Object.assign(world.servers, { [API]: resourceServer('rs_api', API, ['read']) });
    });
    const administration = { ...ofItself, clientId: 'administrator', audience: API };
    expect(await end(administration)).toBeUndefined();
    expect(await killOf(administration)).toBeUndefined();
    for (const other of [{ clientId: 'agt_own' }, { audience: MAIL }, { subject: 'acc_anna' }]) {
      expect(await end({ ...administration, ...other })).toBe('killed');
      expect(await killOf({ ...administration, ...other })).toBe('all');
    }
  });

  test('a kill of one part is told from it', async () => {
    const { killOf, ofAgent } = await scene((world) =>
      Object.assign(world, { isOver: ({ parties = [] }: Part) => parties.includes('agt_a') }),
    );
    expect(await killOf(ofAgent)).toBe('some');
  });
});

test('a session is live with its account, and not after a kill', async () => {
  const plain = await scene();
  expect(await plain.sessionLive('acc_anna', START, 'ses_1')).toBe(true);
  expect(await plain.sessionLive('acc_none', START, 'ses_1')).toBe(false);
  expect(await plain.sessionLive('acc_anna', START, 'ses_2')).toBe(false);
  const killed = await scene((world) =>
    Object.assign(world, { isOver: ({ subject, since }: Part) => subject === 'acc_anna' && since === START }),
  );
  expect(await killed.sessionLive('acc_anna', START, 'ses_1')).toBe(false);
});

describe('the grant of an agent', () => {
  const ofAgent = (world: World, ceilings: object = {}) => {
    Object.assign(world.grant, { clientId: 'agt_a' });
    Object.assign(world.parties['agt_a'] as object, { ceilings });
  };

  test('expires as early as the ceiling of the agent says', async () => {
    const capped = await scene((world) => ofAgent(world, { maxGrantSeconds: 1001 }));
    expect((await capped.grantLive(capped.grant.id))?.payload['exp']).toBe(START + 1001);
    const over = await scene((world) => ofAgent(world, { maxGrantSeconds: 1000 }));
    expect(await over.grantLive(over.grant.id)).toBeUndefined();
    expect(await over.grantHeldLive(over.grant.id)).toBeUndefined();
    expect((await over.grantHeld(over.grant))?.payload['exp']).toBe(NOW);
    const longer = await scene((world) => ofAgent(world, { maxGrantSeconds: 90_000 }));
    expect((await longer.grantLive(longer.grant.id))?.payload['exp']).toBe(NOW + 5000);
    const free = await scene((world) => ofAgent(world));
    expect(await free.grantLive(free.grant.id)).toEqual(free.grant);
  });

  test.each<[string, (world: World) => void]>([
    ['its own tokens were ended', (world) => Object.assign(world.grant, { endedAt: START })],
    ['the authorization above it is gone', (world) => Object.assign(world.grant, { parent: 'grt_gone' })],
    ['its instance is gone', (world) => Object.assign(world.grant, { instance: 'ins_1' })],
    ['its account is gone', (world) => delete world.accounts['acc_anna']],
    [
      'all tokens of the account ended',
      ({ accounts }) => Object.assign(accounts, { acc_anna: { ...account('acc_anna'), tokensValidFrom: START + 1 } }),
    ],
    ['a kill ended it', (world) => Object.assign(world, { isOver: ({ consentedAt }: Part) => consentedAt === START })],
  ])('is over when %s', async (_, change) => {
    const { grant, grantLive, grantHeld, grantHeldLive } = await scene((world) => {
      ofAgent(world);
      change(world);
    });
    expect([await grantLive(grant.id), await grantHeld(grant), await grantHeldLive(grant.id)]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('of an app depends on no agent, and the end of its session ends what the app holds alone', async () => {
    const ended = await scene((world) => Object.assign(world.grantPayload, { session: 'ses_2' }));
    expect(await ended.grantLive(ended.grant.id)).toEqual(ended.grant);
    expect(await ended.grantHeld(ended.grant)).toBeUndefined();
    expect(await ended.grantHeldLive(ended.grant.id)).toBeUndefined();
    const plain = await scene((world) => Object.assign(world.grantPayload, { session: 'ses_1' }));
    expect(await plain.grantHeldLive(plain.grant.id)).toEqual(plain.grant);
    expect(await plain.grantHeldLive('grt_none')).toBeUndefined();
    expect(await plain.grantLive('grt_none')).toBeUndefined();
    const over = await scene((world) => Object.assign(world.grantPayload, { exp: NOW }));
    expect(await over.grantHeldLive(over.grant.id)).toBeUndefined();
    expect(await over.grantLive(over.grant.id)).toBeUndefined();
  });
});
