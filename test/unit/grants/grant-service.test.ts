/** What revoking and narrowing record when another caller ends the grant first. */
import { describe, expect, test } from '@jest/globals';
import { isNarrowable, newGrantService, split } from '../../../src/domain/authority/grants/grant-service.ts';
import type { Grant } from '../../../src/domain/ports/grants.ts';
import { awaitedAppend } from '../../support/awaited-append.ts';
import { recordingAudit } from '../../support/recording-audit.ts';

const BANK = 'https://bank.example';
const GRANT: Grant = {
  id: 'grt_1',
  account: 'acc_anna',
  clientId: 'app_1',
  openidScopes: ['openid'],
  resources: { [BANK]: ['read', 'pay'] },
  createdAt: 1,
  expiresAt: 2,
};
const BY = { caller: 'acc_anna' };

/** A service whose grant another caller ends between the audit event and the change. */
const raced = () => {
  const audit = recordingAudit();
  let isOver = false;
  const service = newGrantService({
    grants: {
      list: async () => ({ items: isOver ? [] : [GRANT] }),
      narrow: async () => {
        isOver = true;
        return undefined;
      },
      revoke: async () => false,
    },
    consents: { forget: async () => undefined },
    audit: {
      ...audit,
      // As a disk does, it takes a moment.
      append: awaitedAppend(async (event) => {
        await new Promise((written) => setImmediate(written));
        return audit.append(event);
      }),
    },
    ending: async () => undefined,
  });
  return { service, events: () => audit.events.map(({ type, outcome, note }) => [type, outcome, note]) };
};

test('narrowing a grant that ended first changes none, and answers after the audit log says so', async () => {
  const { service, events } = raced();
  expect(await service.narrow(GRANT, { openidScopes: [], resources: { [BANK]: ['pay'] } }, BY)).toBe(0);
  expect(events()).toEqual([
    ['grant.narrowed', 'done', undefined],
    ['grant.narrowed', 'refused', 'came to nothing: it was over first'],
  ]);
});

test('revoking a grant that ended first answers false after the audit log says so', async () => {
  const { service, events } = raced();
  expect(await service.revoke(GRANT, BY)).toBe(false);
  expect(events()).toEqual([
    ['grant.revoked', 'done', undefined],
    ['grant.revoked', 'refused', 'came to nothing: it was over first'],
  ]);
});

test('the end of an authorization forgets the answer of the person; that of an instance grant below it does not', async () => {
  const done: string[] = [];
  const audit = recordingAudit();
  const service = newGrantService({
    grants: {
      list: async () => ({ items: [] }),
      narrow: async () => undefined,
      revoke: async (id) => {
        done.push(`revoke ${id}`);
        return true;
      },
    },
    consents: { forget: async (account, clientId) => void done.push(`forget ${account} ${clientId}`) },
    audit,
    ending: async ({ id }, caller, request) => void done.push(`end ${id} ${caller} ${request}`),
  });
  expect(await service.revoke(GRANT, { ...BY, request: 'req_1', source: '192.0.2.1' })).toBe(true);
  expect(done).toEqual(['end grt_1 acc_anna req_1', 'forget acc_anna app_1', 'revoke grt_1']);
  expect(await service.revoke({ ...GRANT, id: 'grt_2', parent: 'grt_1' }, BY)).toBe(true);
  expect(done.slice(3)).toEqual(['end grt_2 acc_anna undefined', 'revoke grt_2']);
  const [whole, part] = audit.of('grant.revoked');
  expect(whole).toMatchObject({ outcome: 'done', grant: 'grt_1', request: 'req_1', personal: { source: '192.0.2.1' } });
  for (const absent of ['request', 'personal']) expect(part).not.toHaveProperty(absent);
});

/** A service over these grants. */
const over = (...all: readonly Grant[]) => {
  const live = new Map(all.map((grant) => [grant.id, grant]));
  const audit = recordingAudit();
  const forgotten: string[] = [];
  const revoked: string[] = [];
  const service = newGrantService({
    grants: {
      // One at a time, so that every page has a next one.
      list: async ({ account, clientId, after }) => {
        const found = [...live.values()].filter((one) => one.account === account && one.clientId === clientId);
        const at = after === undefined ? 0 : found.findIndex(({ id }) => id === after.id) + 1;
        const item = found[at];
        return item
          ? { items: [item], ...(at + 1 < found.length ? { next: { value: 0, id: item.id } } : {}) }
          : { items: [] };
      },
      narrow: async (id, lost) => {
        const grant = live.get(id);
        if (!grant) return undefined;
        const { left } = split(grant, { ...lost, detailIds: [] });
        live.set(id, { ...grant, ...left });
        return { document: live.get(id), version: 2 } as never;
      },
      revoke: async (id) => {
        revoked.push(id);
        return live.delete(id);
      },
    },
    consents: { forget: async (_account, clientId) => void forgotten.push(clientId) },
    audit,
    ending: async () => undefined,
  });
  const types = () => audit.events.map(({ type, grant }) => `${type} ${grant}`);
  return { service, live, types, forgotten, revoked, audit };
};

