import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Action } from '../../../src/domain/approvals/action.ts';
import { cascadeRevocation, endOfSignIn } from '../../../src/domain/approvals/cascade-revocation.ts';
import {
  likenessOf,
  STANDING_APPROVALS,
  type StandingApproval,
} from '../../../src/domain/approvals/standing-approval.ts';
import { standingApprovals } from '../../../src/domain/approvals/standing-approvals.ts';
import type { Grant } from '../../../src/domain/ports/grants.ts';
import type { Part } from '../../../src/domain/ports/revocation.ts';
import { consent, countedIdentifiers, movableClock, recordedAudit, registerScene, START } from '../delegation/fakes.ts';
import { account } from '../token-exchange/fakes.ts';
import { action, strong } from './fakes.ts';

const BANK = action().resource;

const scene = () => {
  const documents = memoryDocumentStore('refused');
  const audit = recordedAudit();
  const clock = movableClock();
  const rows = documents.collection<StandingApproval>(STANDING_APPROVALS);
  /** Second from which on each agent has its owners. */
  const handsFrom = new Map<string, number>();
  const standing = standingApprovals({
    ...{ documents, audit, clock, identifiers: countedIdentifiers() },
    accounts: { get: async (id) => ({ document: account(id) }) },
    revocation: {
      ended: async (parts: readonly Part[]) =>
        parts.some(({ parties = [], consentedAt = START + 9 }) =>
          parties.some((id) => consentedAt < (handsFrom.get(id) ?? 0)),
        )
          ? 'handed_over'
          : undefined,
    },
  });
  let count = 0;
  /** Stores a standing approval of the owner of the agent, or of the account `by`. */
  const said = async (over: Partial<Action> = {}, by = 'acc_owner'): Promise<string> => {
    const to = action(over);
    count += 1;
    const id = `sap_${count}`;
    await rows.insert({
      ...{ id, account: by, agent: to.agent, subject: to.subject, resource: to.resource, action: to },
      ...{
        likeness: likenessOf(to, []),
        approval: `apr_${count}`,
        vote: { account: by, at: START, assurance: strong(START) },
      },
      ...{ mostUses: 10, uses: 0, mostSum: 90_000, sum: 0, state: 'active', createdAt: START, expiresAt: START + 3600 },
    });
    return id;
  };
  const active = async (): Promise<readonly string[]> =>
    (await rows.find({ limit: 100 })).flatMap(({ document: { id, state } }) => (state === 'active' ? [id] : [])).sort();
  const take = () => standing.take({ action: action(), approvers: ['acc_anna', 'acc_owner'], types: [] }, 'req_2');
  return { ...{ documents, rows, audit, clock, handsFrom, standing, said, active, take } };
};

describe('what is revoked from an agent', () => {
  test('ends standing approvals of the owner, too, not only of the subject: with an event that names who revoked it', async () => {
    const { standing, said, active, audit, take } = scene();
    const [ofOwner, ofPerson] = [await said(), await said({}, 'acc_anna')];
    const elsewhere = [
      await said({ subject: 'acc_ben' }),
      await said({ agent: 'agt_b' }),
      await said({ resource: 'https://pay.example' }),
    ];
    const about = { subject: 'acc_anna', agent: 'agt_a', resource: BANK };
    expect(await standing.endAbout(about, 'acc_anna', 'req_1')).toBe(2);
    expect(await active()).toEqual(elsewhere);
    expect(audit.events.map(({ target, ...event }) => [target?.id, event])).toEqual(
      [ofPerson, ofOwner].map((id) => [
        id,
        expect.objectContaining({
          ...{ type: 'standing_approval.ended', outcome: 'done', caller: 'acc_anna', request: 'req_1' },
          ...{ subject: 'acc_anna', agent: 'agt_a', resource: BANK, scopeAsked: ['pay'] },
        }),
      ]),
    );
    expect(await take()).toBeUndefined();
    expect(await standing.endAbout(about, 'acc_anna', 'req_1')).toBe(0);
  });

  test('ends what is about any of its scopes, or details of its types, and nothing else', async () => {
    const { standing, said, active } = scene();
    const about = { subject: 'acc_anna', agent: 'agt_a', resource: BANK };
    const transfer = await said({ scope: [], details: [{ type: 'transfer' }] });
    const both = await said({ scope: ['balance', 'pay'] });
    const payment = await said({ scope: [] });
    expect(await standing.endAbout({ ...about, scopes: ['close'], detailTypes: [] }, 'acc_anna', undefined)).toBe(0);
    expect(await standing.endAbout({ ...about, scopes: ['balance'] }, 'acc_anna', undefined)).toBe(1);
    expect(await active()).toEqual([transfer, payment]);
    expect(await standing.endAbout({ ...about, scopes: [], detailTypes: ['transfer'] }, 'acc_anna', undefined)).toBe(1);
    expect(await active()).not.toContain(both);
    expect(await active()).toEqual([payment]);
  });

  test('an account ends its own, once, and no other account does (invariant 2)', async () => {
    const { standing, said, active, audit } = scene();
    const id = await said();
    for (const [which, account] of [
      [id, 'acc_anna'],
      ['sap_unknown', 'acc_owner'],
    ] as const) {
      await expect(standing.end(which, account, 'req_1')).rejects.toMatchObject({
        code: 'not_found',
        reason: 'standing_approval_not_found',
      });
    }
    expect(audit.events).toEqual([]);
    expect(await active()).toEqual([id]);
    expect(await standing.end(id, 'acc_owner', 'req_2')).toMatchObject({ id, state: 'ended', endedAt: START });
    expect(await standing.end(id, 'acc_owner', 'req_3')).toMatchObject({ id, state: 'ended' });
    expect(audit.events).toMatchObject([
      { type: 'standing_approval.ended', outcome: 'done', caller: 'acc_owner', request: 'req_2', target: { id } },
    ]);
  });

  test('of an account with very many, the newest 2000 are listed: a list costs a bounded number of reads (invariant 9)', async () => {
    const { standing, said, rows } = scene();
    const first = await said();
    const [model] = await rows.find({ limit: 1 });
    const others = Array.from({ length: 2000 }, (_, index) => ({
      ...model?.document,
      id: `sap_x${index}`,
      approval: `apv_x${index}`,
    }));
    for (const one of others) await rows.insert({ ...one, createdAt: START + 1 } as StandingApproval);
    const listed = (await standing.ofAccount('acc_owner')).map(({ id }) => id);
    expect(listed).toHaveLength(2000);
    expect(listed).not.toContain(first);
  });

  test('expiry is no event; nothing else ends without one', async () => {
    const { standing, said, audit, active, clock } = scene();
    const id = await said();
    audit.beforeAppend = async () => {
      throw new Error('disk full');
    };
    await expect(standing.endAbout({ subject: 'acc_anna', agent: 'agt_a' }, 'acc_anna', undefined)).rejects.toThrow(
      'disk full',
    );
    expect(await active()).toEqual([id]);
    clock.advance(3600);
    expect(await standing.endAbout({ subject: 'acc_anna', agent: 'agt_a' }, 'acc_anna', undefined)).toBe(0);
    expect(audit.events).toEqual([]);
  });
});

