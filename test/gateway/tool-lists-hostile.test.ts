/** An MCP server tries to show a client a changed tool that the gateway does not see. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { toolDigest } from '../../packages/agent/src/agent.ts';
import { toolLists } from '../../src/gateway/decision/tool-lists.ts';
import { until } from '../support/until.ts';
import { bodyOf } from './gateway-world.ts';
import {
  answerWith,
  book,
  call,
  find,
  list,
  listOf,
  post,
  stream,
  told,
  turned,
  type World,
  worldOf,
} from './tool-lists-world.ts';

const STREAM = 'content-type: text/event-stream';
const EVIL = 'mallory';
const CHANGED = listOf(turned);
const withMember = (text: string, name: string, value: string): string =>
  text.replace(/\}\}$/, `},"${name}":${value}}`);

let world: World;
beforeAll(async () => {
  world = await worldOf('refuse', { book: toolDigest(book), find: toolDigest(find) });
});
beforeEach(() => {
  world.gateway.log.length = 0;
});
afterAll(() => world?.end());

/** What a client got, also of a connection that was broken off. */
const seen = async (answer: Promise<{ readonly body: string }>): Promise<string> =>
  (await answer.catch((error: Error) => ({ body: String(error) }))).body;

/** JSON that some clients read as a list of tools: not as `JSON.parse` does. */
const AMBIGUOUS: readonly (readonly [name: string, text: string])[] = [
  ['NaN, which Python reads', withMember(CHANGED, 'more', 'NaN')],
  ['a comma at the end', withMember(CHANGED, 'more', '[1,]')],
  ['a comment', `/* */${CHANGED}`],
  ['a byte order mark', `\uFEFF${CHANGED}`],
  ['two results', CHANGED.replace('"result"', '"result":{"content":[]},"result"')],
  ['two results, the changed one first', withMember(CHANGED, 'result', '{"content":[]}')],
  ['two results, one with an escape', withMember(CHANGED, 'r\\u0065sult', '{"content":[]}')],
  ['a result in capitals', CHANGED.replace('"result"', '"Result"')],
  ['tools in capitals', CHANGED.replace('"tools"', '"TOOLS"')],
  ['tools with a letter that folds to s', CHANGED.replace('"tools"', '"tool\u017f"')],
  ['an honest list beside one in capitals', CHANGED.replace('"tools"', '"tools":[],"Tools"')],
  ['a description twice', listOf(book).replace('"description"', `"description":"${EVIL}","description"`)],
  ['a second description in capitals', listOf({ ...book, Description: EVIL })],
  ['a second schema in other letter case', listOf({ ...book, inputschema: { description: EVIL } })],
];

describe.each(AMBIGUOUS)('%s', (_name, text) => {
  test('does not pass as a list, in another answer, or in a stream', async () => {
    answerWith(world, text);
    const answers = [await list(world), await call(world, 'find')];
    for (const { status, body } of answers) expect([status, body.includes(EVIL)]).toEqual([502, false]);
    answerWith(world, `data: ${text}\n\n`, [STREAM]);
    expect(await seen(list(world))).not.toContain(EVIL);
    expect(await seen(call(world, 'find'))).not.toContain(EVIL);
    expect(await seen(stream(world, [['Last-Event-ID', '1']]))).not.toContain(EVIL);
    const ends = () => world.gateway.log.filter(({ event }) => event === 'request').map(({ outcome }) => outcome);
    await until(() => ends().length === 5);
    expect(ends()).toEqual(Array(5).fill('failed'));
  });
});

/** Text that some clients read as other events than the specification says. */
const EVENTS: readonly (readonly [name: string, pieces: readonly string[]])[] = [
  ['a byte order mark in a later piece', ['id: 1\n\n', `\uFEFFdata: x\ndata: ${CHANGED}\n\n`]],
  ['a byte order mark in a later piece, alone', ['id: 1\n\n', `\uFEFF\ndata: ${CHANGED}\n\n`]],
  ['a line separator, at which old clients end a line', [`: x\u2028data: ${CHANGED}\n\n`]],
  ['a form feed, at which old clients end a line', [`id: x\fdata: ${CHANGED}\n\n`]],
  [
    'another type, and a hidden line that changes it',
    [`event: ping\u0085event: message\ndata: ${withMember(CHANGED, 'n', 'NaN')}\n\n`],
  ],
  ['a list over several lines', [`data: ${CHANGED.replace('"tools":', '"tools":\ndata: ')}\n\n`]],
  ['a list without an empty line at the end', [`data: ${CHANGED}\n`]],
  ['a list in an event of another type', [`event: other\ndata: ${CHANGED}\n\n`]],
  ['a list in a batch', [`data: [${CHANGED}]\n\n`]],
];

