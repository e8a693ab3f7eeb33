import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { lastingProblem } from '../../../src/domain/ports/store-confirmation.ts';
import { answerConfirmed } from '../../../src/http/confirmed-answers.ts';

const PROBLEM = 'no synchronous standby has confirmed a heartbeat';
let server: Server;
let problem: string | undefined;
/** Whether the problem is that of a promotion. */
let isHeld: boolean;
let epoch: number;
/** What has changed when a confirmation was waited for. */
let retry: () => void | Promise<void>;
let refused: string[];
let handled: number;
beforeEach(() => {
  [problem, isHeld, epoch, refused, handled] = [undefined, false, 1, [], 0];
  retry = () => undefined;
});
afterEach(() => void server.close());

const serving = async (handle: (response: ServerResponse) => void): Promise<string> => {
  server = createServer((request, response) => {
    response.setHeader('X-Request-Id', 'req_1');
    const confirmation = {
      problem: () => problem,
      changeProblem: () => (isHeld ? problem : undefined),
      epoch: () => epoch,
      retry: async () => retry(),
    };
    answerConfirmed(request, response, confirmation, {
      refused: (when) => refused.push(when),
      handle() {
        handled += 1;
        response.setHeader('Set-Cookie', 'session=1');
        handle(response);
      },
    });
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `http://127.0.0.1:${(server.address() as { port: number }).port}`;
};
const seen = async (answer: Response) => ({
  status: answer.status,
  retryAfter: answer.headers.get('retry-after'),
  cookie: answer.headers.get('set-cookie'),
  id: answer.headers.get('x-request-id'),
  body: (await answer.json()) as unknown,
});
const unavailable = (description: unknown) => ({
  status: 503,
  retryAfter: '1',
  cookie: null,
  id: 'req_1',
  body: { error: 'temporarily_unavailable', error_description: description },
});

describe('while the store is not confirmed', () => {
  test('FT-03 a request is answered with 503 and the remedy, and is not handled', async () => {
    problem = PROBLEM;
    const url = await serving((response) => void response.end('{"active":true}'));
    expect(await seen(await fetch(`${url}/token/introspection`, { method: 'POST', body: 'token=t' }))).toEqual(
      unavailable(PROBLEM),
    );
    expect([handled, refused]).toEqual([0, ['before']]);
  });

  test.each([
    ['GET', '/assets/app.css', true],
    ['GET', '/.well-known/openid-configuration', true],
    ['POST', '/api/v1/kills', true],
    ['GET', '/api/v1/kills', false],
    ['POST', '/api/v1/kills/kil_1/lift', false],
    ['POST', '/console/kills', false],
    ['GET', '/jwks', false],
  ])('%s %s is handled: %s', async (method, path, isHandled) => {
    problem = PROBLEM;
    const url = await serving((response) => void response.end('{}'));
    expect((await fetch(`${url}${path}`, { method })).status).toBe(isHandled ? 200 : 503);
    expect(handled).toBe(isHandled ? 1 : 0);
  });
});

test('a confirmation that is a little late is waited for, before and after', async () => {
  problem = PROBLEM;
  retry = () => {
    problem = undefined;
  };
  const url = await serving((response) => {
    problem = PROBLEM;
    response.end('{"active":true}');
  });
  expect(await seen(await fetch(url))).toMatchObject({ status: 200, cookie: 'session=1', body: { active: true } });
  expect([handled, refused]).toEqual([1, []]);
});

describe('a check of readiness', () => {
  const confirmation = { problem: () => problem, retry: async () => retry() };

  test('waits for a confirmation that is a little late', async () => {
    problem = PROBLEM;
    retry = () => {
      problem = undefined;
    };
    expect(await lastingProblem(confirmation)).toBeUndefined();
  });

  test('says the problem that stays, and waits for nothing without one', async () => {
    let waits = 0;
    retry = () => {
      waits += 1;
    };
    expect([await lastingProblem(confirmation), waits]).toEqual([undefined, 0]);
    problem = PROBLEM;
    expect([await lastingProblem(confirmation), waits]).toEqual([PROBLEM, 1]);
  });
});

test('a stream waits for a confirmation that is a little late, keeps its order, and goes on', async () => {
  retry = () => {
    problem = undefined;
  };
  const url = await serving((response) => {
    const parts = async function* () {
      yield 'first ';
      problem = PROBLEM;
      yield 'second ';
      yield 'third';
    };
    Readable.from(parts(), { objectMode: false, highWaterMark: 1 }).pipe(response);
  });
  const answer = await fetch(url);
  expect([answer.status, await answer.text(), refused]).toEqual([200, 'first second third', []]);
});

test('a stream that does not wait for its reader keeps its order, too', async () => {
  const confirmed = Promise.withResolvers<void>();
  retry = () => confirmed.promise;
  const url = await serving((response) => {
    response.write('first ');
    problem = PROBLEM;
    response.write('second ');
    problem = undefined;
    response.write('third ');
    response.end('last');
    confirmed.resolve();
  });
  expect(await (await fetch(url)).text()).toBe('first second third last');
});

test('FT-03 what waits does not leave under the status of a deadline', async () => {
  const confirmed = Promise.withResolvers<void>();
  retry = () => confirmed.promise;
  const url = await serving((response) => {
    problem = PROBLEM;
    response.write('{"active":true}');
    response.statusCode = 503;
    response.end('{"error":"temporarily_unavailable"}');
    problem = undefined;
    confirmed.resolve();
  });
  const answer = await fetch(url);
  const text = await answer.text();
  expect([answer.status, JSON.parse(text)]).toMatchObject([503, { error: 'temporarily_unavailable' }]);
});

describe('a kill', () => {
  const kill = (url: string): Promise<Response> => fetch(`${url}/api/v1/kills`, { method: 'POST', body: '{}' });

  test('FT-03 is not begun during the hold after a promotion', async () => {
    [problem, isHeld] = [PROBLEM, true];
    const url = await serving((response) => void response.end('{}'));
    expect(await seen(await kill(url))).toEqual(unavailable(PROBLEM));
    expect([handled, refused]).toEqual([0, ['before']]);
  });

  test('FT-03 that meets a promotion is not acknowledged during the hold, and is after it', async () => {
    const url = await serving((response) => {
      epoch = 2;
      response.end('{}');
    });
    expect((await kill(url)).status).toBe(200);
    server.close();
    const other = await serving((response) => {
      [problem, isHeld] = [PROBLEM, true];
      response.end('{}');
    });
    expect(await seen(await kill(other))).toEqual(unavailable(PROBLEM));
    expect(refused).toEqual(['after']);
  });
});

describe('an answer that is sent', () => {
  const answers = [
    ['at once', (response: ServerResponse) => void response.end('{"active":true}')],
    [
      'in parts',
      (response: ServerResponse) => {
        response.write('{"active"');
        response.end(':true}');
      },
    ],
  ] as const;

  test.each(answers)('%s leaves as it is while the store is confirmed', async (_how, answer) => {
    const url = await serving(answer);
    expect(await seen(await fetch(url))).toMatchObject({ status: 200, cookie: 'session=1', body: { active: true } });
    expect(refused).toEqual([]);
  });

  test.each(answers)(
    'FT-03 %s after the process was stopped is 503, and nothing of it leaves',
    async (_how, answer) => {
      const url = await serving((response) => {
        problem = PROBLEM;
        answer(response);
      });
      expect(await seen(await fetch(url))).toEqual(unavailable(PROBLEM));
      expect(refused).toEqual(['after']);
    },
  );

  test('FT-03 after a promotion is 503, although the new server is confirmed', async () => {
    const url = await serving((response) => {
      epoch = 2;
      response.end('{"active":true}');
    });
    expect(await seen(await fetch(url))).toEqual(unavailable(expect.stringContaining('promoted')));
    expect(refused).toEqual(['after']);
  });

  test('FT-03 and has begun is broken off', async () => {
    const url = await serving((response) => {
      response.write('{"active":');
      problem = PROBLEM;
      response.end('true}');
    });
    await expect(fetch(url).then((answer) => answer.text())).rejects.toThrow();
    expect(refused).toEqual(['after']);
  });

  test('and is an error of the server leaves as it is', async () => {
    const url = await serving((response) => {
      problem = PROBLEM;
      response.statusCode = 503;
      response.end('{"error":"server_error"}');
    });
    expect(await seen(await fetch(url))).toMatchObject({ status: 503, body: { error: 'server_error' } });
    expect(refused).toEqual([]);
  });
});
