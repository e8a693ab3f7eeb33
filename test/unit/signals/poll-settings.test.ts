/** The poll URL of a transmitter and its token belong together. */
import { describe, expect, test } from '@jest/globals';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import {
  type PollInput,
  pollSettings,
  pollTokenOf,
  withTokenSealedAnew,
} from '../../../src/domain/signals/receiver/poll-settings.ts';
import { tokenPartyOf } from '../../../src/domain/signals/receiver/poll-token-client.ts';
import type { Transmitter } from '../../../src/domain/signals/receiver/transmitter.ts';

const [FIRST, SECOND] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const key = masterKey(FIRST);
const settings = (given: PollInput, before = {}) =>
  pollSettings({ masterKey: key, checkUrl: () => undefined, issuer: 'https://here.example' }, 'trm_1', given, before);
const URL = 'https://signals.example/poll';
const polled = settings({ pollUrl: URL, pollToken: 'secret' });
const transmitter = (more: object = {}) => ({ id: 'trm_1', ...polled, ...more }) as unknown as Transmitter;

describe('the settings of a poll', () => {
  test('seal the token, and let the transmitter hold polls by default', () => {
    expect(polled).toMatchObject({ delivery: 'poll', pollUrl: URL, pollSeconds: 0 });
    expect(JSON.stringify(polled)).not.toContain('secret');
    expect(pollTokenOf(key, transmitter())).toBe('secret');
  });

  test('MG-03 another URL needs its token, and cannot use the present one', () => {
    expect(() => settings({ pollUrl: 'https://other.example/poll' }, polled)).toThrow(
      expect.objectContaining({ reason: 'transmitter_poll_token_missing', field: '/poll_token' }),
    );
    expect(pollTokenOf(key, transmitter({ pollUrl: 'https://other.example/poll' }))).toBeUndefined();
  });

  test('keep the token with the same URL, and are left by null', () => {
    expect(settings({ pollSeconds: 60 }, polled)).toEqual({ ...polled, pollSeconds: 60 });
    expect(settings({ pollUrl: URL }, polled)).toEqual(polled);
    expect(settings({ pollUrl: null, pollSeconds: 0 }, polled)).toEqual({});
  });

  test.each<[string, PollInput, string]>([
    ['a token', { pollToken: 'x' }, 'transmitter_poll_url_missing'],
    ['an interval', { pollSeconds: 5 }, 'transmitter_poll_url_missing'],
    ['a token beside null', { pollUrl: null, pollToken: 'x' }, 'transmitter_poll_url_missing'],
    ['a URL', { pollUrl: URL }, 'transmitter_poll_token_missing'],
    ['a token with a line end', { pollUrl: URL, pollToken: 'a\nb' }, 'transmitter_poll_token_malformed'],
  ])('are not %s alone', (_, given, reason) => {
    expect(() => settings(given)).toThrow(expect.objectContaining({ reason }));
  });

  test('are sealed anew with another master key; a token that cannot be read stays', () => {
    const both = masterKey(SECOND, FIRST);
    const anew = withTokenSealedAnew(both, transmitter());
    expect(pollTokenOf(masterKey(SECOND), anew ?? transmitter())).toBe('secret');
    expect(withTokenSealedAnew(both, anew ?? transmitter())).toBeUndefined();
    expect(withTokenSealedAnew(both, transmitter({ pollToken: 'damaged' }))).toBeUndefined();
  });
});

const ENDPOINT = 'https://login.example/token';
const client: PollInput = { pollTokenEndpoint: ENDPOINT, pollClientId: 'behalf-here' };
const basic: PollInput = { ...client, pollClientAuthentication: 'client_secret_basic', pollClientSecret: 'secret' };
const party = (given: object) => tokenPartyOf(key, transmitter({ pollToken: undefined, ...given }));

