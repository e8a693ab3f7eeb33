/** Commands that end something permanently: they ask on a terminal, and change nothing without one until `--yes`. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/topics.ts';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
}, 60_000);
afterAll(() => server?.close());

const behalf = (argv: readonly string[], answers?: string[]) =>
  cliHere(argv, { BEHALF_DATA: server.dataFolder }, answers);

const ENDING =
  /^(close|delete|discard-signal|end|end-sessions|erase|narrow|release|remove|remove-factors|retire|revoke|rotate-secret|skip|unlink)$/;
/** Only a file of this user goes. */
const LOCAL = new Set(['context remove']);

test('every command that ends something permanently has --yes, and its help says that it asks', () => {
  const ending = COMMANDS.filter(({ words }) => words[0] === 'kill' || ENDING.test(words.at(-1) ?? '')).filter(
    ({ words }) => !LOCAL.has(words.join(' ')),
  );
  expect(ending.length).toBeGreaterThan(20);
  for (const { words, options, summary, notes = '' } of ending) {
    expect([words.join(' '), Object.keys(options)]).toEqual([words.join(' '), expect.arrayContaining(['yes'])]);
    expect(`${words.join(' ')}: ${summary} ${notes}`).toMatch(/[Tt]he command asks first/);
  }
});

describe('kill', () => {
  const words = ['--reason', 'a test'];
  const orders = async () => (await server.events('kill.ordered')).length;
  const agent = async (name: string) => (await scene.newAgent(name)).clientId;

  test('without a terminal prints what ends, and changes nothing until --yes', async () => {
    const [id, before] = [await agent('Night watch'), await orders()];
    for (const more of [[], ['--local']]) {
      const asked = await behalf(['kill', 'agent', id, ...words, ...more]);
      expect(asked).toEqual({
        code: 2,
        out: `Stop the agent ${id}? Its tokens end, and it gets none until the kill is lifted.\n`,
        err: expect.stringMatching(/Nothing was changed\.[\s\S]*add --yes/),
      });
      const listed = await behalf(['kill', 'agent', id, ...words, '--json', ...more]);
      if (more.length === 0) expect([listed.code, JSON.parse(listed.out)]).toEqual([2, { scope: 'agent', id }]);
    }
    expect(await orders()).toBe(before);
    expect(await behalf(['kill', 'agent', id, ...words, '--yes'])).toMatchObject({
      code: 0,
      out: expect.stringMatching(/is stopped\. The kill is kil_/),
      err: '',
    });
    expect(await orders()).toBe(before + 1);
  });

  test('on a terminal asks in one line; anything but yes changes nothing', async () => {
    const [id, before] = [await agent('Letter sorter'), await orders()];
    for (const answer of ['', 'n', 'maybe']) {
      const asked = await behalf(['kill', 'agent', id, ...words], [answer]);
      expect(asked).toMatchObject({ code: 1, out: '' });
      expect(asked.err).toBe(
        `Stop the agent ${id}? Its tokens end, and it gets none until the kill is lifted. Go on? [y/N] Nothing was changed.\n`,
      );
    }
    expect(await orders()).toBe(before);
    expect((await behalf(['kill', 'agent', id, ...words], ['y'])).code).toBe(0);
    expect(await orders()).toBe(before + 1);
  });

  test('of a target that does not exist is refused before any question', async () => {
    const asked = await behalf(['kill', 'account', 'no-one', ...words], ['y']);
    expect(asked.code).toBe(1);
    expect(asked.err).not.toContain('[y/N]');
  });
});

describe('webhooks delete', () => {
  test('asks about the endpoint by its name, and changes nothing without yes', async () => {
    const made = await behalf([
      'webhooks',
      'create',
      'https://hooks.example.com/b',
      '--name',
      'Chat',
      '--kind',
      'agent.suspended',
      '--json',
    ]);
    const { id } = JSON.parse(made.out);
    const removals = async () => (await server.events('webhook.removed')).length;
    const piped = await behalf(['webhooks', 'delete', 'Chat']);
    expect(piped).toMatchObject({ code: 2, out: expect.stringContaining('its secret is gone') });
    expect(piped.err).toContain('Nothing was changed.');
    const listed = await behalf(['webhooks', 'delete', 'Chat', '--json']);
    expect(JSON.parse(listed.out)).toEqual({ targets: [id] });
    const denied = await behalf(['webhooks', 'delete', 'Chat'], ['n']);
    expect(denied).toMatchObject({
      code: 1,
      err: expect.stringMatching(/Delete Chat\? \[y\/N\] Nothing was changed\.\n$/),
    });
    expect(await removals()).toBe(0);
    expect((await behalf(['webhooks', 'delete', 'Chat'], ['yes'])).code).toBe(0);
    expect(await removals()).toBe(1);
  });
});

describe('a rotation', () => {
  const rotations = async () => (await server.events('client.secret_rotated')).length;

  test('asks when the old secret ends at once', async () => {
    const redirect = ['--redirect-uri', 'https://wiki.example.com/cb'];
    const { id } = JSON.parse((await behalf(['clients', 'create', '--name', 'Wiki', ...redirect, '--json'])).out);
    const piped = await behalf(['clients', 'rotate-secret', 'Wiki']);
    expect(piped).toMatchObject({ code: 2, out: expect.stringContaining('The old secret stops working at once') });
    const denied = await behalf(['clients', 'rotate-secret', 'Wiki'], ['n']);
    expect([denied.code, denied.err]).toEqual([1, expect.stringMatching(/Rotate secret Wiki\? \[y\/N\] Nothing/)]);
    expect(await rotations()).toBe(0);
    expect(await behalf(['clients', 'rotate-secret', id], ['y'])).toMatchObject({ code: 0 });
    expect(await rotations()).toBe(1);
  });

  test('asks nothing while the old secret or key stays valid', async () => {
    const id = (await scene.newAgent('Card indexer')).clientId;
    const allowed = ['agents', 'secrets', 'create', id, '--reason', 'an old client', '--days', '3'];
    expect((await behalf(allowed)).code).toBe(0);
    const rotate = ['agents', 'secrets', 'rotate', id];
    expect((await behalf(rotate)).code).toBe(2);
    expect((await behalf([...rotate, '--overlap', '0'])).code).toBe(2);
    expect((await behalf([...rotate, '--overlap', '60'])).out).toMatch(/shown once/);
    expect((await behalf(['keys', 'rotate'])).code).toBe(0);
  });
});

test('narrow says what is missing before it asks', async () => {
  const asked = await behalf(['grants', 'narrow', 'grt_nothing'], ['y']);
  expect([asked.code, asked.err]).toEqual([2, expect.stringContaining('Nothing to take away was given.')]);
  expect(asked.err).not.toContain('[y/N]');
});