describe('a consent that allows less', () => {
  const asked = (over: Parameters<typeof consent>[0]) =>
    consent({ resource: BANK, asked: ['balance', 'pay'], ...over });

  test('ends standing approvals about what was shown and not allowed, before the delegation changes', async () => {
    const { standing, said, active, documents } = scene();
    const { registry, audit } = registerScene({ documents });
    const { recordConsent } = cascadeRevocation(registry, standing);
    const [pay, balance] = [await said({ details: [] }), await said({ scope: ['balance'], details: [] })];
    expect(await recordConsent(asked({ scope: ['balance', 'pay'] }))).toMatchObject({ scope: ['balance', 'pay'] });
    expect(await active()).toEqual([pay, balance]);
    audit.beforeAppend = async () => expect(await active()).toEqual([balance]);
    expect(await recordConsent(asked({ scope: ['balance'] }))).toMatchObject({ scope: ['balance'] });
    expect(audit.types()).toEqual(['delegation.created', 'delegation.narrowed']);
  });

  test('and the same of authorization details, by their type', async () => {
    const { standing, said, active, documents } = scene();
    const { recordConsent } = cascadeRevocation(registerScene({ documents }).registry, standing);
    const [payment, transfer] = [await said({ scope: [] }), await said({ scope: [], details: [{ type: 'transfer' }] })];
    const askedDetails = [{ type: 'payment_initiation', amount: 5000 }, { type: 'transfer' }];
    await recordConsent(asked({ scope: ['balance', 'pay'], askedDetails, details: askedDetails }));
    expect(await active()).toEqual([payment, transfer]);
    await recordConsent(asked({ scope: ['balance', 'pay'], askedDetails, details: askedDetails.slice(1) }));
    expect(await active()).toEqual([transfer]);
  });
});

