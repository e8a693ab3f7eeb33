/** Which proof a refresh token remembers, and which refresh it permits (RFC 9449 §5, RFC 8705 §7.1). */
import { expect, test } from '@jest/globals';
import {
  checkRefreshProof,
  refreshTokensRememberProof,
  rotates,
} from '../../../src/provider/client-authentication/refresh-proof.ts';
import { countedIdentifiers } from '../delegation/fakes.ts';

type Token = { proof?: string; isSenderConstrained(): boolean };
const token = (proof?: string, isBound = false): never =>
  ({ ...(proof === undefined ? {} : { proof }), isSenderConstrained: () => isBound }) as Token as never;

test('a refresh token that is saved outside of a request has no proof, and keeps one that it has', async () => {
  class RefreshToken {
    static readonly IN_PAYLOAD: readonly string[] = ['jti'];
    proof?: string;
    async save(): Promise<string> {
      return `saved with ${this.proof ?? 'no proof'}`;
    }
  }
  refreshTokensRememberProof({ RefreshToken } as never);
  expect(RefreshToken.IN_PAYLOAD).toEqual(['jti', 'proof']);
  expect(await new RefreshToken().save()).toBe('saved with no proof');
  expect(await Object.assign(new RefreshToken(), { proof: 'dpop' }).save()).toBe('saved with dpop');
});

test('only a refresh token without any proof rotates (FAPI 2.0 §5.3.2.1)', () => {
  expect([rotates(token()), rotates(undefined)]).toEqual([true, true]);
  expect([rotates(token('dpop')), rotates(token('certificate')), rotates(token(undefined, true))]).toEqual([
    false,
    false,
    false,
  ]);
});

const [DPOP, CERTIFICATE, BEARER] = [{ jkt: 'a' }, { 'x5t#S256': 'b' }, {}];
const refusal = (proof: string | undefined, issued: object): unknown => {
  try {
    checkRefreshProof(proof === undefined ? undefined : token(proof), issued, countedIdentifiers());
    return undefined;
  } catch (error) {
    return error;
  }
};

test('a refresh with the proof of its token, or of a token without any, is permitted', () => {
  for (const issued of [DPOP, CERTIFICATE, BEARER]) expect(refusal(undefined, issued)).toBeUndefined();
  expect([refusal('dpop', DPOP), refusal('certificate', CERTIFICATE)]).toEqual([undefined, undefined]);
});

test.each([
  ['dpop', BEARER, 'dpop_not_proven'],
  ['dpop', CERTIFICATE, 'dpop_not_proven'],
  ['certificate', BEARER, 'certificate_not_proven'],
  ['certificate', DPOP, 'certificate_not_proven'],
])('a refresh of a token with the proof %s is refused without it', (proof, issued, reason) => {
  expect(refusal(proof, issued)).toMatchObject({ code: 'invalid_grant', reason, denial: { layer: 'grant', reason } });
});
