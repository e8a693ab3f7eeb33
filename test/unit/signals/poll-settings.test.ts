/** The poll URL of a transmitter and its token belong together. */
import { describe, expect, test } from '@jest/globals';
import { masterKey } from '../../../src/domain/platform/crypto/master-key.ts';
import {
  type PollInput,
  pollSettings,
  pollTokenOf,
  withTokenSealedAnew,
} from '../../../src/domain/signals/receiver/poll-settings.ts';
import type { Transmitter } from '../../../src/domain/signals/receiver/transmitter.ts';

const [FIRST, SECOND] = [Buffer.alloc(32, 1), Buffer.alloc(32, 2)];
const key = masterKey(FIRST);
const settings = (given: PollInput, before = {}) =>
  pollSettings({ masterKey: key, checkUrl: () => undefined }, 'trm_1', given, before);
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
