import { createECDH, randomBytes } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import { randomIdentifiers } from '../../../adapters/node/identifiers.ts';
import type { AuditEvent } from '../../../src/domain/audit/audit-event.ts';
import { pushKeys } from '../../../src/domain/notifications/push-keys.ts';
import type { MessageIn } from '../../../src/domain/notifications/push-message.ts';
import { pushRegistry } from '../../../src/domain/notifications/push-registry.ts';
import { recipientRouting } from '../../../src/domain/notifications/recipient-routing.ts';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import { fetchFailed, type PostRequest } from '../../../src/domain/ports/trusted-fetch.ts';

const clock = { now: () => 1_800_000_000, nowMillis: () => 1_800_000_000_000 };
const MESSAGE: MessageIn = (language) => ({ text: language, urgency: 'normal', ttlSeconds: 60, topic: 'test' });
const [OLD, NEW] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];

const world = () => {
  const documents = memoryDocumentStore();
  const events: AuditEvent[] = [];
  const posted: PostRequest[] = [];
  const state = { account: 'active', fails: undefined as Error | undefined };
  const open = (more: { readonly services?: readonly string[]; readonly key?: ReturnType<typeof masterKey> } = {}) => {
    const key = more.key ?? masterKey(OLD);
    const audit = {
      append: async (event: AuditEvent) => {
        events.push(event);
        return { stream: 's', sequence: events.length, hash: '' };
      },
    };
    const keys = pushKeys({ documents, clock, audit, identifiers: randomIdentifiers, masterKey: key });
    const registry = pushRegistry({
      ...{ documents, clock, audit, keys, masterKey: key, services: more.services ?? ['push.example'] },
      ephemeral: { count: async () => 1 },
      checkUrl: () => undefined,
      async post(request) {
        posted.push(request);
        if (state.fails) throw state.fails;
        return Buffer.alloc(0);
      },
      accounts: { get: async () => ({ document: { state: state.account } }) },
    });
    return { keys, registry };
  };
  const add = async (account: string, path = randomBytes(8).toString('hex')) => {
    const { keys, registry } = open();
    const pair = createECDH('prime256v1');
    pair.generateKeys();
    const given = {
      name: 'Phone',
      language: 'de',
      endpoint: `https://push.example/${path}`,
      p256dh: pair.getPublicKey().toString('base64url'),
      auth: randomBytes(16).toString('base64url'),
      applicationServerKey: (await keys.current()).publicKey,
    };
    return registry.add(account, given, { caller: account });
  };
  return { documents, events, posted, state, open, add };
};