describe('the end of a sign-in', () => {
  const grant: Grant = {
    ...{ id: 'grt_1', account: 'acc_anna', clientId: 'agt_a', openidScopes: ['openid'], createdAt: START },
    ...{ resources: { [BANK]: ['pay'] }, expiresAt: START + 60 },
  };

  test('ends standing approvals about what the agent held by it', async () => {
    const { standing, said, active } = scene();
    const [, balance, elsewhere] = [
      await said(),
      await said({ scope: ['balance'], details: [] }),
      await said({ resource: 'https://pay.example' }),
    ];
    await endOfSignIn(standing, registerScene({}).registry)(grant, 'acc_anna', 'req_1');
    expect(await active()).toEqual([balance, elsewhere]);
  });

  test('not of an instance grant of it, nor of an app that calls no agent', async () => {
    const { standing, said, active } = scene();
    const id = await said();
    const end = endOfSignIn(standing, registerScene({}).registry);
    await end({ ...grant, parent: 'grt_0', instance: 'ins_1' }, 'acc_anna');
    await end({ ...grant, clientId: 'app_wiki' }, 'acc_anna');
    expect(await active()).toEqual([id]);
  });

  test('of an app ends what agents may do when it calls them, and standing approvals about that (decision 21)', async () => {
    const { standing, said, active, documents } = scene();
    const { registry, audit } = registerScene({ documents });
    const ofCalls = await registry.recordConsent(
      consent({ resource: BANK, asked: ['pay'], scope: ['pay'], via: 'app_wiki' }),
    );
    const ofOthers = await registry.recordConsent(
      consent({ resource: BANK, asked: ['pay'], scope: ['pay'], via: 'app_mail' }),
    );
    const plain = await registry.recordConsent(consent({ resource: BANK, asked: ['pay'], scope: ['pay'] }));
    await said();
    const delegations = cascadeRevocation(registry, standing);
    await endOfSignIn(standing, delegations)({ ...grant, clientId: 'app_wiki' }, 'acc_anna', 'req_1');
    expect(await registry.live(String(ofCalls?.id))).toBeUndefined();
    expect([await registry.live(String(ofOthers?.id)), await registry.live(String(plain?.id))]).toEqual([
      ofOthers,
      plain,
    ]);
    expect(await active()).toEqual([]);
    expect(audit.events.at(-1)).toMatchObject({
      type: 'delegation.revoked',
      delegation: ofCalls?.id,
      caller: 'acc_anna',
      request: 'req_1',
    });
  });
});

describe('the standing approvals of an agent', () => {
  test('end all, or those from before its owner of now, as many as a call may', async () => {
    const { standing, said, active, audit, handsFrom } = scene();
    const all = [await said(), await said(), await said()];
    const other = await said({ agent: 'agt_b', chain: { sub: 'agt_b', iss: 'https://id.example' } as never });
    const agent = { id: 'agt_a' } as never;
    expect(await standing.endFormer(agent, 'system', 10)).toBe(0);
    handsFrom.set('agt_a', START);
    expect(await standing.endFormer(agent, 'system', 10)).toBe(0);
    handsFrom.set('agt_a', START + 1);
    expect(await standing.endFormer(agent, 'system', 2)).toBe(2);
    expect(await active()).toHaveLength(2);
    expect(await standing.endFormer(agent, 'system', 2)).toBe(1);
    expect(await active()).toEqual([other]);
    expect(audit.types()).toEqual(all.map(() => 'standing_approval.ended'));
    expect(audit.events[0]).not.toHaveProperty('request');
    expect(await standing.endOf('agt_b', 'acc_admin', 1)).toBe(1);
    expect(await standing.endOf('agt_b', 'acc_admin', 1)).toBe(0);
    expect(await active()).toEqual([]);
  });

  test('end with a delegation that a person narrows or revokes, and only at its resource', async () => {
    const { standing, said, active, documents } = scene();
    const { registry } = registerScene({ documents });
    const cascade = cascadeRevocation(registry, standing);
    const consented = async (resource: string, via?: string) =>
      String(
        (await registry.recordConsent(consent({ resource, via, asked: ['pay', 'read'], scope: ['pay', 'read'] })))?.id,
      );
    const [bank, mail] = [await consented(BANK), await consented('https://mail.example')];
    const [pay, read] = [await said({ details: [] }), await said({ scope: ['read'], details: [] })];
    const elsewhere = await said({ resource: 'https://mail.example', scope: ['read'], details: [] });
    await cascade.narrow('dlg_none', { scope: ['pay'] }, 'acc_anna');
    expect(await active()).toEqual([pay, read, elsewhere]);
    await cascade.narrow(bank, { scope: ['pay'] }, 'acc_anna');
    expect(await active()).toEqual([read, elsewhere]);
    await cascade.revoke(bank, 'acc_anna');
    expect(await active()).toEqual([elsewhere]);
    const again = await said({ scope: ['read'], details: [] });
    await cascade.revoke(bank, 'acc_anna');
    await cascade.narrow(bank, { scope: ['read'] }, 'acc_anna');
    expect(await active()).toEqual([elsewhere, again]);
    expect((await cascade.revoke(mail, 'acc_anna'))?.state).toBe('revoked');
    expect(await active()).toEqual([again]);
  });

  test('end with what agents may do when an app calls them', async () => {
    const { standing, said, active, documents } = scene();
    const { registry } = registerScene({ documents });
    const cascade = cascadeRevocation(registry, standing);
    await registry.recordConsent(consent({ resource: BANK, via: 'app_1' }));
    const revoked = await registry.recordConsent(consent({ resource: 'https://mail.example', via: 'app_1' }));
    await registry.revoke(String(revoked?.id), 'acc_anna');
    await said();
    const elsewhere = await said({ resource: 'https://mail.example' });
    expect(await cascade.revokeAllVia('acc_anna', 'app_1', 'acc_anna')).toBe(1);
    expect(await active()).toEqual([elsewhere]);
  });
});
