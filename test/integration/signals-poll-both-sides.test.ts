/** One Behalf polls the stream of another (RFC 8936, OpenID SSF 1.0): events there have effects here. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { NewClient } from '../../src/domain/clients/clients/client-input.ts';
import { EPOCHS, type Epoch, raiseEpoch } from '../../src/domain/platform/epochs/epoch.ts';
import { killKey } from '../../src/domain/vocabulary/kill.ts';
import { freePort } from '../support/free-port.ts';
import { internalHosts } from '../support/internal-hosts.ts';
import { type LocalAuthority, localAuthority } from '../support/local-authority.ts';
import { type Management, managementFromKeyFile } from '../support/management.ts';
import { type RunningServer, runServer } from '../support/running-server.ts';
import { until } from '../support/until.ts';

const SYSTEM = { caller: 'system' };
const AUDIENCE = 'https://here.example/signals';

let authority: LocalAuthority;
let there: RunningServer;
let here: RunningServer;
let management: Management;
let stream: string;
let transmitter: string;
let withSecret: {
  readonly stream: string;
  readonly client: string;
  readonly resource: string;
  readonly secret: string;
};

/** A form over https to the server there. */
const postThere = async (path: string, form: Readonly<Record<string, string>>, authorization: string) => {
  const ca = await readFile(authority.caFile, 'utf8');
  return new Promise<Readonly<Record<string, unknown>>>((resolve, reject) => {
    const headers = { authorization, 'content-type': 'application/x-www-form-urlencoded' };
    const sent = request(`${there.issuer}${path}`, { method: 'POST', ca, headers, agent: false }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk));
      response.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString('utf8'))));
    });
    sent.once('error', reject);
    sent.end(new URLSearchParams(form).toString());
  });
};

/** A receiver with a stream for polls at the server there, of a client with these settings, and an access token for it. */
const receiverThere = async (
  settings: Partial<NewClient> = { tokenEndpointAuthMethod: 'client_secret_basic' },
  name = 'Here',
) => {
  const { clients, signalReceivers, signalStreams } = there.behalf.services;
  const resource = `${there.issuer}/ssf/v1`;
  const client = await clients.create(
    { name, grantTypes: ['client_credentials'], authority: { [resource]: ['ssf.manage'] }, ...settings },
    SYSTEM,
  );
  const { document: receiver } = await signalReceivers.create(
    { name, client: client.document.id, audience: AUDIENCE, subjects: ['*'] },
    SYSTEM,
  );
  const made = await signalStreams.create(receiver, { delivery: { method: 'poll' } }, SYSTEM);
  const at = { stream: made.document.id, client: client.document.id, resource };
  if (client.secret === undefined) return { ...at, secret: '', token: '' };
  const basic = Buffer.from(`${client.document.id}:${client.secret}`).toString('base64');
  const token = await postThere(
    '/token',
    { grant_type: 'client_credentials', resource, scope: 'ssf.manage' },
    `Basic ${basic}`,
  );
  return { ...at, secret: client.secret, token: String(token['access_token']) };
};

beforeAll(async () => {
  authority = await localAuthority();
  const port = await freePort();
  there = await runServer({ tls: { authority, port } });
  here = await runServer({
    environment: {
      ...internalHosts({ upstreamProviders: `localhost:${port}` }),
      BEHALF__EGRESS__CAFILE: authority.caFile,
    },
  });
  management = await managementFromKeyFile(here.administratorKeyFile);
  const made = await receiverThere();
  stream = made.stream;
  withSecret = made;
  const upstream = await here.behalf.services.upstreams.create(
    { name: 'There', issuer: there.issuer, clientId: 'behalf-here' },
    SYSTEM,
  );
  const { status, body, text } = await management.call('POST', '/trusted-transmitters', {
    ...{ name: 'There', issuer: there.issuer, audience: AUDIENCE, upstream: upstream.document.id },
    ...{ poll_url: `${there.issuer}/ssf/v1/streams/${stream}/poll`, poll_token: made.token },
  });
  if (status !== 201) throw new Error(text);
  transmitter = String(body['id']);
}, 60_000);
afterAll(async () => {
  await here?.close();
  await there?.close();
  await authority?.remove();
});

const linked = async (username: string) => {
  const away = await there.behalf.services.accounts.create({ username, name: username }, SYSTEM);
  const account = await management.createAccount({ username, name: username });
  const link = { upstream: '', subject: away.document.id, account: account.id };
  const { body } = await management.call('GET', `/trusted-transmitters/${transmitter}`);
  const { status, text } = await management.call('POST', '/upstream-links', { ...link, upstream: body['upstream'] });
  if (status !== 201) throw new Error(text);
  return { away: away.document.id, account: account.id };
};
const signals = async () =>
  (await management.call('GET', `/trusted-transmitters/${transmitter}/signals`)).body['items'] as readonly Readonly<
    Record<string, unknown>
  >[];
const health = async () => {
  const found = await there.behalf.services.signalStreams.get(stream);
  return found && there.behalf.services.signalStreams.health(found.document);
};

