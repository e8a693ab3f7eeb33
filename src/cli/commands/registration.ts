/** `behalf registration …`: initial access tokens, with which clients and agents register themselves (RFC 7591). */

import { type Command, EXIT } from '../command.ts';
import { timeText } from '../look.ts';
import type { Json } from '../management-client.ts';
import { managementCommand } from '../management-command.ts';
import { texts } from '../members.ts';
import { findOwner } from '../named-owners.ts';
import { details, printable } from '../table.ts';
import { timeSpan } from '../time-span.ts';

const create = managementCommand({
  words: ['registration', 'tokens', 'create'],
  operands: [],
  summary: 'Create an initial access token with which agents or clients register themselves for an owner.',
  role: 'operator',
  options: {
    owner: {
      value: 'NAME',
      description: 'Owner that is asked to accept what is registered: username, name of a group, or id.',
      isRequired: true,
    },
    blueprint: {
      value: 'BLUEPRINT',
      description: 'Blueprint of the registered agents. Without it, the token registers clients that are not agents.',
    },
    uses: { value: 'N', description: 'Maximum number of registrations. Default 1, at most 1000.' },
    expires: { value: 'TIME', description: 'Lifetime of the token: 90s, 15m, 1h, 7d. Default 1h, at most 30d.' },
  },
  notes: 'The token is shown only once. An agent registered with it is pending until its owner accepts it.',
  run: async (call) => {
    const uses = call.integer('uses', 1, 1000);
    const expires = call.text('expires');
    const { body } = await call.api.run('createInitialAccessToken', {
      body: {
        owner: await findOwner(call.api, call.required('owner')),
        ...texts(call, { blueprint: 'blueprint' }),
        ...(uses === undefined ? {} : { uses }),
        ...(expires === undefined ? {} : { expires_in: timeSpan('expires', expires) }),
      },
    });
    call.print.object(
      body,
      details([
        ['id', body['id']],
        ['owner', body['owner']],
        ['blueprint', body['blueprint']],
        ['uses', body['uses']],
        ['expires', timeText(body['expires_at'])],
        ['token', `${printable(String(body['initial_access_token']))} (shown once)`],
        ['register at', `${call.api.issuer}/reg`],
      ]),
    );
    return EXIT.done;
  },
});

const list = managementCommand({
  words: ['registration', 'tokens', 'list'],
  operands: [],
  summary: 'List initial access tokens that have not expired, newest first.',
  role: 'operator',
  options: {
    owner: { value: 'NAME', description: 'Only those of this owner: username, name of a group, or id.' },
    limit: { value: 'N', description: 'Show at most N. Default 100.' },
  },
  run: async (call) => {
    const name = call.text('owner');
    const query = name === undefined ? {} : { owner: await findOwner(call.api, name) };
    const found: Json[] = [];
    const limit = call.integer('limit', 1, 100_000) ?? 100;
    for await (const one of call.api.items('listInitialAccessTokens', { query }, limit)) found.push(one);
    await call.print.list(
      found,
      [
        { title: 'ID', value: ({ id }) => id },
        { title: 'STATE', value: ({ state }) => state },
        { title: 'USED', value: ({ used, uses }) => `${used} of ${uses}` },
        { title: 'EXPIRES', value: (one) => one['expires_at'], as: 'time' },
        { title: 'OWNER', value: ({ owner }) => owner, as: 'name' },
        { title: 'BLUEPRINT', value: ({ blueprint }) => blueprint },
      ],
      'There are none. Make one: behalf registration tokens create --owner NAME --blueprint ID',
    );
    return EXIT.done;
  },
});

const revoke = managementCommand({
  words: ['registration', 'tokens', 'revoke'],
  operands: ['ID'],
  summary: 'Revoke an initial access token. It can no longer register anything.',
  warning: 'What it registered stays. The token can register nothing more.',
  role: 'operator',
  options: {},
  run: async (call) => {
    const id = call.operands[0] ?? '';
    const { body } = await call.api.run('revokeInitialAccessToken', { id });
    call.print.object(body, `${printable(id)} is revoked.\n`);
    return EXIT.done;
  },
});

export const registrationCommands: readonly Command[] = [create, list, revoke];
