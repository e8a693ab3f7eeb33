/** `agent.fetch` at APIs that hang, flood and make the agent wait: each ends within a bound, and hooks hear of it. */
import { describe, expect, test } from '@jest/globals';
import type { FetchRequest, Options } from '../../packages/agent/src/agent.ts';
import { granted, ISSUER, type Script, scripted } from './scripted-server.ts';

const API = 'https://notes.example.com';
const METADATA = `${API}/.well-known/oauth-protected-resource`;
const NEVER_ENDING = () =>
  new ReadableStream({
    start(stream) {
      stream.enqueue(new TextEncoder().encode('{"denial": {'));
    },
  });
const challenged = (parameters: string, body: ReadableStream | null = null, status = 401) =>
  new Response(body, { status, headers: { 'www-authenticate': `Bearer ${parameters}` } });

type Answer = Response | Promise<Response>;

/** An agent at APIs of one origin, which a function answers. The authorization server grants each request. */
const world = async (answer: (url: string, init: RequestInit) => Answer, more: Partial<Options> = {}) => {
  const asked: { readonly url: string; readonly authorization: string | null }[] = [];
  const scopes: (string | null)[] = [];
  const script: Script = (form, count) => {
    scopes.push(form.get('scope'));
    return granted({ access_token: `token ${count} for ${form.get('resource')}` });
  };
  const { agent, clock } = await scripted(script, {
    timeout: 1,
    ...more,
    apis: async (url, init) => {
      asked.push({ url, authorization: new Headers(init.headers).get('authorization') });
      return answer(url, init);
    },
  });
  return { agent, clock, asked, scopes };
};

const metadataOf = (resource: string): Response => Response.json({ resource, authorization_servers: [ISSUER] });
const SUBJECT: FetchRequest = {
  resource: API,
  scopes: ['read'],
  subject: { token: 'of a person', type: 'access_token' },
};

describe('an API that hangs', () => {
  test.each<[string, () => Answer]>([
    ['does not answer', () => new Promise<Response>(() => undefined)],
    ['does not end', () => new Response(NEVER_ENDING())],
  ])('is left after the time limit of one request where its metadata %s', async (_what, metadata) => {
    const { agent } = await world((url) =>
      url === METADATA ? metadata() : challenged(`resource_metadata="${METADATA}"`),
    );
    await expect(agent.fetch(`${API}/notes`)).rejects.toMatchObject({ name: 'TimeoutError' });
  });

  test('is stopped at metadata that do not end in size', async () => {
    let sent = 0;
    const flood = () =>
      new ReadableStream({
        pull(stream) {
          sent += 65_536;
          stream.enqueue(new Uint8Array(65_536).fill(32));
        },
      });
    const { agent } = await world((url) =>
      url === METADATA ? new Response(flood()) : challenged(`resource_metadata="${METADATA}"`),
    );
    await expect(agent.fetch(`${API}/notes`)).rejects.toThrow(/more than 524288 bytes/);
    expect(sent).toBeLessThan(1024 * 1024);
  });

  test('has its step-up followed by the challenge alone, when the body of the refusal does not end', async () => {
    const denials: unknown[] = [];
    const { agent, asked } = await world(
      () =>
        asked.length === 1
          ? challenged('error="insufficient_user_authentication", max_age="60"', NEVER_ENDING())
          : new Response('done'),
      {
        hooks: {
          onStepUp({ denial, maxAge }) {
            denials.push([denial.error, maxAge]);
            return { token: 'newer', type: 'access_token' };
          },
        },
      },
    );
    expect((await agent.fetch(`${API}/notes`, {}, SUBJECT)).status).toBe(200);
    expect(denials).toEqual([['insufficient_user_authentication', 60]]);
  });
});

describe('an API with a page on which the person confirms (decision 38)', () => {
  const refused = (page: string): Response => {
    const remedies = [{ kind: 'step_up', max_age: 60, url: `${ISSUER}/step-ups/${page}`, expires_in: 600 }];
    return Response.json(
      { denial: { layer: 'resource_server', reason: 'authentication_too_old', remedies } },
      {
        status: 401,
        headers: { 'www-authenticate': 'Bearer error="insufficient_user_authentication", max_age="60"' },
      },
    );
  };
  const worldOf = async (answerOf: (count: number) => Response) => {
    const pages: unknown[] = [];
    const found = await world(() => answerOf(found.asked.length), {
      hooks: { onStepUp: ({ page }) => pages.push(page?.url) > 0 },
    });
    return { ...found, pages, status: async () => (await found.agent.fetch(`${API}/notes`, {}, SUBJECT)).status };
  };

  test('gets the same token until the person has confirmed', async () => {
    const { asked, clock, pages, status } = await worldOf((count) => (count < 4 ? refused('1') : new Response('done')));
    expect([await status(), pages, clock.slept]).toEqual([200, [`${ISSUER}/step-ups/1`], [5, 5]]);
    expect(new Set(asked.map(({ authorization }) => authorization)).size).toBe(1);
  });

  test('gets it also while the server names a new page for the second half of the time', async () => {
    const { pages, status } = await worldOf((count) =>
      count < 80 ? refused(count < 64 ? '1' : '2') : new Response('done'),
    );
    expect([await status(), pages]).toEqual([200, [`${ISSUER}/step-ups/1`]]);
  });

  test('gets no other request when the page is over, or the person has declined', async () => {
    const declined = await worldOf((count) => refused(count < 3 ? '1' : '2'));
    expect([await declined.status(), declined.asked.length]).toEqual([401, 3]);
    const expired = await worldOf(() => refused('1'));
    expect([await expired.status(), expired.clock.slept.length]).toEqual([401, 120]);
  });
});