test('an account that is disabled there loses its tokens here, and the stream there has nothing left', async () => {
  const { away, account } = await linked('leaver');
  await there.behalf.services.accounts.disable(away, SYSTEM);
  await until(async () => (await signals()).some((signal) => signal['event'] === 'account_disabled'), {
    what: 'the event here',
  });
  expect((await signals()).find((signal) => signal['event'] === 'account_disabled')).toMatchObject({
    ...{ account, state: 'applied' },
  });
  expect((await here.events('account.tokens_revoked')).at(-1)).toMatchObject({ caller: transmitter, subject: account });
  await until(async () => (await health())?.waiting === 0, { what: 'the acknowledgement there' });
  expect(await health()).toMatchObject({ refused: 0 });
});

test('a verification event that was requested there is verified here (SSF 1.0 §8.1.4)', async () => {
  const { body } = await management.call('POST', `/trusted-transmitters/${transmitter}/expect-verification`);
  const { signalStreams } = there.behalf.services;
  const { document } = (await signalStreams.get(stream)) ?? {};
  if (!document) throw new Error('no stream');
  await signalStreams.verify(document, { state: String(body['verification_state']) });
  await until(async () => (await here.events('transmitter.verified')).length > 0, { what: 'the verification' });
  expect((await here.events('transmitter.verified')).at(-1)).toMatchObject({ target: { id: transmitter } });
});

const patch = async (change: object) => {
  const { headers } = await management.call('GET', `/trusted-transmitters/${transmitter}`);
  const version = { 'if-match': String(headers.get('etag')) };
  const { status, text, body } = await management.call(
    'PATCH',
    `/trusted-transmitters/${transmitter}`,
    change,
    version,
  );
  if (status !== 200) throw new Error(text);
  return body;
};
const arrives = async (username: string) => {
  const { away, account } = await linked(username);
  await there.behalf.services.accounts.disable(away, SYSTEM);
  await until(async () => (await signals()).some((signal) => signal['account'] === account), {
    what: 'the event here',
  });
};
const polls = async () =>
  (await management.call('GET', `/trusted-transmitters/${transmitter}/activity`)).body['polls'] as Readonly<
    Record<string, unknown>
  >;
/** Ends all tokens that a client has there. It may get others. */
const endTokensOf = async (client: string) => {
  const from = Math.floor(Date.now() / 1000) + 1;
  // A token of the second of an end ends too.
  await until(() => Date.now() / 1000 >= from + 1, { what: 'the second after' });
  const epochs = there.behalf.services.documents.collection<Epoch>(EPOCHS);
  await raiseEpoch(epochs, killKey('client', client), from);
};

describe('with short tokens of a client (RFC 6749 §4.4)', () => {
  test('client_secret_basic: the server requests them, and replaces one that ended there', async () => {
    const { client, secret, resource } = withSecret;
    const shown = await patch({
      ...{ poll_token_endpoint: `${there.issuer}/token`, poll_client_id: client, poll_scope: 'ssf.manage' },
      ...{ poll_client_authentication: 'client_secret_basic', poll_client_secret: secret, poll_resource: resource },
    });
    expect(shown).toMatchObject({ poll_client_id: client, poll_client_authentication: 'client_secret_basic' });
    expect(JSON.stringify(shown)).not.toContain(secret);
    await arrives('first');
    await endTokensOf(client);
    await arrives('second');
    await until(async () => (await polls())['failing_since'] === undefined, { what: 'an answer' });
    expect((await here.events('transmitter.updated')).at(-1)).toMatchObject({
      changed: expect.arrayContaining(['poll_token', 'poll_token_client']),
    });
  });

  test('private_key_jwt: the server signs with the keys at its jwks_uri, for the issuer there (RFC 7523)', async () => {
    const jwks = (await (await fetch(`${here.issuer}/jwks`)).json()) as NonNullable<NewClient['jwks']>;
    const made = await receiverThere({ tokenEndpointAuthMethod: 'private_key_jwt', jwks }, 'Here by key');
    stream = made.stream;
    await patch({
      ...{ poll_url: `${there.issuer}/ssf/v1/streams/${made.stream}/poll`, poll_client_id: made.client },
      ...{ poll_client_authentication: 'private_key_jwt', poll_client_audience: there.issuer },
    });
    await arrives('third');
    await endTokensOf(made.client);
    await arrives('fourth');
    await until(async () => (await polls())['failing_since'] === undefined, { what: 'an answer' });
  });

  test('an audience that is not the issuer there is refused there, and shown here with what to do', async () => {
    await patch({ poll_client_audience: 'https://elsewhere.example' });
    await until(async () => (await polls())['last_failure'] === 'token_client_refused', { what: 'the failure' });
    expect(await polls()).toMatchObject({
      ...{ last_failure_detail: 'invalid_client', last_failure_status: 401, failing_since: expect.any(Number) },
      remedy: expect.stringContaining('jwks_uri'),
    });
    await patch({ poll_client_audience: there.issuer });
    await arrives('fifth');
  });
});

test('what is wrong for here is refused there by name: setErrs', async () => {
  await patch({ audience: 'https://elsewhere.example' });
  const { away } = await linked('misled');
  await there.behalf.services.accounts.disable(away, SYSTEM);
  await until(async () => ((await health())?.refused ?? 0) > 0, { what: 'the refusal there' });
  expect((await health())?.lastRefusal).toMatchObject({ error: 'invalid_audience' });
  expect((await there.events('signal_stream.event_refused')).at(-1)).toMatchObject({
    outcome: 'refused',
    inputs: { error: 'invalid_audience' },
  });
  expect((await here.events('signal.refused')).at(-1)).toMatchObject({ error: 'invalid_audience', note: 'audience' });
});
