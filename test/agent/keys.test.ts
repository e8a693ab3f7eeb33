/** Keys of an agent in files, workload tokens, and options that are wrong. */
import { chmod, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { decodeJwt, decodeProtectedHeader, importJWK, jwtVerify } from 'jose';
import {
  createAgent,
  environmentToken,
  fileToken,
  keyFile,
  keyFromJwk,
  newKey,
  type Options,
} from '../../packages/agent/src/agent.ts';
import { newKeyPair } from '../support/agent-keys.ts';
import { granted, ISSUER, inTurn, RESOURCE, scripted } from './scripted-server.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'behalf-agent-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));
const at = (name: string): string => join(folder, name);

describe('a key file', () => {
  test('is made with mode 0600 if there is none, and read again after that', async () => {
    const made = await keyFile(at('new/agent.jwk'));
    expect((await stat(at('new/agent.jwk'))).mode & 0o777).toBe(0o600);
    expect((await keyFile(at('new/agent.jwk'))).publicJwk).toEqual(made.publicJwk);
    expect(made.publicJwk).toEqual({
      ...{ kty: 'EC', crv: 'P-256', x: expect.any(String), y: expect.any(String) },
      ...{ kid: expect.any(String), alg: 'ES256', use: 'sig' },
    });
    expect(await readdir(at('new'))).toEqual(['agent.jwk']);
  });

  test('is one key when several processes start at once', async () => {
    const made = await Promise.all(Array.from({ length: 8 }, () => keyFile(at('race.jwk'))));
    expect(new Set(made.map(({ kid }) => kid)).size).toBe(1);
    expect((await readdir(folder)).filter((name) => name.endsWith('.tmp'))).toEqual([]);
  });

  test('that other users can read is refused, and kept', async () => {
    await keyFile(at('open.jwk'));
    await chmod(at('open.jwk'), 0o644);
    await expect(keyFile(at('open.jwk'))).rejects.toThrow(/chmod 600/);
  });

  test('without a key is refused, and its text is not in the message', async () => {
    await writeFile(at('text.jwk'), 'secret text', { mode: 0o600 });
    await expect(keyFile(at('text.jwk'))).rejects.toThrow(/has no JSON Web Key/);
    await expect(keyFile(at('text.jwk'))).rejects.not.toThrow(/secret text/);
    expect(await readFile(at('text.jwk'), 'utf8')).toBe('secret text');
  });

  test.each(['ES256', 'ES384', 'PS256', 'RS256'])('reads a key of another program: %s', async (alg) => {
    const { privateJwk } = await newKeyPair(alg);
    expect(await keyFromJwk(privateJwk as never)).toMatchObject({ alg, kid: privateJwk.kid });
  });

  test.each([
    ['a public key', async () => (await newKeyPair()).publicJwk, /with the member d/],
    ['a secret', async () => ({ kty: 'oct', k: 'c2VjcmV0', alg: 'HS256' }), /ES256, ES384/],
    ['a key of another curve', async () => ({ ...(await newKeyPair('ES384')).privateJwk, alg: 'ES256' }), /fits ES256/],
  ])('refuses %s', async (_what, jwk, message) => {
    await expect(keyFromJwk((await jwk()) as never)).rejects.toThrow(message);
  });
});

describe('authentication', () => {
  test('signs an assertion for the issuer alone, a new one for each request (RFC 7523 §3)', async () => {
    const key = await newKey();
    const { agent, forms } = await scripted(inTurn(granted()), { credential: { key } });
    await agent.ownToken({ resource: RESOURCE });
    await agent.ownToken({ resource: `${RESOURCE}/2` });
    const assertions = forms.map((form) => String(form.get('client_assertion')));
    const publicKey = await importJWK(key.publicJwk as never, 'ES256');
    for (const assertion of assertions) {
      const { payload } = await jwtVerify(assertion, publicKey, {
        issuer: 'agt_1',
        subject: 'agt_1',
        audience: ISSUER,
      });
      expect(payload.aud).toBe(ISSUER);
    }
    expect(decodeProtectedHeader(String(assertions[0])).kid).toBe(key.kid);
    expect(new Set(assertions.map((one) => decodeJwt(one).jti)).size).toBe(2);
  });

  test.each([
    ['file', () => fileToken(at('token')), (token: string) => writeFile(at('token'), `${token}\n`)],
    [
      'variable',
      () => environmentToken('BEHALF_TEST_WORKLOAD'),
      async (token: string) => {
        process.env['BEHALF_TEST_WORKLOAD'] = token;
      },
    ],
  ])('reads the workload token in a %s again for each request', async (_kind, source, renew) => {
    const { agent, forms } = await scripted(inTurn(granted()), { credential: { workloadToken: source() } });
    for (const token of ['a.b.c', 'd.e.f']) {
      await renew(token);
      await agent.ownToken({ resource: `${RESOURCE}/${token}` });
    }
    expect(forms.map((form) => form.get('client_assertion'))).toEqual(['a.b.c', 'd.e.f']);
    expect(forms.map((form) => form.get('client_id'))).toEqual(['agt_1', 'agt_1']);
    delete process.env['BEHALF_TEST_WORKLOAD'];
  });

  test.each([
    ['is missing', fileToken('/nowhere/token'), /cannot be read \(ENOENT\)/],
    ['is empty', () => '', /no signed JWT/],
    ['is a text', () => 'secret', /no signed JWT/],
  ])('a workload token that %s is an error of the program, and no request is sent', async (_what, source, message) => {
    const { agent, forms } = await scripted(inTurn(granted()), { credential: { workloadToken: source } });
    await expect(agent.ownToken({ resource: RESOURCE })).rejects.toThrow(message);
    expect(forms).toEqual([]);
  });
});

describe('options', () => {
  const wrong: readonly [string, object][] = [
    ['issuer', { issuer: 'http://id.example.com' }],
    ['issuer', { issuer: 'https://id.example.com?x' }],
    ['clientId', { clientId: '' }],
    ['credential', { credential: {} }],
    ['credential.kind', { credential: { kind: 'secret' } }],
    ['credential.secret', { credential: { secret: 'x' } }],
    ['options.retries', { retries: 3 }],
    ['dpop', { dpop: 'yes' }],
    ['bounds.steps', { bounds: { steps: 1000 } }],
    ['bounds.minutes', { bounds: { minutes: 1 } }],
    ['hooks.onSomething', { hooks: { onSomething: () => true } }],
    ['hooks.onWait', { hooks: { onWait: true } }],
    ['timeout', { timeout: 0 }],
  ];
  test.each(wrong)('%s: %j is refused by name', async (member, change) => {
    const right = { issuer: ISSUER, clientId: 'agt_1', credential: { key: await newKey() } };
    const outcome = createAgent({ ...right, ...change } as Options);
    await expect(outcome).rejects.toMatchObject({ name: 'ConfigurationError', member });
  });

  test('a call with a malformed target or signal is refused, and no request is sent', async () => {
    const { agent, forms } = await scripted(inTurn(granted()));
    await expect(agent.ownToken({ resource: 'notes' })).rejects.toMatchObject({ member: 'resource' });
    await expect(agent.ownToken({ scopes: ['a b'] })).rejects.toMatchObject({ member: 'scopes' });
    await expect(agent.ownToken({}, { signal: true as never })).rejects.toMatchObject({ member: 'signal' });
    await expect(agent.exchange({ subject: '', resource: RESOURCE })).rejects.toMatchObject({ member: 'subject' });
    expect(forms).toEqual([]);
  });
});
