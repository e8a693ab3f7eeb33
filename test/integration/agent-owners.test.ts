/** LC-06 over HTTP: what an owner's leaving and returning does to the tokens of agents. */
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newKeyPair } from '../support/agent-keys.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { makeScene, type Scene } from '../support/scene.ts';

let server: RunningServer;
let scene: Scene;

beforeAll(async () => {
  server = await runServer({
    environment: { BEHALF__PASSWORDS__ARGON2MEMORYKIB: '1024', BEHALF__PASSWORDS__ARGON2PASSES: '1' },
  });
  scene = await makeScene(server);
});
afterAll(() => server?.close());

test('LC-06 an owner who leaves takes the tokens of its agents along, and brings none back; a new owner has to accept', async () => {
  const { management, calls, keyed, jwt } = scene;
  const owner = await management.createAccount({ username: 'leaver', name: 'Leaver' });
  const heir = await management.createAccount({ username: 'heir', name: 'Heir' });
  const identity = await scene.newAgent('Left behind', owner.id);
  const ask = () =>
    calls.token(keyed(identity), { grant_type: 'client_credentials', resource: jwt.identifier, scope: 'read' });
  const token = String((await ask()).body['access_token']);
  const isLive = async () => (await calls.introspect(jwt.credential, token)).body['active'];
  const stateOf = async () => (await management.call('GET', `/agents/${identity.clientId}`)).body['state'];
  expect(await isLive()).toBe(true);

  expect((await management.call('POST', `/accounts/${owner.id}/disable`)).status).toBe(200);
  expect([await isLive(), (await ask()).status, await stateOf()]).toEqual([false, 401, 'orphaned']);
  const listed = await management.call('GET', '/agents?state=orphaned&owner=leaver');
  expect(listed.body['items']).toMatchObject([{ id: identity.clientId, owner: owner.id }]);

  expect((await management.call('POST', `/accounts/${owner.id}/enable`)).status).toBe(200);
  expect([await isLive(), (await ask()).status, await stateOf()]).toEqual([false, 401, 'orphaned']);
  expect((await management.call('POST', `/agents/${identity.clientId}/resume`)).status).toBe(409);
  expect((await management.call('POST', `/agents/${identity.clientId}/acceptance`)).status).toBe(403);

  const read = await management.call('GET', `/agents/${identity.clientId}`);
  const offer = await management.call(
    'PATCH',
    `/agents/${identity.clientId}`,
    { owner: heir.id },
    {
      'if-match': String(read.headers.get('etag')),
    },
  );
  expect(offer.body).toMatchObject({ owner: owner.id, transfer_to: heir.id, state: 'orphaned' });
  expect((await ask()).status).toBe(401);
  expect((await management.acceptAs(heir.id, identity.clientId)).body).toMatchObject({
    owner: heir.id,
    state: 'active',
  });
  // The keys of the owner who left are over; the heir gives the agent its own.
  expect((await ask()).status).toBe(401);
  const key = await newKeyPair();
  const added = await management.call('POST', `/agents/${identity.clientId}/credentials`, {
    kind: 'jwks',
    jwks: { keys: [key.publicJwk] },
  });
  expect(added.status).toBe(200);
  const again = await calls.token(keyed({ clientId: identity.clientId, key }), {
    grant_type: 'client_credentials',
    resource: jwt.identifier,
    scope: 'read',
  });
  expect([again.status, await isLive()]).toEqual([200, false]);
  expect((await calls.introspect(jwt.credential, String(again.body['access_token']))).body['active']).toBe(true);
  expect((await server.events('agent.orphaned')).filter(({ agent }) => agent === identity.clientId)).toHaveLength(1);
  expect((await server.events('agent.transferred')).filter(({ agent }) => agent === identity.clientId)).toHaveLength(1);
});

test('an agent its owner has not accepted gets no token', async () => {
  const { management, calls, keyed, jwt } = scene;
  const owner = await management.createAccount({ username: 'waiting', name: 'Waiting' });
  const template = await management.call('GET', `/agents/${scene.agent.clientId}`);
  const { jwks, grant_types, redirect_uris, authority } = template.body;
  const made = await management.call('POST', '/agents', {
    name: 'Unasked',
    purpose: 'Waits',
    environment: 'test',
    owner: owner.id,
    ...{ jwks, grant_types, redirect_uris, authority },
  });
  const identity = { ...scene.agent, clientId: String(made.body['id']) };
  const ask = () => calls.token(keyed(identity), { grant_type: 'client_credentials', resource: jwt.identifier });
  expect([made.body['state'], (await ask()).status]).toEqual(['pending', 401]);
  await management.acceptAs(owner.id, identity.clientId);
  expect((await ask()).status).toBe(200);
});
