/** Which callers share a token, and for how long. */
import { describe, expect, test } from '@jest/globals';
import { AgentStop } from '../../packages/agent/src/agent.ts';
import { denied, granted, ISSUER, inTurn, RESOURCE, type Script, scripted } from './scripted-server.ts';

const numbered: Script = (_form, count) => granted({ access_token: `token-${count}` });
const TARGET = { resource: RESOURCE, scopes: ['read'] };

describe('a token', () => {
  test('is kept until half a minute before it expires', async () => {
    const { agent, clock } = await scripted(numbered);
    const signal = new AbortController().signal;
    const first = await agent.ownToken(TARGET);
    await clock.sleep(269, signal);
    expect(await agent.ownToken(TARGET)).toBe(first);
    await clock.sleep(1, signal);
    expect((await agent.ownToken(TARGET)).accessToken).toBe('token-1');
  });

  test('is asked for once by callers at the same time', async () => {
    const { agent, forms } = await scripted(numbered);
    const tokens = await Promise.all(Array.from({ length: 20 }, () => agent.ownToken(TARGET)));
    expect([new Set(tokens).size, forms.length]).toEqual([1, 1]);
  });

  test('belongs to its scopes, resource, subject and details', async () => {
    const { agent, forms } = await scripted(numbered);
    await agent.ownToken(TARGET);
    await agent.ownToken({ ...TARGET, scopes: ['write'] });
    await agent.ownToken({ ...TARGET, resource: `${RESOURCE}/2` });
    await agent.ownToken({ ...TARGET, authorizationDetails: [{ type: 'files', path: '/a' }] });
    await agent.exchange({ ...TARGET, subject: 'ada' });
    await agent.exchange({ ...TARGET, subject: 'grace' });
    expect(forms).toHaveLength(6);
  });

  test('of a call with hooks takes no place of another', async () => {
    const { agent, forms } = await scripted(inTurn(granted()), { cachedTokens: 1 });
    await agent.ownToken({ resource: RESOURCE });
    await agent.ownToken({ resource: RESOURCE }, { hooks: { onWait: () => true } });
    await agent.ownToken({ resource: RESOURCE });
    expect(forms).toHaveLength(2);
  });

  test('that was refused is forgotten', async () => {
    const { agent } = await scripted(numbered);
    agent.forget(await agent.ownToken(TARGET));
    expect((await agent.ownToken(TARGET)).accessToken).toBe('token-1');
  });

  test('without an end is not kept', async () => {
    const { agent, forms } = await scripted(() => granted({ expires_in: undefined }));
    await agent.ownToken(TARGET);
    await agent.ownToken(TARGET);
    expect(forms).toHaveLength(2);
  });

  test('of an approved action is for one caller: the other asks for one of its own', async () => {
    const remedy = {
      ...{ kind: 'approval', grant_type: 'urn:openid:params:grant-type:ciba', auth_req_id: 'req_1' },
      ...{ endpoint: `${ISSUER}/token`, expires_in: 600, interval: 5 },
    };
    const { agent } = await scripted((form, count) =>
      form.has('auth_req_id') ? granted({ access_token: `token-${count}` }) : denied('approval_required', [remedy]),
    );
    const request = { ...TARGET, subject: 'ada' };
    const [one, other] = await Promise.all([agent.exchange(request), agent.exchange(request)]);
    expect(one.accessToken).not.toBe(other.accessToken);
    expect((await agent.exchange(request)).accessToken).not.toBe(other.accessToken);
  });

  test('that is not bound is refused by an agent that has a DPoP key (RFC 9449 §5)', async () => {
    const { agent } = await scripted(numbered, { dpop: true });
    const outcome = await agent.ownToken(TARGET).catch((error: unknown) => error);
    expect((outcome as AgentStop).denial).toMatchObject({ reason: 'token_unbound' });
  });
});

test('metadata that cannot be fetched again are used on, and asked for once a minute', async () => {
  const { agent, forms, clock, discovery } = await scripted(inTurn(granted()));
  await agent.ownToken({ resource: RESOURCE });
  discovery.isDown = true;
  const { signal } = new AbortController();
  for (const seconds of [3600, 59, 1]) {
    await clock.sleep(seconds, signal);
    await agent.ownToken({ resource: RESOURCE, scopes: [`after-${seconds}`] });
  }
  expect([forms.length, discovery.count]).toEqual([4, 3]);
});

describe('a caller that aborts', () => {
  test('leaves the request to the others', async () => {
    const { agent, forms } = await scripted((_form, count) =>
      count === 0 ? denied('busy', [{ kind: 'wait', until: 1_800_000_010 }]) : granted(),
    );
    const abort = new AbortController();
    const leaving = agent.ownToken(TARGET, { signal: abort.signal }).catch((error: unknown) => error);
    const staying = agent.ownToken(TARGET);
    abort.abort();
    expect(await leaving).toMatchObject({ name: 'AgentStop', reason: 'aborted' });
    expect(await staying).toMatchObject({ accessToken: 'granted' });
    expect(forms).toHaveLength(2);
  });

  test('as the last one ends the request', async () => {
    const abort = new AbortController();
    const { agent, forms } = await scripted(() => {
      abort.abort();
      return denied('busy', [{ kind: 'wait', until: 1_800_000_010 }]);
    });
    const outcome = await agent.ownToken(TARGET, { signal: abort.signal }).catch((error: unknown) => error);
    expect(outcome).toBeInstanceOf(AgentStop);
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(forms).toHaveLength(1);
  });
});
