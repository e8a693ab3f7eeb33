/** What a form sends when this server is no longer a client of a token endpoint. */
import { expect, test } from '@jest/globals';
import { withoutEndedClient } from '../../../src/http/console/token-client-fields.ts';

const polls = withoutEndedClient({
  ...{ token: 'poll_token', prefix: 'poll_' },
  ends: ['poll_token_endpoint', 'poll_url'],
});
const emptied = { poll_client_id: null, poll_client_authentication: 'private_key_jwt', poll_scope: null };

test('of a client that ends, the emptied fields are left out, and what was typed stays', () => {
  const rest = { name: 'Engine', poll_seconds: 0, poll_resource: 'https://api.example' };
  const without = { ...rest, poll_token_endpoint: null };
  expect(polls({ ...without, ...emptied })).toEqual(without);
  const replaced = { ...rest, poll_token: 't' };
  expect(polls({ ...replaced, ...emptied })).toEqual(replaced);
  const pushes = { ...rest, poll_url: null };
  expect(polls({ ...pushes, ...emptied })).toEqual(pushes);
});

test('of a client that stays, every change is sent', () => {
  for (const body of [emptied, { ...emptied, poll_token_endpoint: 'https://sts.example/token', poll_token: 't' }]) {
    expect(polls(body)).toEqual(body);
  }
});
