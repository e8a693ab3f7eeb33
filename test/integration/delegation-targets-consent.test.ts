/** From the proposal of a pair to the consent page: what two operators agreed on is what people are asked, while it stands. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Identity } from '../support/agent-keys.ts';
import type { Page } from '../support/browser-flow.ts';
import { type CallingWorld, callingWorld } from '../support/calling-world.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { advance, startClock, stopClock } from '../support/stopped-clock.ts';

let server: RunningServer;
let world: CallingWorld;
let app: Identity;
let agent: Identity;
let second: string;

beforeAll(async () => {
  stopClock();
  server = await runServer({ environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '64' } });
  world = await callingWorld(server);
  [app, agent] = [await world.newApp('Desk'), await world.newAgent()];
  const { management } = world.scene;
  second = (await management.createAccount({ username: 'second', name: 'Second', roles: ['operator'] })).id;
  advance(1000);
}, 240_000);
afterAll(async () => {
  await server?.close();
  startClock();
});

const pair = () => ({ resource: world.api.identifier, scope: 'read' });
const act = async (verb: string): Promise<void> => {
  const path = `/resource-servers/${world.mcp.id}/${verb}-delegation`;
  const { status, text } = await world.scene.management.call('POST', path, pair());
  expect([status, text]).toEqual([200, text]);
};
const accept = () =>
  server.behalf.services.resourceServers.acceptTarget(world.mcp.id, undefined, pair(), { caller: second });
const wish = (): string => `${agent.clientId} ${world.api.identifier} read`;
const wishesOn = (page: Page): readonly string[] =>
  world
    .formOn(page)
    .fields.filter(({ name }) => name === 'wish')
    .map(({ value }) => value);

test('a pair is on the page once another operator has accepted it, and gives nothing once it is withdrawn', async () => {
  const asked = async () => world.ask(app);
  expect(wishesOn((await asked()).page)).toEqual([]);
  await act('propose');
  expect(wishesOn((await asked()).page)).toEqual([]);
  advance(1000);
  await accept();
  const asking = await asked();
  expect(wishesOn(asking.page)).toEqual([wish()]);

  // Withdrawn while the person reads: the answer to the page of before gives the agent nothing.
  await act('withdraw');
  await asking.browser.submit(asking.page, world.formOn(asking.page), {
    button: /=allow$/,
    check: (name, value) => (name === 'wish' && value === wish() ? true : undefined),
  });
  expect(await world.row(agent, app)).toBeUndefined();
  expect(wishesOn((await asked()).page)).toEqual([]);
});

test('what a person allowed stays theirs when the pair is withdrawn', async () => {
  await act('propose');
  advance(1000);
  await accept();
  const subject = await world.signIn(app, (value) => value === wish());
  expect((await world.exchange(agent, subject, 'read')).status).toBe(200);
  await act('withdraw');
  expect(await world.row(agent, app)).toMatchObject({ scope: ['read'], via: app.clientId });
  expect((await world.exchange(agent, subject, 'read')).status).toBe(200);
});