describe('the bounds of a request to an API', () => {
  test('end a step-up in which the person does not act: out_of_time after bounds.seconds', async () => {
    let isAborted = false;
    const { agent, clock } = await world(() => challenged('error="insufficient_user_authentication", max_age="60"'), {
      bounds: { seconds: 120 },
      hooks: {
        onStepUp: ({ signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener('abort', () => {
              isAborted = true;
              reject(signal.reason);
            });
          }),
      },
    });
    const stop = agent.fetch(`${API}/notes`, {}, SUBJECT);
    await expect(stop).rejects.toMatchObject({
      ...{ name: 'AgentStop', reason: 'out_of_time', remedy: { kind: 'step_up', maxAge: 60 } },
      denial: { error: 'insufficient_user_authentication', status: 401 },
    });
    expect([clock.slept, isAborted]).toEqual([[120], true]);
  });

  const busy = () => new Response(null, { status: 503, headers: { 'retry-after': '7' } });

  test('the program is notified of each wait, and its length', async () => {
    const waits: unknown[] = [];
    const { agent, asked, clock } = await world(() => (asked.length === 1 ? busy() : new Response('done')), {
      hooks: { onWait: ({ seconds, denial }) => void waits.push([seconds, denial.status, denial.retryAfter]) },
    });
    expect((await agent.fetch(`${API}/notes`, {}, { resource: API })).status).toBe(200);
    expect([waits, clock.slept.at(-1)]).toEqual([[[7, 503, 7]], 7]);
  });

  test('a wait that a hook of the call declines is not made: the refusal is the answer', async () => {
    const { agent, asked } = await world(() => busy());
    const request: FetchRequest = { resource: API, hooks: { onWait: () => false } };
    expect((await agent.fetch(`${API}/notes`, {}, request)).status).toBe(503);
    expect(asked).toHaveLength(1);
  });

  test('a wait beyond what a step-up left of bounds.seconds is not made', async () => {
    const made = await world(
      () =>
        made.asked.length === 1
          ? challenged('error="insufficient_user_authentication"')
          : new Response(null, { status: 503, headers: { 'retry-after': '100' } }),
      {
        bounds: { seconds: 120 },
        hooks: {
          onStepUp: async ({ signal }) => {
            await made.clock.sleep(60, signal);
            return { token: 'newer', type: 'access_token' };
          },
        },
      },
    );
    const response = await made.agent.fetch(`${API}/notes`, {}, SUBJECT);
    expect([response.status, made.asked.length]).toEqual([503, 2]);
  });
});

describe('two APIs at one origin', () => {
  const ONE = `${API}/one`;
  const OTHER = `${API}/other`;
  const at = (resource: string): string => `${METADATA}${new URL(resource).pathname}`;

  test('each get tokens of their own, also when the first one known is above both', async () => {
    const { agent, asked } = await world((url, { headers }) => {
      if (url === METADATA) return metadataOf(API);
      if (url === at(ONE)) return metadataOf(ONE);
      const [resource, metadata] = url.startsWith(ONE) ? [ONE, at(ONE)] : [API, METADATA];
      const isOurs = new Headers(headers).get('authorization')?.endsWith(` for ${resource}`);
      return isOurs ? new Response('done') : challenged(`resource_metadata="${metadata}"`);
    });
    expect((await agent.fetch(`${API}/notes`)).status).toBe(200);
    expect((await agent.fetch(`${ONE}/notes`)).status).toBe(200);
    const before = asked.length;
    expect((await agent.fetch(`${ONE}/notes`)).status).toBe(200);
    expect((await agent.fetch(`${API}/notes`)).status).toBe(200);
    expect(asked.length).toBe(before + 2);
  });

  test('cannot change the scopes that are asked for at the other, nor those of another path', async () => {
    const { agent, scopes } = await world((url, { headers }) => {
      if (url === METADATA) return metadataOf(API);
      if (new Headers(headers).has('authorization')) return new Response('done');
      const scope = url === ONE ? 'read' : 'everything';
      return challenged(`resource_metadata="${METADATA}", scope="${scope}"`);
    });
    for (const url of [ONE, OTHER, ONE, `${OTHER}?page=2`]) await agent.fetch(url);
    // The tokens of the third and the fourth request are those of the first and the second.
    expect(scopes).toEqual(['read', 'everything']);
  });
});
