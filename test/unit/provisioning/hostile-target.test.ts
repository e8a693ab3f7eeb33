/** What a target answers is foreign: it must not lead a write to another resource, show the token, or stop the delivery. */
import { describe, expect, test } from '@jest/globals';
import { memoryDocumentStore } from '../../../adapters/memory/document-store.ts';
import type { Agent } from '../../../src/domain/clients/agents/agent.ts';
import type { Account } from '../../../src/domain/identity/accounts/account.ts';
import type { CallAnswer, CallRequest } from '../../../src/domain/ports/trusted-fetch.ts';
import type { ProvisioningTarget } from '../../../src/domain/provisioning/provisioning-target.ts';
import { reconciler } from '../../../src/domain/provisioning/reconciliation.ts';
import { scimClient } from '../../../src/domain/provisioning/scim-client.ts';
import { targetFailureOf } from '../../../src/domain/provisioning/target-failures.ts';
import { targetPush } from '../../../src/domain/provisioning/target-push.ts';
import { standingClock } from '../../support/standing-clock.ts';

const TOKEN = 'the-token-of-the-target';
const OWNER = `acc_${'c'.repeat(26)}`;
const AGENT = `agt_${'d'.repeat(26)}`;
const ANOTHER = `agt_${'e'.repeat(26)}`;

const TARGET: ProvisioningTarget = {
  ...{ id: 'ptg_1', name: 'Elsewhere', url: 'https://one.example/scim', sealed: '', agents: ['*'] },
  ...{ agentName: 'agentUserName', userName: 'username', removal: 'delete', state: 'active' },
  ...{ createdAt: 1, updatedAt: 1 },
};
const ELSEWHERE: ProvisioningTarget = { ...TARGET, url: 'https://two.example/scim' };

const agent = (id: string): Agent =>
  ({ id, name: 'Invoice Bot', purpose: 'Sorts', owner: OWNER, state: 'active', createdAt: 1 }) as unknown as Agent;
const account = { id: OWNER, username: 'ada', name: 'Ada', state: 'active' } as unknown as Account;

type Answer = { readonly status: number; readonly body?: unknown; readonly etag?: string };

/** A push and a reconciliation whose target answers as a test says. */
const scene = (answer: (request: CallRequest) => Answer | undefined) => {
  const requests: string[] = [];
  const documents = memoryDocumentStore();
  const clock = standingClock();
  const call = async (request: CallRequest): Promise<CallAnswer> => {
    const { method, url } = request;
    requests.push(`${method} ${decodeURIComponent(url)}`);
    const { status, body, etag } = answer(request) ?? { status: 200, body: { Resources: [] } };
    const bytes = new TextEncoder().encode(body === undefined ? '' : JSON.stringify(body));
    return { status, body: bytes, ...(etag === undefined ? {} : { etag }) };
  };
  const client = scimClient({
    clock,
    call,
    tokens: { tokenOf: async () => ({ token: TOKEN, isHeld: false }), forget: () => undefined },
  });
  const agents = {
    get: async (id: string) => ({ document: agent(id), version: 1 }),
    getMany: async (ids: readonly string[]) =>
      ids.filter((id) => id === AGENT).map((id) => ({ document: agent(id), version: 1 })),
    list: async () => ({ items: [{ document: agent(AGENT), version: 1 }] }),
  };
  const common = { documents, clock, client, accountsOf: async (owner: string) => [owner] };
  const accounts = { get: async () => ({ document: account, version: 1 }), getMany: async () => [account] };
  return {
    requests,
    clock,
    writes: () => requests.filter((one) => !one.startsWith('GET')),
    push: targetPush({ ...common, agents, accounts }).push,
    compare: reconciler({ ...common, agents, accounts }).compare,
  };
};

/** Creates what it is asked to, with the ids 1, 2 … of each host. */
const numbering = () => {
  const next = new Map<string, number>();
  return ({ method, url }: CallRequest): Answer | undefined => {
    if (method !== 'POST') return method === 'GET' ? undefined : { status: 200, body: {} };
    const { host } = new URL(url);
    next.set(host, (next.get(host) ?? 0) + 1);
    return { status: 201, body: { id: String(next.get(host)) } };
  };
};

const failureOf = async (work: Promise<unknown>) => {
  try {
    await work;
  } catch (error) {
    return targetFailureOf(error);
  }
  return undefined;
};
const always = (): boolean => true;