describe('the client of a poll (RFC 6749 §4.4)', () => {
  test('signs with the keys of this server by default, for the token endpoint', () => {
    const stored = settings({
      pollUrl: URL,
      ...client,
      pollScope: 'ssf.manage',
      pollResource: 'https://there.example/ssf/v1',
    });
    expect(stored).not.toHaveProperty('pollToken');
    expect(party(stored)).toEqual({
      ...{ tokenEndpoint: ENDPOINT, clientId: 'behalf-here', scope: 'ssf.manage' },
      authentication: { method: 'private_key_jwt', audience: ENDPOINT },
      resource: 'https://there.example/ssf/v1',
    });
  });

  test('has a secret that is sealed, and stays with the same URL, endpoint and client', () => {
    const stored = settings({ pollUrl: URL, ...basic });
    expect(JSON.stringify(stored)).not.toContain('secret"');
    expect(party(stored)?.authentication).toEqual({ method: 'client_secret_basic', secret: 'secret' });
    const scoped = settings({ pollScope: 'a b', pollSeconds: 9 }, stored);
    expect(party(scoped)).toMatchObject({ scope: 'a b', authentication: { secret: 'secret' } });
    expect(party(settings({ pollScope: null }, scoped))).not.toHaveProperty('scope');
  });

  test.each<[string, PollInput]>([
    ['poll URL', { pollUrl: 'https://other.example/poll' }],
    ['token endpoint', { pollTokenEndpoint: 'https://other.example/token' }],
    ['client', { pollClientId: 'another' }],
  ])('MG-03 another %s needs the secret in the same change', (_, change) => {
    const stored = settings({ pollUrl: URL, ...basic });
    expect(() => settings(change, stored)).toThrow(
      expect.objectContaining({ reason: 'token_client_secret_missing', field: '/poll_client_secret' }),
    );
    expect(party(settings({ ...change, pollClientSecret: 'new' }, stored))?.authentication).toMatchObject({
      secret: 'new',
    });
  });

  test.each([
    ['poll URL', { pollUrl: 'https://other.example/poll' }],
    ['token endpoint', { pollTokenClient: { tokenEndpoint: 'https://other.example/token' } }],
    ['method', { pollTokenClient: { authentication: 'client_secret_basic' } }],
    ['client', { pollTokenClient: { clientId: 'https://here.example' } }],
    ['audience', { pollTokenClient: { audience: 'https://victim.example' } }],
  ])('MG-03 an editor of the store who changes the %s gets no token, secret or assertion', (_, edit) => {
    const stored = settings({ pollUrl: URL, ...client });
    const edited = {
      ...stored,
      ...edit,
      pollTokenClient: { ...stored.pollTokenClient, ...('pollTokenClient' in edit ? edit.pollTokenClient : {}) },
    };
    expect(party(edited)).toBeUndefined();
  });

  test('takes the place of a token, and a token that of a client; never both', () => {
    const stored = settings(client, polled);
    expect([stored.pollToken, stored.pollTokenClient?.tokenEndpoint]).toEqual([undefined, ENDPOINT]);
    const back = settings({ pollToken: 'again' }, stored);
    expect([pollTokenOf(key, transmitter(back)), back.pollTokenClient]).toEqual(['again', undefined]);
    expect(() => settings({ ...client, pollToken: 'x' }, stored)).toThrow(
      expect.objectContaining({ reason: 'transmitter_poll_credentials_both', field: '/poll_token' }),
    );
    expect(() => settings({ pollTokenEndpoint: null }, stored)).toThrow(
      expect.objectContaining({ reason: 'transmitter_poll_token_missing' }),
    );
    expect(settings({ pollUrl: null, pollTokenEndpoint: null, pollScope: null }, stored)).toEqual({});
  });

  test.each<[string, PollInput, string]>([
    ['without a client id', { pollTokenEndpoint: ENDPOINT }, 'token_client_id_missing'],
    ['without an endpoint', { pollClientId: 'x', pollToken: 'y' }, 'token_endpoint_missing'],
    ['with the id of this server', { ...client, pollClientId: 'https://here.example' }, 'token_client_is_issuer'],
    [
      'without its secret',
      { ...client, pollClientAuthentication: 'client_secret_basic' },
      'token_client_secret_missing',
    ],
    ['with a secret that is not used', { ...client, pollClientSecret: 'x' }, 'token_client_secret_unused'],
    ['with a secret of two lines', { ...basic, pollClientSecret: 'a\nb' }, 'token_client_secret_malformed'],
    ['with an audience and a secret', { ...basic, pollClientAudience: 'x' }, 'token_client_audience_unused'],
    ['with scopes in quotes', { ...client, pollScope: '"a"' }, 'token_client_scope_malformed'],
    ['with two spaces between scopes', { ...client, pollScope: 'a  b' }, 'token_client_scope_malformed'],
    ['with a relative resource', { ...client, pollResource: '/ssf' }, 'token_client_resource_malformed'],
    ['with a fragment', { ...client, pollResource: 'https://a.example/#b' }, 'token_client_resource_malformed'],
  ])('is refused %s', (_, given, reason) => {
    expect(() => settings({ pollUrl: URL, ...given })).toThrow(expect.objectContaining({ reason }));
  });

  test('is sealed anew with another master key; one that cannot be read stays', () => {
    const both = masterKey(SECOND, FIRST);
    const stored = transmitter({ ...settings({ pollUrl: URL, ...basic }), pollToken: undefined });
    const anew = withTokenSealedAnew(both, stored) ?? stored;
    expect(tokenPartyOf(masterKey(SECOND), anew)?.authentication).toMatchObject({ secret: 'secret' });
    expect(withTokenSealedAnew(both, anew)).toBeUndefined();
    const damaged = { ...stored, pollTokenClient: { ...stored.pollTokenClient, sealed: 'x' } } as Transmitter;
    expect(withTokenSealedAnew(both, damaged)).toBeUndefined();
  });
});
