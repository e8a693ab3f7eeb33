/** What revoking and narrowing record when another caller ends the grant first. */
import { expect, test } from '@jest/globals';
import { newGrantService } from '../../../src/domain/authority/grants/grant-service.ts';
import type { Grant } from '../../../src/domain/ports/grants.ts';
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
      async append(event) {
        await new Promise((written) => setImmediate(written));
        return audit.append(event);
      },
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
