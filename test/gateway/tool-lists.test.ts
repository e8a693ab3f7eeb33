/** A gateway pins the tools of the MCP server behind it, and reports or refuses a changed one. */
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { toolDigest } from '../../packages/agent/src/agent.ts';
import { bodyOf } from './gateway-world.ts';
import {
  answerWith,
  book,
  call,
  find,
  list,
  listOf,
  stream,
  told,
  turned,
  type World,
  worldOf,
} from './tool-lists-world.ts';

describe('refuse', () => {
  let world: World;
  beforeAll(async () => {
    world = await worldOf('refuse');
  });
  afterAll(() => world?.end());

  test('the first list passes as it is, is not compressed, and its digests are in the file', async () => {
    const body = listOf(book, find);
    answerWith(world, body);
    expect(await list(world)).toMatchObject({ status: 200, body });
    const names = world.upstream.requests.at(-1)?.headers.map(([name]) => name.toLowerCase());
    expect(names).not.toContain('accept-encoding');
    const pins = { book: toolDigest(book), find: toolDigest(find) };
    expect(JSON.parse(await readFile(world.file, 'utf8'))).toEqual(pins);
  });

  test('the same tools in another order, in an event stream, are no change', async () => {
    const body = `event: message\ndata: ${listOf(find, book)}\n\n`;
    answerWith(world, body, ['content-type: text/event-stream']);
    expect(await list(world)).toMatchObject({ status: 200, body });
    expect(told(world)).toEqual([]);
  });

  test('a list with a changed description does not pass, nor a call of that tool; others do', async () => {
    answerWith(world, listOf(turned, find));
    const refused = await list(world);
    expect([refused.status, bodyOf(refused).denial.reason]).toEqual([502, 'tools_changed']);
    expect(refused.body).not.toContain('mallory');
    expect(told(world)).toEqual(['tool_changed']);
    await list(world);
    expect(told(world)).toEqual(['tool_changed']);
    answerWith(world, '{}');
    const before = world.upstream.requests.length;
    const stopped = await call(world, 'book');
    expect(stopped.status).toBe(403);
    expect(stopped.body).toContain('tool_changed');
    expect(world.upstream.requests.length).toBe(before);
    expect((await call(world, 'find')).status).toBe(200);
  });

  test.each([
    ['is no JSON', 'tools', []],
    ['is compressed', listOf(book), ['content-encoding: gzip']],
    ['has a tool without a name', listOf({ description: 'x' }), []],
  ] as const)('a list that %s does not pass', async (_, body, headers) => {
    answerWith(world, body, ['content-type: application/json', ...headers]);
    const refused = await list(world);
    expect([refused.status, bodyOf(refused).denial.reason]).toEqual([502, 'tools_unreadable']);
  });

  const STREAM = 'content-type: text/event-stream';
  const JSON_TYPE = 'content-type: application/json';
  test.each([
    ['with another status of success', listOf(turned), [JSON_TYPE], '203 Fine'],
    ['after a byte order mark', `\uFEFFdata: ${listOf(turned)}\n\n`, [STREAM], '200 OK'],
    ['between two kinds of line ends', `data: {}\n\r\ndata: ${listOf(turned)}\r\n\n`, [STREAM], '200 OK'],
  ] as const)('a changed tool is found %s, as a client finds it', async (_, body, headers, status) => {
    answerWith(world, body, headers, status);
    const refused = await list(world);
    expect([refused.status, bodyOf(refused).denial.reason]).toEqual([502, 'tools_changed']);
  });

  test.each([
    ['two types', ['content-type: text/event-stream', 'content-type: application/json']],
    ['a type that only begins as that of events', ['content-type: text/event-stream-of-mine']],
    ['no type', []],
  ] as const)('an answer with %s, of which a client could read another one, does not pass', async (_, headers) => {
    answerWith(world, listOf(turned), headers);
    const refused = await list(world);
    expect([refused.status, bodyOf(refused).denial.reason]).toEqual([502, 'tools_unreadable']);
  });

  test.each(['\n\n', '\r\r', '\r\n\r\n', '\n\r\n', '\r\n\n'])(
    'in a stream that the client opens, events pass before a changed tool, and not it: %j',
    async (boundary) => {
      const first = `\uFEFFid: 1${boundary}data: {"jsonrpc":"2.0","method":"notifications/progress"}${boundary}event: ping\ndata: ping${boundary}`;
      answerWith(world, `${first}data: ${listOf(turned)}${boundary}`, [STREAM]);
      const answer = await stream(world).catch((error: Error) => ({ status: 0, body: String(error) }));
      expect(answer.body).not.toContain('mallory');
      answerWith(world, first, [STREAM]);
      expect(await stream(world)).toMatchObject({ status: 200, body: first });
    },
  );

  test('nor does it in the answer to another request, in which clients accept it', async () => {
    answerWith(world, listOf(turned));
    const refused = await call(world, 'find');
    expect([refused.status, bodyOf(refused).denial.reason]).toEqual([502, 'tools_changed']);
    const other = JSON.stringify({ jsonrpc: '2.0', id: 1, result: { content: [], tools: 3 } });
    answerWith(world, other);
    expect(await call(world, 'find')).toMatchObject({ status: 200, body: other });
  });

  test.each(['find ', 'FIND', 'fi\u200bnd', 'ｆｉｎｄ', 'fi\u202end'])(
    'a further tool that reads like a pinned one does not pass: %j',
    async (name) => {
      answerWith(world, listOf({ ...turned, name }));
      const refused = await list(world);
      expect([refused.status, bodyOf(refused).denial.reason]).toEqual([502, 'tools_changed']);
      const before = world.upstream.requests.length;
      expect((await call(world, name)).status).toBe(403);
      expect(world.upstream.requests.length).toBe(before);
    },
  );

  test('a further tool with a name of its own is pinned', async () => {
    const body = listOf(find, { name: 'find_all', description: 'Finds all trips.', inputSchema: {} });
    answerWith(world, body);
    expect(await list(world)).toMatchObject({ status: 200, body });
    expect(JSON.parse(await readFile(world.file, 'utf8'))).toHaveProperty('find_all');
  });

  test('an answer without content passes', async () => {
    answerWith(world, '', [], '202 Accepted');
    expect((await list(world)).status).toBe(202);
  });

  test('an answer that is larger than it reads does not pass', async () => {
    answerWith(world, listOf({ ...find, description: 'x'.repeat(4_200_000) }));
    const refused = await list(world);
    expect([refused.status, bodyOf(refused).denial.reason]).toEqual([502, 'tools_unreadable']);
  });

  test('after a restart the file still has the pins', async () => {
    const again = await worldOf('refuse', { book: toolDigest(book) });
    try {
      answerWith(again, listOf(turned));
      expect((await list(again)).status).toBe(502);
    } finally {
      await again.end();
    }
  });
});

test('report: a changed list passes, and the log has a line for each new digest', async () => {
  const world = await worldOf('report', { book: toolDigest(book) });
  try {
    const body = listOf(turned);
    answerWith(world, body);
    expect(await list(world)).toMatchObject({ status: 200, body });
    await list(world);
    const lines = world.gateway.log.filter(({ event }) => event === 'tools');
    expect(lines).toEqual([
      expect.objectContaining({
        reason: 'tool_changed',
        detail: `book: ${toolDigest(book)} became ${toolDigest(turned)}`,
      }),
    ]);
    answerWith(world, '{}');
    expect((await call(world, 'book')).status).toBe(200);
  } finally {
    await world.end();
  }
});

test('pass (default): lists are not read', async () => {
  const world = await worldOf('pass');
  try {
    answerWith(world, 'no list');
    expect((await list(world)).status).toBe(200);
    expect(told(world)).toEqual([]);
  } finally {
    await world.end();
  }
});
