/** `behalf reviews` and `behalf review-items`: an operator runs a review in a shell. */
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import { cliHere } from '../support/in-process-cli.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';
import { until } from '../support/until.ts';

// The server makes the items within a second, on a machine that others work on.
jest.setTimeout(90_000);

let server: RunningServer;
let scene: Scene;

const behalf = (...argv: string[]) => cliHere(argv, { BEHALF_DATA: server.dataFolder, BEHALF_ISSUER: server.issuer });
const give = async (resource: string): Promise<void> => {
  await server.behalf.services.delegations.recordConsent({
    ...{ subject: scene.accountId, actor: scene.agent.clientId, resource, asked: ['read', 'write'] },
    ...{ scope: ['read', 'write'], by: scene.accountId, delegableTo: { agents: [], depth: 0 } },
    expiresAt: server.behalf.services.clock.now() + 86_400,
  });
};

beforeAll(async () => {
  server = await runServer();
  scene = await makeScene(server);
});
afterAll(async () => {
  await server?.close();
});

test('creates a review, decides about its items, undoes an end, and shows how people decided', async () => {
  await give(scene.jwt.identifier);
  await give(scene.opaque.identifier);
  await give('https://other.example.com');
  const made = await behalf('reviews', 'create', 'Autumn', '--person', 'ada', '--agent', 'Secretary', '--due', '7');
  expect([made.code, made.err]).toEqual([0, '']);
  const [review = ''] = /rvw_[a-z2-7]{26}/.exec(made.out) ?? [];
  const shown = async () => JSON.parse((await behalf('reviews', 'show', review, '--json')).out) as { state: string };
  await until(async () => (await shown()).state === 'open', { what: 'the items of a review', seconds: 60 });
  const list = await behalf('review-items', 'list', '--review', review, '--ndjson');
  const items = list.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>);
  expect(items).toHaveLength(3);
  const at = (resource: string): string => String(items.find((item) => item['resource'] === resource)?.['id']);
  const [kept, narrowed, ended] = [scene.jwt.identifier, scene.opaque.identifier, 'https://other.example.com'].map(at);
  expect((await behalf('review-items', 'keep', kept ?? '')).code).toBe(0);
  const wrong = await behalf('review-items', 'narrow', narrowed ?? '', '--remove', 'admin', '--yes');
  expect([wrong.code, wrong.err]).toEqual([1, expect.stringContaining('does not hold this')]);
  expect((await behalf('review-items', 'narrow', narrowed ?? '', '--remove', 'write', '--yes')).code).toBe(0);
  const end = await behalf('review-items', 'end', ended ?? '', '--reason', 'Not needed', '--yes');
  expect([end.code, end.err]).toEqual([0, expect.stringContaining('Its tokens stop working at once.')]);
  expect((await behalf('review-items', 'show', ended ?? '')).out).toContain('Not needed');
  expect((await shown()).state).toBe('completed');
  expect((await behalf('review-items', 'undo', ended ?? '')).code).toBe(0);
  expect((await behalf('reviews', 'figures', review)).out).toMatch(/DECIDED.+\n.+ 3 +1 /);
  expect(await server.events('review.item_decided')).toMatchObject([
    { inputs: { decision: 'keep' } },
    { inputs: { decision: 'narrow', removed: ['write'] } },
    { inputs: { decision: 'end', reason: 'Not needed' } },
  ]);
});