describe.each(EVENTS)('%s', (_name, pieces) => {
  test('does not pass in a stream that is resumed', async () => {
    let at = 0;
    world.upstream.state.answer = (_request, socket) => {
      socket.write(`HTTP/1.1 200 OK\r\n${STREAM}\r\ntransfer-encoding: chunked\r\n\r\n`);
      const send = (): void => {
        const piece = Buffer.from(String(pieces[at]));
        socket.write(`${piece.byteLength.toString(16)}\r\n`);
        socket.write(piece);
        socket.write('\r\n');
        at += 1;
        if (at < pieces.length) setImmediate(send);
        else socket.write('0\r\n\r\n');
      };
      send();
    };
    expect(await seen(stream(world, [['Last-Event-ID', '1']]))).not.toContain(EVIL);
    await until(() => world.gateway.log.some(({ event }) => event === 'request'));
    expect(world.gateway.log.at(-1)).toMatchObject({
      ...{ event: 'request', outcome: 'failed' },
      reason: expect.stringMatching(/^tools_(?:changed|unreadable)$/),
    });
  });
});

test.each([301, 302, 303, 307, 308])('a redirect with status %i leads no client around the gateway', async (status) => {
  answerWith(world, '', ['location: https://mallory.example/mcp'], `${status} Elsewhere`);
  for (const answer of [await list(world), await call(world, 'find'), await stream(world)]) {
    expect([answer.status, bodyOf(answer).denial.reason]).toEqual([502, 'tools_unreadable']);
    expect(answer.headers.get('location')).toBeUndefined();
  }
  expect(told(world)).toEqual(Array(3).fill('tools_unreadable'));
});

test('what an honest server sends passes: texts of any language, JSON in texts, comments, pings, an event for resumption', async () => {
  const text = 'Größe \u2028 tools "tools": [] \\ \u0085 data';
  const answer = JSON.stringify({
    jsonrpc: '2.0',
    id: 1,
    result: { content: [{ type: 'text', text, tools: CHANGED }] },
  });
  answerWith(world, answer);
  expect(await call(world, 'find')).toMatchObject({ status: 200, body: answer });
  const events = `: ping\n\nid: 1\nretry: 500\ndata: \n\nevent: ping\ndata: now\n\nevent: message\ndata: ${answer}\n\n`;
  answerWith(world, events, [STREAM]);
  expect(await stream(world)).toMatchObject({ status: 200, body: events });
  expect(told(world)).toEqual([]);
});

describe('report', () => {
  let reporting: World;
  beforeAll(async () => {
    reporting = await worldOf('report', { book: toolDigest(book) });
  });
  afterAll(() => reporting?.end());
  const lines = () => reporting.gateway.log.filter(({ event }) => event === 'tools');

  test('a list in a stream that is resumed passes, is told, and further tools are pinned', async () => {
    const body = `id: 7\ndata: ${listOf(turned, find)}\n\n`;
    answerWith(reporting, body, [STREAM]);
    expect(await stream(reporting, [['Last-Event-ID', '6']])).toMatchObject({ status: 200, body });
    await until(() => lines().length > 0);
    expect(lines()).toMatchObject([
      { reason: 'tool_changed', detail: `book: ${toolDigest(book)} became ${toolDigest(turned)}` },
    ]);
    const other = { ...find, description: 'Finds all.' };
    answerWith(reporting, listOf(other));
    expect(await post(reporting, { method: 'ping' })).toMatchObject({ status: 200, body: listOf(other) });
    await until(() => lines().length > 1);
    expect(lines().at(-1)).toMatchObject({ detail: `find: ${toolDigest(find)} became ${toolDigest(other)}` });
  });

  test('what cannot be read passes, and is told with the cause', async () => {
    const large = listOf({ ...find, description: 'x'.repeat(4_400_000) });
    for (const [body, headers, detail] of [
      [large, ['content-type: application/json'], 'it is more than the gateway reads'],
      [`data: ${large}\n\n`, [STREAM], 'it is more than the gateway reads'],
      ['no JSON', ['content-type: application/json'], 'it is no JSON'],
      [listOf(book), ['content-type: application/json', 'content-encoding: gzip'], 'it is compressed'],
    ] as const) {
      answerWith(reporting, body, headers);
      const before = lines().length;
      expect(await list(reporting)).toMatchObject({ status: 200, body });
      await until(() => lines().length > before);
      expect(lines().at(-1)).toMatchObject({ reason: 'tools_unreadable', detail });
    }
  });
});

