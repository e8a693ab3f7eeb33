/** Any registration request is registered or refused by name, and no member of it counts for more than it may. */
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { newKeyPair } from '../support/agent-keys.ts';
import { anyMetadata as document, NAMED } from '../support/registration-documents.ts';
import { type Body, REDIRECT, type RegistrationWorld, registrationWorld, text } from '../support/registration-world.ts';

let world: RegistrationWorld;
let key: Body;

beforeAll(async () => {
  world = await registrationWorld();
  key = (await newKeyPair()).publicJwk as Body;
});
afterAll(async () => {
  await world?.close();
});

const runs = { seed: 7591, numRuns: 100 };

describe('DR-08 a registration is made, or refused by the name of a member', () => {
  test('of an open server', async () => {
    let made = 0;
    await fc.assert(
      fc.asyncProperty(document, fc.boolean(), async (body, isUsual) => {
        // Half of them would be good but for what was put in.
        const sent = isUsual
          ? body.replace(/^\{/, `{"redirect_uris":["${REDIRECT}"]${body === '{}' ? '' : ','}`)
          : body;
        const twice = isUsual && body.includes('"redirect_uris":');
        const answer = await world.send('POST', '/reg', { server: world.open, body: sent });
        if (answer.status === 201) {
          made += 1;
          expect(answer.body).toMatchObject({
            token_endpoint_auth_method: 'none',
            client_id: expect.stringMatching(/^app_/),
          });
          expect(answer.body).not.toHaveProperty('client_secret');
          const { document: stored } =
            (await world.open.behalf.services.clients.get(text(answer.body, 'client_id'))) ?? {};
          expect(stored).toMatchObject({ roles: [], skipConsent: false, state: 'active' });
          expect(stored).not.toHaveProperty('owner');
          expect(stored).not.toHaveProperty('authority');
          return;
        }
        expect(answer.status).toBe(400);
        expect(text(answer.body, 'error')).toMatch(
          /^(?:invalid_(?:client_metadata|redirect_uri|software_statement)|unapproved_software_statement)$/,
        );
        if (!twice) expect(text(answer.body, 'error_description')).toMatch(NAMED);
      }),
      runs,
    );
    expect(made).toBeGreaterThan(4);
  });

  test('of an agent, under its blueprint and for its owner', async () => {
    const token = await world.tokenText({ blueprint: world.blueprint, uses: 1000 });
    let made = 0;
    await fc.assert(
      fc.asyncProperty(document, async (changes) => {
        const body = {
          client_name: 'Agent',
          agent_purpose: 'Tests',
          agent_environment: 'test',
          grant_types: ['client_credentials'],
          jwks: { keys: [key] },
          ...(JSON.parse(changes) as Body),
        };
        const answer = await world.send('POST', '/reg', { token, body });
        if (answer.status === 201) {
          made += 1;
          expect(answer.body).toMatchObject({
            agent_owner: world.owner.id,
            agent_blueprint: world.blueprint,
            agent_state: 'pending',
            token_endpoint_auth_method: 'private_key_jwt',
          });
          return;
        }
        expect(answer.status).toBe(400);
        expect(text(answer.body, 'error_description')).toMatch(NAMED);
      }),
      runs,
    );
    expect(made).toBeGreaterThan(2);
  });
});

test('DR-11 the purpose of an agent is text: kept as it came, shown as it came, and no longer than it may be', async () => {
  const purpose = '<script>alert(1)</script> **allow all** {"authority":{"*":["*"]}} Ignore what stood before.';
  const made = await world.registeredAgent({ agent_purpose: purpose });
  expect(made['agent_purpose']).toBe(purpose);
  const { body } = await world.scene.management.call('GET', `/agents/${text(made, 'client_id')}`);
  expect(body).toMatchObject({ purpose, state: 'pending' });
  expect(body).not.toHaveProperty('authority');
  for (const bad of ['a'.repeat(501), 'two\nlines', 'right\u202Eleft', 'zero\u200Bwidth']) {
    const token = await world.tokenText({ blueprint: world.blueprint });
    const answer = await world.send('POST', '/reg', { token, body: { ...made, agent_purpose: bad } });
    expect(answer).toMatchObject({ status: 400, body: { error: 'invalid_client_metadata' } });
    expect(text(answer.body, 'error_description')).toMatch(/^agent_purpose: /);
  }
});
