/** Which errors of the domain and the stores oidc-provider sends, and how. */
import { expect, test } from '@jest/globals';
import { StoreUnavailable } from '../../../src/domain/ports/document-store.ts';
import { DomainError } from '../../../src/domain/vocabulary/errors.ts';
import { asProtocol, outOfProvider, protocolError } from '../../../src/provider/seam/oauth-errors.ts';

test('a refusal of the domain keeps its text, denial and time to wait (RFC 6749 §5.2)', () => {
  const denial = { id: 'dny_1', layer: 'limits', reason: 'too_many_approvals' } as const;
  const error = new DomainError('too_many_requests', 'Wait.', { denial, retryAfterSeconds: 7 });
  expect(protocolError(error)).toMatchObject({
    ...{ error: 'temporarily_unavailable', error_description: 'Wait.', status: 429, expose: true },
    ...{ denial, retryAfterSeconds: 7, cause: error },
  });
  const plain = protocolError(new DomainError('invalid_scope', 'No.'));
  expect(plain).toMatchObject({ error: 'invalid_scope', status: 400 });
  expect(plain).not.toHaveProperty('denial');
  expect(plain).not.toHaveProperty('retryAfterSeconds');
});

test('a store that cannot be reached is temporary, and says nothing about itself', async () => {
  const down = new StoreUnavailable('mongodb at 10.0.0.7');
  const sent = await asProtocol(() => Promise.reject(down)).catch((error: unknown) => error);
  expect(sent).toMatchObject({ error: 'temporarily_unavailable', status: 503, retryAfterSeconds: 1, cause: down });
  expect(String((sent as { readonly error_description?: unknown }).error_description)).not.toContain('mongodb');
  expect(await asProtocol(async () => 'answer')).toBe('answer');
});

test('an error of any other kind is left as it is', () => {
  const error = new TypeError('x');
  expect(protocolError(error)).toBe(error);
});

test('for callers that are no client the own error of the adapter comes back', async () => {
  const [down, refused, other] = [new StoreUnavailable('down'), new DomainError('conflict', 'No.'), new TypeError('x')];
  const port = outOfProvider({
    fail: (error: unknown) => Promise.reject(error),
    echo: async (...given: readonly unknown[]) => given,
  });
  for (const error of [down, refused]) await expect(port.fail(protocolError(error))).rejects.toBe(error);
  await expect(port.fail(other)).rejects.toBe(other);
  const caused = new Error('outer', { cause: other });
  await expect(port.fail(caused)).rejects.toBe(caused);
  expect(await port.echo(1, 2)).toEqual([1, 2]);
});
