import { expect, test } from '@jest/globals';
import { composeManagementApi } from '../support/composed-management-api.ts';

const NDJSON = { 'content-type': 'application/x-ndjson' };
const lines = (objects: readonly unknown[]): string =>
  objects.map((one) => (typeof one === 'string' ? one : JSON.stringify(one))).join('\n');

const bulk = async (
  world: Awaited<ReturnType<typeof composeManagementApi>>,
  by: { token: string },
  body: string,
  key?: string,
) => {
  const answer = await world.http
    .post('/api/v1/agents/bulk')
    .set({ authorization: `Bearer ${by.token}`, ...NDJSON, ...(key === undefined ? {} : { 'idempotency-key': key }) })
    .buffer(true)
    .parse((response, done) => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      response.on('end', () => done(null, text));
    })
    .send(body);
  const results = String(answer.body ?? '')
    .split('\n')
    .filter((line) => line.startsWith('{"') && answer.status === 200);
  return { status: answer.status, results: results.map((line) => JSON.parse(line)), text: String(answer.body) };
};

test('MG-08 each line is answered in order; one that is refused stops no other, and leaves nothing behind', async () => {
  const world = await composeManagementApi();
  const { owner, operator, newAgent, agents, audit } = world;
  const body = lines([
    newAgent({ name: 'One', owner: owner.account.id }),
    newAgent({ name: 'Two', owner: 'acc_nobody' }),
    '{"name":',
    newAgent({ name: 'Four', owner: operator.account.id }),
    newAgent({ name: 'Five', owner: owner.account.id, state: 'active' }),
  ]);
  const { status, results } = await bulk(world, operator, body, 'first');
  expect(status).toBe(200);
  expect(results).toMatchObject([
    { line: 1, status: 201, state: 'pending' },
    { line: 2, status: 400, errors: [{ pointer: '/owner' }] },
    { line: 3, status: 400 },
    { line: 4, status: 201, state: 'active' },
    { line: 5, status: 400, errors: [{ pointer: '/state' }] },
    { done: true, registered: 2, refused: 3, replayed: 0 },
  ]);
  expect((await agents.list()).items.map(({ document }) => document.name).sort()).toEqual(['Four', 'One']);
  expect(audit.of('agent.created')).toHaveLength(2);
  expect(audit.of('agent.bulk_registered')).toMatchObject([{ inputs: { registered: 2, refused: 3, lines: 5 } }]);
});

test('MG-10 the same key answers the same, does the rest, and refuses another request', async () => {
  const world = await composeManagementApi();
  const { operator, admin, newAgent, agents } = world;
  const all = Array.from({ length: 150 }, (_, at) => newAgent({ name: `Agent ${at}`, owner: operator.account.id }));
  const half = await bulk(world, operator, lines(all.slice(0, 70)), 'key');
  const whole = await bulk(world, operator, lines(all), 'key');
  expect(whole.results.at(-1)).toEqual({ done: true, registered: 80, refused: 0, replayed: 70 });
  expect(whole.results.slice(0, 70).map(({ id }) => id)).toEqual(half.results.slice(0, 70).map(({ id }) => id));
  expect((await agents.list({ limit: 200 })).items).toHaveLength(150);
  const other = await bulk(world, operator, lines([newAgent({ name: 'Other', owner: operator.account.id })]), 'key');
  expect([other.status, (await agents.list({ limit: 200 })).items.length]).toEqual([409, 150]);
  // A key belongs to the caller that chose it.
  const theirs = await bulk(world, admin, lines([newAgent({ owner: admin.account.id })]), 'key');
  expect(theirs.results).toMatchObject([{ status: 201 }, { registered: 1 }]);
});

test('MG-10 one agent registered twice with one key is one; another body is refused with 409', async () => {
  const { call, owner, newAgent, agents } = await composeManagementApi();
  const body = newAgent();
  const key = { 'idempotency-key': 'once' };
  const [first, second] = [
    await call(owner, 'post', '/agents', body, key),
    await call(owner, 'post', '/agents', body, key),
  ];
  expect([first.status, second.status, second.body.id]).toEqual([201, 201, first.body.id]);
  expect((await call(owner, 'post', '/agents', newAgent({ name: 'Other' }), key)).status).toBe(409);
  expect((await agents.list()).items).toHaveLength(1);
});

test('a bulk request needs its type and a key, and a line has a largest size', async () => {
  const world = await composeManagementApi();
  const { call, operator, newAgent, http } = world;
  expect((await bulk(world, operator, lines([newAgent()]))).status).toBe(400);
  expect((await call(operator, 'post', '/agents/bulk', {}, { 'idempotency-key': 'k' })).status).toBe(415);
  const long = await http
    .post('/api/v1/agents/bulk')
    .set({ authorization: `Bearer ${operator.token}`, ...NDJSON, 'idempotency-key': 'k' })
    .send('x'.repeat(70_000));
  expect(long.status).toBe(413);
});

test('MG-02 the owner in a line is no way to register for others without a role', async () => {
  const world = await composeManagementApi();
  const { stranger, owner, newAgent, agents } = world;
  const { results } = await bulk(
    world,
    stranger,
    lines([newAgent({ owner: owner.account.id }), newAgent({ authority: {} })]),
    'k',
  );
  expect(results).toMatchObject([{ status: 403 }, { status: 403 }, { registered: 0, refused: 2 }]);
  expect((await agents.list()).items).toEqual([]);
});