const TAKE_PAY = { openidScopes: [], resources: { [BANK]: ['pay'] } };

describe('narrowing', () => {
  test('takes the rights of the grant and of its instance grants, each with its event, and no others', async () => {
    const below = { ...GRANT, id: 'grt_2', parent: 'grt_1', instance: 'ins_1' };
    const { service, live, types, forgotten, audit } = over(GRANT, below, { ...GRANT, id: 'grt_3' });
    expect(await service.narrow(below, TAKE_PAY, BY)).toBe(2);
    expect([...live.values()].map(({ resources }) => resources[BANK])).toEqual([['read'], ['read'], ['read', 'pay']]);
    expect(types()).toEqual(['grant.narrowed grt_1', 'grant.narrowed grt_2']);
    expect(audit.events.map(({ instance }) => instance)).toEqual([undefined, 'ins_1']);
    expect(forgotten.length).toBeGreaterThan(0);
  });

  test('of what the grant does not hold changes nothing, and is no event', async () => {
    const { service, types, forgotten } = over(GRANT);
    expect(await service.narrow(GRANT, { openidScopes: ['email'], resources: { [BANK]: ['other'] } }, BY)).toBe(0);
    expect([types(), forgotten]).toEqual([[], []]);
  });

  test('of everything ends the grant; what is left of a sign-in keeps it', async () => {
    const { openidScopes: _, ...rest } = GRANT;
    const bare = { ...rest, openidScopes: [] };
    const all = { openidScopes: ['openid'], resources: { [BANK]: ['pay', 'read'] } };
    const gone = over(bare);
    expect(await gone.service.narrow(bare, all, BY)).toBe(1);
    expect([gone.types(), gone.revoked]).toEqual([['grant.revoked grt_1'], ['grt_1']]);
    const kept = over(GRANT);
    expect(await kept.service.narrow(GRANT, all, BY)).toBe(1);
    expect(kept.live.get('grt_1')).toMatchObject({ openidScopes: ['openid'], resources: {} });
  });

  test('of a client takes the rights of all its grants of the account', async () => {
    const { service, types } = over(GRANT, { ...GRANT, id: 'grt_2' }, { ...GRANT, id: 'grt_3', account: 'acc_ben' });
    expect(await service.narrowAllOf('acc_anna', 'app_1', TAKE_PAY, BY)).toBe(2);
    expect(types()).toEqual(['grant.narrowed grt_1', 'grant.narrowed grt_2']);
  });
});

test('revoking all grants of a client ends each, and the authorizations above instance grants', async () => {
  const below = { ...GRANT, id: 'grt_2', parent: 'grt_0' };
  const { service, live, types, revoked } = over(GRANT, below, { ...GRANT, id: 'grt_3', clientId: 'app_2' });
  expect(await service.revokeAllOf('acc_anna', 'app_1', BY)).toBe(2);
  expect([...live.keys()]).toEqual(['grt_3']);
  expect(types().toSorted()).toEqual(['grant.revoked grt_1', 'grant.revoked grt_2']);
  expect(revoked).toEqual(expect.arrayContaining(['grt_1', 'grt_2', 'grt_0']));
});

test('names an agent or a client as what the grant was for', async () => {
  const { service, audit } = over(GRANT);
  await service.revoke(GRANT, BY);
  await service.revoke({ ...GRANT, clientId: 'agt_a' }, BY);
  expect(audit.of('grant.revoked').map(({ target }) => target)).toEqual(
    expect.arrayContaining([
      { kind: 'client', id: 'app_1' },
      { kind: 'agent', id: 'agt_a' },
    ]),
  );
});

describe('the rights that are taken', () => {
  test('never are the sign-in and its duration', () => {
    expect(['openid', 'offline_access', 'email'].map(isNarrowable)).toEqual([false, false, true]);
    const rights = { openidScopes: ['openid', 'email', 'offline_access'], resources: {} };
    expect(split(rights, { ...rights, detailIds: [] })).toEqual({
      lost: { openidScopes: ['email'], resources: {} },
      left: { openidScopes: ['openid', 'offline_access'], resources: {} },
    });
  });

  test('are those at the named resource alone', () => {
    const rights = { openidScopes: [], resources: { [BANK]: ['read', 'pay'], constructor: ['read'] } };
    expect(split(rights, { openidScopes: [], resources: { [BANK]: ['read'] } })).toEqual({
      lost: { openidScopes: [], resources: { [BANK]: ['read'] } },
      left: { openidScopes: [], resources: { [BANK]: ['pay'], constructor: ['read'] } },
    });
  });
});