describe('a push', () => {
  test('never writes to a remembered id at another URL: it is another resource there', async () => {
    const { push, requests, writes } = scene(numbering());
    await push(TARGET, { id: AGENT }, always);
    const before = requests.length;
    await push(ELSEWHERE, { id: AGENT, isForced: true }, always);
    expect(requests.slice(before).every((one) => one.includes('two.example'))).toBe(true);
    expect(writes().slice(2)).toEqual(['POST https://two.example/scim/Users', 'POST https://two.example/scim/Agents']);
  });

  test('changes nothing without the lock: another node may have pushed what is newer', async () => {
    const { push, writes } = scene(numbering());
    await push(TARGET, { id: AGENT }, always);
    const before = writes().length;
    expect(await failureOf(push(TARGET, { id: AGENT, isForced: true }, () => false))).toMatchObject({
      failure: 'lock_lost',
    });
    expect(await failureOf(push({ ...TARGET, agents: [] }, { id: AGENT }, () => false))).toMatchObject({
      failure: 'lock_lost',
    });
    expect(writes()).toHaveLength(before);
  });

  test.each([
    ['a dot segment', '..'],
    ['half of a character', '\ud800'],
    ['a NUL', 'a\u0000b'],
  ])('an id with %s is an invalid answer', async (_what, id) => {
    const { push, writes } = scene(({ method, url }) => {
      if (method === 'GET')
        return { status: 200, body: { Resources: url.includes('Agents') ? [{ id, externalId: AGENT }] : [] } };
      return { status: 201, body: { id: '1' } };
    });
    expect(await failureOf(push(TARGET, { id: AGENT }, always))).toMatchObject({ failure: 'answer_not_valid' });
    expect(writes()).toEqual(['POST https://one.example/scim/Users']);
  });

  test('a weak ETag that never matches holds up nothing (RFC 9110 §13.1.1)', async () => {
    const resource = { id: '2', externalId: AGENT, meta: { version: 'W/"1"' } };
    const { push } = scene(({ method, url, headers }) => {
      if (method !== 'GET') return { status: headers?.['if-match'] === undefined ? 200 : 412, body: { id: '1' } };
      if (url.endsWith('/Agents/2')) return { status: 200, body: resource };
      return { status: 200, body: { Resources: url.includes('/Agents?') ? [resource] : [] } };
    });
    expect(await push(TARGET, { id: AGENT }, always)).toEqual({ is: 'pushed' });
  });
});

describe('MG-03 a failure', () => {
  test('does not show the token that the target repeats', async () => {
    const { push } = scene(() => ({ status: 401, body: { detail: `Bearer ${TOKEN} is wrong` } }));
    expect(await failureOf(push(TARGET, { id: AGENT }, always))).toEqual({
      ...{ failure: 'unauthorized', status: 401, detail: 'Bearer … is wrong' },
    });
  });

  test('has a detail that a store takes, cut between characters', async () => {
    const { push } = scene(() => ({ status: 401, body: { detail: `${'a'.repeat(299)}😀` } }));
    expect((await failureOf(push(TARGET, { id: AGENT }, always)))?.detail).toBe('a'.repeat(299));
  });
});

describe('a reconciliation', () => {
  test('leaves the agents of another server alone: it never knew them', async () => {
    const { compare } = scene(({ url }) =>
      url.includes('/Agents?')
        ? {
            status: 200,
            body: {
              totalResults: 2,
              Resources: [
                { id: '1', externalId: ANOTHER },
                { id: '2', externalId: 'agt_x' },
              ],
            },
          }
        : undefined,
    );
    expect(await compare(TARGET)).toMatchObject({ surplus: [], foreign: 2, missing: [AGENT], isComplete: true });
    expect(await compare({ ...TARGET, agents: [ANOTHER] })).toMatchObject({ surplus: [], foreign: 2 });
  });

  test('names an agent that it knows and did not choose', async () => {
    const { compare } = scene(({ url }) =>
      url.includes('/Agents?')
        ? { status: 200, body: { totalResults: 1, Resources: [{ id: '1', externalId: AGENT }] } }
        : undefined,
    );
    expect(await compare({ ...TARGET, agents: [ANOTHER] })).toMatchObject({ surplus: [AGENT], foreign: 0 });
  });

  test('ends at a target that answers the same page for ever, and calls nothing doubled or missing', async () => {
    const page = [{ id: '1', externalId: ANOTHER }];
    const { compare, requests } = scene(() => ({ status: 200, body: { totalResults: 1_000_000, Resources: page } }));
    expect(await compare(TARGET)).toMatchObject({ doubled: [], missing: [], isComplete: false });
    expect(requests).toHaveLength(2);
  });
});
