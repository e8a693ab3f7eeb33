/** How clients and agents with the grant type CIBA hear of answers (CIBA Core §4), by each way to be registered. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as openid from 'openid-client';
import { CLIENTS, type Client } from '../../src/domain/clients/clients/client.ts';
import type { DocumentStore } from '../../src/domain/ports/document-store.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { type Answer, CIBA } from '../support/oauth-calls.ts';
import {
  agentMetadata,
  type Body,
  clientMetadata,
  type RegistrationWorld,
  registrationWorld,
  text,
} from '../support/registration-world.ts';
import { runServer } from '../support/running-server.ts';
import { makeScene } from '../support/scene.ts';

let world: RegistrationWorld;

beforeAll(async () => {
  world = await registrationWorld();
});
afterAll(async () => {
  await world?.close();
});

const agentBody = (more: Body) => agentMetadata({ grant_types: ['client_credentials', CIBA], ...more });
const ENDPOINT = 'https://agent.example.com/ping';

describe('an agent that registers itself (RFC 7591)', () => {
  const register = async (more: Body): Promise<Answer> =>
    world.send('POST', '/reg', {
      token: await world.tokenText({ blueprint: world.blueprint }),
      body: await agentBody(more),
    });

  test.each<[string, Body, Body]>([
    ['poll by default', {}, { backchannel_token_delivery_mode: 'poll' }],
    [
      'ping with an endpoint',
      { backchannel_client_notification_endpoint: ENDPOINT },
      { backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: ENDPOINT },
    ],
    [
      'ping when it says so',
      { backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: ENDPOINT },
      { backchannel_token_delivery_mode: 'ping', backchannel_client_notification_endpoint: ENDPOINT },
    ],
  ])('%s', async (_name, asked, registered) => {
    const { status, body } = await register(asked);
    expect(status).toBe(201);
    expect(body).toMatchObject(registered);
    const stored = await world.scene.management.call('GET', `/agents/${text(body, 'client_id')}`);
    expect(stored.body).toMatchObject(registered);
    expect((await world.manage('GET', body)).body).toMatchObject(registered);
  });

  test.each<[string, Body]>([
    ['beside poll', { backchannel_token_delivery_mode: 'poll' }],
    ['without the grant type', { grant_types: ['client_credentials'] }],
  ])('an endpoint %s is kept out, and the answer shows it (§3.2.1)', async (_name, more) => {
    const { status, body } = await register({ backchannel_client_notification_endpoint: ENDPOINT, ...more });
    expect(status).toBe(201);
    expect(body).not.toHaveProperty('backchannel_client_notification_endpoint');
  });

  test.each<[string, Body]>([
    ['backchannel_token_delivery_mode', { backchannel_token_delivery_mode: 'push' }],
    ['backchannel_client_notification_endpoint', { backchannel_token_delivery_mode: 'ping' }],
    ['backchannel_client_notification_endpoint', { backchannel_client_notification_endpoint: 'http://localhost/ping' }],
  ])('what cannot work is refused and names %s', async (member, more) => {
    const { answer, isRecorded, last } = await world.refusals(world.closed, () => register(more));
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    expect(text(answer.body, 'error_description')).toMatch(new RegExp(`^${member}: `));
    expect(isRecorded).toBe(true);
    expect(last).toMatchObject({ inputs: { action: 'register', member: `/${member}` } });
  });

  test('once its owner has accepted it, the endpoint is the owner’s to change (RFC 7592 §2.2)', async () => {
    const key = await newKeyPair();
    const { body } = await register({ jwks: { keys: [key.publicJwk] } });
    await world.accept(body['client_id']);
    const { body: read } = await world.manage('GET', body);
    const replacement = {
      ...(await agentBody({ jwks: { keys: [key.publicJwk] } })),
      client_id: body['client_id'],
      backchannel_client_notification_endpoint: ENDPOINT,
    };
    const answer = await world.manage('PUT', read, replacement);
    expect(answer.status).toBe(400);
    expect(text(answer.body, 'error_description')).toMatch(/^backchannel_client_notification_endpoint: /);
  });
});

describe('a client that is no agent', () => {
  const refusal = { pointer: '/grant_types/1', detail: expect.stringContaining('CIBA is for agents') };
  const asked = { name: 'Back end', grant_types: ['client_credentials', CIBA] };

  test('gets no grant type that never works: the management API names the entry', async () => {
    const { status, body } = await world.scene.management.call('POST', '/clients', asked);
    expect({ status, errors: body['errors'] }).toEqual({ status: 400, errors: [refusal] });
    const [event] = (await world.events(world.closed, 'management.refused')).slice(-1);
    expect(event).toMatchObject({ note: 'createClient', error: 'invalid_field' });
  });

  test('registers itself without it', async () => {
    const send = async (grants: readonly string[]) =>
      world.send('POST', '/reg', {
        token: await world.tokenText(),
        body: clientMetadata({ redirect_uris: [], grant_types: grants }),
      });
    const answer = await send(asked.grant_types);
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    expect(text(answer.body, 'error_description')).toMatch(/^grant_types\/1: CIBA is for agents/);
    expect((await send(['client_credentials'])).status).toBe(201);
  });

  test('that was registered with it before works again, and can be changed', async () => {
    const kept: { store?: DocumentStore } = {};
    const server = await runServer({
      between: (documents) => {
        kept.store = documents;
        return documents;
      },
    });
    try {
      const scene = await makeScene(server);
      const made = await scene.management.createClient({
        name: 'Back end',
        grant_types: ['client_credentials'],
        authority: { [scene.jwt.identifier]: ['read'] },
      });
      const rows = kept.store?.collection<Client>(CLIENTS);
      const found = await rows?.get(made.id);
      if (!rows || !found) throw new Error('the client is not stored');
      await rows.replace({ ...found.document, grantTypes: ['client_credentials', CIBA] }, found.version);

      const configuration = await openid.discovery(
        new URL(server.issuer),
        made.id,
        undefined,
        openid.ClientSecretBasic(String(made['client_secret'])),
        { execute: [openid.allowInsecureRequests] },
      );
      const tokens = await openid.clientCredentialsGrant(configuration, { resource: scene.jwt.identifier });
      expect(tokens.access_token).toMatch(/^ey/);
      await expect(
        openid.initiateBackchannelAuthentication(configuration, {
          scope: 'openid read',
          resource: scene.jwt.identifier,
          login_hint: scene.person.username,
        }),
      ).rejects.toMatchObject({
        error: 'unauthorized_client',
        error_description: 'only a registered agent asks people for approvals',
      });
      const read = await scene.management.call('GET', `/clients/${made.id}`);
      expect(read.body).toMatchObject({ backchannel_token_delivery_mode: 'poll' });
      const renamed = await scene.management.call(
        'PATCH',
        `/clients/${made.id}`,
        { name: 'Renamed', grant_types: [CIBA, 'client_credentials'] },
        { 'if-match': String(read.headers.get('etag')) },
      );
      expect(renamed.status).toBe(200);
    } finally {
      await server.close();
    }
  });
});