describe('a browser', () => {
  test('of a push service that is not named any more is sent nothing and forgotten', async () => {
    const { add, open, posted, events } = world();
    const { id } = await add('acc_a');
    const { registry } = open({ services: ['other.example'] });
    expect(await registry.deliver(id, 'acc_a', MESSAGE)).toBe('over');
    expect([posted, await registry.list('acc_a')]).toEqual([[], []]);
    expect(events.at(-1)).toMatchObject({ type: 'push.removed', caller: 'system', inputs: { reason: 'not_allowed' } });
  });

  test('whose address cannot be read is forgotten', async () => {
    const { add, open, posted, events } = world();
    const { id } = await add('acc_a');
    const { registry } = open({ key: masterKey(NEW) });
    expect(await registry.deliver(id, 'acc_a', MESSAGE)).toBe('over');
    expect([posted, await registry.list('acc_a')]).toEqual([[], []]);
    expect(events.at(-1)).toMatchObject({ inputs: { reason: 'not_readable' } });
  });

  test('that belongs to another account by now, or to one that is not active, is sent nothing and kept', async () => {
    const { add, open, posted, state } = world();
    const { id } = await add('acc_a', 'shared');
    await add('acc_b', 'shared');
    const { registry } = open();
    expect(await registry.deliver(id, 'acc_a', MESSAGE)).toBe('over');
    state.account = 'disabled';
    expect(await registry.deliver(id, 'acc_b', MESSAGE)).toBe('over');
    expect([posted, (await registry.list('acc_b')).length]).toEqual([[], 1]);
    state.account = 'active';
    expect(await registry.deliver(id, 'acc_b', MESSAGE)).toBe('sent');
  });

  test('that two people turn on at once is that of one of them', async () => {
    const { add, open } = world();
    const people = ['acc_a', 'acc_b', 'acc_c', 'acc_d'];
    await Promise.all(people.map((account) => add(account, 'shared')));
    const lists = await Promise.all(people.map(open().registry.list));
    expect(lists.flat()).toHaveLength(1);
  });

  test('keeps what other failures do not concern', async () => {
    const { add, open, state } = world();
    const { id } = await add('acc_a');
    const { registry } = open();
    state.fails = fetchFailed('status_not_ok', 'status 403', { status: 403 });
    await expect(registry.deliver(id, 'acc_a', MESSAGE)).rejects.toBe(state.fails);
    expect(await registry.list('acc_a')).toHaveLength(1);
    await registry.drop(id);
    await registry.drop(id);
    expect(await registry.list('acc_a')).toEqual([]);
  });

  test('KY-06 is sealed anew with another master key', async () => {
    const { add, open } = world();
    const { id } = await add('acc_a');
    const both = open({ key: masterKey(NEW, OLD) });
    await both.keys.sealAnew();
    await both.registry.sealAnew();
    expect(await open({ key: masterKey(NEW) }).registry.deliver(id, 'acc_a', MESSAGE)).toBe('sent');
  });

  test('of an active account stays, also after a wrong message that the account was disabled', async () => {
    const { add, open, state, events } = world();
    await add('acc_a');
    const { registry } = open();
    await registry.leave('acc_a', { caller: 'system' });
    expect(await registry.list('acc_a')).toHaveLength(1);
    state.account = 'disabled';
    await registry.leave('acc_a', { caller: 'system' });
    await registry.leave('acc_a', { caller: 'system' });
    expect(await registry.list('acc_a')).toEqual([]);
    expect(events.filter(({ type }) => type === 'push.removed')).toHaveLength(1);
  });
});

describe('AP-05 an agent that asks again and again', () => {
  test('is heard of thirty times an hour in all browsers of a person, and then withheld', async () => {
    const put: { readonly to: string; readonly body: string; readonly lifetimeSeconds?: number }[] = [];
    const withheld: string[] = [];
    const counts = new Map<string, number>();
    const spread = recipientRouting({
      outbox: { put: async (one) => void put.push(one), wake: async () => undefined, isFull: async () => false },
      isMailed: false,
      push: { list: async (account) => [{ id: `psh_${account}_1` }, { id: `psh_${account}_2` }] },
      choices: { wanting: async (people) => people },
      webhooks: { listening: async () => [], stopFor: async () => undefined },
      agents: { get: async () => undefined },
      groups: { get: async () => undefined },
      accounts: {
        getMany: async (ids) => ids.map((id) => ({ id, state: 'active' }) as never),
        administrators: async () => [],
      },
      approversOf: async () => ['acc_a'],
      escalatedTo: async () => ['acc_b'],
      partiesOf: async () => [],
      reviewersOf: async () => [],
      alarmedOf: async () => [],
      ephemeral: {
        async count(key) {
          counts.set(key, (counts.get(key) ?? 0) + 1);
          return counts.get(key) ?? 0;
        },
      },
      onWithheld: (account, channel) => withheld.push(`${account} ${channel}`),
    });
    for (let turn = 0; turn < 40; turn += 1) {
      await spread({
        ...{ id: `ntf_${turn}`, kind: 'approval.requested', subject: `apv_${turn}`, sequence: turn, at: 1_800_000_000 },
        ...{ agent: 'agt_a', object: `apv_${turn}`, until: 1_800_000_300 },
      });
    }
    expect(put).toHaveLength(60);
    expect(withheld).toEqual(Array.from({ length: 10 }, () => 'acc_a push'));
    expect(put[0]).toMatchObject({ to: 'psh_acc_a_1', lifetimeSeconds: 300 });
    expect(JSON.parse(put[0]?.body ?? '')).toEqual({ account: 'acc_a', approval: 'apv_0', until: 1_800_000_300 });
    await spread({
      ...{ id: 'ntf_e', kind: 'approval.escalated', subject: 'apv_1', sequence: 50, at: 1_800_000_100 },
      ...{ agent: 'agt_a', object: 'apv_1', until: 1_800_000_300 },
    });
    expect(put.slice(60).map(({ to }) => to)).toEqual(['psh_acc_b_1', 'psh_acc_b_2']);
  });
});