test('when more tools changed than are remembered, calls of none pass', () => {
  const changed: string[] = [];
  const lists = toolLists({
    onChange: 'refuse',
    file: undefined,
    onChanged: ({ tool }) => changed.push(tool),
    onUnreadable: () => undefined,
  });
  const answer = (description: string, count: number) => ({
    ...{ contentType: 'application/json', encoding: '' },
    body: Buffer.from(listOf(...Array.from({ length: count }, (_, at) => ({ name: `t-${at}`, description })))),
  });
  expect(lists.refusalOf(answer('one', 10_000))).toBeUndefined();
  expect(lists.isChanged('other')).toBe(false);
  expect(lists.refusalOf(answer('other', 10_001))).toMatchObject({ reason: 'tools_changed' });
  expect([lists.isChanged('t-0'), lists.isChanged('t-10000'), lists.isChanged('other')]).toEqual([true, true, true]);
  expect(changed).toHaveLength(10_001);
});

describe('a tool that passed once is in the file', () => {
  const LONE_SURROGATE = { ...book, description: '\ud800' };
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'behalf-pins-'));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const lists = (file: string) =>
    toolLists({ onChange: 'refuse', file, onChanged: () => undefined, onUnreadable: () => undefined });
  const answer = (...tools: readonly object[]) => ({
    ...{ contentType: 'application/json', encoding: '' },
    body: Buffer.from(listOf(...tools)),
  });
  const pinsIn = (file: string): unknown => JSON.parse(readFileSync(file, 'utf8'));

  test('also if a list before had another tool without a digest', () => {
    const file = join(folder, 'pins.json');
    const running = lists(file);
    expect(running.refusalOf(answer(find, LONE_SURROGATE))).toMatchObject({ reason: 'tools_unreadable' });
    expect(running.refusalOf(answer(find))).toBeUndefined();
    expect(pinsIn(file)).toEqual({ find: toolDigest(find) });
    expect(lists(file).refusalOf(answer({ ...find, description: EVIL }))).toMatchObject({ reason: 'tools_changed' });
  });

  test('also if the file could not be written before, and no list passes until it is', () => {
    const file = join(folder, 'later', 'pins.json');
    const running = lists(file);
    for (let at = 0; at < 2; at += 1) {
      expect(running.refusalOf(answer(find))).toMatchObject({ reason: 'tools_unreadable' });
    }
    expect(running.refusalOfOther({ ...answer(), body: Buffer.from('{"result":{"content":[]}}') })).toBeUndefined();
    mkdirSync(join(folder, 'later'));
    expect(running.refusalOf(answer(find))).toBeUndefined();
    expect(pinsIn(file)).toEqual({ find: toolDigest(find) });
  });

  test('unless its name is longer than 256 characters: such a list does not pass, and pins none of its tools', () => {
    const file = join(folder, 'pins.json');
    writeFileSync(file, '{}');
    const running = lists(file);
    const long = { ...book, name: 'x'.repeat(257) };
    for (const refusal of [running.refusalOf(answer(find, long)), running.refusalOfOther(answer(long))]) {
      expect(refusal).toMatchObject({ reason: 'tools_unreadable' });
    }
    expect(pinsIn(file)).toEqual({});
    const longest = { ...book, name: 'x'.repeat(256) };
    expect(running.refusalOf(answer(longest))).toBeUndefined();
    expect(pinsIn(file)).toEqual({ [longest.name]: toolDigest(longest) });
  });
});
