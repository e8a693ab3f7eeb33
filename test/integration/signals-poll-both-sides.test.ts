/** One Behalf polls the stream of another (RFC 8936, OpenID SSF 1.0): events there have effects here. */
import { readFile } from 'node:fs/promises';
import { request } from 'node:https';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
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

/** A receiver with a stream for polls at the server there, and an access token for it. */
const receiverThere = async () => {
  const { clients, signalReceivers, signalStreams } = there.behalf.services;
  const resource = `${there.issuer}/ssf/v1`;
  const client = await clients.create(
    {
      ...{ name: 'Behalf here', grantTypes: ['client_credentials'], tokenEndpointAuthMethod: 'client_secret_basic' },
      authority: { [resource]: ['ssf.manage'] },
    },
    SYSTEM,
  );
  const { document: receiver } = await signalReceivers.create(
    { name: 'Here', client: client.document.id, audience: AUDIENCE, subjects: ['*'] },
    SYSTEM,
  );
  const made = await signalStreams.create(receiver, { delivery: { method: 'poll' } }, SYSTEM);
  const basic = Buffer.from(`${client.document.id}:${client.secret}`).toString('base64');
  const token = await postThere(
    '/token',
    { grant_type: 'client_credentials', resource, scope: 'ssf.manage' },
    `Basic ${basic}`,
  );
  return { stream: made.document.id, token: String(token['access_token']) };
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

test('what is wrong for here is refused there by name: setErrs', async () => {
  const { headers } = await management.call('GET', `/trusted-transmitters/${transmitter}`);
  const changed = await management.call(
    'PATCH',
    `/trusted-transmitters/${transmitter}`,
    { audience: 'https://elsewhere.example' },
    { 'if-match': String(headers.get('etag')) },
  );
  expect(changed.status).toBe(200);
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
